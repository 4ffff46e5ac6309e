use std::sync::Arc;
use std::time::Duration;

use model::facts::Alive;
use model::names::ClusterName;
use model::record::{Changed, ClusterRecord, Entry};
use store::{Batch, InForce, Store, TimelineFilter};

use crate::database::{Database, run};
use crate::sample::{about, at, config, connector, empty, entries, fault, fresh, version, worker};

async fn lease(store: &Store) -> store::Lease {
    store
        .acquire(&"connect/orders".into(), "a", Duration::from_secs(60))
        .await
        .unwrap()
        .expect("free")
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_comes_back_as_it_was_recorded() {
    let database = Database::new().await;
    let store = database.store().await;
    let lease = lease(&store).await;
    let cluster = ClusterName::from("orders");
    assert_eq!(store.load_cluster(&cluster).await.unwrap(), None);
    assert_eq!(store.load_about(&cluster).await.unwrap(), None);

    let names = ["a", "jdbc sink/№1", "z'; DROP TABLE feed; --"];
    let bare = {
        let mut record = connector("bare", None);
        record.owner = None;
        let facts = Arc::make_mut(&mut record.facts);
        (facts.kind, facts.class, facts.target, facts.instance) = (None, None, None, None);
        facts.tasks.clear();
        record
    };
    let (about, fresh_now) = (about(), fresh(40));
    let workers = [
        worker("10.0.0.7:8083", Alive::Yes),
        worker("10.0.0.8:8083", Alive::GoneInOrder),
        worker("10.0.0.9:8083", Alive::Dead),
        worker("[::1]:8083", Alive::Unknown),
    ];
    let mut connectors: Vec<_> = names
        .iter()
        .map(|name| connector(name, Some(config('a', false))))
        .collect();
    connectors.insert(1, bare);
    let faults = [fault("f1", &cluster, None), fault("f2", &cluster, None)];
    let entries = entries(&cluster);
    let feed = [
        (None, Changed::Cluster),
        (None, Changed::Workers),
        (Some("a".into()), Changed::Connector),
        (Some("jdbc sink/№1".into()), Changed::Verdict),
        (Some("bare".into()), Changed::Deleted),
        (None, Changed::Faults),
    ];
    let batch = Batch {
        cluster: &cluster,
        number: crate::sample::next_number(),
        at: at(50),
        about: Some(&about),
        workers: &workers,
        workers_gone: &[],
        connectors: &connectors,
        configs: &[],
        connectors_gone: &[],
        entries: &entries,
        faults: &faults,
        feed: &feed,
        fresh: &fresh_now,
    };
    let highest = store.commit(&lease, &batch).await.unwrap();
    assert_eq!(highest, Some((entries.len() + feed.len()) as i64));

    let expected = ClusterRecord {
        name: cluster.clone(),
        about: about.clone(),
        workers: workers.to_vec(),
        connectors: connectors.clone(),
        faults: faults.to_vec(),
        fresh: fresh_now.clone(),
    };
    let loaded = store.load_cluster(&cluster).await.unwrap().expect("recorded");
    assert_eq!(loaded, expected);
    let (head, fleet) = store.load_fleet().await.unwrap();
    assert_eq!((Some(head), fleet), (highest, vec![expected]));

    let some = store
        .load_connectors(&cluster, &["bare".into(), "none".into()])
        .await
        .unwrap();
    assert_eq!(some, vec![connectors[1].clone()]);
    let outline = store.load_about(&cluster).await.unwrap().expect("recorded");
    assert_eq!(
        (outline.about, outline.workers, outline.faults.len()),
        (about, workers.to_vec(), 2)
    );

    let told = store.feed_after(0, 100).await.unwrap();
    let told: Vec<_> = told
        .items
        .into_iter()
        .map(|item| (item.connector, item.changed))
        .collect();
    assert_eq!(told, feed);

    let all = TimelineFilter {
        limit: 100,
        ..TimelineFilter::default()
    };
    let mut kept: Vec<Entry> = store
        .timeline(&all)
        .await
        .unwrap()
        .into_iter()
        .map(|item| item.entry)
        .collect();
    kept.reverse();
    assert_eq!(kept, entries);
}

#[tokio::test(flavor = "multi_thread")]
async fn only_what_a_batch_names_is_changed() {
    let database = Database::new().await;
    let store = database.store().await;
    let lease = lease(&store).await;
    let cluster = ClusterName::from("orders");
    let (about, fresh_now) = (about(), fresh(1));
    let workers = [worker("a:1", Alive::Yes), worker("b:1", Alive::Yes)];
    let connectors = [connector("one", None), connector("two", None)];
    let faults = [fault("f1", &cluster, None), fault("f2", &cluster, None)];
    let first = Batch {
        about: Some(&about),
        workers: &workers,
        connectors: &connectors,
        faults: &faults,
        ..empty(&cluster, &fresh_now)
    };
    assert_eq!(store.commit(&lease, &first).await.unwrap(), None, "nothing to number");

    let changed = connector("two", Some(config('b', true)));
    // The same connector twice: the last one counts, and the statement bears it.
    let twice = [connector("two", Some(config('a', true))), changed.clone()];
    let (gone, ended, later) = (["a:1".into()], [fault("f1", &cluster, Some(at(9)))], fresh(2));
    let second = Batch {
        workers_gone: &gone,
        connectors: &twice,
        faults: &ended,
        ..empty(&cluster, &later)
    };
    store.commit(&lease, &second).await.unwrap();
    let loaded = store.load_cluster(&cluster).await.unwrap().expect("recorded");
    assert_eq!(loaded.about, about);
    assert_eq!(loaded.workers, [worker("b:1", Alive::Yes)]);
    assert_eq!(loaded.connectors, [connector("one", None), changed]);
    assert_eq!(loaded.faults, [fault("f2", &cluster, None)]);
    assert_eq!(loaded.fresh, later);

    store.heartbeat(&lease, &cluster, &fresh(3)).await.unwrap();
    assert_eq!(store.heartbeats().await.unwrap(), [(cluster.clone(), fresh(3))]);
    assert_eq!(store.feed_head().await.unwrap(), 0, "heartbeats stay out of the feed");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_forgotten_connector_leaves_with_all_its_configs_and_keeps_its_history() {
    let database = Database::new().await;
    let store = database.store().await;
    let lease = lease(&store).await;
    let cluster = ClusterName::from("orders");
    let (fresh_now, entries) = (fresh(1), entries(&cluster));
    for letter in ['a', 'b'] {
        let connectors = ["one", "two\0"].map(|name| connector(name, Some(config(letter, true))));
        let batch = Batch {
            connectors: &connectors,
            ..empty(&cluster, &fresh_now)
        };
        store.commit(&lease, &batch).await.unwrap();
    }
    let gone = ["two\0".into(), "three".into()];
    let feed = [(Some("two\0".into()), Changed::Deleted)];
    let batch = Batch {
        connectors_gone: &gone,
        entries: &entries,
        feed: &feed,
        ..empty(&cluster, &fresh_now)
    };
    store.commit(&lease, &batch).await.unwrap();
    let loaded = store.load_cluster(&cluster).await.unwrap().expect("recorded");
    assert_eq!(loaded.connectors, [connector("one", Some(config('b', true)))]);
    for (name, versions) in [("one", 2), ("two\0", 0)] {
        let kept = store.config_versions(&cluster, &name.into()).await.unwrap();
        assert_eq!(kept.len(), versions, "{name:?}");
    }
    let all = TimelineFilter {
        limit: 100,
        ..TimelineFilter::default()
    };
    assert_eq!(store.timeline(&all).await.unwrap().len(), entries.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_config_versions_the_newest_are_told() {
    let database = Database::new().await;
    let store = database.store().await;
    let mut raw = database.raw().await;
    let json = serde_json::to_string(&config('a', true)).unwrap();
    run(
        &mut raw,
        format!(
            "INSERT INTO config_versions (cluster, connector, version, seen_at, in_force_since, config)
             SELECT 'orders', 'jdbc', lpad(to_hex(n), 64, '0'), at, at, '{json}'
             FROM generate_series(1, 205) AS n, LATERAL (SELECT to_timestamp(n) AS at) AS times"
        ),
    )
    .await;
    let versions = store.config_versions(&"orders".into(), &"jdbc".into()).await.unwrap();
    let seconds: Vec<i64> = versions.iter().map(|kept| kept.seen_at.timestamp()).collect();
    assert_eq!(seconds, (6..=205).rev().collect::<Vec<_>>());
}

#[tokio::test(flavor = "multi_thread")]
async fn config_versions_are_kept_become_readable_and_come_back() {
    let database = Database::new().await;
    let store = database.store().await;
    let lease = lease(&store).await;
    let cluster = ClusterName::from("orders");
    let name = "jdbc".into();
    let fresh_now = fresh(1);
    for (second, letter, readable) in [
        (1, 'a', false),
        (2, 'b', false),
        (3, 'b', true),
        (4, 'a', true),
        (5, 'a', true),
    ] {
        let connectors = [connector("jdbc", Some(config(letter, readable)))];
        let batch = Batch {
            at: at(second),
            connectors: &connectors,
            ..empty(&cluster, &fresh_now)
        };
        store.commit(&lease, &batch).await.unwrap();
    }
    let versions = store.config_versions(&cluster, &name).await.unwrap();
    let micros = |second| chrono::SubsecRound::trunc_subsecs(at(second), 6);
    let told: Vec<_> = versions
        .iter()
        .map(|kept| {
            (
                kept.version.clone(),
                kept.seen_at,
                kept.in_force_since,
                kept.config.clone(),
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            (version('a'), micros(1), micros(4), config('a', true)),
            (version('b'), micros(2), micros(2), config('b', true)),
        ]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn configs_that_came_into_force_while_nothing_was_recorded_keep_their_times() {
    let database = Database::new().await;
    let store = database.store().await;
    let lease = lease(&store).await;
    let cluster = ClusterName::from("orders");
    let fresh_now = fresh(1);
    let commit = async |second, last, told: &[(char, i64)]| {
        let in_force = |(letter, since): &(char, i64)| InForce {
            connector: "jdbc".into(),
            since: at(*since),
            config: config(*letter, false),
        };
        let configs: Vec<InForce> = told.iter().map(in_force).collect();
        let connectors = [connector("jdbc", Some(config(last, true)))];
        let batch = Batch {
            at: at(second),
            connectors: &connectors,
            configs: &configs,
            ..empty(&cluster, &fresh_now)
        };
        store.commit(&lease, &batch).await.unwrap();
        let versions = store.config_versions(&cluster, &"jdbc".into()).await.unwrap();
        let told = versions.into_iter().map(|kept| {
            let seconds = |moment: model::Timestamp| moment.timestamp() - at(0).timestamp();
            (kept.version, seconds(kept.seen_at), seconds(kept.in_force_since))
        });
        told.collect::<Vec<_>>()
    };
    assert_eq!(commit(2, 'a', &[('a', 1)]).await, [(version('a'), 1, 1)]);
    // Two others, and back again: all of it before anything could be recorded.
    assert_eq!(
        commit(60, 'a', &[('b', 5), ('c', 10), ('a', 15)]).await,
        [(version('a'), 1, 15), (version('c'), 10, 10), (version('b'), 5, 5)]
    );
    // A row that changes for another reason moves no time.
    assert_eq!(commit(70, 'a', &[]).await[0], (version('a'), 1, 15));
    let versions = store.config_versions(&cluster, &"jdbc".into()).await.unwrap();
    assert_eq!(versions[0].config, config('a', true), "as readable as it is now");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_nul_in_a_trace_or_name_does_not_keep_the_cluster_from_being_recorded() {
    let database = Database::new().await;
    let store = database.store().await;
    let lease = lease(&store).await;
    let cluster = ClusterName::from("orders");
    let mut record = connector("with\0nul", None);
    let facts = Arc::make_mut(&mut record.facts);
    facts.tasks.get_mut(&1).unwrap().trace = Some("bad byte \0 in record".into());
    facts.class = Some("a\0b".into());
    let (fresh_now, connectors) = (fresh(1), [record]);
    store
        .commit(
            &lease,
            &Batch {
                connectors: &connectors,
                ..empty(&cluster, &fresh_now)
            },
        )
        .await
        .unwrap();
    let loaded = store.load_connectors(&cluster, &["with\0nul".into()]).await.unwrap();
    assert_eq!(
        loaded[0].facts.tasks[&1].trace.as_deref(),
        Some("bad byte \u{fffd} in record")
    );
}
