//! The connector instance beside its tasks: what is said of it, and since when.

use std::sync::Arc;

use chrono::TimeDelta;
use model::actor::Right;
use model::facts::Freshness;
use model::names::ConnectorId;
use model::record::{ClusterRecord, ConnectorRecord};
use model::verdict::Health;
use serde_json::json;

use crate::stage::{Stage, actor};

#[test]
fn since_when_an_instance_is_what_it_is_said_to_be() {
    let stage = Stage::new(&[]);
    let now = stage.console.now();
    let ago = |seconds| now - TimeDelta::seconds(seconds);
    let heard = Some(now);
    // The state was seen 100 s ago, the verdict began 60 s ago, the worker is gone for 31 s.
    for (state, verdict, alive, expected) in [
        ("RUNNING", "healthy", "yes", (Health::Healthy, 100)),
        ("RUNNING", "failed", "yes", (Health::Healthy, 100)),
        ("RUNNING", "failed", "dead", (Health::Unassigned, 31)),
        ("RUNNING", "unassigned", "yes", (Health::Unassigned, 60)),
        ("RUNNING", "unknown", "dead", (Health::Unknown, 60)),
        ("UNASSIGNED", "failed", "dead", (Health::Unassigned, 100)),
    ] {
        let facts = json!({
            "name": "one",
            "first_seen": ago(1_000),
            "instance": { "state": state, "since": ago(100), "worker_id": "w:8083" },
        });
        let verdict = json!({ "health": verdict, "since": ago(60), "reasons": [] });
        let worker =
            json!({ "id": "w:8083", "alive": alive, "since": ago(31), "evidence": "", "first_seen": ago(1_000) });
        let mut record = ClusterRecord::empty(&"orders".into());
        record.connectors = vec![ConnectorRecord {
            facts: Arc::new(serde_json::from_value(facts).unwrap()),
            verdict: Arc::new(serde_json::from_value(verdict).unwrap()),
            owner: None,
        }];
        record.workers = vec![Arc::new(serde_json::from_value(worker).unwrap())];
        record.fresh = Freshness {
            rest: heard,
            answered: heard,
            tried: heard,
            ..Freshness::default()
        };
        stage.put(record);
        let id = ConnectorId {
            cluster: "orders".into(),
            name: "one".into(),
        };
        let detail = stage.console.connector(&actor([Right::See]), &id).unwrap();
        let instance = detail.instance.unwrap();
        let told = (instance.health, (now - instance.health_since).num_seconds());
        assert_eq!(told, expected, "{state} on a worker that is alive: {alive}");
    }
}
