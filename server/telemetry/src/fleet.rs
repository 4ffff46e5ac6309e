//! Names of the fleet's series, which are rendered from the view and not from counters in this process.

/// One metric family: name, type and help, as the Prometheus text format wants them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Family {
    /// Its name.
    pub name: &'static str,
    /// `gauge` or `counter`.
    pub kind: &'static str,
    /// One sentence.
    pub help: &'static str,
}

const fn gauge(name: &'static str, help: &'static str) -> Family {
    Family {
        name,
        kind: "gauge",
        help,
    }
}

/// 0 or 1, always present for every connector.
pub const CONNECTOR_HEALTHY: Family = gauge(
    "signalbox_connector_healthy",
    "0 when the connector needs a person (crash_looping, failed, degraded, stalled, unassigned, no_tasks, lagging, unknown), else 1.",
);
/// The current verdict.
pub const CONNECTOR_HEALTH: Family = gauge(
    "signalbox_connector_health",
    "1 for the connector's current health, which is the label health.",
);
/// Age of what is known.
pub const CONNECTOR_OBSERVATION_AGE: Family = gauge(
    "signalbox_connector_observation_age_seconds",
    "Seconds since the connector's state was last seen.",
);
/// Tasks by state.
pub const CONNECTOR_TASKS: Family = gauge(
    "signalbox_connector_tasks",
    "Tasks of the connector by the state that REST reports; states without a task are absent.",
);
/// Owner as labels.
pub const CONNECTOR_OWNER: Family = gauge(
    "signalbox_connector_owner",
    "1, with the owning team as a label; absent for connectors that nobody owns.",
);
/// How far behind, in records.
pub const CONNECTOR_LAG_RECORDS: Family = gauge(
    "signalbox_connector_lag_records",
    "Records that the sink has not committed, over all partitions of which that is known: at least so many. Absent while it is known of none, or only of such in which none waits.",
);
/// How far behind, in seconds.
pub const CONNECTOR_LAG_SECONDS: Family = gauge(
    "signalbox_connector_lag_seconds",
    "Age in seconds of the oldest record that the sink has not committed, 0 when none waits; absent while nothing tells.",
);
/// How old the newest change is.
pub const CONNECTOR_FRESHNESS: Family = gauge(
    "signalbox_connector_freshness_seconds",
    "Seconds since the newest change that the source has read was made; absent where its offsets carry no time.",
);
/// Reachability.
pub const CLUSTER_REACHABLE: Family = gauge(
    "signalbox_cluster_reachable",
    "1 while a worker of the cluster answers REST, else 0; 0 for a cluster that is refused too, see signalbox_cluster_refused. \
     Absent while nobody has looked at the cluster for the stale limit, as when the database of Signalbox is away.",
);
/// Age of what is known of a cluster.
pub const CLUSTER_OBSERVATION_AGE: Family = gauge(
    "signalbox_cluster_observation_age_seconds",
    "Seconds since the connectors of the cluster were last listed.",
);
/// Age of what each source told.
pub const CLUSTER_SOURCE_AGE: Family = gauge(
    "signalbox_cluster_source_age_seconds",
    "Seconds since the source last told of the cluster: rest (its connectors were listed) or group (Kafka told the members \
     of its Connect group).",
);
/// Counts by health.
pub const CLUSTER_CONNECTORS: Family = gauge("signalbox_cluster_connectors", "Connectors of the cluster by health.");
/// Workers by whether they live.
pub const CLUSTER_WORKERS: Family = gauge(
    "signalbox_cluster_workers",
    "Workers of the cluster by whether they live: yes, no or unknown.",
);
/// Clusters that may be configured twice.
pub const CLUSTER_PERHAPS_SAME: Family = gauge(
    "signalbox_cluster_perhaps_same",
    "1, with another watched cluster as a label that may be this same one, so that both are counted; absent else.",
);
/// Clusters that are configured twice.
pub const CLUSTER_REFUSED: Family = gauge(
    "signalbox_cluster_refused",
    "1, with the cluster as a label that this one is again, so that it is neither watched nor counted; absent else.",
);
/// Open faults.
pub const FAULTS_OPEN: Family = gauge("signalbox_faults_open", "Open faults by cluster, domain and class.");

/// Every family of the fleet.
pub const FAMILIES: [Family; 16] = [
    CONNECTOR_HEALTHY,
    CONNECTOR_HEALTH,
    CONNECTOR_OBSERVATION_AGE,
    CONNECTOR_TASKS,
    CONNECTOR_OWNER,
    CONNECTOR_LAG_RECORDS,
    CONNECTOR_LAG_SECONDS,
    CONNECTOR_FRESHNESS,
    CLUSTER_REACHABLE,
    CLUSTER_OBSERVATION_AGE,
    CLUSTER_SOURCE_AGE,
    CLUSTER_CONNECTORS,
    CLUSTER_WORKERS,
    CLUSTER_PERHAPS_SAME,
    CLUSTER_REFUSED,
    FAULTS_OPEN,
];
