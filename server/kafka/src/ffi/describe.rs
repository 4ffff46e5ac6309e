//! Topics as a broker describes them: with the id that tells a topic from an earlier one of its name, which the metadata
//! of the safe binding leave out, and with what we may do.

use std::ffi::CString;
use std::sync::Arc;
use std::time::Duration;

use rdkafka::consumer::BaseConsumer;

use super::answers::Answers;
use super::{Code, Owned, TIMED_OUT, millis, raw, rd, text};
use crate::voice::Voice;

/// A topic, or why it was not described.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Described {
    pub topic: String,
    pub found: Result<Found, Code>,
}

/// A topic that is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Found {
    /// Two topics of the same name have different ones; brokers before 2.8 have none.
    pub id: Option<(i64, i64)>,
    /// How many partitions it has.
    pub partitions: i32,
    /// The first partition that has no leader, if one has none.
    pub leaderless: Option<i32>,
    /// Whether we may read it; `None` where the broker does not say (before 2.3).
    pub readable: Option<bool>,
}

/// A question that was put to a broker. It may be dropped at any time.
pub(crate) struct Asked(Answers);

/// Whether a topic can have this name, as far as librdkafka asks.
pub(crate) fn can_be(topic: &str) -> bool {
    !topic.is_empty() && !topic.contains('\0')
}

/// Asks for topics without waiting; the question answers itself with a timeout after `patience`. Names
/// that [`can_be`] none are left out: together with one, librdkafka refuses all.
pub(crate) fn ask<'a>(
    client: &Arc<BaseConsumer<Voice>>,
    topics: impl Iterator<Item = &'a str>,
    patience: Duration,
) -> Asked {
    let asked = Asked(Answers::new(client));
    let names: Vec<CString> = topics
        .filter(|topic| can_be(topic))
        .filter_map(|topic| CString::new(topic).ok())
        .collect();
    let mut names: Vec<_> = names.iter().map(|name| name.as_ptr()).collect();
    let operation = rd::rd_kafka_admin_op_t::RD_KAFKA_ADMIN_OP_DESCRIBETOPICS;
    let options = asked.0.options(operation, millis(patience));
    drop(Owned(
        // SAFETY: `options` is valid; what comes is null or an error that is ours to be destroyed.
        unsafe { rd::rd_kafka_AdminOptions_set_include_authorized_operations(options.0, 1) },
        rd::rd_kafka_error_destroy,
    ));
    let collection = Owned(
        // SAFETY: as many valid strings as said, which librdkafka copies.
        unsafe { rd::rd_kafka_TopicCollection_of_topic_names(names.as_mut_ptr(), names.len()) },
        rd::rd_kafka_TopicCollection_destroy,
    );
    let (rk, queue) = asked.0.pointers();
    // SAFETY: all pointers are valid; librdkafka copies the names and the options before it returns.
    unsafe { rd::rd_kafka_DescribeTopics(rk, collection.0, options.0, queue) };
    asked
}

impl Asked {
    /// The answer, if it has come. It is given once.
    pub(crate) fn answer(&self) -> Option<Result<Vec<Described>, Code>> {
        self.0.next(Duration::ZERO).as_ref().map(read)
    }
}

fn read(event: &Owned<rd::rd_kafka_event_t>) -> Result<Vec<Described>, Code> {
    // SAFETY: `event` is valid while it is borrowed.
    let code = unsafe { raw::rd_kafka_event_error(event.0) };
    if code != 0 {
        return Err(code);
    }
    // SAFETY: as above; null when the event is of another type.
    let result = unsafe { rd::rd_kafka_event_DescribeTopics_result(event.0) };
    if result.is_null() {
        return Err(TIMED_OUT);
    }
    let mut count = 0;
    // SAFETY: `result` lives as long as `event`.
    let topics = unsafe { rd::rd_kafka_DescribeTopics_result_topics(result, &raw mut count) };
    // SAFETY: null or an array of `count` descriptions that lives as long as `event`.
    let topics = unsafe { array(topics, count) };
    // A topic that the broker left out is null.
    let told = topics.iter().filter(|topic| !topic.is_null());
    // SAFETY: a valid description that lives as long as `event`.
    Ok(told.map(|topic| unsafe { describe(*topic) }).collect())
}

/// # Safety
/// `topic` is a valid description.
unsafe fn describe(topic: *const rd::rd_kafka_TopicDescription_t) -> Described {
    // SAFETY: the caller vouches for it.
    let name = unsafe { rd::rd_kafka_TopicDescription_name(topic) };
    // SAFETY: null or a NUL-terminated string that lives as long as the description.
    let name = unsafe { text(name) };
    // SAFETY: as above; null means no error.
    let error = unsafe { rd::rd_kafka_TopicDescription_error(topic) };
    // SAFETY: null (which the function takes for success) or an error that lives as long as the description.
    let found = match unsafe { raw::rd_kafka_error_code(error) } {
        // SAFETY: the caller vouches for it.
        0 => Ok(unsafe { found(topic) }),
        code => Err(code),
    };
    Described { topic: name, found }
}

/// # Safety
/// `topic` is a valid description without error.
unsafe fn found(topic: *const rd::rd_kafka_TopicDescription_t) -> Found {
    let mut count = 0;
    // SAFETY: the caller vouches for `topic`; the place is ours.
    let partitions = unsafe { rd::rd_kafka_TopicDescription_partitions(topic, &raw mut count) };
    // SAFETY: null or an array of `count` partitions that lives as long as the description.
    let partitions = unsafe { array(partitions, count) };
    let leaderless = partitions.iter().find(|partition| {
        // SAFETY: a valid partition of the array; null when it has no leader.
        unsafe { rd::rd_kafka_TopicPartitionInfo_leader(**partition) }.is_null()
    });
    let leaderless = leaderless.map(|partition| {
        // SAFETY: a valid partition of the array.
        unsafe { rd::rd_kafka_TopicPartitionInfo_partition(*partition) }
    });
    Found {
        // SAFETY: the caller vouches for `topic`.
        id: unsafe { id(topic) },
        partitions: i32::try_from(partitions.len()).unwrap_or(i32::MAX),
        leaderless,
        // SAFETY: as above.
        readable: unsafe { readable(topic) },
    }
}

/// # Safety
/// `topic` is a valid description.
unsafe fn id(topic: *const rd::rd_kafka_TopicDescription_t) -> Option<(i64, i64)> {
    // SAFETY: the caller vouches for it.
    let id = unsafe { rd::rd_kafka_TopicDescription_topic_id(topic) };
    if id.is_null() {
        return None;
    }
    // SAFETY: not null, so an id that lives as long as the description.
    let most = unsafe { rd::rd_kafka_Uuid_most_significant_bits(id) };
    // SAFETY: as above.
    let least = unsafe { rd::rd_kafka_Uuid_least_significant_bits(id) };
    Some((most, least)).filter(|id| *id != (0, 0))
}

/// # Safety
/// `topic` is a valid description.
unsafe fn readable(topic: *const rd::rd_kafka_TopicDescription_t) -> Option<bool> {
    const READ: u32 = rd::rd_kafka_AclOperation_t::RD_KAFKA_ACL_OPERATION_READ as u32;
    const ALL: u32 = rd::rd_kafka_AclOperation_t::RD_KAFKA_ACL_OPERATION_ALL as u32;
    let mut count = 0;
    // SAFETY: the caller vouches for it; the place is ours.
    let operations = unsafe { rd::rd_kafka_TopicDescription_authorized_operations(topic, &raw mut count) };
    if operations.is_null() {
        return None;
    }
    // Integers, since a newer broker may know operations that the binding's enum does not.
    // SAFETY: an array of `count` enums of that size, which lives as long as the description.
    let operations = unsafe { array(operations.cast::<u32>(), count) };
    Some(operations.iter().any(|operation| [READ, ALL].contains(operation)))
}

/// # Safety
/// `first` is null or points to `count` elements that live for `'a`.
unsafe fn array<'a, T>(first: *const T, count: usize) -> &'a [T] {
    if first.is_null() {
        return &[];
    }
    // SAFETY: the caller vouches for it.
    unsafe { std::slice::from_raw_parts(first, count) }
}
