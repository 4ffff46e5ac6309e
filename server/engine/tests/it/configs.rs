//! Config versions: what changed, by which keys, and readable again once definitions are known.

use model::record::Entry;
use model::transition::Change;
use model::verdict::Health;
use testkit::fake::{FakeCluster, FakeConnector, Version};

use crate::database::Database;
use crate::harness::Rig;

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_config_is_a_version_with_its_keys() {
    let database = Database::new().await;
    let fake = FakeCluster::start(Version::V4_3_1, 1).unwrap();
    fake.put(FakeConnector::source("lines", 1).with("batch.size", "100"));
    let rig = Rig::watching(&database, &fake).await;
    rig.until_health("lines", Health::Healthy).await;
    let text = |cluster: &view::Cluster, key: &str| {
        let config = cluster.connectors["lines"].facts().config.clone().unwrap();
        config.config.text(key).map(str::to_owned)
    };
    rig.until_cluster("definitions", |orders| {
        text(orders, "batch.size").as_deref() == Some("100")
    })
    .await;
    let changes = async || {
        let history = rig.history(Some("lines")).await;
        let change = |item: model::record::HistoryItem| match item.entry {
            Entry::Transition(transition) => match transition.change {
                Change::Config { from, keys, .. } => Some((from.is_some(), keys)),
                _ => None,
            },
            _ => None,
        };
        history.into_iter().filter_map(change).collect::<Vec<_>>()
    };
    assert_eq!(changes().await.len(), 1, "learning definitions makes no version");

    fake.edit("lines", |connector| {
        connector.config.insert("batch.size".into(), "500".into());
    });
    rig.until_cluster("the new version", |orders| {
        text(orders, "batch.size").as_deref() == Some("500")
    })
    .await;
    let told = changes().await;
    assert_eq!(told.len(), 2);
    assert!(told[0].0);
    let keys: Vec<&str> = told[0].1.iter().map(|key| &**key).collect();
    assert_eq!(keys, ["batch.size"]);
    let versions = rig
        .store
        .config_versions(&"orders".into(), &"lines".into())
        .await
        .unwrap();
    assert_eq!(versions.len(), 2);
    assert_eq!(versions[0].config.config.text("batch.size"), Some("500"));
    assert_eq!(versions[1].config.config.text("batch.size"), Some("100"));
    rig.stop().await;
}
