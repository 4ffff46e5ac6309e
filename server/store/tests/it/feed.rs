use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use model::names::{ClusterName, UnitName};
use store::Batch;

use crate::database::Database;
use crate::sample::{changes, empty, entries, fresh};

const WRITERS: usize = 8;
const READERS: usize = 3;
const COMMITS: usize = 60;

/// Makes some transactions slow: before they ask for their numbers, after they got them, and as they are committed.
const SLOW: &str = "
    CREATE FUNCTION dawdle() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF random() < 0.15 THEN PERFORM pg_sleep(random() * 0.02); END IF;
        RETURN NULL;
    END $$;
    CREATE TRIGGER before_numbers AFTER INSERT OR UPDATE ON heartbeats FOR EACH ROW EXECUTE FUNCTION dawdle();
    CREATE TRIGGER after_numbers AFTER UPDATE ON feed_head FOR EACH ROW EXECUTE FUNCTION dawdle();
    CREATE CONSTRAINT TRIGGER at_commit AFTER UPDATE ON feed_head DEFERRABLE INITIALLY DEFERRED
        FOR EACH ROW EXECUTE FUNCTION dawdle()";

/// Readers that only ever look beyond their last number must see everything: no number may appear below one that was
/// seen before. The writers are three servers with pools of their own; thousands of changes, some of them slow.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn numbers_become_visible_in_order_under_concurrent_writers() {
    let database = Database::new().await;
    let mut stores = Vec::new();
    for _ in 0..3 {
        stores.push(store::Store::connect(&database.url, 4).await.unwrap());
    }
    let store = stores[0].clone();
    crate::database::run(&mut database.raw().await, SLOW.into()).await;
    let writing = Arc::new(AtomicUsize::new(WRITERS));
    let mut writers = tokio::task::JoinSet::new();
    for writer in 0..WRITERS {
        let (store, writing) = (stores[writer % stores.len()].clone(), writing.clone());
        writers.spawn(async move {
            let cluster = ClusterName::from(format!("cluster {writer}"));
            let unit = UnitName::from(format!("connect/{cluster}"));
            let lease = store
                .acquire(&unit, "a", Duration::from_secs(60))
                .await
                .unwrap()
                .expect("free");
            let (fresh, entries) = (fresh(1), entries(&cluster));
            for round in 0..COMMITS {
                let feed = changes(1 + (writer * 7 + round * 3) % 31);
                let batch = Batch {
                    feed: &feed,
                    entries: &entries[..round % 4],
                    ..empty(&cluster, &fresh)
                };
                store.commit(&lease, &batch).await.unwrap();
            }
            writing.fetch_sub(1, Ordering::SeqCst);
        });
    }

    let mut readers = tokio::task::JoinSet::new();
    for (reader, limit) in (0..READERS).zip([7, 100, 10_000]) {
        let (store, writing) = (stores[reader].clone(), writing.clone());
        readers.spawn(async move {
            let mut seen = Vec::new();
            let mut last = 0;
            loop {
                // Asked before the look, so that the look after the last commit still happens.
                let done = writing.load(Ordering::SeqCst) == 0;
                let items = store.feed_after(last, limit).await.unwrap().items;
                if let Some(item) = items.last() {
                    last = item.id;
                } else if done {
                    return seen;
                }
                seen.extend(items.into_iter().map(|item| item.id));
            }
        });
    }
    while let Some(written) = writers.join_next().await {
        written.unwrap();
    }
    let all: Vec<i64> = store
        .feed_after(0, 1_000_000)
        .await
        .unwrap()
        .items
        .into_iter()
        .map(|item| item.id)
        .collect();
    assert!(all.len() > 5_000, "{}", all.len());
    for seen in readers.join_all().await {
        assert_eq!(seen, all);
    }

    // Feed and history share the numbers, and together they use each exactly once.
    let mut raw = database.raw().await;
    let history: Vec<i64> = sqlx::query_scalar("SELECT id FROM history")
        .fetch_all(&mut raw)
        .await
        .unwrap();
    let head = store.feed_head().await.unwrap();
    assert_eq!(history.len() + all.len(), head as usize);
    let used: BTreeSet<i64> = history.into_iter().chain(all).collect();
    assert!(used.into_iter().eq(1..=head));
}

#[tokio::test(flavor = "multi_thread")]
async fn listeners_hear_of_a_commit_and_wait_no_longer_than_told() {
    let database = Database::new().await;
    let store = database.store().await;
    let cluster = ClusterName::from("orders");
    let lease = store
        .acquire(&"connect/orders".into(), "a", Duration::from_secs(60))
        .await
        .unwrap()
        .expect("free");
    let mut listener = store.listen().await.unwrap();

    let began = Instant::now();
    assert!(
        listener.wait(Duration::from_millis(50)).await.unwrap(),
        "the connection stands"
    );
    assert!(began.elapsed() >= Duration::from_millis(50), "nothing was to be heard");

    let (fresh, feed) = (fresh(1), changes(2));
    store
        .commit(
            &lease,
            &Batch {
                feed: &feed,
                ..empty(&cluster, &fresh)
            },
        )
        .await
        .unwrap();
    let began = Instant::now();
    listener.wait(Duration::from_secs(30)).await.unwrap();
    assert!(began.elapsed() < Duration::from_secs(20), "it was heard");

    // The connection is lost: the wait ends, and the next one hears again.
    let mut raw = database.raw().await;
    let own = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN%'";
    crate::database::run(&mut raw, own.into()).await;
    listener.wait(Duration::from_secs(30)).await.unwrap();
    let hearing = tokio::spawn(async move {
        listener
            .wait(Duration::from_secs(30))
            .await
            .map(|_stands| Instant::now())
    });
    crate::database::until("it listens again", async || {
        let there: bool = sqlx::query_scalar(
            "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE query LIKE 'LISTEN%' AND state = 'idle'
                AND datname = current_database())",
        )
        .fetch_one(&mut raw)
        .await
        .unwrap();
        there.then_some(())
    })
    .await;
    store
        .commit(
            &lease,
            &Batch {
                feed: &feed,
                ..empty(&cluster, &fresh)
            },
        )
        .await
        .unwrap();
    assert!(hearing.await.unwrap().unwrap() < began + Duration::from_secs(25));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_part_of_the_feed_says_where_the_feed_begins() {
    let database = Database::new().await;
    let store = database.store().await;
    let cluster = ClusterName::from("orders");
    let empty_feed = store.feed_after(0, 10).await.unwrap();
    assert_eq!((empty_feed.items.len(), empty_feed.oldest), (0, None));
    let lease = store
        .acquire(&"connect/orders".into(), "a", Duration::from_secs(60))
        .await
        .unwrap()
        .expect("free");
    let (fresh, feed) = (fresh(1), changes(5));
    store
        .commit(
            &lease,
            &Batch {
                feed: &feed,
                ..empty(&cluster, &fresh)
            },
        )
        .await
        .unwrap();
    let part = store.feed_after(2, 2).await.unwrap();
    assert_eq!(part.items.iter().map(|item| item.id).collect::<Vec<_>>(), [3, 4]);
    assert_eq!(part.oldest, Some(1));
}
