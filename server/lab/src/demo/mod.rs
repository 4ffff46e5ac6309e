//! The demo: two clusters, three teams, fifteen connectors in good and bad shape, and a script that keeps them alive.

pub mod connectors;
pub mod fleet;
pub mod script;
mod server;
mod simulated;

use std::sync::Arc;
use std::time::Duration;

pub use server::{Server, ServerPlan, Watched};
pub use simulated::Simulated;

use crate::cluster::ConnectCluster;
use crate::spec::ClusterSpec;
use crate::{Lab, Result, artifacts};

/// How long `orders` keeps the work of a lost worker back: long enough to look at it.
pub const REBALANCE_DELAY: Duration = Duration::from_secs(120);

/// The demo's two clusters.
#[derive(Debug, Clone)]
pub struct DemoFleet {
    /// Three workers of the newest version.
    pub orders: Arc<ConnectCluster>,
    /// One worker of an older version, later two.
    pub legacy: Arc<ConnectCluster>,
}

impl DemoFleet {
    /// Starts both clusters and creates their connectors; returns when every one is in its shape.
    ///
    /// # Errors
    /// Whatever the lab, the workers or Kafka refuse.
    pub async fn start(lab: &Lab) -> Result<Self> {
        let orders = ClusterSpec::new("orders").workers(3).rebalance_delay(REBALANCE_DELAY);
        let legacy = ClusterSpec::new("legacy").version(artifacts::OLDER);
        let (orders, legacy, laid_out) = tokio::join!(
            lab.connect_cluster(orders),
            lab.connect_cluster(legacy),
            fleet::lay_out(lab)
        );
        let (orders, legacy) = (Arc::new(orders?), Arc::new(legacy?));
        laid_out?;
        tokio::try_join!(fleet::create(lab, &orders), fleet::create(lab, &legacy))?;
        lab.progress().say(format!(
            "created {} connectors; waiting until each is in its shape",
            connectors::CONNECTORS.len()
        ));
        tokio::try_join!(fleet::settle(&orders), fleet::settle(&legacy))?;
        lab.progress()
            .say("every connector is in the shape it is meant to be in");
        Ok(Self { orders, legacy })
    }

    /// What Signalbox is told of it.
    pub fn watched(&self, lab: &Lab) -> Watched {
        let cluster = |cluster: &ConnectCluster| (cluster.name().to_owned(), cluster.urls());
        Watched {
            bootstrap: Some(lab.broker().bootstrap()),
            clusters: vec![cluster(&self.orders), cluster(&self.legacy)],
            banner: None,
        }
    }

    /// Lets the demo live, for ever.
    pub async fn live(&self, lab: &Lab) {
        script::run(lab, &self.orders, &self.legacy).await;
    }
}
