use std::collections::BTreeMap;
use std::time::Duration;

use model::names::ClusterName;
use model::secrets::{Definitions, FingerprintKey, KeyDefinition};
use store::{Batch, ConcealFrom, Error};

use crate::database::{Database, until};
use crate::sample::{config, connector, empty, fresh};

fn definitions(kind: &str) -> Definitions {
    Definitions {
        keys: BTreeMap::from([(
            "connection.password".into(),
            KeyDefinition {
                kind: kind.into(),
                default: Some("none".into()),
                documentation: "The password.".into(),
                ..KeyDefinition::default()
            },
        )]),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn definitions_are_kept_by_cluster_class_and_version() {
    let database = Database::new().await;
    let store = database.store().await;
    let cluster = ClusterName::from("orders");
    let lease = store
        .acquire(&"connect/orders".into(), "a", Duration::from_secs(60))
        .await
        .unwrap()
        .expect("free");
    let put = async |class: &str, version, kind| {
        store
            .put_definitions(&lease, &cluster, class, version, &definitions(kind))
            .await
            .unwrap();
    };
    put("a.B", Some("1.0"), "STRING").await;
    put("a.B", Some("1.0"), "PASSWORD").await;
    put("a.B", None, "LIST").await;
    let get =
        async |cluster: &str, class: &str, version| store.definitions(&cluster.into(), class, version).await.unwrap();
    assert_eq!(get("orders", "a.B", Some("1.0")).await, Some(definitions("PASSWORD")));
    assert_eq!(get("orders", "a.B", None).await, Some(definitions("LIST")));
    assert_eq!(get("orders", "a.B", Some("2.0")).await, None);
    assert_eq!(get("legacy", "a.B", Some("1.0")).await, None);
    let all = store.all_definitions(&cluster).await.unwrap();
    let told: Vec<_> = all
        .iter()
        .map(|kept| (kept.class.as_ref(), kept.version.as_deref()))
        .collect();
    assert_eq!(told, [("a.B", None), ("a.B", Some("1.0"))]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_called_a_password_by_now_is_masked_under_the_lease_and_under_no_older_one() {
    let database = Database::new().await;
    let store = database.store().await;
    let (unit, cluster) = ("connect/orders".into(), ClusterName::from("orders"));
    let short = Duration::from_millis(500);
    let old = store.acquire(&unit, "a", short).await.unwrap().expect("free");
    let fresh = fresh(1);
    let connectors = [connector("jdbc", Some(config('a', true))), connector("lines", None)];
    let batch = Batch {
        connectors: &connectors,
        ..empty(&cluster, &fresh)
    };
    store.commit(&old, &batch).await.unwrap();
    let long = Duration::from_secs(60);
    let new = until("the takeover", async || store.acquire(&unit, "b", long).await.unwrap()).await;
    let passwords = Definitions {
        keys: BTreeMap::from([(
            "connection.url".into(),
            KeyDefinition {
                kind: "PASSWORD".into(),
                ..KeyDefinition::default()
            },
        )]),
    };
    let key = FingerprintKey::new(b"a key of the test");
    let conceal = async |lease, class| {
        let from = ConcealFrom::default();
        store.conceal(lease, &cluster, class, &passwords, &key, from).await
    };
    let before = database.dump().await;
    assert!(before.contains("jdbc:postgresql://db1/shop"));
    let refused = conceal(&old, "io.example.JdbcSink").await.map(|_| ()).unwrap_err();
    assert!(matches!(refused, Error::Fenced { epoch: 1, .. }), "{refused}");
    assert_eq!(database.dump().await, before, "nothing was written");

    let (of_others, _) = conceal(&new, "io.example.Other").await.unwrap();
    assert!(of_others.is_empty());
    let (found, next) = conceal(&new, "io.example.JdbcSink").await.unwrap();
    assert_eq!((found.len(), next), (1, None));
    assert_eq!(found[0].connector.as_str(), "jdbc");
    assert_eq!(found[0].config.config.text("connection.url"), None);
    let quoting = "cannot reach jdbc:postgresql://db1/shop";
    assert!(!found[0].redactor.strike(quoting).contains("db1"));
    let versions = store.config_versions(&cluster, &"jdbc".into()).await.unwrap();
    assert_eq!(versions.len(), 1);
    assert_eq!(versions[0].config.config.text("connection.url"), None);
    let (again, _) = conceal(&new, "io.example.JdbcSink").await.unwrap();
    assert!(again.is_empty(), "once");
}
