//! What becomes of a batch that Postgres refuses for a reason that does not pass.
//!
//! One row that the database will never take must hold up neither the other rows nor the history. So a refused batch is
//! sent in pieces, its history and its rows apart, and a refused piece in halves, until what is refused stands alone.
//! That is left out until it is tried again, and a recorded gap tells of it. Of history only so much is kept; where a
//! database takes none of it at all, halving would only ask the same again and again, and what is left is kept whole.

use std::collections::{BTreeSet, VecDeque};

use chrono::TimeDelta;
use model::Timestamp;
use model::names::{ClusterName, ConnectorName};
use model::record::{Changed, Entry};

use super::pending::{Outgoing, Pending, beginning, gap, is_gap};

/// A batch is sent so often before it is taken apart: a refusal may be about the moment.
const TRIES: u32 = 2;
/// How long a row that was refused is left out before it is tried again, by itself.
const AGAIN: TimeDelta = TimeDelta::minutes(1);
/// After so many refusals in a row of nothing but history, no more of it is halved.
const HALVINGS: u32 = 8;
/// So many refused entries of history are kept to be tried again; further ones are lost, and counted.
const KEPT: usize = 10_000;

/// Pieces of refused batches, and rows that the database does not take.
#[derive(Default)]
pub(super) struct Refused {
    pieces: VecDeque<Pending>,
    aside: Pending,
    again: Option<Timestamp>,
    tries: u32,
    /// History that was refused, in its order.
    history: Vec<Entry>,
    /// When it is tried again.
    history_again: Option<Timestamp>,
    /// Whether what is sent now was told of before.
    retrying: bool,
    refusals: u32,
    untold: Option<Untold>,
}

/// Refused history of which nothing is recorded yet.
struct Untold {
    from: Timestamp,
    at: Timestamp,
    changes: usize,
    lost: usize,
    why: String,
}

/// What was left out, for the log.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct LeftOut {
    /// What it is: a row by its name, or so many entries of the history.
    pub(crate) what: String,
    /// How many changes it stands for.
    pub(crate) changes: usize,
    /// What the database said.
    pub(crate) why: String,
}

impl Refused {
    /// What goes before anything newer: pieces, then, when their time has come, single rows that were refused.
    pub(super) fn next(&mut self, at: Timestamp) -> Option<Pending> {
        if self.pieces.is_empty() && self.again.is_some_and(|again| again <= at) {
            self.again = (!self.aside.is_empty()).then(|| at + AGAIN);
            self.pieces = self.aside.clone().singles().into();
        }
        if self.pieces.is_empty() {
            self.retrying = self.history_again.is_some_and(|again| again <= at);
            if self.retrying {
                self.history_again = None;
                self.refusals = 0;
                self.pieces
                    .push_back(Pending::of_entries(std::mem::take(&mut self.history)));
            }
        }
        self.pieces.pop_front()
    }

    /// Whether there is more to be sent at once.
    pub(super) fn more(&self) -> bool {
        !self.pieces.is_empty()
    }

    /// Takes out of what is pending the rows that are left out for now.
    pub(super) fn sift(&mut self, pending: &mut Pending) {
        if !self.aside.is_empty() {
            pending.move_common(&mut self.aside);
        }
    }

    /// What was sent is recorded.
    pub(super) fn taken(&mut self, sent: &Outgoing) {
        self.tries = 0;
        self.aside.forget(sent.rows());
        if self.aside.is_empty() {
            self.again = None;
        }
        if !sent.entries().is_empty() {
            self.refusals = 0;
        }
    }

    /// What is to be told of refused history, once no more of it is under way.
    pub(super) fn tell(&mut self, cluster: &ClusterName) -> Option<(Entry, LeftOut)> {
        if self.pieces.iter().any(|piece| !piece.entries.is_empty()) {
            return None;
        }
        let untold = self.untold.take()?;
        let what = entries_of(untold.changes, cluster);
        let then = match untold.lost {
            0 => "which are tried again".to_owned(),
            lost => format!("of which {lost} are lost and the others are tried again"),
        };
        let text = format!("the database refused {what}, {then}: {}", untold.why);
        let left_out = LeftOut {
            what,
            changes: untold.changes,
            why: untold.why,
        };
        Some((gap(untold.from, untold.at, &text), left_out))
    }

    /// Keeps history that was refused.
    fn keep(&mut self, entries: Vec<Entry>, at: Timestamp, why: &str) {
        let lost = (self.history.len() + entries.len()).saturating_sub(KEPT);
        // A gap that is refused itself is not told by another one, and nothing is told twice.
        if let Some(first) = entries
            .first()
            .filter(|_| lost > 0 || !(self.retrying || entries.iter().all(is_gap)))
        {
            let untold = self.untold.get_or_insert_with(|| Untold {
                from: beginning(first),
                at,
                changes: 0,
                lost: 0,
                why: why.to_owned(),
            });
            untold.changes += entries.len();
            untold.lost += lost;
        }
        self.history.extend(entries);
        self.history.truncate(KEPT);
        self.history_again.get_or_insert(at + AGAIN);
    }

    /// Whether what was sent is to be taken apart, after one more refusal.
    pub(super) fn enough(&mut self, sent: &Outgoing) -> bool {
        self.tries += 1;
        self.tries >= TRIES || sent.piece
    }

    /// Takes apart what was refused at `at`. Returns the entry that tells what is left out, and the same for the log;
    /// nothing when it was told before or when there was something to take apart.
    pub(super) fn apart(&mut self, sent: Outgoing, at: Timestamp, why: &str) -> Option<(Option<Entry>, LeftOut)> {
        self.tries = 0;
        let (cluster, from) = (sent.cluster().clone(), sent.at());
        let mut parts = sent.into_pending().parts();
        if let [only] = &mut parts[..]
            && !only.entries.is_empty()
        {
            self.refusals += 1;
            let entries = only.take_entries();
            if entries.len() > 1 && self.refusals < HALVINGS {
                let halves = halves(entries, true);
                let halves = halves.into_iter().map(Pending::of_entries);
                halves.rev().for_each(|half| self.pieces.push_front(half));
            } else {
                self.keep(entries, at, why);
            }
            let (gap, left_out) = self.tell(&cluster)?;
            return Some((Some(gap), left_out));
        }
        if parts.len() > 1 {
            parts.into_iter().rev().for_each(|part| self.pieces.push_front(part));
            return None;
        }
        let part = parts.pop()?;
        let changes = part.changes();
        let what = part.words(&cluster);
        let left_out = LeftOut {
            what,
            changes,
            why: why.to_owned(),
        };
        let known = self.aside.holds(&part);
        self.aside.add(part);
        self.again.get_or_insert(at + AGAIN);
        let text = format!("the database refused {}, which is tried again: {why}", left_out.what);
        (!known).then(|| (Some(gap(from, at, &text)), left_out))
    }
}

impl Pending {
    /// History, each kind of row, each half of many rows of one kind; the same again when it cannot be taken apart.
    fn parts(mut self) -> Vec<Self> {
        let mut parts = Vec::new();
        let entries = self.take_entries();
        if !entries.is_empty() {
            parts.push(Self::of_entries(entries));
        }
        let feed = std::mem::take(&mut self.feed);
        let told = |wanted: Changed| {
            feed.iter()
                .filter(move |(_, changed)| *changed == wanted)
                .cloned()
                .collect()
        };
        let of_connectors = |names: &BTreeSet<ConnectorName>| {
            let about = |name: &Option<ConnectorName>| name.as_ref().is_some_and(|name| names.contains(name));
            feed.iter().filter(|(name, _)| about(name)).cloned().collect()
        };
        let alone = entries_and_kinds(&self, parts.len()) == 1;
        if self.about {
            parts.push(Self {
                about: true,
                feed: told(Changed::Cluster),
                ..Self::default()
            });
        }
        for workers in halves(self.workers, alone) {
            parts.push(Self {
                workers,
                feed: told(Changed::Workers),
                ..Self::default()
            });
        }
        for connectors in halves(self.connectors, alone) {
            parts.push(Self {
                feed: of_connectors(&connectors),
                connectors,
                ..Self::default()
            });
        }
        for faults in halves(self.faults, alone) {
            parts.push(Self {
                faults,
                feed: told(Changed::Faults),
                ..Self::default()
            });
        }
        parts
    }

    /// Every row by itself.
    fn singles(self) -> Vec<Self> {
        let mut done = Vec::new();
        let mut waiting = vec![self];
        while let Some(next) = waiting.pop() {
            let mut parts = next.parts();
            match parts.len() {
                0 => {}
                1 => done.append(&mut parts),
                _ => waiting.append(&mut parts),
            }
        }
        // Who reads the view is told too.
        for single in &mut done {
            single.tell_rows();
        }
        done
    }

    fn tell_rows(&mut self) {
        if self.about {
            self.feed.insert((None, Changed::Cluster));
        }
        if !self.workers.is_empty() {
            self.feed.insert((None, Changed::Workers));
        }
        if !self.faults.is_empty() {
            self.feed.insert((None, Changed::Faults));
        }
        let names = self.connectors.iter().cloned();
        self.feed.extend(names.map(|name| (Some(name), Changed::Connector)));
    }

    /// Removes what also stands in `aside`, which gets what is newer of it.
    fn move_common(&mut self, aside: &mut Self) {
        self.about &= !aside.about;
        self.workers.retain(|id| !aside.workers.contains(id));
        self.connectors.retain(|name| !aside.connectors.contains(name));
        for (id, fault) in &mut aside.faults {
            if let Some(newer) = self.faults.remove(id) {
                *fault = newer;
            }
        }
        let left_out = &aside.connectors;
        self.feed
            .retain(|(name, _)| !name.as_ref().is_some_and(|name| left_out.contains(name)));
    }

    fn add(&mut self, other: Self) {
        self.about |= other.about;
        self.workers.extend(other.workers);
        self.connectors.extend(other.connectors);
        self.faults.extend(other.faults);
    }

    fn holds(&self, other: &Self) -> bool {
        self.about >= other.about
            && self.workers.is_superset(&other.workers)
            && self.connectors.is_superset(&other.connectors)
            && other.faults.keys().all(|id| self.faults.contains_key(id))
    }

    /// Removes rows that are recorded now.
    fn forget(&mut self, recorded: &Self) {
        self.about &= !recorded.about;
        self.workers.retain(|id| !recorded.workers.contains(id));
        self.connectors.retain(|name| !recorded.connectors.contains(name));
        self.faults.retain(|id, _| !recorded.faults.contains_key(id));
    }

    fn changes(&self) -> usize {
        self.entries.len() + usize::from(self.about) + self.workers.len() + self.connectors.len() + self.faults.len()
    }

    fn words(&self, cluster: &ClusterName) -> String {
        if let Some(name) = self.connectors.first() {
            return format!("what is known of the connector {name} of {cluster}");
        }
        if let Some(id) = self.workers.first() {
            return format!("what is known of the worker {id} of {cluster}");
        }
        if !self.faults.is_empty() {
            return format!("a fault of {cluster}");
        }
        format!("what is known of {cluster} as a whole")
    }
}

fn entries_of(count: usize, cluster: &ClusterName) -> String {
    match count {
        1 => format!("1 entry of the history of {cluster}"),
        many => format!("{many} entries of the history of {cluster}"),
    }
}

/// How many kinds of things there are, history counted as told.
fn entries_and_kinds(rows: &Pending, history: usize) -> usize {
    let kinds = [
        rows.about,
        !rows.workers.is_empty(),
        !rows.connectors.is_empty(),
        !rows.faults.is_empty(),
    ];
    history + kinds.into_iter().filter(|there| *there).count()
}

/// In two where it is `alone` and of more than one; none of nothing.
fn halves<I, C>(all: C, alone: bool) -> Vec<C>
where
    C: IntoIterator<Item = I> + FromIterator<I>,
{
    let mut first: Vec<I> = all.into_iter().collect();
    let second = if alone && first.len() > 1 {
        first.split_off(first.len() / 2)
    } else {
        Vec::new()
    };
    [first, second]
        .into_iter()
        .filter(|half| !half.is_empty())
        .map(|half| half.into_iter().collect())
        .collect()
}
