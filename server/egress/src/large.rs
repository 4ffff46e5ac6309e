//! Large bodies take turns: what peers send at once must not fill the memory, however many peers there are. One that
//! stalls in the middle of its turn is given up as soon as somebody waits for it.

use std::sync::{Arc, LazyLock, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::Instant;

/// From this size on a body waits for its turn: the lists of all but the very largest clusters are smaller.
const LARGE: usize = 8 << 20;
/// So many are read at once.
const TURNS: usize = 2;
/// Whoever others wait for must send [`ENOUGH`] in so long. What is large comes no slower than that within the deadline of
/// its request.
const PACE: Duration = Duration::from_millis(300);
const ENOUGH: usize = 256 << 10;

/// Those of this process.
pub static ALL: LazyLock<Turns> = LazyLock::new(Turns::default);

/// The turns that there are.
#[derive(Clone)]
pub struct Turns {
    free: Arc<Semaphore>,
    queue: Arc<Mutex<Queue>>,
}

/// Who waits, and how many of them get a turn that somebody is about to give up: for one that waits one is given up.
#[derive(Default)]
struct Queue {
    waiting: usize,
    leaving: usize,
}

impl Default for Turns {
    fn default() -> Self {
        Self {
            free: Arc::new(Semaphore::new(TURNS)),
            queue: Arc::default(),
        }
    }
}

/// A peer stalls while others wait.
#[derive(Debug, PartialEq, Eq)]
pub struct Stalled;

/// The turn of one body; given back when it was read or given up.
pub struct Turn {
    turns: Turns,
    held: Option<Held>,
    waited: Duration,
}

struct Held {
    /// When its pace was last looked at, and how much there was then.
    looked: (Instant, usize),
    _permit: Option<OwnedSemaphorePermit>,
}

impl Turn {
    pub fn new(turns: &Turns) -> Self {
        Self {
            turns: turns.clone(),
            held: None,
            waited: Duration::ZERO,
        }
    }

    /// Returns at once until the body grows large, and then when its turn comes. The request's deadline goes on.
    pub async fn for_size(&mut self, bytes: usize) -> Result<(), Stalled> {
        let Some(held) = &mut self.held else {
            if bytes > LARGE {
                self.begin(bytes).await;
            }
            return Ok(());
        };
        let now = Instant::now();
        let (looked, before) = held.looked;
        if now - looked < PACE {
            return Ok(());
        }
        held.looked = (now, bytes);
        match bytes - before < ENOUGH && self.turns.leave() {
            true => Err(Stalled),
            false => Ok(()),
        }
    }

    /// Waits for what the peer sends next.
    pub async fn next<T>(&mut self, sending: impl Future<Output = T>) -> Result<T, Stalled> {
        if self.held.is_none() {
            return Ok(sending.await);
        }
        let mut sending = std::pin::pin!(sending);
        loop {
            match tokio::time::timeout(PACE, &mut sending).await {
                Ok(sent) => return Ok(sent),
                Err(_elapsed) if self.turns.leave() => return Err(Stalled),
                Err(_elapsed) => {}
            }
        }
    }

    /// How long it waited for its turn, which is not the peer's fault.
    pub fn waited(&self) -> Duration {
        self.waited
    }

    async fn begin(&mut self, bytes: usize) {
        let began = Instant::now();
        let free = Arc::clone(&self.turns.free);
        let permit = match Arc::clone(&free).try_acquire_owned() {
            Ok(permit) => Some(permit),
            Err(_taken) => {
                let _waiting = Waiting::new(&self.turns);
                // They are never closed.
                free.acquire_owned().await.ok()
            }
        };
        self.turns.taken();
        let now = Instant::now();
        self.waited = now - began;
        self.held = Some(Held {
            looked: (now, bytes),
            _permit: permit,
        });
    }
}

impl Turns {
    fn queue<T>(&self, change: impl FnOnce(&mut Queue) -> T) -> T {
        change(&mut self.queue.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Whether somebody waits for whom nobody else leaves; then the turn is to be given up.
    fn leave(&self) -> bool {
        self.queue(|queue| {
            let wanted = queue.leaving < queue.waiting;
            queue.leaving += usize::from(wanted);
            wanted
        })
    }

    /// A turn was taken, perhaps one that was given up.
    fn taken(&self) {
        self.queue(|queue| queue.leaving = queue.leaving.saturating_sub(1));
    }
}

/// Counts one that waits, also one that gives up.
struct Waiting<'a>(&'a Turns);

impl<'a> Waiting<'a> {
    fn new(turns: &'a Turns) -> Self {
        turns.queue(|queue| queue.waiting += 1);
        Self(turns)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.queue(|queue| queue.waiting = queue.waiting.saturating_sub(1));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn large(turns: &Turns) -> Turn {
        let mut turn = Turn::new(turns);
        turn.for_size(LARGE + 1).await.unwrap();
        turn
    }

    #[tokio::test]
    async fn those_that_stall_are_given_up_for_those_that_wait() {
        let turns = Turns::default();
        let mut stalled = tokio::task::JoinSet::new();
        for _ in 0..9 {
            let turns = turns.clone();
            stalled.spawn(async move {
                let mut turn = large(&turns).await;
                turn.next(std::future::pending::<()>()).await
            });
        }
        tokio::task::yield_now().await;
        let turn = tokio::time::timeout(Duration::from_secs(60), large(&turns)).await;
        let turn = turn.expect("the turns of those that stall come to an end");
        assert!(turn.waited() >= PACE, "it came after them");
        for _ in 0..6 {
            assert_eq!(stalled.join_next().await.unwrap().unwrap(), Err(Stalled));
        }
    }

    #[tokio::test]
    async fn one_that_nobody_waits_for_may_take_its_time() {
        let turns = Turns::default();
        let mut turn = large(&turns).await;
        let late = async {
            tokio::time::sleep(PACE * 2).await;
            7
        };
        assert_eq!(turn.next(late).await, Ok(7));
        turn.for_size(LARGE + 2).await.unwrap();
    }

    #[tokio::test]
    async fn one_that_dribbles_while_others_wait_is_given_up_and_one_that_flows_is_not() {
        let turns = Turns::default();
        let (mut dribbles, mut flows) = (large(&turns).await, large(&turns).await);
        let waits = large(&turns);
        let both = async {
            tokio::time::sleep(PACE).await;
            flows.for_size(LARGE + 1 + ENOUGH).await.unwrap();
            dribbles.for_size(LARGE + 2).await
        };
        let waits = async { tokio::time::timeout(PACE * 2, waits).await.is_ok() };
        let (fourth, dribbled) = tokio::join!(waits, both);
        assert!(!fourth, "all turns are taken all the while");
        assert_eq!(dribbled, Err(Stalled));
    }

    #[tokio::test]
    async fn for_one_that_waits_one_is_given_up_and_for_one_that_gave_up_none() {
        let turns = Turns::default();
        let (mut first, mut second) = (large(&turns).await, large(&turns).await);
        assert!(tokio::time::timeout(PACE, large(&turns)).await.is_err());
        assert!(!turns.leave(), "nobody waits any more");
        let mut third = Turn::new(&turns);
        let stalls = async |turn: &mut Turn| {
            let given_up = tokio::time::timeout(PACE * 3, turn.next(std::future::pending::<()>())).await;
            given_up == Ok(Err(Stalled))
        };
        let waits = async { tokio::time::timeout(PACE * 5, third.for_size(LARGE + 1)).await };
        let (waited, one, other) = tokio::join!(waits, stalls(&mut first), stalls(&mut second));
        assert!(waited.is_err(), "the turn is still held here");
        assert!(one != other, "one of the two stays");
        drop(if one { first } else { second });
        third.for_size(LARGE + 1).await.unwrap();
        assert_eq!(turns.queue(|queue| (queue.waiting, queue.leaving)), (0, 0));
    }

    #[tokio::test]
    async fn a_small_body_waits_for_nothing() {
        let turns = Turns::default();
        let _all = (large(&turns).await, large(&turns).await);
        let mut small = Turn::new(&turns);
        small.for_size(LARGE).await.unwrap();
        assert_eq!(small.next(async { 7 }).await, Ok(7));
        assert_eq!(small.waited(), Duration::ZERO);
    }
}
