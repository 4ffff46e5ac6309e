//! Groups as the brokers list and describe them.

use std::ffi::CStr;
use std::ptr;
use std::time::Duration;

use rdkafka::consumer::{BaseConsumer, Consumer};

use super::{Code, PARTIAL, TIMED_OUT, bytes, each, millis, raw, rd, text};
use crate::voice::Voice;

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
