//! Workers in every condition.

use std::sync::Arc;

use model::facts::{Alive, WorkerFacts};
use model::names::WorkerId;
use model::observe::{HealthAnswer, Plugin};

use super::ago;

/// The worker on which most samples run.
pub(super) const LIVE: &str = "10.0.0.7:8083";
/// A worker that died two minutes ago.
pub(super) const DEAD: &str = "10.0.0.8:8083";
/// A worker that left in order.
pub(super) const GONE: &str = "10.0.0.9:8083";
/// A worker of which nothing is known.
pub(super) const UNSEEN: &str = "connect-3.connect.svc.cluster.local:8083";

/// Alive, dead, gone in order, unknown; the first two with everything that can be known.
pub fn workers() -> Vec<Arc<WorkerFacts>> {
    [
        worker(LIVE, Alive::Yes, 86_400, "a member of the Connect group"),
        worker(
            DEAD,
            Alive::Dead,
            120,
            "it left the Connect group without a word; its address refuses",
        ),
        worker(
            GONE,
            Alive::GoneInOrder,
            3_600,
            "it left the Connect group after its connectors were UNASSIGNED",
        ),
        unseen(),
    ]
    .into_iter()
    .map(Arc::new)
    .collect()
}

fn worker(id: &str, alive: Alive, since: i64, evidence: &str) -> WorkerFacts {
    let lives = alive == Alive::Yes;
    WorkerFacts {
        id: WorkerId::from(id),
        alive,
        since: ago(since),
        first_seen: ago(172_800),
        evidence: evidence.into(),
        version: Some("4.3.1".into()),
        without_work_since: None,
        member_id: None,
        unconfirmed_since: None,
        unnamed_since: None,
        ever_answered: true,
        answered_at: Some(ago(if lives { 2 } else { since })),
        probe_failures: if lives { 0 } else { 24 },
        failing_since: (!lives).then(|| ago(since)),
        member: Some(lives),
        health: Some(HealthAnswer {
            ready: lives,
            word: if lives { "healthy" } else { "unhealthy" }.into(),
            message: "Worker has completed startup and is ready to handle requests.".into(),
        }),
        plugins: Some(Arc::new(plugins())),
    }
}

fn unseen() -> WorkerFacts {
    WorkerFacts {
        id: WorkerId::from(UNSEEN),
        alive: Alive::Unknown,
        since: ago(600),
        first_seen: ago(600),
        evidence: "its advertised address never answered this server".into(),
        version: None,
        ever_answered: false,
        answered_at: None,
        probe_failures: 3,
        failing_since: Some(ago(600)),
        member: None,
        health: None,
        plugins: None,
        without_work_since: None,
        member_id: None,
        unconfirmed_since: None,
        unnamed_since: None,
    }
}

fn plugins() -> Vec<Plugin> {
    [
        (
            "org.apache.kafka.connect.file.FileStreamSinkConnector",
            "sink",
            Some("4.3.1"),
        ),
        (
            "io.debezium.connector.postgresql.PostgresConnector",
            "source",
            Some("3.4.0.Final"),
        ),
        ("com.example.HomeMade", "source", None),
        (
            "org.apache.kafka.connect.json.JsonConverter",
            "converter",
            Some("4.3.1"),
        ),
    ]
    .into_iter()
    .map(|(class, kind, version)| Plugin {
        class: class.into(),
        kind: kind.into(),
        version: version.map(Arc::from),
    })
    .collect()
}
