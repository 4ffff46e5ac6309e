//! What the workers of one cluster have in common.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use bytes::Bytes;

use super::behaviour::Behaviour;
use super::connector::FakeConnector;
use super::plugins::Added;
use super::version::Version;

/// What all workers of a cluster know.
pub(super) struct Shared {
    pub(super) version: Version,
    pub(super) state: Mutex<State>,
}

pub(super) struct State {
    /// The id that every worker says.
    pub(super) kafka_cluster_id: String,
    pub(super) connectors: BTreeMap<String, FakeConnector>,
    /// Advertised addresses by number of the worker.
    pub(super) ids: Vec<String>,
    pub(super) behaviours: Vec<Behaviour>,
    /// Plugins beside those that every worker has, by worker.
    pub(super) added: Vec<Added>,
    /// Method and target of every request, by worker.
    pub(super) requests: Vec<Vec<String>>,
    /// How often each method and target was asked of each worker.
    pub(super) counts: Vec<BTreeMap<String, u64>>,
    /// The expanded list as last written; forgotten with every change.
    pub(super) written: Option<Bytes>,
    /// When something changed last, and when the expanded list was first asked for after that.
    pub(super) changed: Option<Instant>,
    pub(super) shown: Option<Instant>,
}

impl Shared {
    pub(super) fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
