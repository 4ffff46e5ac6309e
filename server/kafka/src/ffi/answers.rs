//! A queue of a client on which the answers to its admin questions come.

use std::ffi::c_int;
use std::sync::Arc;
use std::time::Duration;

use rdkafka::consumer::{BaseConsumer, Consumer};

use super::{Owned, millis, rd};
use crate::voice::Voice;

/// The queue, and the client that it belongs to.
pub(super) struct Answers {
    // Declared before the client, so that it is dropped before it, as librdkafka demands.
    queue: Owned<rd::rd_kafka_queue_t>,
    client: Arc<BaseConsumer<Voice>>,
}

// SAFETY: the queue may be used and destroyed by any thread, by one at a time; it is not shared (`Answers` is not `Sync`).
unsafe impl Send for Answers {}

impl Answers {
    pub(super) fn new(client: &Arc<BaseConsumer<Voice>>) -> Self {
        let rk = client.client().native_ptr();
        Self {
            // SAFETY: `rk` is valid while the client lives, which is held longer than the queue.
            queue: Owned(unsafe { rd::rd_kafka_queue_new(rk) }, rd::rd_kafka_queue_destroy),
            client: Arc::clone(client),
        }
    }

    /// The client that is asked.
    pub(super) fn client(&self) -> &Arc<BaseConsumer<Voice>> {
        &self.client
    }

    /// The client and the queue as librdkafka takes them; both are valid while this lives.
    pub(super) fn pointers(&self) -> (*mut rd::rd_kafka_t, *mut rd::rd_kafka_queue_t) {
        (self.client.client().native_ptr(), self.queue.0)
    }

    /// Options of a question that librdkafka gives up after so many ms; it takes 1 to 3,600,000.
    pub(super) fn options(
        &self,
        operation: rd::rd_kafka_admin_op_t,
        timeout_ms: c_int,
    ) -> Owned<rd::rd_kafka_AdminOptions_t> {
        let (rk, _) = self.pointers();
        let options = Owned(
            // SAFETY: `rk` is valid while the client lives.
            unsafe { rd::rd_kafka_AdminOptions_new(rk, operation) },
            rd::rd_kafka_AdminOptions_destroy,
        );
        let mut problem = [0; 256];
        let (words, length) = (problem.as_mut_ptr(), problem.len());
        // SAFETY: `options` is not null (librdkafka allocates or aborts) and `problem` is as long as said.
        unsafe { rd::rd_kafka_AdminOptions_set_request_timeout(options.0, timeout_ms, words, length) };
        options
    }

    /// The next answer; `None` if none came within `wait`.
    pub(super) fn next(&self, wait: Duration) -> Option<Owned<rd::rd_kafka_event_t>> {
        let event = Owned(
            // SAFETY: the queue is valid and polled by nobody else; the event is ours.
            unsafe { rd::rd_kafka_queue_poll(self.queue.0, millis(wait)) },
            rd::rd_kafka_event_destroy,
        );
        (!event.0.is_null()).then_some(event)
    }
}
