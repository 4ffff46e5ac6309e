//! What a diagnosis found, as a value: what was found without a trace is not to be read out of sentences.

use serde::{Deserialize, Serialize};

use crate::quiet::Quiet;
use crate::stage::Stage;

/// What was found, where class and domain alone do not tell what to say and do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind", content = "of")]
pub enum Cause {
    /// Nobody tells how the cluster's connectors are.
    Quiet(Quiet),
    /// None of the cluster's workers can be asked, and the cluster is not silent.
    Unlisted {
        /// Whether its group has members.
        lives: bool,
        /// Whether there is a list, whose verdicts stand.
        listed: bool,
    },
    /// All workers of the cluster were lost together.
    AllLost,
    /// No worker of the cluster takes over what is UNASSIGNED.
    NotTakenOver,
    /// A worker was lost.
    Worker(Loss),
    /// RUNNING without tasks.
    NoTaskConfigs,
    /// FAILED without a trace.
    NoTrace,
    /// Known, and no status was ever seen.
    NoStatusYet,
    /// Known, and its status is seen no more.
    StatusVanished,
    /// Listed no more, and no second worker has proven that it was deleted.
    DeletionUnproven,
    /// Not seen since its cluster is heard again.
    NotSeenSince,
    /// In a state that this version does not know.
    UnknownState,
    /// Work waits, and nothing moves.
    Stalled(Stall),
    /// It is further behind than it may be, and does not catch up.
    Lagging,
    /// A record was refused.
    Record {
        /// Where on its way, as far as the frames tell.
        stage: Option<Stage>,
        /// Whether the converter there is the worker's default: the config names none.
        default_converter: bool,
    },
}

/// How it is known that a connector stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stall {
    /// Its group commits nothing any more.
    Commits,
    /// Its group never committed anything.
    NeverCommitted,
    /// Its heartbeats stay away.
    Heartbeats,
}

/// How a worker was lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Loss {
    /// Without a word.
    Gone,
    /// It handed its work back before.
    InOrder,
    /// It is back, and was not given its work back yet.
    Idle,
}

impl Loss {
    /// What is said of the worker: `is gone`.
    pub fn says(self) -> &'static str {
        match self {
            Self::Gone => "is gone",
            Self::InOrder => "left in order",
            Self::Idle => "is back without its work",
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_cause_is_kept_and_read_again() {
        for (cause, kept) in [
            (Cause::AllLost, json!({"kind": "all_lost"})),
            (
                Cause::Stalled(Stall::NeverCommitted),
                json!({"kind": "stalled", "of": "never_committed"}),
            ),
            (Cause::Quiet(Quiet::Unread), json!({"kind": "quiet", "of": "unread"})),
            (
                Cause::Worker(Loss::InOrder),
                json!({"kind": "worker", "of": "in_order"}),
            ),
            (
                Cause::Unlisted {
                    lives: true,
                    listed: false,
                },
                json!({"kind": "unlisted", "of": {"lives": true, "listed": false}}),
            ),
            (
                Cause::Record {
                    stage: Some(Stage::Converter("JsonConverter".into())),
                    default_converter: true,
                },
                json!({"kind": "record", "of": {"stage": {"converter": "JsonConverter"}, "default_converter": true}}),
            ),
        ] {
            assert_eq!(serde_json::to_value(&cause).unwrap(), kept);
            assert_eq!(serde_json::from_value::<Cause>(kept).unwrap(), cause);
        }
    }
}
