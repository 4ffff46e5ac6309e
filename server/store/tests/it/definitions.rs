use std::collections::BTreeMap;
use std::time::Duration;

use model::names::ClusterName;
use model::secrets::{Definitions, KeyDefinition};

use crate::database::Database;

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
