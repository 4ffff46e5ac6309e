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

pub use finding::{Finding, Severity};

use crate::{ClusterSpec, FleetSpec, KafkaSpec, Tls};

/// Examines the database: whether it answers, what version it is, and how far its clock is from ours.
pub async fn examine_database(store: &Store, clock: &dyn Clock) -> Vec<Finding> {
    database::examine(store, clock).await
}

/// Examines every Kafka cluster and every Connect cluster. Takes as long as the slowest of them, at most about 20 s.
pub async fn examine_fleet(spec: &FleetSpec) -> Vec<Finding> {
    let mut findings = Vec::new();
    if spec.clusters.is_empty() {
        findings.push(
            Finding::new("configuration", Severity::Note, "no cluster is configured").todo(
                "run `signalbox doctor --url http://WORKER:8083` with the address of one worker; it prints what to put into the file",
            ),
        );
    }
    let mut seen = clusters::examine_all(spec, &mut findings).await;
    kafkas::examine_all(spec, &mut seen, &mut findings).await;
    twice::examine(&seen, spec, &mut findings);
    findings
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
        name: "connect".into(),
        formerly: Vec::new(),
        urls,
        auth: None,
        tls: Tls::default(),
        labels: BTreeMap::new(),
        kafka: (!kafka.is_empty()).then_some(kafka_name),
        group_id: None,
        topics: Default::default(),
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
