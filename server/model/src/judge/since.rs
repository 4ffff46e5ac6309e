//! Since when a health holds.

use super::case::Case;
use crate::Timestamp;
use crate::verdict::Health;

/// Since when a health holds: since before if it was so before; else since its evidence began, unless that is older
/// than the health which it ends (a worker that returns makes healthy what ran there all along): then since now. What is
/// unknown because its cluster fell silent is so since one moment, whatever was found of it before.
pub(super) fn since(
    case: &Case<'_>,
    health: Health,
    found: Timestamp,
    before: Option<(Health, Timestamp)>,
) -> Timestamp {
    let asked_or_lost = matches!(health, Health::Paused | Health::Stopped | Health::Unknown);
    match before {
        Some((old, since)) if old == health => since,
        _ if case.surroundings.silence.is_some() => found,
        // Nothing was known meanwhile, so nothing is known to have ended: what was so before goes on.
        Some((Health::Unknown, _)) if health.unhealthy() => found,
        // The grace ran out: it is UNASSIGNED since it was.
        Some((Health::Restarting, since)) if found >= since => found,
        // A loop ends by the passing of time, whatever else happened since the last failure.
        Some((Health::CrashLooping, _)) if !asked_or_lost => case.now,
        Some((_, since)) if found <= since => case.now,
        _ => found,
    }
}
