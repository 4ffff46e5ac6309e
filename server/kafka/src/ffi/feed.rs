//! Records as they arrive at a consumer, and what went wrong with which partition.
//!
//! The safe poll forgets of which topic and at which offset the end of a partition was reached, and of which partition
//! an error tells.

use std::ffi::{CStr, c_char};
use std::ptr;
use std::sync::Arc;
use std::time::Duration;

use rdkafka::ClientContext;
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::error::KafkaError;

use super::{Code, Owned, millis, raw, rd, text};
use crate::voice::Voice;

const END: Code = rd::rd_kafka_resp_err_t::RD_KAFKA_RESP_ERR__PARTITION_EOF as Code;

/// What a consumer with a `group.id` has to say.
pub(crate) struct Feed {
    // Declared before the client, so that it is dropped before it, as librdkafka demands.
    queue: Owned<rd::rd_kafka_queue_t>,
    client: Arc<BaseConsumer<Voice>>,
}

// SAFETY: the queue may be used and destroyed by any thread, by one at a time; it is not shared (`Feed` is not `Sync`).
unsafe impl Send for Feed {}

/// One thing that arrived.
#[derive(Debug)]
pub(crate) enum Arrival<'a> {
    Record(Record<'a>),
    /// Everything below `offset` was given, as far as this reader may see it.
    End {
        topic: &'a CStr,
        partition: i32,
        offset: i64,
    },
    /// This partition cannot be read on, or not now.
    Trouble {
        topic: &'a CStr,
        partition: i32,
        code: Code,
    },
    /// Nothing about a partition: a log line, a connection that failed; it is with the client's voice already.
    Other,
}

/// A record, borrowed from librdkafka.
#[derive(Debug)]
pub(crate) struct Record<'a> {
    pub topic: &'a CStr,
    pub partition: i32,
    pub offset: i64,
    /// In ms since 1970; `None` where the record has none.
    pub timestamp: Option<i64>,
    pub key: Option<&'a [u8]>,
    pub value: Option<&'a [u8]>,
}

impl Feed {
    /// The feed of a consumer that was made with a `group.id`; nobody else may poll it.
    pub(crate) fn new(client: &Arc<BaseConsumer<Voice>>) -> Self {
        let rk = client.client().native_ptr();
        Self {
            // SAFETY: `rk` is valid while the client lives, which `Feed` holds longer than the queue.
            queue: Owned(
                unsafe { rd::rd_kafka_queue_get_consumer(rk) },
                rd::rd_kafka_queue_destroy,
            ),
            client: Arc::clone(client),
        }
    }

    /// Hands over the next thing that arrives; false if nothing did within `wait`.
    pub(crate) fn poll(&self, wait: Duration, take: impl FnOnce(Arrival<'_>)) -> bool {
        if self.queue.0.is_null() {
            return false;
        }
        let event = Owned(
            // SAFETY: the queue is valid and polled by nobody else; the event is ours.
            unsafe { rd::rd_kafka_queue_poll(self.queue.0, millis(wait)) },
            rd::rd_kafka_event_destroy,
        );
        if event.0.is_null() {
            return false;
        }
        // SAFETY: `event` is valid.
        match unsafe { rd::rd_kafka_event_type(event.0) } {
            rd::RD_KAFKA_EVENT_FETCH => {
                // SAFETY: `event` is valid; the record in it, if there is one, lives as long.
                let message = unsafe { rd::rd_kafka_event_message_next(event.0) };
                if message.is_null() {
                    take(Arrival::Other);
                } else {
                    // SAFETY: as above; its layout is checked in `raw`.
                    let message = unsafe { &*message.cast::<raw::Message>() };
                    // SAFETY: what it points to lives as long as `event`.
                    take(Arrival::Record(unsafe { record(message) }));
                }
            }
            rd::RD_KAFKA_EVENT_ERROR => self.error(&event, take),
            rd::RD_KAFKA_EVENT_LOG => {
                self.log(&event);
                take(Arrival::Other);
            }
            _ => take(Arrival::Other),
        }
        true
    }

    fn error(&self, event: &Owned<rd::rd_kafka_event_t>, take: impl FnOnce(Arrival<'_>)) {
        // SAFETY: `event` is valid while it is borrowed.
        let code = unsafe { raw::rd_kafka_event_error(event.0) };
        let about = Owned(
            // SAFETY: as above; null, or a copy that is ours.
            unsafe { rd::rd_kafka_event_topic_partition(event.0) },
            rd::rd_kafka_topic_partition_destroy,
        );
        if about.0.is_null() {
            // SAFETY: as above.
            let words = unsafe { rd::rd_kafka_event_error_string(event.0) };
            // SAFETY: null or a string that lives as long as `event`.
            let words = unsafe { text(words) };
            if let Ok(known) = rdkafka::types::RDKafkaRespErr::try_from(code) {
                ClientContext::error(&**self.client.context(), KafkaError::Global(known.into()), &words);
            }
            return take(Arrival::Other);
        }
        // SAFETY: not null; its layout is checked in `raw`, and it lives until the end of this function.
        let about = unsafe { &*about.0.cast::<raw::Partition>() };
        // SAFETY: a NUL-terminated string of `about`.
        let topic = unsafe { CStr::from_ptr(about.topic) };
        let partition = about.partition;
        take(match code {
            END => Arrival::End {
                topic,
                partition,
                offset: about.offset,
            },
            code => Arrival::Trouble { topic, partition, code },
        });
    }

    fn log(&self, event: &Owned<rd::rd_kafka_event_t>) {
        let (mut facility, mut line, mut level): (*const c_char, *const c_char, _) = (ptr::null(), ptr::null(), 0);
        // SAFETY: `event` is valid while it is borrowed, and the three places are ours to be written to.
        let said = unsafe { rd::rd_kafka_event_log(event.0, &raw mut facility, &raw mut line, &raw mut level) };
        if said == 0 {
            // SAFETY: null or a string that lives as long as `event`.
            let (facility, line) = (unsafe { text(facility) }, unsafe {
                // SAFETY: as above.
                text(line)
            });
            self.client.context().line(level, &facility, line.trim());
        }
    }
}

/// # Safety
/// What `message` points to lives as long as it is borrowed.
unsafe fn record(message: &raw::Message) -> Record<'_> {
    // SAFETY: a topic handle that lives as long as the record.
    let name = unsafe { rd::rd_kafka_topic_name(message.rkt) };
    let whole: *const raw::Message = message;
    // SAFETY: the record is valid; the type of the timestamp is not asked for.
    let timestamp = unsafe { rd::rd_kafka_message_timestamp(whole.cast(), ptr::null_mut()) };
    Record {
        // SAFETY: a NUL-terminated string that lives as long as the record.
        topic: unsafe { CStr::from_ptr(name) },
        partition: message.partition,
        offset: message.offset,
        timestamp: (timestamp >= 0).then_some(timestamp),
        // SAFETY: null, or as many bytes as the length beside it says, which live as long as the record.
        key: unsafe { slice(message.key.cast(), message.key_len) },
        // SAFETY: as above.
        value: unsafe { slice(message.payload.cast(), message.len) },
    }
}

/// # Safety
/// `first` is null or points to `size` bytes that live as long as `'a`.
unsafe fn slice<'a>(first: *const u8, size: usize) -> Option<&'a [u8]> {
    // SAFETY: the caller vouches for it.
    (!first.is_null()).then(|| unsafe { std::slice::from_raw_parts(first, size) })
}
