//! The demo's connectors: what three teams run on two clusters, and in which shape each of them is meant to be.

/// The shape a demo connector settles in, in REST's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// The connector runs and so does every one of this many tasks.
    Running(usize),
    /// The connector runs, its only task has died.
    TaskFailed,
    /// The connector runs, one of its two tasks has died.
    OneTaskFailed,
    /// The connector instance itself has failed; its task goes on.
    InstanceFailed,
    /// Its only task fails 5 s after every start and is restarted every 10 s.
    CrashLoop,
    /// Paused by its team.
    Paused,
    /// Stopped by its team.
    Stopped,
    /// Runs, and has nothing to run.
    NoTasks,
}

impl Shape {
    /// The states REST shows for the connector and its tasks, once settled.
    pub fn states(self) -> (&'static str, &'static [&'static str]) {
        match self {
            Self::Running(1) => ("RUNNING", &["RUNNING"]),
            Self::Running(_) => ("RUNNING", &["RUNNING", "RUNNING"]),
            Self::TaskFailed | Self::CrashLoop => ("RUNNING", &["FAILED"]),
            Self::OneTaskFailed => ("RUNNING", &["FAILED", "RUNNING"]),
            Self::InstanceFailed => ("FAILED", &["RUNNING"]),
            Self::Paused => ("PAUSED", &["PAUSED"]),
            Self::Stopped => ("STOPPED", &[]),
            Self::NoTasks => ("RUNNING", &[]),
        }
    }
}

/// One connector of the demo. In values `@bootstrap@` is the broker and `@files@` the directory of the file connectors.
#[derive(Debug)]
pub struct DemoConnector {
    /// Its cluster's name.
    pub cluster: &'static str,
    /// Its name; the part before the first dash is its team.
    pub name: &'static str,
    /// The shape it settles in.
    pub shape: Shape,
    /// What differs from Connect's defaults.
    pub config: &'static [(&'static str, &'static str)],
}

/// The connector that is restarted every 10 s, on `orders`.
pub const CRASH_LOOP: &str = "logistics-carrier-feed";
/// The connector whose config the script edits now and then, on `orders`.
pub const EDITED: &str = "payments-transactions";
/// The topic one of whose records the mirror's transformation refuses.
pub const RETURNS: &str = "returns";
/// What the planted secrets look like; they must be seen nowhere but in the config itself.
pub const PLANTED_SECRETS: [&str; 2] = ["demo-planted-password-2718", "demo-planted-url-password-3141"];

const FILE_SOURCE: (&str, &str) = (
    "connector.class",
    "org.apache.kafka.connect.file.FileStreamSourceConnector",
);
const FILE_SINK: (&str, &str) = (
    "connector.class",
    "org.apache.kafka.connect.file.FileStreamSinkConnector",
);
const GENERATOR: (&str, &str) = (
    "connector.class",
    "org.apache.kafka.connect.tools.VerifiableSourceConnector",
);
const MIRROR: (&str, &str) = (
    "connector.class",
    "org.apache.kafka.connect.mirror.MirrorSourceConnector",
);

/// All connectors of the demo.
pub const CONNECTORS: &[DemoConnector] = &[
    DemoConnector {
        cluster: "orders",
        name: EDITED,
        shape: Shape::Running(1),
        config: &[
            GENERATOR,
            ("topic", "payments.transactions"),
            ("throughput", "5"),
            ("id", "1"),
        ],
    },
    DemoConnector {
        cluster: "orders",
        name: "payments-ledger-sink",
        shape: Shape::Running(2),
        config: &[
            FILE_SINK,
            ("topics", "payments.transactions"),
            ("file", "@files@/ledger.out"),
            ("tasks.max", "2"),
            (
                "connection.url",
                "jdbc:postgresql://ledger-db.payments.internal:5432/ledger?user=ledger&password=demo-planted-url-password-3141",
            ),
            ("connection.user", "ledger"),
            ("connection.password", "demo-planted-password-2718"),
            ("api.token", "${vault:payments/ledger:token}"),
        ],
    },
    DemoConnector {
        cluster: "orders",
        name: "payments-fraud-alerts",
        shape: Shape::TaskFailed,
        config: &[
            FILE_SINK,
            ("topics", "payments.fraud-alerts"),
            ("file", "@files@/fraud-alerts.out"),
        ],
    },
    DemoConnector {
        cluster: "orders",
        name: "payments-card-updates",
        shape: Shape::Stopped,
        config: &[
            GENERATOR,
            ("topic", "payments.card-updates"),
            ("throughput", "1"),
            ("id", "2"),
        ],
    },
    DemoConnector {
        cluster: "orders",
        name: "logistics-shipments",
        shape: Shape::Running(1),
        config: &[
            FILE_SOURCE,
            ("topic", "logistics.shipments"),
            ("file", "@files@/shipments.txt"),
        ],
    },
    DemoConnector {
        cluster: "orders",
        name: "logistics-tracking-sink",
        shape: Shape::Running(1),
        config: &[
            FILE_SINK,
            ("topics", "logistics.shipments"),
            ("file", "@files@/tracking.out"),
        ],
    },
    DemoConnector {
        cluster: "orders",
        name: "logistics-mirror-returns",
        shape: Shape::OneTaskFailed,
        config: &[
            MIRROR,
            ("source.cluster.alias", "eu"),
            ("target.cluster.alias", "main"),
            ("source.cluster.bootstrap.servers", "@bootstrap@"),
            ("target.cluster.bootstrap.servers", "@bootstrap@"),
            ("topics", RETURNS),
            ("tasks.max", "2"),
            ("replication.factor", "1"),
            ("offset-syncs.topic.replication.factor", "1"),
            ("heartbeats.replication.enabled", "false"),
            (
                "key.converter",
                "org.apache.kafka.connect.converters.ByteArrayConverter",
            ),
            (
                "value.converter",
                "org.apache.kafka.connect.converters.ByteArrayConverter",
            ),
            ("transforms", "return_id"),
            (
                "transforms.return_id.type",
                "org.apache.kafka.connect.transforms.ExtractField$Key",
            ),
            ("transforms.return_id.field", "return_id"),
            ("transforms.return_id.predicate", "deleted"),
            ("predicates", "deleted"),
            (
                "predicates.deleted.type",
                "org.apache.kafka.connect.transforms.predicates.RecordIsTombstone",
            ),
        ],
    },
    DemoConnector {
        cluster: "orders",
        name: CRASH_LOOP,
        shape: Shape::CrashLoop,
        // The sink and not the source of this kind: that one keeps a core busy until it fails.
        config: &[
            ("connector.class", "org.apache.kafka.connect.tools.MockSinkConnector"),
            ("topics", "logistics.shipments"),
            ("mock_mode", "task-failure"),
            ("delay_ms", "5000"),
        ],
    },
    DemoConnector {
        cluster: "legacy",
        name: "logistics-pickup-slots",
        shape: Shape::Paused,
        config: &[
            GENERATOR,
            ("topic", "logistics.pickup-slots"),
            ("throughput", "1"),
            ("id", "3"),
        ],
    },
    DemoConnector {
        cluster: "orders",
        name: "platform-heartbeat",
        shape: Shape::Running(1),
        config: &[
            (
                "connector.class",
                "org.apache.kafka.connect.mirror.MirrorHeartbeatConnector",
            ),
            ("source.cluster.alias", "eu"),
            ("target.cluster.alias", "main"),
            ("source.cluster.bootstrap.servers", "@bootstrap@"),
            ("target.cluster.bootstrap.servers", "@bootstrap@"),
            ("heartbeats.topic.replication.factor", "1"),
        ],
    },
    DemoConnector {
        cluster: "orders",
        name: "platform-audit-sink",
        shape: Shape::InstanceFailed,
        config: &[
            ("connector.class", "org.apache.kafka.connect.tools.MockSinkConnector"),
            ("topics", "platform.audit"),
            ("mock_mode", "connector-failure"),
            // Long enough for its task to be there first, also on a busy machine.
            ("delay_ms", "5000"),
        ],
    },
    DemoConnector {
        cluster: "legacy",
        name: "logistics-inventory",
        shape: Shape::Running(1),
        config: &[
            FILE_SOURCE,
            ("topic", "logistics.inventory"),
            ("file", "@files@/inventory.txt"),
        ],
    },
    DemoConnector {
        cluster: "legacy",
        name: "logistics-inventory-sink",
        shape: Shape::Running(1),
        config: &[
            FILE_SINK,
            ("topics", "logistics.inventory"),
            ("file", "@files@/inventory.out"),
        ],
    },
    DemoConnector {
        cluster: "legacy",
        name: "payments-invoices",
        shape: Shape::Running(1),
        config: &[
            GENERATOR,
            ("topic", "payments.invoices"),
            ("throughput", "2"),
            ("id", "4"),
        ],
    },
    DemoConnector {
        cluster: "orders",
        name: "platform-replicate-archive",
        shape: Shape::NoTasks,
        config: &[
            MIRROR,
            ("source.cluster.alias", "archive"),
            ("target.cluster.alias", "main"),
            ("source.cluster.bootstrap.servers", "@bootstrap@"),
            ("target.cluster.bootstrap.servers", "@bootstrap@"),
            ("topics", "archive-2019-.*"),
            ("replication.factor", "1"),
            ("offset-syncs.topic.replication.factor", "1"),
            ("heartbeats.replication.enabled", "false"),
        ],
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_teams_run_connectors_in_every_shape() {
        let mut teams: Vec<&str> = CONNECTORS.iter().filter_map(|c| c.name.split('-').next()).collect();
        teams.sort_unstable();
        teams.dedup();
        assert_eq!(teams, ["logistics", "payments", "platform"]);
        for shape in [
            Shape::TaskFailed,
            Shape::OneTaskFailed,
            Shape::InstanceFailed,
            Shape::CrashLoop,
            Shape::Paused,
            Shape::Stopped,
            Shape::NoTasks,
        ] {
            assert_eq!(CONNECTORS.iter().filter(|c| c.shape == shape).count(), 1, "{shape:?}");
        }
    }

    #[test]
    fn the_planted_secrets_are_planted() {
        let planted = |secret: &str| {
            CONNECTORS
                .iter()
                .flat_map(|c| c.config)
                .any(|(_, value)| value.contains(secret))
        };
        assert!(PLANTED_SECRETS.iter().all(|secret| planted(secret)));
    }
}
