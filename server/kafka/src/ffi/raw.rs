//! Symbols and structures of librdkafka's `rdkafka.h` as the binding declares them, with plain integers for error
//! codes.

use super::{c_char, c_int, c_void, rd};

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

/// `struct rd_kafka_topic_partition_s`.
#[repr(C)]
pub(super) struct Partition {
    pub topic: *mut c_char,
    pub partition: i32,
    pub offset: i64,
    pub metadata: *mut c_void,
    pub metadata_size: usize,
    pub opaque: *mut c_void,
    pub err: c_int,
    pub private: *mut c_void,
}

/// `struct rd_kafka_topic_partition_list_s`.
#[repr(C)]
pub(super) struct Partitions {
    pub cnt: c_int,
    pub size: c_int,
    pub elems: *mut Partition,
}

/// `struct rd_kafka_message_s`.
#[repr(C)]
pub(super) struct Message {
    pub err: c_int,
    pub rkt: *mut rd::rd_kafka_topic_t,
    pub partition: i32,
    pub payload: *mut c_void,
    pub len: usize,
    pub key: *mut c_void,
    pub key_len: usize,
    pub offset: i64,
    pub private: *mut c_void,
}

// The binding's own structures, of which these differ only in the type of `err`, must not drift away unseen.
const _: () = {
    use std::mem::{offset_of, size_of};
    assert!(size_of::<Group>() == size_of::<rd::rd_kafka_group_info>());
    assert!(offset_of!(Group, err) == offset_of!(rd::rd_kafka_group_info, err));
    assert!(offset_of!(Group, members) == offset_of!(rd::rd_kafka_group_info, members));
    assert!(size_of::<GroupList>() == size_of::<rd::rd_kafka_group_list>());
    assert!(size_of::<Partition>() == size_of::<rd::rd_kafka_topic_partition_t>());
    assert!(offset_of!(Partition, offset) == offset_of!(rd::rd_kafka_topic_partition_t, offset));
    assert!(offset_of!(Partition, err) == offset_of!(rd::rd_kafka_topic_partition_t, err));
    assert!(size_of::<Partitions>() == size_of::<rd::rd_kafka_topic_partition_list_t>());
    assert!(offset_of!(Partitions, elems) == offset_of!(rd::rd_kafka_topic_partition_list_t, elems));
    assert!(size_of::<Message>() == size_of::<rd::rd_kafka_message_t>());
    assert!(offset_of!(Message, key) == offset_of!(rd::rd_kafka_message_t, key));
    assert!(offset_of!(Message, offset) == offset_of!(rd::rd_kafka_message_t, offset));
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
