//! What users may do: ACLs, which the safe binding does not know.

use std::ffi::{CStr, c_char};
use std::sync::Arc;
use std::time::Duration;

use rdkafka::producer::{FutureProducer, Producer};

use super::{Code, INVALID_ARG, Owned, TIMED_OUT, each, millis, raw, rd};
use crate::voice::Voice;

/// Something that users may be allowed to do.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rule<'a> {
    /// A group; otherwise a topic.
    pub group: bool,
    pub name: &'a CStr,
    /// As in `User:name`.
    pub principal: &'a CStr,
    /// DESCRIBE; otherwise READ, which includes it.
    pub describe: bool,
}

/// Allows it, or takes the permission back; blocks for at most about `wait`.
pub(crate) fn change(
    client: &Arc<FutureProducer<Voice>>,
    rule: Rule<'_>,
    allowed: bool,
    wait: Duration,
) -> Result<(), Code> {
    use rd::rd_kafka_AclOperation_t::{RD_KAFKA_ACL_OPERATION_DESCRIBE, RD_KAFKA_ACL_OPERATION_READ};
    use rd::rd_kafka_AclPermissionType_t::RD_KAFKA_ACL_PERMISSION_TYPE_ALLOW;
    use rd::rd_kafka_ResourcePatternType_t::RD_KAFKA_RESOURCE_PATTERN_LITERAL;
    use rd::rd_kafka_ResourceType_t::{RD_KAFKA_RESOURCE_GROUP, RD_KAFKA_RESOURCE_TOPIC};
    let kind = if rule.group {
        RD_KAFKA_RESOURCE_GROUP
    } else {
        RD_KAFKA_RESOURCE_TOPIC
    };
    let operation = match rule.describe {
        true => RD_KAFKA_ACL_OPERATION_DESCRIBE,
        false => RD_KAFKA_ACL_OPERATION_READ,
    };
    let make = match allowed {
        true => rd::rd_kafka_AclBinding_new,
        // A filter is of the same type.
        false => rd::rd_kafka_AclBindingFilter_new,
    };
    let mut problem: [c_char; 256] = [0; 256];
    let rk = client.client().native_ptr();
    let queue = Owned(
        // SAFETY: `rk` is valid while the client lives, which the caller holds.
        unsafe { rd::rd_kafka_queue_new(rk) },
        rd::rd_kafka_queue_destroy,
    );
    let binding = Owned(
        // SAFETY: strings that outlive the call, which copies them, and a place as long as said.
        unsafe {
            make(
                kind,
                rule.name.as_ptr(),
                RD_KAFKA_RESOURCE_PATTERN_LITERAL,
                rule.principal.as_ptr(),
                c"*".as_ptr(),
                operation,
                RD_KAFKA_ACL_PERMISSION_TYPE_ALLOW,
                problem.as_mut_ptr(),
                problem.len(),
            )
        },
        rd::rd_kafka_AclBinding_destroy,
    );
    if binding.0.is_null() {
        return Err(INVALID_ARG);
    }
    let ask = match allowed {
        true => rd::rd_kafka_CreateAcls,
        false => rd::rd_kafka_DeleteAcls,
    };
    let mut bindings = [binding.0];
    // SAFETY: all pointers are valid, and librdkafka copies the rules; without options it takes its own.
    unsafe { ask(rk, bindings.as_mut_ptr(), bindings.len(), std::ptr::null(), queue.0) };
    let event = Owned(
        // SAFETY: the queue is valid and polled by nobody else; the event is ours.
        unsafe { rd::rd_kafka_queue_poll(queue.0, millis(wait)) },
        rd::rd_kafka_event_destroy,
    );
    if event.0.is_null() {
        return Err(TIMED_OUT);
    }
    match outcome(&event) {
        0 => Ok(()),
        code => Err(code),
    }
}

/// The first code of the answer that is no success.
fn outcome(event: &Owned<rd::rd_kafka_event_t>) -> Code {
    // SAFETY: `event` is valid while it is borrowed, here and below.
    let code = unsafe { raw::rd_kafka_event_error(event.0) };
    if code != 0 {
        return code;
    }
    let mut count = 0;
    // SAFETY: as above; null when the event is of another type.
    let created = unsafe { rd::rd_kafka_event_CreateAcls_result(event.0) };
    let errors: Vec<*const rd::rd_kafka_error_t> = if created.is_null() {
        // SAFETY: as above.
        let deleted = unsafe { rd::rd_kafka_event_DeleteAcls_result(event.0) };
        if deleted.is_null() {
            return TIMED_OUT;
        }
        // SAFETY: a result that lives as long as `event`.
        let all = unsafe { rd::rd_kafka_DeleteAcls_result_responses(deleted, &raw mut count) };
        let all = each(all.cast_const(), i32::try_from(count).unwrap_or(0));
        // SAFETY: an element of the array, which lives as long as `event`.
        let all = all.map(|one| unsafe { *one });
        // SAFETY: a valid response; null means no error.
        all.map(|one| unsafe { rd::rd_kafka_DeleteAcls_result_response_error(one) })
            .collect()
    } else {
        // SAFETY: a result that lives as long as `event`.
        let all = unsafe { rd::rd_kafka_CreateAcls_result_acls(created, &raw mut count) };
        let all = each(all.cast_const(), i32::try_from(count).unwrap_or(0));
        // SAFETY: an element of the array, which lives as long as `event`.
        let all = all.map(|one| unsafe { *one });
        // SAFETY: a valid outcome; null means no error.
        all.map(|one| unsafe { rd::rd_kafka_acl_result_error(one) }).collect()
    };
    // SAFETY: null (which the function takes for success) or an error that lives as long as `event`.
    let mut codes = errors.iter().map(|error| unsafe { raw::rd_kafka_error_code(*error) });
    codes.find(|code| *code != 0).unwrap_or(0)
}
