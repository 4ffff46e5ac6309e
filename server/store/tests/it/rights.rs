use std::time::Duration;

use model::names::ClusterName;
use model::secrets::Fingerprint;
use sqlx::{ConnectOptions, Connection};
use store::{Batch, RIGHTS, Store, TimelineFilter};

use crate::database::{Database, run};
use crate::sample::{about, changes, config, connector, empty, entries, fault, fresh, worker};

/// The server's role does all of the server's work, and can define and drop nothing.
#[tokio::test(flavor = "multi_thread")]
async fn a_role_that_may_define_nothing_is_enough() {
    let database = Database::new().await;
    let mut raw = database.raw().await;
    // Roles belong to the whole server: other runs may make the same one, and other databases may grant to it.
    run(
        &mut raw,
        "DO $$ BEGIN CREATE ROLE signalbox_server NOLOGIN;
         EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$"
            .into(),
    )
    .await;
    let role = format!("signalbox_store_test_{}", std::process::id());
    run(
        &mut raw,
        format!(
            "DROP ROLE IF EXISTS {role}; CREATE ROLE {role} LOGIN PASSWORD 'only for this test' IN ROLE signalbox_server"
        ),
    )
    .await;
    Store::migrate(&database.url).await.unwrap();

    let options = database.options().username(&role).password("only for this test");
    let store = Store::connect(options.to_url_lossy().as_str(), 4).await.unwrap();
    let now = store.ping().await.unwrap().clock;
    store.check_key(&Fingerprint::from_hex("ab")).await.unwrap();
    store
        .ensure_partitions(now + chrono::TimeDelta::days(400))
        .await
        .unwrap();
    store.drop_partitions(now).await.unwrap();

    let cluster = ClusterName::from("orders");
    let lease = store
        .acquire(&"connect/orders".into(), "a", Duration::from_secs(60))
        .await
        .unwrap()
        .expect("free");
    let (about, fresh_now) = (about(), fresh(1));
    let workers = [worker("a:1", model::facts::Alive::Yes)];
    let connectors = [connector("jdbc sink/№1", Some(config('a', true)))];
    let (entries, feed) = (entries(&cluster), changes(3));
    let faults = [
        fault("f1", &cluster, None),
        fault("f2", &cluster, Some(crate::sample::at(9))),
    ];
    let gone = ["b:1".into()];
    let batch = Batch {
        about: Some(&about),
        workers: &workers,
        workers_gone: &gone,
        connectors: &connectors,
        entries: &entries,
        faults: &faults,
        feed: &feed,
        ..empty(&cluster, &fresh_now)
    };
    store.commit(&lease, &batch).await.unwrap();
    store.commit(&lease, &batch).await.unwrap();
    store.heartbeat(&lease, &cluster, &fresh_now).await.unwrap();
    store
        .put_definitions(&lease, &cluster, "a.B", None, &Default::default())
        .await
        .unwrap();
    store.all_definitions(&cluster).await.unwrap();
    store.audit(&crate::audit::item("sign_in")).await.unwrap();
    store.audits(10, None).await.unwrap();
    store.load_fleet().await.unwrap();
    store
        .timeline(&TimelineFilter {
            limit: 10,
            ..TimelineFilter::default()
        })
        .await
        .unwrap();
    store.config_versions(&cluster, &"jdbc sink/№1".into()).await.unwrap();
    store.feed_after(0, 10).await.unwrap();
    let count = store::Count {
        cluster: cluster.clone(),
        counted: [(model::verdict::Health::Healthy, 1)].into(),
        as_before: false,
    };
    store.count(&lease, now, std::slice::from_ref(&count)).await.unwrap();
    store.count(&lease, now, &[count]).await.unwrap();
    assert_eq!(store.counts_since(now).await.unwrap().len(), 1);
    store.listen().await.unwrap();
    store.renew(&lease).await.unwrap();
    store.leases().await.unwrap();
    let me = store::Server {
        holder: "a",
        version: "1",
        address: None,
        units: &["connect/orders".into()],
    };
    let held = [("connect/orders".into(), lease.epoch())];
    store.beat(&me, &held, Duration::from_secs(60)).await.unwrap();
    store
        .take(&["connect/lines".into()], "a", &[], Duration::from_secs(60))
        .await
        .unwrap();
    store.servers().await.unwrap();
    store.forget_servers().await.unwrap();
    store.spend(&[("used".to_owned(), now)]).await.unwrap();
    store.spend(&[("used".to_owned(), now)]).await.unwrap();
    assert_eq!(store.spent().await.unwrap().len(), 1);
    store.forget_spent().await.unwrap();
    crate::measures::every_question(&store, &lease, &cluster, now).await;
    store.forget_config_versions(now).await.unwrap();
    store.leave("a").await.unwrap();
    store.listen_for_leases().await.unwrap();
    store.release(lease).await.unwrap();
    store.close().await;

    let mut plain = options.connect().await.unwrap();
    for forbidden in [
        "CREATE TABLE public.mine (id int)",
        "DROP TABLE leases",
        "ALTER TABLE connectors ADD COLUMN x int",
        "DELETE FROM history",
        "DELETE FROM counts",
        "UPDATE measures SET start = now()",
        "UPDATE spent SET expires_at = now()",
        "UPDATE audit SET actor = 'nobody'",
        "TRUNCATE feed",
        "SELECT signalbox_grant_rights()",
        "UPDATE server_key SET identity = 'x'",
    ] {
        let error = sqlx::query(forbidden).execute(&mut plain).await.expect_err(forbidden);
        let code = error.as_database_error().unwrap().code().unwrap().into_owned();
        assert_eq!(code, "42501", "{forbidden}: {error}");
    }
    plain.close().await.unwrap();
    run(&mut raw, format!("DROP ROLE {role}")).await;
}

/// Whoever wants to know beforehand whether a server could run is told, and nothing is changed by it.
#[tokio::test(flavor = "multi_thread")]
async fn what_a_role_may_do_is_told_beforehand() {
    let role = format!("signalbox_store_stranger_{}", std::process::id());
    let (empty, full) = (Database::bare().await, Database::new().await);
    let mut raw = full.raw().await;
    run(
        &mut raw,
        format!("DROP ROLE IF EXISTS {role}; CREATE ROLE {role} LOGIN PASSWORD 'only for this test'"),
    )
    .await;
    let as_stranger = |database: &Database| {
        let options = database.options().username(&role).password("only for this test");
        options.to_url_lossy().to_string()
    };
    // Before version 15 of Postgres everybody may make tables unless it is forbidden.
    let mut bare = empty.raw().await;
    run(&mut bare, "REVOKE CREATE ON SCHEMA public FROM PUBLIC".into()).await;
    run(&mut raw, "REVOKE CREATE ON SCHEMA public FROM PUBLIC".into()).await;

    let owner = empty.store().await.standing().await.unwrap();
    assert!(owner.may_define && owner.behind && owner.unreadable.is_empty() && owner.migrated.is_none());
    let stranger = Store::connect(&as_stranger(&empty), 2).await.unwrap();
    let told = stranger.standing().await.unwrap();
    assert!(
        told.role == role && !told.may_define && told.behind && !told.in_rights,
        "{told:?}"
    );

    let key = Fingerprint::from_hex("ab");
    full.store().await.check_key(&key).await.unwrap();
    let owner = full.store().await.standing().await.unwrap();
    assert!(owner.may_define && !owner.behind && owner.unreadable.is_empty() && owner.key.as_ref() == Some(&key));
    let stranger = Store::connect(&as_stranger(&full), 2).await.unwrap();
    let told = stranger.standing().await.unwrap();
    assert!(
        told.unreadable.iter().any(|table| table == "connectors") && !told.in_rights && told.key.is_none(),
        "{told:?}"
    );
    run(
        &mut raw,
        format!(
            "DO $$ BEGIN CREATE ROLE {RIGHTS} NOLOGIN;
             EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$;
             GRANT {RIGHTS} TO {role}; SELECT signalbox_grant_rights()"
        ),
    )
    .await;
    let told = stranger.standing().await.unwrap();
    assert!(told.in_rights && told.key.as_ref() == Some(&key), "{told:?}");
    // Of these the server itself needs none.
    assert!(told.unreadable.is_empty(), "{told:?}");
    stranger.close().await;
    run(&mut raw, format!("REVOKE {RIGHTS} FROM {role}")).await;
    run(&mut raw, format!("DROP ROLE {role}")).await;
}
