//! Clusters that share a Kafka cluster are one unit, and none of them delays another.

use engine::{ClusterSpec, KafkaSpec};
use model::verdict::Health;
use testkit::fake::{Behaviour, FakeCluster, FakeConnector, Version, traces};

use crate::database::Database;
use crate::harness::{Rig, cluster, spec};

#[tokio::test(flavor = "multi_thread")]
async fn neither_a_hung_neighbour_nor_an_absent_kafka_delays_a_cluster() {
    let database = Database::new().await;
    let (quick, hung) = (
        FakeCluster::start(Version::V4_3_1, 1).unwrap(),
        FakeCluster::start(Version::V4_3_1, 1).unwrap(),
    );
    quick.put(FakeConnector::sink("invoices", 1));
    hung.put(FakeConnector::sink("lines", 1));
    let on_kafka = |name: &str, fake: &FakeCluster| ClusterSpec {
        kafka: Some("main".into()),
        ..cluster(name, &fake.urls())
    };
    let mut spec = spec(vec![on_kafka("slow", &hung), on_kafka("orders", &quick)]);
    let nobody = KafkaSpec {
        bootstrap: "127.0.0.1:1".into(),
        properties: Default::default(),
    };
    spec.kafka.insert("main".into(), nobody);
    let rig = Rig::start(&database, spec).await;
    rig.until("both", |fleet| {
        let slow = &fleet.clusters.get("slow")?.connectors;
        let orders = &fleet.clusters.get("orders")?.connectors;
        (slow.len() == 1 && orders.len() == 1).then_some(())
    })
    .await;
    let leases = rig.store.leases().await.unwrap();
    let units: Vec<&str> = leases.iter().map(|lease| lease.unit.as_str()).collect();
    assert_eq!(units, ["kafka/main"]);

    hung.behave(0, Behaviour::Hang);
    for _ in 0..2 {
        let began = std::time::Instant::now();
        quick.set_state("invoices", Some(0), "FAILED", Some(traces::BARE));
        rig.until_health("invoices", Health::Failed).await;
        quick.set_state("invoices", Some(0), "RUNNING", None);
        rig.until_health("invoices", Health::Healthy).await;
        assert!(began.elapsed().as_secs() < 5, "{:?}", began.elapsed());
    }
    rig.stop().await;
}
