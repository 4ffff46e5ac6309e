//! Every observation as it was taken, in the log, for those who ask: at the level `trace` of `engine::observed`, one line
//! of JSON each, masked like everything that is kept. From these lines the history can be worked out again elsewhere.

use model::Timestamp;
use model::names::ClusterName;
use model::observe::Observation;
use tracing::{Level, enabled, trace, warn};

const TARGET: &str = "engine::observed";

/// An observation that the ledger of `cluster` takes `now`.
pub(crate) fn took(cluster: &ClusterName, observation: &Observation, now: Timestamp) {
    if !enabled!(target: TARGET, Level::TRACE) {
        return;
    }
    match serde_json::to_string(observation) {
        Ok(json) => trace!(target: TARGET, %cluster, now = %now.to_rfc3339(), observation = %json),
        Err(error) => warn!(%cluster, %error, "an observation cannot be written as JSON"),
    }
}

/// A beat at which due verdicts of all clusters are judged.
pub(crate) fn beat(now: Timestamp) {
    trace!(target: TARGET, beat = %now.to_rfc3339());
}
