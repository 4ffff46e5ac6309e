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

pub(crate) mod acls;
mod answers;
mod bounds;
mod brokers;
mod bulk;
mod coordinator;
pub(crate) mod describe;
mod feed;
mod groups;
mod properties;
mod raw;

use std::ffi::{CStr, CString, c_char, c_int, c_void};
use std::time::Duration;

use rdkafka::bindings as rd;

pub(crate) use bounds::bounds;
pub(crate) use brokers::brokers;
pub(crate) use bulk::{Bulk, RawOffset, RawTopic, Reply, Spec};
pub(crate) use coordinator::{Committed, Coordinator, LIFETIME, Question, ask_committed, ask_coordinator};
pub(crate) use feed::{Arrival, Feed, Record};
pub(crate) use groups::{GroupList, RawGroup, RawMember, list_groups};
pub(crate) use properties::property_names;

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
