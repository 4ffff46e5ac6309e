//! Many questions to brokers at a time, answered on one queue: offsets of partitions, and what topics there are.
//!
//! Neither goes to a group's coordinator (see `ask_coordinator` for what does). An answer that comes to a queue that was
//! destroyed is freed there, and librdkafka's main thread alone works on a question about topics, so that one may be given
//! up at any time. **A question for offsets may only be put when the leaders of all its partitions are known, and with
//! a long time of its own**: it begins on the caller's thread, and where it must wait there, or its time runs out, the
//! main thread takes it over while the caller's is still at it (`offsets::leaders` sees to both).

use std::ffi::{CStr, CString, c_char};
use std::ptr;
use std::sync::Arc;
use std::time::Duration;

use rdkafka::consumer::BaseConsumer;

use super::answers::Answers;
use super::{Code, Owned, TIMED_OUT, each, millis, raw, rd};
use crate::voice::Voice;

/// A queue for the answers to many questions, each told by its number.
pub(crate) struct Bulk(Answers);

/// Which offset of a partition is asked for; librdkafka's `RD_KAFKA_OFFSET_SPEC_*`.
#[derive(Debug, Clone, Copy)]
#[repr(i64)]
pub(crate) enum Spec {
    Latest = -1,
    Earliest = -2,
    MaxTimestamp = -3,
}

/// What one partition's leader said.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RawOffset {
    pub partition: i32,
    /// 0 also where nobody answered in time: then `offset` is below -1.
    pub error: Code,
    pub offset: i64,
    /// In ms; -1 for none.
    pub timestamp: i64,
}

/// What a broker said of one topic.
#[derive(Debug, Clone)]
pub(crate) struct RawTopic {
    pub error: Code,
    pub partitions: usize,
    /// The topic's id, which no second topic of the same name has.
    pub id: (i64, i64),
}

/// An answer.
#[derive(Debug)]
pub(crate) enum Reply {
    /// One entry for each partition, in the order of the question.
    Offsets(Vec<RawOffset>),
    /// One entry for each topic, in the order of the question; `None` for one that the broker left out.
    Topics(Vec<Option<RawTopic>>),
}

impl Bulk {
    pub(crate) fn new(client: &Arc<BaseConsumer<Voice>>) -> Self {
        Self(Answers::new(client))
    }

    /// Asks the leaders for one offset of each partition. None may be named twice, and no topic may be empty, or all fail.
    /// The leaders must be known, and `timeout` long: see the module.
    pub(crate) fn ask_offsets<'a>(
        &self,
        number: usize,
        partitions: impl ExactSizeIterator<Item = (&'a CStr, i32)>,
        spec: Spec,
        committed: bool,
        timeout: Duration,
    ) {
        let size = i32::try_from(partitions.len()).unwrap_or(0);
        let list = Owned(
            // SAFETY: the size only reserves room.
            unsafe { rd::rd_kafka_topic_partition_list_new(size) },
            rd::rd_kafka_topic_partition_list_destroy,
        );
        for (topic, partition) in partitions {
            // SAFETY: the list is alive and ours; the name is copied; what comes back points into the list.
            let entry = unsafe { rd::rd_kafka_topic_partition_list_add(list.0, topic.as_ptr(), partition) };
            // SAFETY: a valid entry of the list, whose layout is checked in `raw`; nobody else knows it.
            unsafe { (*entry.cast::<raw::Partition>()).offset = spec as i64 };
        }
        let options = self.options(rd::rd_kafka_admin_op_t::RD_KAFKA_ADMIN_OP_LISTOFFSETS, number, timeout);
        if committed {
            let level = rd::rd_kafka_IsolationLevel_t::RD_KAFKA_ISOLATION_LEVEL_READ_COMMITTED;
            drop(Owned(
                // SAFETY: `options` is valid; an error, which only other operations give, is ours to destroy.
                unsafe { rd::rd_kafka_AdminOptions_set_isolation_level(options.0, level) },
                rd::rd_kafka_error_destroy,
            ));
        }
        let (rk, queue) = self.0.pointers();
        // SAFETY: all pointers are valid; librdkafka copies list and options before it returns, and counts itself as
        // another owner of the queue.
        unsafe { rd::rd_kafka_ListOffsets(rk, list.0, options.0, queue) };
    }

    /// Asks a broker what it knows of topics. None may be named twice or be empty, or all fail.
    pub(crate) fn ask_topics(&self, number: usize, names: &[CString], timeout: Duration) {
        let mut names: Vec<*const c_char> = names.iter().map(|name| name.as_ptr()).collect();
        let topics = Owned(
            // SAFETY: as many valid strings as said, which are copied.
            unsafe { rd::rd_kafka_TopicCollection_of_topic_names(names.as_mut_ptr(), names.len()) },
            rd::rd_kafka_TopicCollection_destroy,
        );
        let options = self.options(
            rd::rd_kafka_admin_op_t::RD_KAFKA_ADMIN_OP_DESCRIBETOPICS,
            number,
            timeout,
        );
        let (rk, queue) = self.0.pointers();
        // SAFETY: all pointers are valid; librdkafka copies names and options before it returns, and counts itself as
        // another owner of the queue.
        unsafe { rd::rd_kafka_DescribeTopics(rk, topics.0, options.0, queue) };
    }

    fn options(
        &self,
        operation: rd::rd_kafka_admin_op_t,
        number: usize,
        timeout: Duration,
    ) -> Owned<rd::rd_kafka_AdminOptions_t> {
        // librdkafka accepts 1 ms to one hour.
        let options = self.0.options(operation, millis(timeout).clamp(1, 3_600_000));
        // SAFETY: `options` is valid; the number travels as a pointer that nobody follows.
        unsafe { rd::rd_kafka_AdminOptions_set_opaque(options.0, ptr::without_provenance_mut(number)) };
        options
    }

    /// The next answer, or what went wrong with a whole question, with its number; `None` if none came within `wait`.
    pub(crate) fn next(&self, wait: Duration) -> Option<(usize, Result<Reply, Code>)> {
        let event = self.0.next(wait)?;
        // SAFETY: `event` is valid; what it gives is the number that was put into the options.
        let number = unsafe { rd::rd_kafka_event_opaque(event.0) }.addr();
        // SAFETY: `event` is valid.
        let reply = match unsafe { raw::rd_kafka_event_error(event.0) } {
            0 => offsets(&event).or_else(|| topics(&event)).ok_or(TIMED_OUT),
            code => Err(code),
        };
        Some((number, reply))
    }
}

/// The answer to `ask_offsets`, if it is one.
fn offsets(event: &Owned<rd::rd_kafka_event_t>) -> Option<Reply> {
    // SAFETY: `event` is valid while it is borrowed; null when it is of another type.
    let result = unsafe { rd::rd_kafka_event_ListOffsets_result(event.0) };
    if result.is_null() {
        return None;
    }
    let mut count = 0;
    // SAFETY: `result` lives as long as `event`, and so does the array.
    let infos = unsafe { rd::rd_kafka_ListOffsets_result_infos(result, &raw mut count) };
    let read = |info: *const *const rd::rd_kafka_ListOffsetsResultInfo_t| {
        // SAFETY: an element of the array, which lives as long as `event`.
        let info = unsafe { *info };
        // SAFETY: librdkafka makes no empty entry; entry and partition live as long as `event`.
        let partition = unsafe { rd::rd_kafka_ListOffsetsResultInfo_topic_partition(info) };
        // SAFETY: as above; its layout is checked in `raw`.
        let partition = unsafe { &*partition.cast::<raw::Partition>() };
        RawOffset {
            partition: partition.partition,
            error: partition.err,
            offset: partition.offset,
            // SAFETY: as above.
            timestamp: unsafe { rd::rd_kafka_ListOffsetsResultInfo_timestamp(info) },
        }
    };
    let infos = each(infos.cast_const(), i32::try_from(count).unwrap_or(0));
    Some(Reply::Offsets(infos.map(read).collect()))
}

/// The answer to `ask_topics`, if it is one.
fn topics(event: &Owned<rd::rd_kafka_event_t>) -> Option<Reply> {
    // SAFETY: `event` is valid while it is borrowed; null when it is of another type.
    let result = unsafe { rd::rd_kafka_event_DescribeTopics_result(event.0) };
    if result.is_null() {
        return None;
    }
    let mut count = 0;
    // SAFETY: `result` lives as long as `event`, and so does the array.
    let descriptions = unsafe { rd::rd_kafka_DescribeTopics_result_topics(result, &raw mut count) };
    let descriptions = each(descriptions.cast_const(), i32::try_from(count).unwrap_or(0));
    let read = |description: *const *const rd::rd_kafka_TopicDescription_t| {
        // SAFETY: an element of the array, which lives as long as `event`.
        let description = unsafe { *description };
        // SAFETY: as above; null for a topic that the broker left out.
        unsafe { topic(description) }
    };
    Some(Reply::Topics(descriptions.map(read).collect()))
}

/// # Safety
/// `description` is null or a description of an event that has not been destroyed.
unsafe fn topic(description: *const rd::rd_kafka_TopicDescription_t) -> Option<RawTopic> {
    if description.is_null() {
        return None;
    }
    // SAFETY: the caller vouches for it; null means no error.
    let error = unsafe { rd::rd_kafka_TopicDescription_error(description) };
    let mut partitions = 0;
    // SAFETY: as above; only the count is used.
    unsafe { rd::rd_kafka_TopicDescription_partitions(description, &raw mut partitions) };
    // SAFETY: as above; an id within the description.
    let id = unsafe { rd::rd_kafka_TopicDescription_topic_id(description) };
    let id = match id.is_null() {
        true => (0, 0),
        // SAFETY: as above.
        false => (unsafe { rd::rd_kafka_Uuid_most_significant_bits(id) }, unsafe {
            // SAFETY: as above.
            rd::rd_kafka_Uuid_least_significant_bits(id)
        }),
    };
    Some(RawTopic {
        // SAFETY: null (which the function takes for success) or an error that lives as long as the description.
        error: unsafe { raw::rd_kafka_error_code(error) },
        partitions,
        id,
    })
}
