//! One connector instance or task: its state, its failures.

use crate::Timestamp;
use crate::facts::InstanceFacts;
use crate::observe::{ListedInstance, Source};
use crate::settings::Settings;
use crate::state::State;
use crate::trace;
use crate::transition::Change;

/// Failures kept per instance, whatever the window says.
const MOST_FAILURES: usize = 32;

/// The next facts of an instance and what changed, if anything did.
pub(super) fn next(
    before: Option<&InstanceFacts>,
    seen: &ListedInstance,
    (source, at): (Source, Timestamp),
    settings: &Settings,
) -> (InstanceFacts, Option<Change>) {
    let moved = before.is_some_and(|old| old.worker_id != seen.worker_id);
    let state_changed = before.is_none_or(|old| old.state != seen.state);
    let failed_anew = seen.state == State::Failed && failed_anew(before, seen);
    let changed = state_changed || moved || failed_anew;

    let mut failures: Vec<Timestamp> = before.map(|old| old.failures.clone()).unwrap_or_default();
    if failed_anew {
        failures.push(at);
    }
    prune(&mut failures, at, settings, changed);

    let since = match before {
        Some(old) if !changed => old.since,
        _ => at,
    };
    let next = InstanceFacts {
        state: seen.state.clone(),
        since,
        worker_id: seen.worker_id.clone(),
        trace: seen.trace.clone().or_else(|| last_trace(before, &failures)),
        trace_id: seen.trace_id.clone(),
        version: seen
            .version
            .clone()
            .or_else(|| before.and_then(|old| old.version.clone())),
        failures,
        source: match before {
            Some(old) if !changed => old.source,
            _ => source,
        },
        rest: before.filter(|_| !changed).and_then(|old| old.rest.clone()),
    };
    let change = changed.then(|| Change::State {
        from: before.map(|old| old.state.clone()),
        to: seen.state.clone(),
        from_worker: before.filter(|_| moved).map(|old| old.worker_id.clone()),
        worker: seen.worker_id.clone(),
        root_cause: seen
            .trace
            .as_deref()
            .and_then(trace::root_cause)
            .map(|cause| cause.line),
        inferred: failed_anew && !state_changed,
    });
    (next, change)
}

/// What failed a moment ago and runs again keeps its last trace as long as that failure counts: whoever looks at a
/// crash loop finds it running half of the time.
fn last_trace(before: Option<&InstanceFacts>, failures: &[Timestamp]) -> Option<std::sync::Arc<str>> {
    before
        .filter(|_| !failures.is_empty())
        .and_then(|old| old.trace.clone())
}

/// A FAILED instance failed anew when it was not FAILED before, or failed elsewhere, or with another trace: the
/// restart between the two was too quick to be seen.
fn failed_anew(before: Option<&InstanceFacts>, seen: &ListedInstance) -> bool {
    match before {
        None => true,
        Some(old) if old.state != State::Failed => true,
        Some(old) => old.worker_id != seen.worker_id || old.trace_id != seen.trace_id,
    }
}

/// Forgets failures beyond the window, but only together with another change: an old failure that merely ages is no
/// reason to write a row.
fn prune(failures: &mut Vec<Timestamp>, at: Timestamp, settings: &Settings, changed: bool) {
    if changed {
        failures.retain(|failure| at - *failure < settings.crash_window);
        let surplus = failures.len().saturating_sub(MOST_FAILURES);
        failures.drain(..surplus);
    }
}
