//! The topics of a connector.

use serde::Serialize;
use utoipa::ToSchema;

use super::words::TopicKind;

/// The topics that a config names, in the Kafka cluster of its workers.
#[derive(Serialize, ToSchema)]
pub struct Topics {
    /// What a sink reads.
    pub reads: Vec<Topic>,
    /// What a source writes.
    pub writes: Vec<Topic>,
    /// Where a sink puts the records that it cannot take; null when it has no such topic.
    pub dead_letters: Option<String>,
    /// True when a transformation may send the records of a source to other topics than `writes`.
    pub rerouted: bool,
}

/// A topic, or a rule for names of topics.
#[derive(Serialize, ToSchema)]
pub struct Topic {
    /// What `text` is.
    pub kind: TopicKind,
    /// The name, the expression or the beginning.
    pub text: String,
}

impl From<&model::topics::Topic> for Topic {
    fn from(topic: &model::topics::Topic) -> Self {
        Self {
            kind: topic.into(),
            text: topic.text().to_owned(),
        }
    }
}

impl From<&model::topics::Topics> for Topics {
    fn from(topics: &model::topics::Topics) -> Self {
        Self {
            reads: topics.reads.iter().map(Topic::from).collect(),
            writes: topics.writes.iter().map(Topic::from).collect(),
            dead_letters: topics.dead_letters.as_deref().map(str::to_owned),
            rerouted: topics.rerouted,
        }
    }
}
