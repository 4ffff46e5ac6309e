use chrono::{DateTime, Datelike, Months};
use store::{Error, TimelineFilter};

use crate::database::{Database, run};
use crate::sample::entries;

async fn partitions(database: &Database, parent: &str) -> Vec<String> {
    let mut raw = database.raw().await;
    sqlx::query_scalar(
        "SELECT relname::text FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid
         WHERE inhparent = to_regclass($1) AND relkind = 'r' ORDER BY relname",
    )
    .bind(parent)
    .fetch_all(&mut raw)
    .await
    .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn months_are_made_ahead_and_once() {
    let database = Database::new().await;
    let store = database.store().await;
    let now = store.ping().await.unwrap().clock;
    let name = |parent: &str, ahead| {
        let month = now.date_naive().with_day(1).unwrap() + Months::new(ahead);
        format!("{parent}_{}", month.format("y%Ym%m"))
    };
    for parent in ["feed", "history", "audit", "counts"] {
        let expected: Vec<_> = (0..3).map(|ahead| name(parent, ahead)).collect();
        assert_eq!(partitions(&database, parent).await, expected);
    }
    store.ensure_partitions(now).await.unwrap();
    store.ensure_partitions(now).await.unwrap();
    assert_eq!(partitions(&database, "feed").await.len(), 3);

    // A server whose clock runs ahead gets its own months beside those of Postgres.
    store
        .ensure_partitions(DateTime::from_timestamp(4_102_444_800, 0).unwrap())
        .await
        .unwrap();
    assert_eq!(
        partitions(&database, "feed").await[3..],
        ["feed_y2100m01", "feed_y2100m02", "feed_y2100m03"]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn servers_that_start_together_make_them_together() {
    let database = Database::new().await;
    let store = database.store().await;
    let mut starting = tokio::task::JoinSet::new();
    for _ in 0..6 {
        let (store, url) = (store.clone(), database.url.clone());
        starting.spawn(async move {
            store::Store::migrate(&url).await.unwrap();
            store
                .ensure_partitions(DateTime::from_timestamp(4_102_444_800, 0).unwrap())
                .await
                .unwrap();
        });
    }
    starting.join_all().await;
    assert_eq!(partitions(&database, "history").await.len(), 6);
}

#[tokio::test(flavor = "multi_thread")]
async fn old_months_are_dropped_and_the_present_one_is_not() {
    let database = Database::new().await;
    let store = database.store().await;
    let mut raw = database.raw().await;
    let entry = serde_json::to_string(&entries(&"orders".into())[0]).unwrap();
    for month in ["2024-02", "2024-03", "2024-12"] {
        run(
            &mut raw,
            format!(
                "SELECT signalbox_make_partition(parent, '{month}-10') FROM unnest(ARRAY['feed', 'history', 'audit', 'counts']) parent;
                 INSERT INTO history (id, at, recorded_at, cluster, kind, entry)
                 VALUES ({}, '{month}-28', '{month}-28 23:59:59+00', 'orders', 'x', '{entry}')",
                month.replace('-', "")
            ),
        )
        .await;
    }
    let march = DateTime::parse_from_rfc3339("2024-04-01T00:00:00Z").unwrap().to_utc();
    assert_eq!(
        store
            .drop_partitions(march - chrono::TimeDelta::seconds(1))
            .await
            .unwrap(),
        3,
        "February"
    );
    assert_eq!(store.drop_partitions(march).await.unwrap(), 3, "March");
    let left = store
        .timeline(&TimelineFilter {
            limit: 10,
            ..TimelineFilter::default()
        })
        .await
        .unwrap();
    assert_eq!(left.iter().map(|item| item.id).collect::<Vec<_>>(), [202_412]);
    assert_eq!(
        partitions(&database, "audit").await.len(),
        6,
        "the audit record is kept"
    );

    let far = DateTime::from_timestamp(7_000_000_000, 0).unwrap();
    assert_eq!(store.drop_partitions(far).await.unwrap(), 3, "December");
    assert_eq!(
        partitions(&database, "feed").await.len(),
        3,
        "the present month and those ahead stay"
    );
    assert_eq!(partitions(&database, "counts").await.len(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_functions_take_no_other_table_and_no_odd_month() {
    let database = Database::new().await;
    let mut raw = database.raw().await;
    for bad in [
        "SELECT signalbox_make_partition('leases', now())",
        "SELECT signalbox_make_partition('feed; DROP TABLE leases', now())",
        "SELECT signalbox_make_partition(NULL, now())",
        "SELECT signalbox_make_partition('feed', NULL)",
        "SELECT signalbox_make_partition('feed', 'infinity')",
        "SELECT signalbox_make_partition('feed', '1999-01-01')",
        "SELECT signalbox_drop_partitions('connectors', now())",
        "SELECT signalbox_drop_partitions('feed', NULL)",
    ] {
        let error = sqlx::query(bad).execute(&mut raw).await.expect_err(bad);
        let code = error.as_database_error().unwrap().code().unwrap().into_owned();
        assert_eq!(code, "22023", "{bad}: {error}");
    }
    let store = database.store().await;
    let early = DateTime::from_timestamp(0, 0).unwrap();
    assert!(matches!(store.ensure_partitions(early).await, Err(Error::Other(_))));
}
