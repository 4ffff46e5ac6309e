//! A client for a worker of the fake.

use std::collections::BTreeMap;
use std::time::Duration;

use connect::wire::Connector;
use connect::{BodyHash, Expanded, Worker};
use egress::{ClientBuilder, Policy};
use model::names::ConnectorName;
use testkit::fake::FakeCluster;
use url::Url;

/// Asks worker 0 with a short deadline.
pub fn worker(cluster: &FakeCluster) -> Worker {
    worker_at(&cluster.url(0))
}

/// Asks the worker at this address with a short deadline.
pub fn worker_at(base: &str) -> Worker {
    let base: Url = base.parse().unwrap();
    let client = ClientBuilder::new(Policy::new(None, [&base]))
        .deadline(Duration::from_secs(2))
        .max_body(1 << 20)
        .build()
        .unwrap();
    Worker::new(client, base)
}

/// The whole expanded list.
pub async fn listed(worker: &Worker) -> (BodyHash, BTreeMap<ConnectorName, Connector>) {
    match worker.list_expanded(None).await.unwrap().value {
        Expanded::Body { hash, connectors } => (hash, connectors),
        Expanded::Unchanged => panic!("nothing was seen before"),
    }
}
