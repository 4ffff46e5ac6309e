//! A line of the history as a person reads it, which may stand for many entries.

use model::Timestamp;

use super::TimelineItem;

/// Fewer entries than these are read faster than a line about them.
pub(super) const LEAST: usize = 4;

/// What a rebalance does to a connector instance or a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shift {
    /// It was let go, or taken up where it had been.
    Waited,
    /// It went to another worker.
    Moved,
}

/// What an entry adds to a storm.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Turn {
    /// What turned: `s3-archive`, `s3-archive task 1`.
    pub subject: String,
    /// To what, in one word or two: `FAILED`, `crash looping`.
    pub word: String,
    /// The one-line root cause, where there is one.
    pub cause: Option<String>,
    /// What of a rebalance it is, if it may be part of one.
    pub shift: Option<Shift>,
    /// Why a verdict or a fault is so, which it may share with those of other connectors at the same moment; empty for
    /// those that are well or known again, each for a reason of its own.
    pub shared: Option<String>,
}

/// One line of the history as a person reads it: an entry, or a storm of them.
#[derive(Clone, Debug)]
pub struct TimelineLine {
    /// The entry; the newest one of a storm.
    pub item: TimelineItem,
    /// Set when this line stands for several entries.
    pub storm: Option<Storm>,
}

/// Entries of one connector and one kind that repeat one another, or those of one rebalance.
#[derive(Clone, Debug)]
pub struct Storm {
    /// What turned.
    pub subject: String,
    /// Between what, the commonest first.
    pub words: Vec<String>,
    /// How often the commonest of them came.
    pub times: usize,
    /// When the oldest entry happened.
    pub from: Timestamp,
    /// When the newest did.
    pub to: Timestamp,
    /// The root cause that was told last.
    pub cause: Option<String>,
    /// Every entry, newest first.
    pub items: Vec<TimelineItem>,
    /// Set when this is what one rebalance did in a cluster.
    pub moves: Option<Moves>,
    /// Whether this is what befell many connectors, `times` of them, at one moment for one cause.
    pub wave: bool,
    /// In how many clusters it happened: one, but for a wave.
    pub clusters: usize,
}

/// What one rebalance moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moves {
    /// Tasks that it let go or took up.
    pub tasks: usize,
    /// Connector instances.
    pub instances: usize,
    /// Whether any went to another worker.
    pub elsewhere: bool,
}
