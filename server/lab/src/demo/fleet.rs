//! The demo's fleet comes to be: topics and first records, connectors, and the wait until each is in its shape.

use super::connectors::{CONNECTORS, RETURNS, Shape};
use crate::cluster::ConnectCluster;
use crate::{Lab, Result};

/// Makes the topics and the first records, the poisonous ones among them.
///
/// # Errors
/// [`crate::Error::Kafka`] and [`crate::Error::Io`].
pub async fn lay_out(lab: &Lab) -> Result<()> {
    let topics = [
        ("payments.transactions", 4),
        ("payments.fraud-alerts", 1),
        (RETURNS, 2),
        ("logistics.shipments", 1),
    ];
    for (topic, partitions) in topics
        .into_iter()
        .chain([("logistics.inventory", 1), ("platform.audit", 1)])
    {
        lab.create_topic(topic, partitions).await?;
    }
    for number in 0..20 {
        let alert = format!(r#"{{"transaction": {number}, "score": 0.{number:02}}}"#);
        lab.produce("payments.fraud-alerts", None, None, Some(&alert)).await?;
        lab.produce(RETURNS, Some(number % 2), None, Some(&format!("return {number}")))
            .await?;
    }
    // No JSON, so the sink's converter gives up; a deletion whose key is no struct, so the mirror's transformation does.
    lab.produce(
        "payments.fraud-alerts",
        None,
        None,
        Some("score=0.97 for transaction 20"),
    )
    .await?;
    lab.produce(RETURNS, Some(0), Some("R-1001"), None).await?;
    super::script::append(lab, "shipments.txt", "shipment 1 left Hamburg")?;
    super::script::append(lab, "inventory.txt", "sku 1001: 40 pieces")
}

/// Creates all connectors of `cluster` and brings each into its target state.
///
/// # Errors
/// [`crate::Error::Refused`] when a worker does not like one.
pub async fn create(lab: &Lab, cluster: &ConnectCluster) -> Result<()> {
    let files = lab.sub_directory("files")?.display().to_string();
    for connector in CONNECTORS
        .iter()
        .filter(|connector| connector.cluster == cluster.name())
    {
        let values: Vec<(&str, String)> = connector
            .config
            .iter()
            .map(|(key, value)| {
                (
                    *key,
                    value
                        .replace("@bootstrap@", &lab.broker().bootstrap())
                        .replace("@files@", &files),
                )
            })
            .collect();
        let config: Vec<(&str, &str)> = values.iter().map(|(key, value)| (*key, value.as_str())).collect();
        cluster.create_connector(connector.name, &config).await?;
    }
    for connector in CONNECTORS
        .iter()
        .filter(|connector| connector.cluster == cluster.name())
    {
        match connector.shape {
            Shape::Paused => cluster.target_state(connector.name, "pause").await?,
            Shape::Stopped => cluster.target_state(connector.name, "stop").await?,
            _ => {}
        }
    }
    Ok(())
}

/// Waits until every connector of `cluster` is in its shape.
///
/// # Errors
/// [`crate::Error::Deadline`] with the states of the one that is not.
pub async fn settle(cluster: &ConnectCluster) -> Result<()> {
    for connector in CONNECTORS
        .iter()
        .filter(|connector| connector.cluster == cluster.name())
    {
        let (state, tasks) = connector.shape.states();
        cluster.wait_for_states(connector.name, state, tasks).await?;
    }
    Ok(())
}
