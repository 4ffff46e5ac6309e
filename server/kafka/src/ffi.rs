//! The calls of librdkafka that the safe binding lacks or spoils; the only `unsafe` of the house.
//!
//! The safe group list turns a partial answer into an error and leaks it, and panics on names that are not UTF-8.
//! Everything here copies what the broker sent into owned values before it returns, so no pointer leaves this module.
//! Error codes are read as integers: a newer broker may send one that the binding's enums do not know, and such an
//! enum value would be undefined behaviour.

#![expect(
    unsafe_code,
    reason = "calls into librdkafka that the safe binding lacks; each block argues its safety"
)]

use std::ffi::{CStr, CString, c_char, c_int, c_void};
use std::ptr;
use std::sync::Arc;
use std::time::Duration;

use rdkafka::bindings as rd;
use rdkafka::consumer::{BaseConsumer, Consumer};

use crate::voice::Voice;

/// A code of Kafka (positive) or librdkafka (negative); 0 is success.
pub(crate) type Code = i32;

const PARTIAL: Code = rd::rd_kafka_resp_err_t::RD_KAFKA_RESP_ERR__PARTIAL as Code;
pub(crate) const TIMED_OUT: Code = rd::rd_kafka_resp_err_t::RD_KAFKA_RESP_ERR__TIMED_OUT as Code;
const INVALID_ARG: Code = rd::rd_kafka_resp_err_t::RD_KAFKA_RESP_ERR__INVALID_ARG as Code;

/// Codes of a connection that failed, also when those to other brokers work.
pub(crate) const LOST: [Code; 2] = [
    rd::rd_kafka_resp_err_t::RD_KAFKA_RESP_ERR__TRANSPORT as Code,
    rd::rd_kafka_resp_err_t::RD_KAFKA_RESP_ERR__DESTROY_BROKER as Code,
];

mod raw {
    //! Symbols and structures of librdkafka's `rdkafka.h` as the binding declares them, with plain integers for error
    //! codes.
    use super::{c_char, c_int, rd};

    /// `struct rd_kafka_group_list`.
    #[repr(C)]
    pub(super) struct GroupList {
        pub groups: *const Group,
        pub group_cnt: c_int,
    }

    /// `struct rd_kafka_group_info`.
    #[repr(C)]
    pub(super) struct Group {
        pub broker: rd::rd_kafka_metadata_broker,
        pub group: *const c_char,
        pub err: c_int,
        pub state: *const c_char,
        pub protocol_type: *const c_char,
        pub protocol: *const c_char,
        pub members: *const rd::rd_kafka_group_member_info,
        pub member_cnt: c_int,
    }

    // The binding's own structure, of which `Group` differs only in the type of `err`, must not drift away unseen.
    const _: () = {
        use std::mem::{offset_of, size_of};
        assert!(size_of::<Group>() == size_of::<rd::rd_kafka_group_info>());
        assert!(offset_of!(Group, err) == offset_of!(rd::rd_kafka_group_info, err));
        assert!(offset_of!(Group, members) == offset_of!(rd::rd_kafka_group_info, members));
        assert!(size_of::<GroupList>() == size_of::<rd::rd_kafka_group_list>());
    };

    unsafe extern "C" {
        pub(super) fn rd_kafka_list_groups(
            client: *mut rd::rd_kafka_t,
            group: *const c_char,
            list: *mut *const GroupList,
            timeout_ms: c_int,
        ) -> c_int;
        pub(super) fn rd_kafka_group_list_destroy(list: *const GroupList);
        pub(super) fn rd_kafka_metadata(
            client: *mut rd::rd_kafka_t,
            all_topics: c_int,
            only_topic: *mut rd::rd_kafka_topic_t,
            metadata: *mut *const rd::rd_kafka_metadata,
            timeout_ms: c_int,
        ) -> c_int;
        pub(super) fn rd_kafka_event_error(event: *mut rd::rd_kafka_event_t) -> c_int;
        pub(super) fn rd_kafka_error_code(error: *const rd::rd_kafka_error_t) -> c_int;
    }
}

/// What the brokers listed.
#[derive(Debug)]
pub(crate) struct GroupList {
    /// One entry for each group that a broker coordinates.
    pub groups: Vec<RawGroup>,
    /// True when not every broker answered.
    pub partial: bool,
}

/// A group as its coordinator described it.
#[derive(Debug)]
pub(crate) struct RawGroup {
    pub error: Code,
    pub group_id: String,
    pub state: String,
    pub protocol_type: String,
    pub members: Vec<RawMember>,
}

/// A member as the coordinator described it; the blobs are empty while a rebalance runs.
#[derive(Debug)]
pub(crate) struct RawMember {
    pub member_id: String,
    pub client_id: String,
    pub client_host: String,
    pub metadata: Vec<u8>,
    pub assignment: Vec<u8>,
}

/// The names of all properties that this librdkafka knows.
pub(crate) fn property_names() -> Vec<String> {
    // SAFETY: takes nothing, and gives a configuration that is ours alone.
    let config = unsafe { rd::rd_kafka_conf_new() };
    let mut count = 0;
    // SAFETY: the configuration is alive, and the count is ours to be written to.
    let pairs = unsafe { rd::rd_kafka_conf_dump(config, &raw mut count) };
    let mut names = Vec::new();
    if !pairs.is_null() {
        // SAFETY: librdkafka says that so many pointers stand there: names and values in turn.
        let texts = unsafe { std::slice::from_raw_parts(pairs, count) };
        for text in texts.iter().step_by(2).filter(|text| !text.is_null()) {
            // SAFETY: each of them leads to a string with its NUL, until the array is freed.
            let name = unsafe { CStr::from_ptr(*text) };
            names.push(name.to_string_lossy().into_owned());
        }
        // SAFETY: the array and its count are those that were given; nothing refers to them any more.
        unsafe { rd::rd_kafka_conf_dump_free(pairs, count) };
    }
    // SAFETY: made above, and used by nobody else.
    unsafe { rd::rd_kafka_conf_destroy(config) };
    names
}

/// Asks every broker for its groups (only `group`, if given) and their members; blocks for at most `timeout`.
///
/// librdkafka forgets one broker's failure when another one answers after it, so a group that is missing here is
/// not proven to be absent: ask its coordinator ([`ask_coordinator`]).
pub(crate) fn list_groups(
    client: &BaseConsumer<Voice>,
    group: Option<&CStr>,
    timeout: Duration,
) -> Result<GroupList, Code> {
    let mut list: *const raw::GroupList = ptr::null();
    let name = group.map_or(ptr::null(), CStr::as_ptr);
    let rk = client.client().native_ptr();
    // SAFETY: `rk` is valid while `client` is borrowed; `name` is null or a string that outlives the call; `list` is a
    // valid place for the result.
    let code = unsafe { raw::rd_kafka_list_groups(rk, name, &raw mut list, millis(timeout)) };
    if list.is_null() || !(code == 0 || code == PARTIAL) {
        // librdkafka has destroyed the list itself in all other cases.
        return Err(if code == 0 { TIMED_OUT } else { code });
    }
    // SAFETY: the call succeeded (wholly or in part), so `list` points to a list that is ours until it is destroyed,
    // and all values of its integers and pointers are valid.
    let listed = unsafe { &*list };
    let groups = each(listed.groups, listed.group_cnt)
        // SAFETY: a group within the list, which is destroyed only below.
        .map(|group| unsafe { copy_group(group) })
        .collect();
    // SAFETY: `list` came from the call above, everything was copied out of it, and it is not used again.
    unsafe { raw::rd_kafka_group_list_destroy(list) };
    Ok(GroupList {
        groups,
        partial: code == PARTIAL,
    })
}

/// # Safety
/// `group` points to a group within a list that has not been destroyed.
unsafe fn copy_group(group: *const raw::Group) -> RawGroup {
    // SAFETY: the caller vouches for `group`, all of whose fields are pointers and integers.
    let group = unsafe { &*group };
    RawGroup {
        error: group.err,
        // SAFETY: null or a NUL-terminated string of the list, which the caller keeps alive.
        group_id: unsafe { text(group.group) },
        // SAFETY: as above.
        state: unsafe { text(group.state) },
        // SAFETY: as above.
        protocol_type: unsafe { text(group.protocol_type) },
        members: each(group.members, group.member_cnt)
            // SAFETY: a member within the list, which the caller keeps alive.
            .map(|member| unsafe { copy_member(member) })
            .collect(),
    }
}

/// # Safety
/// `member` points to a member within a list that has not been destroyed.
unsafe fn copy_member(member: *const rd::rd_kafka_group_member_info) -> RawMember {
    // SAFETY: the caller vouches for `member`, all of whose fields are pointers and integers.
    let member = unsafe { &*member };
    RawMember {
        // SAFETY: null or a NUL-terminated string of the list, which the caller keeps alive.
        member_id: unsafe { text(member.member_id) },
        // SAFETY: as above.
        client_id: unsafe { text(member.client_id) },
        // SAFETY: as above.
        client_host: unsafe { text(member.client_host) },
        // SAFETY: null, or as many bytes as the size beside it says.
        metadata: unsafe { bytes(member.member_metadata, member.member_metadata_size) },
        // SAFETY: as above.
        assignment: unsafe { bytes(member.member_assignment, member.member_assignment_size) },
    }
}

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
pub(crate) struct Question {
    // Declared before the client, so that it is dropped before it, as librdkafka demands.
    queue: Owned<rd::rd_kafka_queue_t>,
    client: Arc<BaseConsumer<Voice>>,
}

// SAFETY: the queue may be used and destroyed by any thread, by one at a time; it is not shared (`Question` is not `Sync`).
unsafe impl Send for Question {}

/// Asks the coordinator of `group` alone whether the group exists and may be described by us.
///
/// **A client with a question that has no answer must be dropped within [`LIFETIME`].** When librdkafka gives such a
/// question up before its client ends, a part of it waits on for the coordinator, and once that is found uses memory that
/// was freed: the whole process ends with "Assertion `eonce->refcnt > 0' failed" (confluentinc/librdkafka#4605).
pub(crate) fn ask_coordinator(client: &Arc<BaseConsumer<Voice>>, group: &CStr) -> Question {
    let rk = client.client().native_ptr();
    let question = Question {
        // SAFETY: `rk` is valid while the client lives, which the question holds.
        queue: Owned(unsafe { rd::rd_kafka_queue_new(rk) }, rd::rd_kafka_queue_destroy),
        client: Arc::clone(client),
    };
    let operation = rd::rd_kafka_admin_op_t::RD_KAFKA_ADMIN_OP_DESCRIBECONSUMERGROUPS;
    let options = Owned(
        // SAFETY: `rk` is valid while `client` is borrowed.
        unsafe { rd::rd_kafka_AdminOptions_new(rk, operation) },
        rd::rd_kafka_AdminOptions_destroy,
    );
    let mut problem = [0; 256];
    // SAFETY: `options` is not null (librdkafka allocates or aborts) and `problem` is as long as said.
    unsafe {
        rd::rd_kafka_AdminOptions_set_request_timeout(options.0, millis(LIFETIME), problem.as_mut_ptr(), problem.len());
    }
    let mut names = [group.as_ptr()];
    // SAFETY: all pointers are valid; librdkafka copies the names and the options before it returns.
    unsafe { rd::rd_kafka_DescribeConsumerGroups(rk, names.as_mut_ptr(), names.len(), options.0, question.queue.0) };
    question
}

/// After this time librdkafka gives up a question to a coordinator; the longest that it takes.
pub(crate) const LIFETIME: Duration = Duration::from_secs(3600);

impl Question {
    /// The client that was asked.
    pub(crate) fn client(&self) -> &Arc<BaseConsumer<Voice>> {
        &self.client
    }

    /// What the coordinator says; `None` if it has not within `wait`. An answer is given once.
    pub(crate) fn answer(&self, wait: Duration) -> Option<Result<Coordinator, Code>> {
        // SAFETY: the queue is valid and polled by nobody else; the event is ours.
        let event = Owned(
            unsafe { rd::rd_kafka_queue_poll(self.queue.0, millis(wait)) },
            rd::rd_kafka_event_destroy,
        );
        if event.0.is_null() {
            return None;
        }
        Some(read_answer(&event))
    }
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

/// Asks one broker for the list of brokers, without topics; blocks for at most `timeout`. Returns `host:port` of each.
pub(crate) fn brokers(client: &BaseConsumer<Voice>, timeout: Duration) -> Result<Vec<String>, Code> {
    let mut metadata: *const rd::rd_kafka_metadata = ptr::null();
    let rk = client.client().native_ptr();
    // SAFETY: `rk` is valid while `client` is borrowed; no topic is named; `metadata` is a valid place for the result.
    let code = unsafe { raw::rd_kafka_metadata(rk, 0, ptr::null_mut(), &raw mut metadata, millis(timeout)) };
    if code != 0 || metadata.is_null() {
        return Err(if code == 0 { TIMED_OUT } else { code });
    }
    // SAFETY: the call succeeded, so `metadata` is ours until it is destroyed; all its fields are pointers and integers.
    let answer = unsafe { &*metadata };
    let mut brokers = Vec::new();
    for broker in each(answer.brokers, answer.broker_cnt) {
        // SAFETY: a broker (pointers and integers) of an array that lives as long as `metadata`.
        let broker = unsafe { &*broker };
        // SAFETY: a NUL-terminated string that lives as long as `metadata`.
        let host = unsafe { text(broker.host) };
        brokers.push(format!("{host}:{}", broker.port));
    }
    // SAFETY: `metadata` came from the call above, everything was copied out of it, and it is not used again.
    unsafe { rd::rd_kafka_metadata_destroy(metadata) };
    Ok(brokers)
}

/// A pointer that librdkafka gave us, with the function that takes it back.
struct Owned<T>(*mut T, unsafe extern "C" fn(*mut T));

impl<T> Drop for Owned<T> {
    fn drop(&mut self) {
        if !self.0.is_null() {
            // SAFETY: the pointer came from librdkafka, is destroyed by its own function, and nowhere else.
            unsafe { (self.1)(self.0) };
        }
    }
}

/// # Safety
/// `string` is null or points to a NUL-terminated string.
unsafe fn text(string: *const c_char) -> String {
    if string.is_null() {
        return String::new();
    }
    // SAFETY: the caller vouches for it; the text is copied.
    unsafe { CStr::from_ptr(string) }.to_string_lossy().into_owned()
}

/// # Safety
/// `first` is null or points to `size` readable bytes.
unsafe fn bytes(first: *const c_void, size: c_int) -> Vec<u8> {
    if first.is_null() {
        return Vec::new();
    }
    // SAFETY: the caller vouches for it; a negative size becomes 0; the bytes are copied.
    unsafe { std::slice::from_raw_parts(first.cast::<u8>(), length(size)) }.to_vec()
}

/// Pointers to each of `count` elements; none for a null array.
fn each<T>(first: *const T, count: c_int) -> impl Iterator<Item = *const T> {
    let count = if first.is_null() { 0 } else { length(count) };
    (0..count).map(move |i| first.wrapping_add(i))
}

fn length(count: c_int) -> usize {
    usize::try_from(count).unwrap_or(0)
}

fn millis(timeout: Duration) -> c_int {
    c_int::try_from(timeout.as_millis()).unwrap_or(c_int::MAX)
}

/// A group's name as librdkafka takes it; `None` for one that holds a NUL, which no broker accepts.
pub(crate) fn name(group_id: &str) -> Option<CString> {
    CString::new(group_id).ok()
}
