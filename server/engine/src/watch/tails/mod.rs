//! Reading the internal topics of all Connect clusters of a unit, as they are written.
//!
//! One tail for the Kafka cluster ([`hub`]), and for each Connect cluster a reader that masks what its topics hold and
//! tells its ledger ([`reader`]). Nothing is told of a topic before all of it was read: until then, and whenever something
//! of it may be missed, the lists tell what there is.

mod found;
mod gathered;
mod hub;
mod masked;
mod pace;
mod reader;
mod search;
mod topic;

use kafka::internal::OffsetRecord;
use model::Timestamp;
use model::internal::InternalTopic;
use model::names::ClusterName;

pub(crate) use found::{Finding, find};
pub(super) use hub::{Hub, run};
pub(super) use reader::read;
pub(super) use search::Search;
pub(crate) use search::{KINDS, possible, read as read_once};

/// Whether the topics of a cluster tell all that lists would.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Sight {
    /// Its status and config topics are known wholly.
    pub(super) whole: bool,
}

/// News of a cluster's offset topic, in the order of the topic. They are not judged here, but by whoever measures sources.
#[derive(Debug)]
pub(crate) enum OffsetNews {
    /// Records as they were written, each with its time, those of one partition in their order.
    Records(Vec<(OffsetRecord, Option<Timestamp>)>),
    /// All that was in the topic has been told, and what comes is told as it comes.
    Complete,
    /// Something in it may not be known.
    Incomplete,
    /// What was told of it is to be forgotten: it is told again from its beginning.
    Restarted,
}

/// News of a cluster's offset topic with the cluster's name.
pub(crate) type OffsetsOf = (ClusterName, OffsetNews);

/// The topics in model's words.
fn kind(kind: kafka::internal::TopicKind) -> InternalTopic {
    match kind {
        kafka::internal::TopicKind::Status => InternalTopic::Status,
        kafka::internal::TopicKind::Config => InternalTopic::Config,
        kafka::internal::TopicKind::Offsets => InternalTopic::Offset,
    }
}
