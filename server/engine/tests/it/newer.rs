//! Beside a server of a newer version, which records words that this one does not know.

use std::str::FromStr as _;

use model::record::Entry;
use model::transition::{Change, Subject};
use model::verdict::{Class, Health};
use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _, PgConnection, raw_sql};
use testkit::fake::{FakeCluster, FakeConnector, Version, traces};

use crate::database::Database;
use crate::harness::{Rig, cluster, spec, until};

async fn connect(database: &Database) -> PgConnection {
    PgConnectOptions::from_str(&database.url)
        .unwrap()
        .connect()
        .await
        .unwrap()
}

async fn run(database: &Database, sql: &str) {
    let mut connection = connect(database).await;
    raw_sql(AssertSqlSafe(sql.to_owned()))
        .execute(&mut connection)
        .await
        .unwrap();
    connection.close().await.unwrap();
}

/// What a newer version recorded, locked in the order in which servers do: a fault and an entry of kinds of its own, and
/// two numbers of the feed with words of its own.
const NEWER: &str = r#"
    BEGIN;
    INSERT INTO faults (cluster, id, fault, domain, class, opened_at)
        VALUES ('orders', 'newer', '{"scope": {"kind": "target", "name": "db1:5432"}}', 'connector', 'quota', clock_timestamp());
    UPDATE feed_head SET id = id + 2;
    INSERT INTO feed (id, at, cluster, connector, changed)
        SELECT id - 1, clock_timestamp(), 'orders', NULL, 'incidents' FROM feed_head
        UNION ALL SELECT id, clock_timestamp(), 'orders', 'invoices', 'promises' FROM feed_head;
    INSERT INTO history (id, at, cluster, connector, kind, entry)
        SELECT id, clock_timestamp(), 'orders', 'invoices', 'incident', '{"incident_opened": {"number": 7}}' FROM feed_head;
    COMMIT;
"#;

/// Its verdict on a connector, which the server under test may write over as long as it still learns of the connector.
const VERDICT: &str = r#"
    BEGIN;
    UPDATE connectors SET verdict = verdict || '{"health": "exhausted", "activity": "bursting", "diagnosis":
        {"domain": "partner", "class": "quota", "confidence": 1.0, "root_cause": "spent", "why": "all of it", "cause": {"kind": "overdrawn", "of": {"by": 3}},
         "shared": {"kind": "target", "name": "db1:5432"}}}' WHERE name = 'invoices';
    UPDATE feed_head SET id = id + 1;
    INSERT INTO feed (id, at, cluster, connector, changed)
        SELECT id, clock_timestamp(), 'orders', 'invoices', 'promises' FROM feed_head;
    COMMIT;
"#;

#[tokio::test(flavor = "multi_thread")]
async fn words_of_a_newer_version_hold_nothing_up() {
    let database = Database::new().await;
    let fake = FakeCluster::start(Version::V4_3_1, 1).unwrap();
    for name in ["lines", "invoices"] {
        fake.put(FakeConnector::sink(name, 2));
    }
    let rig = Rig::watching(&database, &fake).await;
    for name in ["lines", "invoices"] {
        rig.until_health(name, Health::Healthy).await;
    }

    run(&database, NEWER).await;
    let diagnosis = until("the newer verdict", async || {
        run(&database, VERDICT).await;
        let fleet = rig.fleet();
        let verdict = fleet.clusters.get("orders")?.connectors.get("invoices")?.verdict();
        verdict.diagnosis.clone().filter(|_| verdict.health == Health::Unknown)
    })
    .await;
    assert_eq!((diagnosis.class, diagnosis.shared), (Class::Unknown, None));
    assert!(fake.set_state("lines", Some(0), "FAILED", Some(traces::BARE)));
    rig.until_health("lines", Health::Degraded).await;
    let faults = rig.fleet().clusters.get("orders").unwrap().faults.clone();
    assert!(faults.iter().all(|fault| &*fault.id != "newer"), "{faults:?}");

    let history = rig.history(Some("invoices")).await;
    let newer = history.iter().find_map(|item| match &item.entry {
        Entry::Transition(transition) if transition.change == Change::Other => Some(transition.subject.clone()),
        _ => None,
    });
    assert_eq!(newer, Some(Subject::Connector("invoices".into())));

    // Nor does it hold up a server that takes over.
    rig.stop().await;
    assert!(fake.set_state("lines", Some(0), "RUNNING", None));
    let rig = Rig::watching(&database, &fake).await;
    for name in ["lines", "invoices"] {
        rig.until_health(name, Health::Healthy).await;
    }
    rig.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_cannot_read_what_is_recorded_leaves_it_to_those_who_can() {
    let database = Database::new().await;
    let fake = FakeCluster::start(Version::V4_3_1, 1).unwrap();
    fake.put(FakeConnector::sink("lines", 1));
    let rig = Rig::watching(&database, &fake).await;
    rig.until_health("lines", Health::Healthy).await;
    rig.stop().await;

    run(&database, "UPDATE connectors SET facts = '\"in a shape of its own\"'").await;
    let rig = Rig::start_as(&database, "older", spec(vec![cluster("orders", &fake.urls())])).await;
    let mut connection = connect(&database).await;
    until("the lease is taken and given back", async || {
        let given_back: bool = sqlx::query_scalar("SELECT bool_and(released) FROM leases WHERE holder LIKE 'older%'")
            .fetch_one(&mut connection)
            .await
            .ok()?;
        given_back.then_some(())
    })
    .await;
    until("readiness tells it", async || {
        telemetry::unread().filter(|why| why.contains("unreadable"))
    })
    .await;
    connection.close().await.unwrap();
    rig.stop().await;
}
