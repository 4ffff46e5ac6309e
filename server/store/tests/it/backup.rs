//! Everything taken out of one database and put into another.

use std::time::Duration;

use model::facts::Alive;
use model::names::ClusterName;
use model::record::Changed;
use model::secrets::Fingerprint;
use store::{Batch, Error, Refill, Snapshot, Store, Table};

use crate::audit::item;
use crate::database::{Database, run};
use crate::sample::{about, config, connector, empty, entries, fault, fresh, worker};

/// What was read of each table.
type Rows = Vec<(Table, Vec<u8>, u64)>;

async fn taken(database: &Database) -> (i64, Vec<model::Timestamp>, Option<String>, Rows) {
    let mut snapshot = Snapshot::open(&database.url).await.unwrap();
    let mut all = Vec::new();
    for table in snapshot.tables().to_vec() {
        let mut rows = Vec::new();
        let count = snapshot.read(&table, &mut rows).await.unwrap();
        all.push((table, rows, count));
    }
    let outcome = (
        snapshot.schema(),
        snapshot.months().to_vec(),
        snapshot.key().map(str::to_owned),
        all,
    );
    snapshot.close().await.unwrap();
    outcome
}

/// A database with one of everything, some of it years old.
async fn filled() -> (Database, Store) {
    let database = Database::new().await;
    let store = database.store().await;
    store.check_key(&Fingerprint::from_hex(&"a".repeat(64))).await.unwrap();
    let lease = store
        .acquire(&"connect/orders".into(), "a", Duration::from_secs(60))
        .await
        .unwrap()
        .expect("free");
    let cluster = ClusterName::from("orders");
    let (about, fresh_now) = (about(), fresh(40));
    let batch = Batch {
        about: Some(&about),
        workers: &[worker("[::1]:8083", Alive::Yes)],
        connectors: &[
            connector("tab\tand\nline \\N", Some(config('a', true))),
            connector("z'; DROP TABLE feed; --", None),
        ],
        entries: &entries(&cluster),
        faults: &[fault("f1", &cluster, None)],
        feed: &[(None, Changed::Cluster), (Some("a".into()), Changed::Verdict)],
        ..empty(&cluster, &fresh_now)
    };
    store.commit(&lease, &batch).await.unwrap();
    let count = store::Count {
        cluster,
        counted: [(model::verdict::Health::Healthy, 3)].into(),
        as_before: false,
    };
    let now = store.ping().await.unwrap().clock;
    store.count(&lease, now, &[count]).await.unwrap();
    let none = std::collections::BTreeMap::new();
    store
        .put_progress(&lease, &"orders".into(), now, Some(&none))
        .await
        .unwrap();
    store.audit(&item("one")).await.unwrap();
    store.audit(&item("two")).await.unwrap();
    run(
        &mut database.raw().await,
        "SELECT signalbox_make_partition('history', '2024-03-10');
         INSERT INTO history SELECT -id, at, '2024-03-11', cluster, connector, kind, entry FROM history;
         SELECT signalbox_make_partition('counts', '2024-02-10');
         INSERT INTO counts SELECT '2024-02-11', cluster, '2024-02-11', minutes FROM counts"
            .into(),
    )
    .await;
    (database, store)
}

async fn put(rows: &Rows, schema: i64, months: &[model::Timestamp], into: &Database) {
    let mut refill = Refill::open(&into.url, schema, months).await.unwrap();
    for (table, bytes, count) in rows {
        assert_eq!(
            refill.fill(table, &mut bytes.as_slice()).await.unwrap(),
            *count,
            "{}",
            table.name
        );
    }
    refill.finish().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_taken_out_is_whole_and_comes_back_as_it_was() {
    let (database, store) = filled().await;
    let before = database.dump().await;
    let (schema, months, key, rows) = taken(&database).await;
    assert_eq!(key.as_deref(), Some("a".repeat(64).as_str()));
    assert_eq!(months.len(), 3, "{months:?}");

    let other = Database::bare().await;
    put(&rows, schema, &months, &other).await;
    assert_eq!(other.dump().await, before);

    let restored = other.store().await;
    assert_eq!(
        restored.audits(9, None).await.unwrap(),
        store.audits(9, None).await.unwrap()
    );
    restored.audit(&item("three")).await.unwrap();
    assert_eq!(restored.audits(9, None).await.unwrap()[0].id, 3, "the counter goes on");
    // Epochs go on too, and nobody waits for a holder that is elsewhere.
    let lease = restored
        .acquire(&"connect/orders".into(), "b", Duration::from_secs(60))
        .await
        .unwrap()
        .expect("free at once");
    assert_eq!(lease.epoch(), 2);
    let cluster = ClusterName::from("orders");
    let fresh_now = fresh(41);
    let more = Batch {
        feed: &[(None, Changed::Cluster)],
        ..empty(&cluster, &fresh_now)
    };
    let head = store.load_fleet().await.unwrap().0;
    assert_eq!(restored.commit(&lease, &more).await.unwrap(), Some(head + 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_as_of_one_moment_whatever_is_written_meanwhile() {
    let (database, store) = filled().await;
    let mut snapshot = Snapshot::open(&database.url).await.unwrap();
    store.audit(&item("late")).await.unwrap();
    let audit = snapshot
        .tables()
        .iter()
        .find(|table| table.name == "audit")
        .unwrap()
        .clone();
    let mut rows = Vec::new();
    assert_eq!(snapshot.read(&audit, &mut rows).await.unwrap(), 2);
    assert!(!String::from_utf8(rows).unwrap().contains("late"));
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_put_where_something_is() {
    let (database, _) = filled().await;
    let (schema, months, _, rows) = taken(&database).await;
    let before = database.dump().await;
    match Refill::open(&database.url, schema, &months).await {
        Err(Error::NotEmpty { table }) => assert!(rows.iter().any(|(known, ..)| known.name == table), "{table}"),
        Err(other) => panic!("{other}"),
        Ok(_) => panic!("a database with rows was taken for an empty one"),
    }
    assert_eq!(database.dump().await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_of_a_newer_version_are_refused() {
    let empty = Database::bare().await;
    match Refill::open(&empty.url, 9_999, &[]).await {
        Err(Error::NewerSchema { theirs: 9_999, ours }) => assert!(ours < 9_999),
        Err(other) => panic!("{other}"),
        Ok(_) => panic!("rows of a schema that is not known here were taken"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_breaks_off_leaves_the_database_empty() {
    let (database, _) = filled().await;
    let (schema, months, _, rows) = taken(&database).await;
    let other = Database::bare().await;
    let mut refill = Refill::open(&other.url, schema, &months).await.unwrap();
    let (table, bytes, _) = rows.iter().find(|(table, ..)| table.name == "connectors").unwrap();
    refill.fill(table, &mut bytes.as_slice()).await.unwrap();
    // As if the process were killed here.
    drop(refill);
    put(&rows, schema, &months, &other).await;
    assert_eq!(other.dump().await, database.dump().await);

    // Rows cut off in the middle of a value, and a table that only a file knows.
    let third = Database::bare().await;
    let mut refill = Refill::open(&third.url, schema, &months).await.unwrap();
    let refused = refill.fill(table, &mut &bytes[..9]).await;
    assert!(matches!(refused, Err(Error::Other(_))), "{refused:?}");
    let mut refill = Refill::open(&third.url, schema, &months).await.unwrap();
    let invented = Table {
        name: "pg_authid".into(),
        columns: vec!["rolname".into()],
    };
    assert!(matches!(
        refill.fill(&invented, &mut &b"x\n"[..]).await,
        Err(Error::Corrupt(_))
    ));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_of_something_else_is_told() {
    let bare = Database::bare().await;
    match Snapshot::open(&bare.url).await {
        Err(error) => assert!(error.to_string().contains("holds nothing of Signalbox"), "{error}"),
        Ok(_) => panic!("an empty database was backed up"),
    }
}

/// A backup that was taken before counts were kept, and a database of that time.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_older_than_the_counts_is_carried_over_too() {
    let (database, _) = filled().await;
    let (_, months, _, mut rows) = taken(&database).await;
    rows.retain(|(table, ..)| !matches!(table.name.as_str(), "counts" | "measures" | "progress" | "spent"));
    let other = Database::bare().await;
    put(&rows, 4, &months, &other).await;
    assert!(other.store().await.counts_since(months[0]).await.unwrap().is_empty());

    let third = Database::bare().await;
    let refill = Refill::open(&third.url, 4, &[]).await.unwrap();
    drop(refill);
    let (schema, months, ..) = taken(&third).await;
    assert_eq!((schema, months.len()), (4, 0));
}
