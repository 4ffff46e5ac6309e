//! What this process did within the last minutes, kept in memory for its own page: the metrics tell the same to those
//! who keep series.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::outcome::{Outcome, Question};

/// How long a call is remembered.
pub const WINDOW: Duration = Duration::from_secs(300);
/// Calls of one kind that are remembered, the last ones: 16 bytes each.
const MOST: usize = 512;
/// How long it matters that something could not be recorded, if nobody tries again.
const TROUBLE: Duration = Duration::from_secs(30);

static LATELY: LazyLock<Mutex<Memory>> = LazyLock::new(Mutex::default);

#[derive(Default)]
struct Memory {
    calls: BTreeMap<(String, Question), VecDeque<Call>>,
    waiting: BTreeMap<String, (Instant, usize)>,
    pending: BTreeMap<String, usize>,
    unrecorded: BTreeMap<String, (Instant, String)>,
    unread: Option<(Instant, String)>,
}

struct Call {
    at: Instant,
    took: Duration,
    failed: bool,
}

/// Calls of one kind to one cluster within [`WINDOW`].
#[derive(Clone, Debug, PartialEq)]
pub struct Calls {
    /// The cluster's name.
    pub cluster: String,
    /// What was asked.
    pub question: Question,
    /// Calls, failed ones included.
    pub count: usize,
    /// Those without a usable answer.
    pub failed: usize,
    /// Half of all calls took at most this, the failed ones until they were given up.
    pub p50: Duration,
    /// 95 of 100 took at most this.
    pub p95: Duration,
    /// The longest.
    pub max: Duration,
}

/// What is told of this process.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Lately {
    /// By cluster and question.
    pub calls: Vec<Calls>,
    /// The most observations that waited for the recorder of a cluster's unit, by cluster, since the last look within
    /// the window.
    pub waiting: BTreeMap<String, usize>,
    /// Entries of history that are not recorded yet, by cluster.
    pub pending: BTreeMap<String, usize>,
    /// Why what was seen cannot be recorded, by cluster.
    pub unrecorded: BTreeMap<String, String>,
}

/// What this process did within the last minutes.
pub fn lately() -> Lately {
    memory().told(Instant::now())
}

/// Why what was seen of a cluster cannot be recorded, while that is so.
pub fn unrecorded() -> Option<String> {
    let now = Instant::now();
    let memory = memory();
    let mut why = memory
        .unrecorded
        .values()
        .filter(|(at, _)| now.duration_since(*at) < TROUBLE);
    why.next().map(|(_, why)| why.clone())
}

/// Why the view cannot follow what is recorded, while that is so.
pub fn unread() -> Option<String> {
    let now = Instant::now();
    let memory = memory();
    let unread = memory.unread.as_ref();
    unread
        .filter(|(at, _)| now.duration_since(*at) < TROUBLE)
        .map(|(_, why)| why.clone())
}

pub(crate) fn called(cluster: &str, question: Question, outcome: Outcome, took: Duration) {
    let at = Instant::now();
    let failed = outcome == Outcome::Failed;
    let mut memory = memory();
    let calls = memory.calls.entry((cluster.to_owned(), question)).or_default();
    if calls.len() == MOST {
        calls.pop_front();
    }
    calls.push_back(Call { at, took, failed });
}

pub(crate) fn waiting(cluster: &str, count: usize) {
    let now = Instant::now();
    let mut memory = memory();
    let (at, most) = memory.waiting.entry(cluster.to_owned()).or_insert((now, 0));
    let old = now.duration_since(*at) > WINDOW;
    if old || count >= *most {
        (*at, *most) = (now, count);
    }
}

pub(crate) fn pending(cluster: &str, count: usize) {
    memory().pending.insert(cluster.to_owned(), count);
}

pub(crate) fn unwatched(cluster: &str) {
    let mut memory = memory();
    memory.waiting.remove(cluster);
    memory.pending.remove(cluster);
}

pub(crate) fn recording(cluster: &str, trouble: Option<String>) {
    let mut memory = memory();
    match trouble {
        Some(why) => memory.unrecorded.insert(cluster.to_owned(), (Instant::now(), why)),
        None => memory.unrecorded.remove(cluster),
    };
}

pub(crate) fn follows(trouble: Option<String>) {
    memory().unread = trouble.map(|why| (Instant::now(), why));
}

fn memory() -> MutexGuard<'static, Memory> {
    LATELY.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Memory {
    fn told(&mut self, now: Instant) -> Lately {
        let recent = |at: &Instant| now.duration_since(*at) <= WINDOW;
        self.calls.retain(|_, calls| {
            while calls.front().is_some_and(|call| !recent(&call.at)) {
                calls.pop_front();
            }
            !calls.is_empty()
        });
        self.waiting.retain(|_, (at, _)| recent(at));
        let calls = self.calls.iter().map(|((cluster, question), calls)| {
            let mut took: Vec<Duration> = calls.iter().map(|call| call.took).collect();
            took.sort_unstable();
            Calls {
                cluster: cluster.clone(),
                question: *question,
                count: took.len(),
                failed: calls.iter().filter(|call| call.failed).count(),
                p50: quantile(&took, 50),
                p95: quantile(&took, 95),
                max: took.last().copied().unwrap_or_default(),
            }
        });
        Lately {
            calls: calls.collect(),
            waiting: self
                .waiting
                .iter()
                .map(|(name, (_, most))| (name.clone(), *most))
                .collect(),
            pending: self.pending.clone(),
            unrecorded: self
                .unrecorded
                .iter()
                .filter(|(_, (at, _))| now.duration_since(*at) < TROUBLE)
                .map(|(name, (_, why))| (name.clone(), why.clone()))
                .collect(),
        }
    }
}

/// The nearest rank: the smallest one that so many of a hundred do not exceed.
fn quantile(sorted: &[Duration], percent: usize) -> Duration {
    let rank = (sorted.len() * percent).div_ceil(100).max(1);
    sorted.get(rank - 1).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_rank() {
        let ms = Duration::from_millis;
        let all: Vec<Duration> = (1..=20).map(ms).collect();
        assert_eq!((quantile(&all, 50), quantile(&all, 95)), (ms(10), ms(19)));
        assert_eq!(quantile(&all[..1], 95), ms(1));
        assert_eq!(quantile(&[], 50), Duration::ZERO);
    }

    #[test]
    fn of_a_cluster_that_is_watched_no_more_nothing_waits() {
        let name = "only of this test";
        crate::observations_waiting(name, 3);
        crate::entries_pending(name, 2);
        let told = lately();
        assert_eq!((told.waiting.get(name), told.pending.get(name)), (Some(&3), Some(&2)));
        crate::unwatched(name);
        let told = lately();
        assert_eq!((told.waiting.get(name), told.pending.get(name)), (None, None));
    }

    #[test]
    fn what_is_older_than_the_window_is_forgotten_with_its_cluster() {
        let mut memory = Memory::default();
        let began = Instant::now();
        for (after, failed) in [(0, true), (299, false), (300, false)] {
            let call = Call {
                at: began + Duration::from_secs(after),
                took: Duration::from_millis(after),
                failed,
            };
            memory
                .calls
                .entry(("orders".to_owned(), Question::List))
                .or_default()
                .push_back(call);
        }
        let told = memory.told(began + Duration::from_secs(301));
        assert_eq!((told.calls[0].count, told.calls[0].failed), (2, 0));
        assert_eq!(told.calls[0].max, Duration::from_millis(300));
        assert!(memory.told(began + Duration::from_secs(601)).calls.is_empty());
        assert!(memory.calls.is_empty());
    }
}
