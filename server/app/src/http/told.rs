//! Which answers that failed are told in the log. A page that failed here and names its trace always is: somebody will
//! look for it. Of the others, and of what was refused, so many a second that a flood does not flood the log.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use http::StatusCode;

/// Answers of one status that are told within a second.
const AT_ONCE: u32 = 10;
const SECOND: Duration = Duration::from_secs(1);

/// Beside an answer: it names its trace, which a person reads there.
#[derive(Clone, Copy, Debug)]
pub(super) struct Named;

/// What was told lately, by status.
#[derive(Debug, Default)]
pub(super) struct Told(Mutex<BTreeMap<u16, Lately>>);

#[derive(Debug)]
struct Lately {
    since: Instant,
    told: u32,
    left_out: u64,
}

impl Told {
    /// Whether an answer is told, and then how many of its status before it were not.
    pub(super) fn due(&self, status: StatusCode, named: bool, now: Instant) -> Option<u64> {
        // What was refused is only told where somebody reads its trace.
        if !(status.is_server_error() || named && status.is_client_error()) {
            return None;
        }
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let lately = all.entry(status.as_u16()).or_insert(Lately {
            since: now,
            told: 0,
            left_out: 0,
        });
        if now.duration_since(lately.since) >= SECOND {
            (lately.since, lately.told) = (now, 0);
        }
        // What goes wrong inside is never left out; whoever asks for what is not there may do so without end.
        let always = status == StatusCode::INTERNAL_SERVER_ERROR || named && status.is_server_error();
        if !always && lately.told >= AT_ONCE {
            lately.left_out += 1;
            return None;
        }
        lately.told = lately.told.saturating_add(1);
        Some(std::mem::take(&mut lately.left_out))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_is_told_in_part_and_counted_and_a_named_trace_always() {
        let told = Told::default();
        let began = Instant::now();
        let busy = StatusCode::SERVICE_UNAVAILABLE;
        assert_eq!(told.due(StatusCode::OK, false, began), None);
        assert_eq!(told.due(StatusCode::NOT_FOUND, false, began), None);
        let refused = (0..1000).filter(|_| told.due(StatusCode::NOT_FOUND, true, began).is_some());
        assert_eq!(refused.count(), AT_ONCE as usize);
        let first = (0..1000).filter(|_| told.due(busy, false, began).is_some());
        assert_eq!(first.count(), AT_ONCE as usize);
        let other = told.due(StatusCode::BAD_GATEWAY, false, began);
        assert_eq!(other, Some(0), "another status has its own room");
        assert_eq!(told.due(busy, true, began), Some(990), "the trace that somebody reads");
        assert_eq!(told.due(busy, false, began + SECOND / 2), None);
        assert_eq!(told.due(busy, false, began + SECOND), Some(1));
        let inside = (0..1000).filter(|_| told.due(StatusCode::INTERNAL_SERVER_ERROR, false, began).is_some());
        assert_eq!(inside.count(), 1000);
    }
}
