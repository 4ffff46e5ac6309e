//! Questions to the coordinator of a group.

use std::ffi::CStr;
use std::ptr;
use std::sync::Arc;
use std::time::Duration;

use rdkafka::consumer::BaseConsumer;

use super::answers::Answers;
use super::{Code, INVALID_ARG, Owned, TIMED_OUT, each, millis, raw, rd, text};
use crate::voice::Voice;

/// What a group's coordinator says of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Coordinator {
    /// No such group, or none of another protocol than consumers': as good as absent.
    NoConnectGroup,
    /// The group is there.
    Present,
    /// It refused to say, with this code.
    Refused(Code),
}

/// A question to a coordinator, of which [`Question::answer`] tells what came of it.
pub(crate) struct Question(Answers);

/// Asks the coordinator of `group` alone whether the group exists and may be described by us.
///
/// **A client with a question that has no answer must be dropped within [`LIFETIME`].** When librdkafka gives such a
/// question up before its client ends, a part of it waits on for the coordinator, and once that is found uses memory that
/// was freed: the whole process ends with "Assertion `eonce->refcnt > 0' failed" (confluentinc/librdkafka#4605).
pub(crate) fn ask_coordinator(client: &Arc<BaseConsumer<Voice>>, group: &CStr) -> Question {
    let question = Question(Answers::new(client));
    let options = question.options(rd::rd_kafka_admin_op_t::RD_KAFKA_ADMIN_OP_DESCRIBECONSUMERGROUPS);
    let (rk, queue) = question.0.pointers();
    let mut names = [group.as_ptr()];
    // SAFETY: all pointers are valid; librdkafka copies the names and the options before it returns.
    unsafe { rd::rd_kafka_DescribeConsumerGroups(rk, names.as_mut_ptr(), names.len(), options.0, queue) };
    question
}

/// Asks the coordinator of `group` for all offsets that the group has committed. The same rule holds as for
/// [`ask_coordinator`], and one more: **the client must have a `group.id`**. When a broker answers that it is not the
/// coordinator, librdkafka tells so to the client's own group, and where there is none, it reads from a null pointer.
pub(crate) fn ask_committed(client: &Arc<BaseConsumer<Voice>>, group: &CStr) -> Question {
    let question = Question(Answers::new(client));
    let options = question.options(rd::rd_kafka_admin_op_t::RD_KAFKA_ADMIN_OP_LISTCONSUMERGROUPOFFSETS);
    let wanted = Owned(
        // SAFETY: the name is copied; null stands for all partitions.
        unsafe { rd::rd_kafka_ListConsumerGroupOffsets_new(group.as_ptr(), ptr::null()) },
        rd::rd_kafka_ListConsumerGroupOffsets_destroy,
    );
    let (rk, queue) = question.0.pointers();
    let mut all = [wanted.0];
    // SAFETY: all pointers are valid; librdkafka copies what is wanted and the options before it returns.
    unsafe { rd::rd_kafka_ListConsumerGroupOffsets(rk, all.as_mut_ptr(), all.len(), options.0, queue) };
    question
}

/// After this time librdkafka gives up a question to a coordinator; the longest that it takes.
pub(crate) const LIFETIME: Duration = Duration::from_secs(3600);

impl Question {
    fn options(&self, operation: rd::rd_kafka_admin_op_t) -> Owned<rd::rd_kafka_AdminOptions_t> {
        self.0.options(operation, millis(LIFETIME))
    }

    /// The client that was asked.
    pub(crate) fn client(&self) -> &Arc<BaseConsumer<Voice>> {
        self.0.client()
    }

    /// What the coordinator says; `None` if it has not within `wait`. An answer is given once.
    pub(crate) fn answer(&self, wait: Duration) -> Option<Result<Coordinator, Code>> {
        self.0.next(wait).as_ref().map(read_answer)
    }

    /// The committed offsets, as [`Question::answer`].
    pub(crate) fn committed(&self, wait: Duration) -> Option<Result<Vec<Committed>, Code>> {
        self.0.next(wait).as_ref().map(read_committed)
    }
}

/// What a group has committed for one partition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Committed {
    pub topic: String,
    pub partition: i32,
    /// The next offset to read; below 0 for none.
    pub offset: i64,
    pub error: Code,
}

fn read_committed(event: &Owned<rd::rd_kafka_event_t>) -> Result<Vec<Committed>, Code> {
    // SAFETY: `event` is valid while it is borrowed.
    let code = unsafe { raw::rd_kafka_event_error(event.0) };
    if code != 0 {
        return Err(code);
    }
    // SAFETY: as above; null when the event is of another type.
    let result = unsafe { rd::rd_kafka_event_ListConsumerGroupOffsets_result(event.0) };
    if result.is_null() {
        return Err(TIMED_OUT);
    }
    let mut count = 0;
    // SAFETY: `result` lives as long as `event`.
    let groups = unsafe { rd::rd_kafka_ListConsumerGroupOffsets_result_groups(result, &raw mut count) };
    if groups.is_null() || count == 0 {
        return Err(TIMED_OUT);
    }
    // SAFETY: an array of `count` > 0 results that lives as long as `event`.
    let group = unsafe { *groups };
    // SAFETY: as above; null means no error.
    let error = unsafe { rd::rd_kafka_group_result_error(group) };
    // SAFETY: null (which the function takes for success) or an error that lives as long as `event`.
    match unsafe { raw::rd_kafka_error_code(error) } {
        0 => {}
        // Newer brokers say so of a group that they do not know; older ones list nothing.
        GROUP_ID_NOT_FOUND => return Ok(Vec::new()),
        code => return Err(code),
    }
    // SAFETY: as above; null, or a list that lives as long as `event`.
    let list = unsafe { rd::rd_kafka_group_result_partitions(group) };
    if list.is_null() {
        return Ok(Vec::new());
    }
    // SAFETY: not null; its layout is checked in `raw`.
    let list = unsafe { &*list.cast::<raw::Partitions>() };
    let read = |entry: *const raw::Partition| {
        // SAFETY: an element of the list, which lives as long as `event`.
        let entry = unsafe { &*entry };
        Committed {
            // SAFETY: null or a NUL-terminated string of the list; it is copied.
            topic: unsafe { text(entry.topic) },
            partition: entry.partition,
            offset: entry.offset,
            error: entry.err,
        }
    };
    Ok(each(list.elems.cast_const(), list.cnt).map(read).collect())
}

fn read_answer(event: &Owned<rd::rd_kafka_event_t>) -> Result<Coordinator, Code> {
    // SAFETY: `event` is valid while it is borrowed.
    let code = unsafe { raw::rd_kafka_event_error(event.0) };
    if code != 0 {
        return Err(code);
    }
    // SAFETY: as above; null when the event is of another type.
    let result = unsafe { rd::rd_kafka_event_DescribeConsumerGroups_result(event.0) };
    if result.is_null() {
        return Err(TIMED_OUT);
    }
    let mut count = 0;
    // SAFETY: `result` lives as long as `event`.
    let groups = unsafe { rd::rd_kafka_DescribeConsumerGroups_result_groups(result, &raw mut count) };
    if groups.is_null() || count == 0 {
        return Err(TIMED_OUT);
    }
    // SAFETY: an array of `count` > 0 descriptions that lives as long as `event`.
    let description = unsafe { *groups };
    // SAFETY: as above; null means no error.
    let error = unsafe { rd::rd_kafka_ConsumerGroupDescription_error(description) };
    // SAFETY: null (which the function takes for success) or an error that lives as long as `event`.
    Ok(match unsafe { raw::rd_kafka_error_code(error) } {
        0 | GROUP_ID_NOT_FOUND => Coordinator::NoConnectGroup,
        // librdkafka's word for "not a consumer group": a group of another protocol.
        INVALID_ARG => Coordinator::Present,
        code => Coordinator::Refused(code),
    })
}

/// The broker's word for a group that does not exist.
const GROUP_ID_NOT_FOUND: Code = rd::rd_kafka_resp_err_t::RD_KAFKA_RESP_ERR_GROUP_ID_NOT_FOUND as Code;
