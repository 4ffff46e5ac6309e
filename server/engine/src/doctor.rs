//! The doctor: asks everything that the configuration names, once, and says what is wrong and what to do about it.

mod clusters;
mod database;
mod finding;
mod kafkas;
mod progress;
mod told;
mod topics;
mod twice;

use std::collections::BTreeMap;
use std::sync::Arc;

use model::Clock;
use store::Store;
use url::Url;

pub use database::DatabaseBeside;
pub use finding::{Finding, Severity, Untold};

use crate::watch::{WorkerClient, policy};
use crate::{ClusterSpec, FleetSpec, KafkaSpec};

/// Examines the database: whether it answers, what version it is, how far its clock is from ours, and whether a server could
/// run on it.
pub async fn examine_database(store: &Store, beside: DatabaseBeside<'_>, clock: &dyn Clock) -> Vec<Finding> {
    database::examine(store, beside, clock).await
}

/// Examines every Kafka cluster and every Connect cluster. Takes as long as the slowest of them, at most about 20 s. `store`
/// is the database, where there is one: what it holds decides whether clusters that look alike are taken for one.
pub async fn examine_fleet(spec: &FleetSpec, store: Option<&Store>) -> Vec<Finding> {
    let mut findings = Vec::new();
    if spec.clusters.is_empty() {
        findings.push(
            Finding::of("configuration", Severity::Note, "no cluster is configured").todo(
                "run `signalbox doctor --url http://WORKER:8083` with the address of one worker; it prints what to put into the file",
            ),
        );
    }
    let mut seen = clusters::examine_all(spec, &mut findings).await;
    kafkas::examine_all(spec, &mut seen, &mut findings).await;
    twice::examine(&seen, spec, store, &mut findings).await;
    findings
}

/// Why the workers of a cluster cannot be spoken to as it is configured: authorities, certificates, keys or credentials that
/// no client can be made of. Nobody is asked.
///
/// # Errors
/// What is wrong with the first such cluster.
pub fn examine_clients(spec: &FleetSpec) -> Result<(), String> {
    for cluster in &spec.clusters {
        WorkerClient::new(cluster, policy(spec)).map_err(|problem| format!("cluster {}: {problem}", cluster.name))?;
    }
    Ok(())
}

/// A configuration of one cluster, made of addresses alone: for `doctor` without a file.
pub fn spec_of(urls: Vec<Url>, bootstrap: Option<&str>) -> FleetSpec {
    let kafka_name: Arc<str> = "main".into();
    let kafka: BTreeMap<Arc<str>, KafkaSpec> = bootstrap
        .map(|bootstrap| {
            (
                kafka_name.clone(),
                KafkaSpec {
                    bootstrap: bootstrap.into(),
                    properties: BTreeMap::new(),
                },
            )
        })
        .into_iter()
        .collect();
    let cluster = ClusterSpec {
        kafka: (!kafka.is_empty()).then_some(kafka_name),
        ..ClusterSpec::new("connect".into(), urls)
    };
    FleetSpec {
        kafka,
        clusters: if cluster.urls.is_empty() {
            Vec::new()
        } else {
            vec![cluster]
        },
        ..FleetSpec::default()
    }
}
