//! A Postgres that refuses one row, or one entry of the history, for good.

use std::str::FromStr as _;
use std::time::Duration;

use model::record::{Entry, HistoryItem};
use model::transition::Change;
use model::verdict::Health;
use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _, raw_sql};
use store::TimelineFilter;
use testkit::fake::{FakeCluster, FakeConnector, Version, traces};
use view::Fleet;

use crate::database::Database;
use crate::harness::{Rig, cluster, spec, until};

/// What is refused never comes true; what is not is not held up by it for longer than this.
const SOON: Duration = Duration::from_secs(10);

/// From now on rows of `table` whose `column` is `poison` are refused.
async fn refuse(database: &Database, table: &str, column: &str) {
    let sql = format!(
        "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
         BEGIN
             IF NEW.{column} = 'poison' THEN RAISE EXCEPTION 'no poison here'; END IF;
             RETURN NEW;
         END $$;
         CREATE TRIGGER refuse BEFORE INSERT OR UPDATE ON {table} FOR EACH ROW EXECUTE FUNCTION refuse();"
    );
    run(database, &sql).await;
}

async fn run(database: &Database, sql: &str) {
    let options = PgConnectOptions::from_str(&database.url).unwrap();
    let mut connection = options.connect().await.unwrap();
    // What changes a table may meet a server that writes to it; Postgres then ends one of the two, which begins again.
    let deadlock = |error: &sqlx::Error| {
        error
            .as_database_error()
            .is_some_and(|e| e.code().as_deref() == Some("40P01"))
    };
    while let Err(error) = raw_sql(AssertSqlSafe(sql.to_owned())).execute(&mut connection).await {
        assert!(deadlock(&error), "{error}");
    }
    connection.close().await.unwrap();
}

async fn fleet(database: &Database) -> (FakeCluster, Rig) {
    let fake = FakeCluster::start(Version::V4_3_1, 1).unwrap();
    for name in ["poison", "lines", "invoices"] {
        fake.put(FakeConnector::sink(name, 1));
    }
    let rig = Rig::watching(database, &fake).await;
    for name in ["poison", "lines", "invoices"] {
        rig.until_health(name, Health::Healthy).await;
    }
    (fake, rig)
}

fn fail(fake: &FakeCluster, name: &str) {
    assert!(fake.set_state(name, Some(0), "FAILED", Some(traces::BARE)));
}

/// Waits until the view shows a connector as failed.
async fn failed(rig: &Rig, name: &str) {
    rig.within(SOON, &format!("{name} failed"), |fleet| {
        let connector = fleet.clusters.get("orders")?.connectors.get(name)?;
        (connector.verdict().health == Health::Failed).then_some(())
    })
    .await;
}

/// The gaps in the history, in words.
async fn gaps(rig: &Rig) -> Vec<String> {
    let gap = |entry: Entry| match entry {
        Entry::Transition(transition) => match transition.change {
            Change::RecordingGap { why, .. } => Some(why.to_string()),
            _ => None,
        },
        _ => None,
    };
    let history = rig.history(None).await;
    history.into_iter().filter_map(|item| gap(item.entry)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_that_is_refused_for_good_holds_up_nothing_else() {
    let database = Database::new().await;
    let (fake, rig) = fleet(&database).await;
    refuse(&database, "connectors", "name").await;
    fail(&fake, "poison");
    fail(&fake, "lines");
    failed(&rig, "lines").await;
    fail(&fake, "invoices");
    failed(&rig, "invoices").await;
    rig.looks(2).await;
    let orders = rig.fleet().clusters["orders"].clone();
    assert_eq!(orders.connectors["poison"].verdict().health, Health::Healthy);
    let told = until("the gap", async || {
        Some(gaps(&rig).await).filter(|told| !told.is_empty())
    })
    .await;
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(
        told[0].contains("connector poison of orders") && told[0].contains("no poison here"),
        "{told:?}"
    );
    // Its history waits with it. Another server, to whom the lease goes, sees at its first look what is missing, and
    // tells it once.
    assert_eq!(rig.verdicts("poison").await, [Health::Healthy]);
    rig.stop().await;
    run(&database, "DROP TRIGGER refuse ON connectors").await;
    let next = Rig::start_as(&database, "server-2", spec(vec![cluster("orders", &fake.urls())])).await;
    failed(&next, "poison").await;
    next.looks(2).await;
    for name in ["poison", "lines", "invoices"] {
        assert_eq!(next.verdicts(name).await, [Health::Healthy, Health::Failed], "{name}");
    }
    next.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_entry_that_is_refused_for_good_becomes_a_gap_and_holds_up_nothing_else() {
    let database = Database::new().await;
    let (fake, rig) = fleet(&database).await;
    refuse(&database, "history", "connector").await;
    fail(&fake, "poison");
    failed(&rig, "poison").await;
    fail(&fake, "lines");
    failed(&rig, "lines").await;
    let told = until("the gap", async || {
        Some(gaps(&rig).await).filter(|told| !told.is_empty())
    })
    .await;
    assert!(
        told[0].contains("entries of the history of orders") && told[0].contains("no poison here"),
        "{told:?}"
    );
    assert_eq!(rig.verdicts("lines").await, [Health::Healthy, Health::Failed]);
    rig.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn history_that_is_refused_to_the_end_is_told_as_lost_and_one_that_is_taken_then_is_not() {
    for refused_to_the_end in [true, false] {
        let database = Database::new().await;
        let (fake, rig) = fleet(&database).await;
        refuse(&database, "history", "connector").await;
        fail(&fake, "poison");
        failed(&rig, "poison").await;
        until("the gap", async || {
            gaps(&rig)
                .await
                .iter()
                .any(|why| why.contains("are tried again"))
                .then_some(())
        })
        .await;
        if !refused_to_the_end {
            run(&database, "DROP TRIGGER refuse ON history").await;
        }
        rig.stop().await;
        let next = Rig::start_as(&database, "server-2", spec(vec![cluster("orders", &fake.urls())])).await;
        let told = gaps(&next).await;
        let lost = told
            .iter()
            .any(|why| why.contains("which are lost: this server lets the cluster go"));
        assert_eq!(lost, refused_to_the_end, "{told:?}");
        let expected: &[Health] = match refused_to_the_end {
            true => &[Health::Healthy],
            false => &[Health::Healthy, Health::Failed],
        };
        assert_eq!(next.verdicts("poison").await, expected);
        next.stop().await;
    }
}

/// Words of the gaps in the history of any cluster.
async fn all_gaps(rig: &Rig) -> Vec<String> {
    let filter = TimelineFilter {
        limit: 10_000,
        ..TimelineFilter::default()
    };
    let history = rig.store.timeline(&filter).await.unwrap();
    let words = |item: HistoryItem| format!("{}: {:?}", item.cluster, item.entry);
    history
        .into_iter()
        .map(words)
        .filter(|words| words.contains("RecordingGap"))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn refused_history_of_a_cluster_that_is_handed_over_is_told_as_lost() {
    let database = Database::new().await;
    let fakes = [1, 2].map(|_| FakeCluster::start(Version::V4_3_1, 1).unwrap());
    fakes.iter().for_each(|fake| fake.put(FakeConnector::sink("poison", 1)));
    let both = spec(vec![
        cluster("orders", &fakes[0].urls()),
        cluster("lines", &fakes[1].urls()),
    ]);
    let first = Rig::start_as(&database, "server-1", both.clone()).await;
    let shown = |health: Health| {
        move |fleet: &Fleet| {
            let is_so = |name| {
                let connector = fleet.clusters.get(name)?.connectors.get("poison")?;
                (connector.verdict().health == health).then_some(())
            };
            is_so("orders").and(is_so("lines"))
        }
    };
    first.until("both healthy", shown(Health::Healthy)).await;
    refuse(&database, "history", "connector").await;
    fakes.iter().for_each(|fake| fail(fake, "poison"));
    first.until("both failed", shown(Health::Failed)).await;
    until("a gap in each", async || {
        let told = all_gaps(&first).await;
        (told.len() == 2 && told.iter().all(|why| why.contains("are tried again"))).then_some(())
    })
    .await;
    let second = Rig::start_as(&database, "server-2", both).await;
    let lost = until("one of them is handed over", async || {
        let told = all_gaps(&first).await;
        let lost: Vec<_> = told
            .into_iter()
            .filter(|why| why.contains("are lost: this server"))
            .collect();
        (!lost.is_empty()).then_some(lost)
    })
    .await;
    assert_eq!(lost.len(), 1, "the other one stays: {lost:?}");
    second.stop().await;
    first.stop().await;
}
