//! All workers of a cluster are killed, and start again.

use lab::artifacts::OLDER;
use lab::{ClusterSpec, Lab};
use serde_json::Value;

use crate::plant;
use crate::server::{Server, Watched};
use crate::story::{members, only, verdict};
use crate::until::until;

const CLUSTER: &str = "away";

#[tokio::test(flavor = "multi_thread")]
async fn a_cluster_that_is_away_is_unknown_and_nothing_of_it_is_lost() {
    let lab = Lab::shared().await.unwrap();
    let cluster = lab
        .connect_cluster(ClusterSpec::new(CLUSTER).version(OLDER))
        .await
        .unwrap();
    let server = Server::start(&lab.broker().bootstrap(), &[Watched::of(&cluster)]).await;
    plant::sink(lab, &cluster, "away-sink", &[]).await;
    plant::source(lab, &cluster, "away-source").await;
    plant::poisoned_sink(lab, &cluster, "away-poisoned", "no JSON").await;
    plant::sink(lab, &cluster, "away-paused", &[]).await;
    cluster.target_state("away-paused", "pause").await.unwrap();
    let settled = [
        ("away-paused", "paused"),
        ("away-poisoned", "failed"),
        ("away-sink", "healthy"),
        ("away-source", "healthy"),
    ];
    for (name, wanted) in settled {
        server.verdict(CLUSTER, name, wanted).await;
    }
    let before = server.connector(CLUSTER, "away-poisoned").await;
    let own = server.faults(CLUSTER).await.remove(0);

    for worker in cluster.workers() {
        worker.kill().unwrap();
    }
    // Beside it stands the fault that was open before: nobody knows whether it was mended.
    let fault = until("all are unknown by one fault", 60, async || {
        let list = list(&server).await;
        assert_eq!(list.len(), settled.len(), "{list:?}");
        if let Some(other) = list.iter().find(|connector| verdict(connector) != "unknown") {
            return Err(other.to_string());
        }
        match &server.faults(CLUSTER).await[..] {
            [fault, unheard] if unheard["id"] == own["id"] && unheard["unheard_since"].is_string() => Ok(fault.clone()),
            faults => Err(format!("{faults:?}")),
        }
    })
    .await;
    assert_eq!(
        (&fault["domain"], &fault["class"]),
        (&Value::from("infrastructure"), &Value::from("worker")),
        "{fault}"
    );
    assert_eq!(
        (&fault["scope"]["kind"], &fault["scope"]["name"]),
        (&Value::from("cluster"), &Value::from(CLUSTER))
    );
    assert_eq!(members(&fault), settled.map(|(name, _)| name));
    let about = server.cluster(CLUSTER).await;
    assert_eq!(
        (&about["reachable"], &about["stale"]),
        (&Value::Bool(false), &Value::Bool(true)),
        "{about}"
    );
    // What was known last is still shown, and marked as old.
    let kept = server.connector(CLUSTER, "away-poisoned").await;
    assert_eq!(
        (&kept["health"]["stale"], &kept["deleted_at"]),
        (&Value::Bool(true), &Value::Null),
        "{kept}"
    );
    for key in ["state", "class", "kind"] {
        assert_eq!(kept[key], before[key], "{key}");
    }
    assert_eq!(kept["target_state"]["value"], before["target_state"]["value"]);
    assert_eq!(kept["tasks"][0]["state"], "FAILED");
    let metrics = server.get("/metrics").await.body;
    for (name, _) in settled {
        let series = format!("signalbox_connector_healthy{{cluster=\"{CLUSTER}\",connector=\"{name}\"}} 0");
        assert!(metrics.contains(&series), "{series} in {metrics}");
    }

    for worker in cluster.workers() {
        worker.launch().unwrap();
    }
    // A worker that starts has empty lists for a while: nothing may be missing at any time.
    until("all are as they were", 120, async || {
        let list = list(&server).await;
        assert_eq!(list.len(), settled.len(), "a connector was lost: {list:?}");
        let at = |name: &str| list.iter().find(|connector| connector["name"] == name).map(verdict);
        let wrong = settled.iter().find(|(name, wanted)| at(name) != Some(wanted));
        wrong.map_or(Ok(()), |(name, _)| Err(format!("{name} {:?}", at(name))))
    })
    .await;
    for (name, wanted) in settled {
        let allowed = ["unknown", "restarting", "unassigned", wanted];
        // The instance starts before its tasks do, so that the failed one may be healthy for a moment.
        only(&server, CLUSTER, name, &[&allowed[..], &["healthy"]].concat()).await;
        let entries = server.timeline(CLUSTER, name).await;
        assert!(
            entries
                .iter()
                .all(|entry| !entry["text"].as_str().unwrap().contains("deleted")),
            "{entries:#?}"
        );
        assert_eq!(server.connector(CLUSTER, name).await["deleted_at"], Value::Null);
    }
    // Where a look met that moment, the fault ended with it and another one began.
    let verdicts = crate::story::verdicts(&server, CLUSTER, "away-poisoned").await;
    let back = verdicts.iter().rposition(|verdict| verdict == "unknown");
    let met = back.is_some_and(|back| verdicts[back..].iter().any(|verdict| verdict == "healthy"));
    until("the fault of the cluster has ended", 20, async || {
        let faults = server.faults(CLUSTER).await;
        match &faults[..] {
            [still] if met || still["id"] == own["id"] && still["opened_at"] == own["opened_at"] => {
                assert_eq!(members(still), ["away-poisoned"]);
                assert_eq!(still["unheard_since"], Value::Null);
                Ok(())
            }
            _ => Err(format!("{faults:?}")),
        }
    })
    .await;
}

async fn list(server: &Server) -> Vec<Value> {
    let list = server.api(&format!("/connectors?cluster={CLUSTER}")).await;
    list["items"].as_array().unwrap().clone()
}
