//! What happened while something was measured: in one word for the chart, and in a sentence.

use model::Timestamp;
use model::record::{Entry, HistoryItem};
use model::state::State;
use model::transition::Change;

use crate::timeline::told;

/// What is marked of a connector, in the words of the history.
pub(super) const KINDS: [&str; 6] = [
    "state",
    "target",
    "verdict",
    "config",
    "connector_appeared",
    "connector_deleted",
];

/// What kind of thing happened; those that explain more come first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum MarkKind {
    /// A config came into force.
    Config,
    /// The connector or a task was restarted.
    Restart,
    /// Its verdict, or the state of it or of a task, became another.
    Transition,
    /// The cluster's group was rebalanced.
    Rebalance,
}

impl MarkKind {
    /// Every kind.
    pub const ALL: [Self; 4] = [Self::Config, Self::Restart, Self::Transition, Self::Rebalance];

    /// The lower-case word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Config => "config",
            Self::Restart => "restart",
            Self::Transition => "transition",
            Self::Rebalance => "rebalance",
        }
    }
}

/// Something that happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// When.
    pub at: Timestamp,
    /// What kind of thing.
    pub kind: MarkKind,
    /// In a word or two.
    pub word: String,
    /// In a sentence.
    pub text: String,
}

impl Mark {
    /// `None` for what is not marked.
    pub(super) fn of(item: HistoryItem) -> Option<Self> {
        let (kind, word) = match &item.entry {
            // That it was found is where its lines begin.
            Entry::Verdict(change) => (MarkKind::Transition, change.from.map(|_| change.to.words().to_owned())?),
            Entry::Transition(transition) => change(&transition.change)?,
            Entry::FaultOpened(_) | Entry::FaultEnded(_) => return None,
        };
        let told = told(item);
        Some(Self {
            at: told.at,
            kind,
            word,
            text: told.text,
        })
    }
}

fn change(change: &Change) -> Option<(MarkKind, String)> {
    let found = match change {
        Change::State {
            to: State::Restarting, ..
        }
        | Change::State {
            from: Some(State::Failed | State::Restarting),
            to: State::Running,
            ..
        } => (MarkKind::Restart, "restart".to_owned()),
        Change::State { from: None, .. } => return None,
        Change::State { to, .. } => (MarkKind::Transition, to.as_str().to_owned()),
        Change::Target { to, .. } => (MarkKind::Transition, format!("asked: {}", to.as_str())),
        Change::Config { from: Some(_), .. } => (MarkKind::Config, "config".to_owned()),
        Change::ConnectorAppeared { again: true } => (MarkKind::Transition, "made anew".to_owned()),
        Change::ConnectorDeleted => (MarkKind::Transition, "deleted".to_owned()),
        Change::Rebalance { .. } => (MarkKind::Rebalance, "rebalance".to_owned()),
        _ => return None,
    };
    Some(found)
}
