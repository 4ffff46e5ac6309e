//! What one look changed, to be recorded whole or not at all.

use std::collections::BTreeMap;
use std::sync::Arc;

use model::Timestamp;
use model::facts::{ClusterAbout, Freshness, WorkerFacts};
use model::fault::Fault;
use model::names::{ClusterName, ConnectorName, WorkerId};
use model::observe::ListedConfig;
use model::record::{Changed, ConnectorRecord, Entry};

/// What one look at a cluster changed. Rows that did not change are left out; where one subject stands twice, the last
/// one counts.
#[derive(Clone, Copy, Debug)]
pub struct Batch<'a> {
    /// The cluster.
    pub cluster: &'a ClusterName,
    /// Grows with each batch of the cluster under one lease. A batch that is sent again under its number, because the
    /// answer was lost, is recorded once.
    pub number: i64,
    /// The writer's time, for the feed, and for a config version in force that [`Batch::configs`] says nothing of.
    pub at: Timestamp,
    /// The cluster as a whole, when that changed.
    pub about: Option<&'a ClusterAbout>,
    /// Workers that changed.
    pub workers: &'a [Arc<WorkerFacts>],
    /// Workers to forget.
    pub workers_gone: &'a [WorkerId],
    /// Connectors whose facts, verdict, owner or readable config changed.
    pub connectors: &'a [ConnectorRecord],
    /// Configs that came into force, each connector's in their order: also those that others followed before any of them
    /// could be recorded.
    pub configs: &'a [InForce],
    /// Connectors to forget, with their config versions.
    pub connectors_gone: &'a [ConnectorName],
    /// History, in the order in which it happened.
    pub entries: &'a [Entry],
    /// Faults that opened, changed or ended; those with an end are open no more.
    pub faults: &'a [Arc<Fault>],
    /// One number of the feed each, in this order.
    pub feed: &'a [(Option<ConnectorName>, Changed)],
    /// The heartbeat that belongs to the look.
    pub fresh: &'a Freshness,
}

impl<'a> Batch<'a> {
    /// One with nothing in it but the heartbeat.
    pub fn empty(cluster: &'a ClusterName, number: i64, at: Timestamp, fresh: &'a Freshness) -> Self {
        Self {
            cluster,
            number,
            at,
            about: None,
            workers: &[],
            workers_gone: &[],
            connectors: &[],
            configs: &[],
            connectors_gone: &[],
            entries: &[],
            faults: &[],
            feed: &[],
            fresh,
        }
    }
}

/// A config that came into force.
#[derive(Clone, Debug, PartialEq)]
pub struct InForce {
    /// Whose.
    pub connector: ConnectorName,
    /// When it was first seen to be in force this time.
    pub since: Timestamp,
    /// The masked config.
    pub config: Arc<ListedConfig>,
}

/// The records by name; a statement may not touch one row twice, so the last of a name counts.
pub(crate) fn last_by_name(records: &[ConnectorRecord]) -> BTreeMap<&str, &ConnectorRecord> {
    records
        .iter()
        .map(|record| (record.facts.name.as_str(), record))
        .collect()
}
