use std::time::Duration;

use model::names::ClusterName;
use model::secrets::FingerprintKey;
use sqlx::ConnectOptions;
use store::{Batch, Error, Store};

use crate::database::{Database, until};
use crate::sample::{changes, empty, fresh};

#[tokio::test(flavor = "multi_thread")]
async fn the_database_says_how_it_is() {
    let database = Database::new().await;
    let store = database.store().await;
    let health = store.ping().await.unwrap();
    assert!(health.latency < Duration::from_secs(10));
    assert!(
        health.version.starts_with(|first: char| first.is_ascii_digit()),
        "{}",
        health.version
    );
    let mut raw = database.raw().await;
    let named: i64 = sqlx::query_scalar(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'signalbox'",
    )
    .fetch_one(&mut raw)
    .await
    .unwrap();
    assert!(named > 0, "an operator sees whose connections they are");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_with_another_key_is_refused() {
    let database = Database::new().await;
    let store = database.store().await;
    let (ours, theirs) = (
        FingerprintKey::new(b"ours").identity(),
        FingerprintKey::new(b"theirs").identity(),
    );
    store.check_key(&theirs).await.unwrap();
    store.check_key(&theirs).await.unwrap();
    match store.check_key(&ours).await {
        Err(Error::OtherKey {
            theirs: told,
            ours: mine,
        }) => {
            assert_eq!((told.as_str(), mine.as_str()), (theirs.short(), ours.short()));
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn errors_say_what_to_do_and_never_the_password() {
    // A port that was free a moment ago.
    let port = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let away = Store::connect(&format!("postgres://me:hunter2@127.0.0.1:{port}/x"), 2)
        .await
        .unwrap_err();
    assert!(matches!(away, Error::Unavailable(_)), "{away:?}");
    assert!(away.to_string().contains("refused"), "{away}");
    let migration = Store::migrate(&format!("postgres://me:hunter2@127.0.0.1:{port}/x"))
        .await
        .unwrap_err();
    assert!(matches!(migration, Error::Unavailable(_)), "{migration:?}");
    let unreadable = Store::connect("postgres://me:hunter2@host:many/x", 2)
        .await
        .unwrap_err();
    assert!(matches!(unreadable, Error::Other(_)), "{unreadable:?}");

    let database = Database::new().await;
    let options = database
        .options()
        .password("hunter2")
        .database("signalbox_store_no_such_database");
    let nowhere = Store::connect(options.to_url_lossy().as_str(), 2).await.unwrap_err();
    assert!(matches!(nowhere, Error::Other(_)), "{nowhere:?}");
    let url = database.options().password("hunter2").to_url_lossy();
    let shown = format!("{:?}", Store::lazy(url.as_str(), 2).unwrap());
    for text in [away, migration, unreadable, nowhere].map(|error| format!("{error} {error:?}")) {
        assert!(!text.contains("hunter2"), "{text}");
    }
    assert!(!shown.contains("hunter2"), "{shown}");
}

#[tokio::test(flavor = "multi_thread")]
async fn connections_that_postgres_closed_are_replaced() {
    let database = Database::new().await;
    let store = database.store().await;
    let mut raw = database.raw().await;
    let sql = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
               WHERE datname = current_database() AND application_name = 'signalbox'";
    crate::database::run(&mut raw, sql.into()).await;
    crate::database::until("an answer", async || match store.ping().await {
        Ok(_) => Some(()),
        Err(Error::Unavailable(_)) => None,
        Err(other) => panic!("{other:?}"),
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_that_cannot_be_read_is_named() {
    let database = Database::new().await;
    let store = database.store().await;
    let mut raw = database.raw().await;
    crate::database::run(
        &mut raw,
        r#"INSERT INTO clusters (name, about) VALUES ('orders', '{"reachable": 7}')"#.into(),
    )
    .await;
    match store.load_fleet().await {
        Err(Error::Corrupt(text)) => assert!(text.contains("cluster orders"), "{text}"),
        other => panic!("{other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn readers_find_a_connection_however_many_wait_to_record() {
    let database = Database::new().await;
    let store = Store::connect(&database.url, 4).await.unwrap();
    // Whoever numbers what he records waits here until this is let go.
    let mut raw = database.raw().await;
    let lock = "pg_advisory_lock(x'51676e616c626f78'::bigint)";
    sqlx::raw_sql(sqlx::AssertSqlSafe(format!("SELECT {lock}")))
        .execute(&mut raw)
        .await
        .unwrap();

    let mut writers = tokio::task::JoinSet::new();
    for number in 0..8 {
        let store = store.clone();
        writers.spawn(async move {
            let cluster = ClusterName::from(format!("orders-{number}").as_str());
            let unit = format!("connect/{cluster}").as_str().into();
            let lease = store.acquire(&unit, "a", Duration::from_secs(60)).await;
            let lease = lease.unwrap().expect("free");
            let (fresh, feed) = (fresh(1), changes(1));
            let batch = Batch {
                feed: &feed,
                ..empty(&cluster, &fresh)
            };
            // One that waited too long for its turn is sent again, as its unit does.
            while let Err(error) = store.commit(&lease, &batch).await {
                assert!(matches!(error, Error::Unavailable(_)), "{error:?}");
            }
        });
    }
    until("somebody waits for the lock", async || {
        let waiting: i64 = sqlx::query_scalar(
            "SELECT count(*) FROM pg_locks JOIN pg_database ON pg_database.oid = database
             WHERE datname = current_database() AND locktype = 'advisory' AND NOT granted",
        )
        .fetch_one(&mut raw)
        .await
        .unwrap();
        (waiting >= 2).then_some(())
    })
    .await;
    for _ in 0..20 {
        store.ping().await.unwrap();
    }
    assert_eq!(store.feed_head().await.unwrap(), 0, "nobody has recorded anything yet");

    let unlock = lock.replace("lock(", "unlock(");
    sqlx::raw_sql(sqlx::AssertSqlSafe(format!("SELECT {unlock}")))
        .execute(&mut raw)
        .await
        .unwrap();
    while let Some(written) = writers.join_next().await {
        written.unwrap();
    }
    assert_eq!(store.feed_head().await.unwrap(), 8, "all have recorded in the end");
}
