use std::time::{Duration, Instant};

use model::names::ClusterName;
use model::record::Changed;
use model::transition::Change;
use store::Batch;

use crate::database::Database;
use crate::sample::{config, connector, empty, fresh, next_number, transition};

#[tokio::test(flavor = "multi_thread")]
async fn two_thousand_connectors_in_one_batch() {
    let database = Database::new().await;
    let store = database.store().await;
    let cluster = ClusterName::from("orders");
    let lease = store
        .acquire(&"connect/orders".into(), "a", Duration::from_secs(60))
        .await
        .unwrap()
        .expect("free");
    let names: Vec<String> = (0..2000).map(|number| format!("connector-{number:04}")).collect();
    let connectors: Vec<_> = names
        .iter()
        .map(|name| connector(name, Some(config('a', true))))
        .collect();
    let entries: Vec<_> = names
        .iter()
        .map(|name| transition(name, 1, Change::ConnectorAppeared { again: false }))
        .collect();
    let feed: Vec<_> = names
        .iter()
        .map(|name| (Some(name.as_str().into()), Changed::Connector))
        .collect();
    let fresh = fresh(1);
    let batch = Batch {
        connectors: &connectors,
        entries: &entries,
        feed: &feed,
        ..empty(&cluster, &fresh)
    };
    let began = Instant::now();
    assert_eq!(store.commit(&lease, &batch).await.unwrap(), Some(4000));
    let first = began.elapsed();
    let batch = Batch {
        number: next_number(),
        ..batch
    };
    assert_eq!(store.commit(&lease, &batch).await.unwrap(), Some(8000));
    let again = began.elapsed() - first;
    let loaded = store.load_cluster(&cluster).await.unwrap().expect("recorded");
    println!(
        "2,000 connectors: new {first:?}, again {again:?}, loaded {:?}",
        began.elapsed() - first - again
    );
    assert_eq!(loaded.connectors, connectors);
}
