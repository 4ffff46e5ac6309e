//! The demo fleet comes up with every connector in its shape, and REST says of the killed worker's what it always says.

use lab::demo::DemoFleet;
use lab::shell::Bench;
use lab::{Lab, LabOptions, Result};

#[tokio::test(flavor = "multi_thread")]
async fn every_demo_connector_gets_into_its_shape() -> Result<()> {
    let lab = std::sync::Arc::new(Lab::start(LabOptions::default()).await?);
    let fleet = DemoFleet::start(&lab).await?;
    let bench = Bench::new(lab, vec![fleet.orders.clone(), fleet.legacy.clone()]);

    let states = bench.run("states orders").await?;
    assert_eq!(states.lines().count(), 11, "{states}");
    assert!(bench.run("workers").await?.contains("leader"));
    assert!(bench.run("rest legacy-1 GET /").await?.contains("3.9.1"));
    assert!(bench.run("topics").await?.contains("returns 2"));
    assert!(bench.run("produce returns:1 some  text").await?.contains("done"));
    assert!(bench.run("kill nobody").await.is_err());
    Ok(())
}
