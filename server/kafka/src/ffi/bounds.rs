//! Where a partition begins and ends, as far as its consumer knows without asking.

use std::ffi::{CString, c_char, c_int};

use rdkafka::consumer::{BaseConsumer, Consumer};

use super::rd;
use crate::voice::Voice;

unsafe extern "C" {
    // With an integer for the code, as in `raw`.
    fn rd_kafka_get_watermark_offsets(
        client: *mut rd::rd_kafka_t,
        topic: *const c_char,
        partition: i32,
        low: *mut i64,
        high: *mut i64,
    ) -> c_int;
}

/// The first offset of the log and the one behind its last entry, as the last answer to a fetch told them; `None` before
/// there was one.
pub(crate) fn bounds(client: &BaseConsumer<Voice>, topic: &str, partition: i32) -> Option<(i64, i64)> {
    let topic = CString::new(topic).ok()?;
    let (mut low, mut high) = (-1, -1);
    let rk = client.client().native_ptr();
    // SAFETY: the client is valid, `topic` is a string that outlives the call, and the places are ours.
    let code = unsafe { rd_kafka_get_watermark_offsets(rk, topic.as_ptr(), partition, &raw mut low, &raw mut high) };
    (code == 0 && low >= 0 && high >= low).then_some((low, high))
}
