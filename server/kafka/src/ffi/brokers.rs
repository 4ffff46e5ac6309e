//! The brokers of a cluster.

use std::ptr;
use std::time::Duration;

use rdkafka::consumer::{BaseConsumer, Consumer};

use super::{Code, TIMED_OUT, each, millis, raw, rd, text};
use crate::voice::Voice;

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
