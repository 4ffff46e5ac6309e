//! One cluster configured twice, and two clusters that look alike.

use engine::doctor::{self, Severity};
use engine::{ClusterSpec, FleetSpec};
use testkit::fake::{FakeCluster, FakeConnector, Version};

use crate::database::Database;
use crate::harness::{Rig, cluster, spec};

/// An address that only its own network knows, as of a container.
const HIDDEN: &str = "connect.invalid:8083";

fn hidden(connectors: &[&str]) -> FakeCluster {
    let fake = FakeCluster::start(Version::V4_3_1, 1).unwrap();
    fake.advertise(0, HIDDEN);
    for name in connectors {
        fake.put(FakeConnector::sink(name, 1));
    }
    fake
}

/// What the doctor says of two entries being one, and how bad that is.
async fn diagnosed(spec: &FleetSpec, store: Option<&store::Store>) -> Vec<(Severity, String)> {
    let findings = doctor::examine_fleet(spec, store).await;
    let twice = findings
        .into_iter()
        .filter(|finding| finding.text.contains("the same cluster as") || finding.text.contains("the same workers as"));
    twice.map(|finding| (finding.severity, finding.todo.unwrap())).collect()
}

fn two(first: &[String], second: &[String]) -> Vec<ClusterSpec> {
    vec![cluster("orders", first), cluster("again", second)]
}

#[tokio::test(flavor = "multi_thread")]
async fn one_address_twice_is_one_cluster_though_its_workers_are_out_of_reach() {
    let database = Database::new().await;
    let fake = hidden(&["invoices", "lines"]);
    let spec = spec(two(&fake.urls(), &[fake.url(0).trim_end_matches('/').to_owned()]));
    let told = diagnosed(&spec, None).await;
    assert!(
        matches!(told.as_slice(), [(Severity::Problem, todo)] if todo.contains("orders is watched, again is refused")),
        "{told:?}"
    );
    let rig = Rig::start(&database, spec).await;
    rig.until("the server does what the doctor says", |fleet| {
        let (orders, again) = (fleet.clusters.get("orders")?, fleet.clusters.get("again")?);
        let refused = again
            .about
            .same_as
            .as_ref()
            .is_some_and(|name| name.as_str() == "orders");
        (refused && again.live().count() == 0 && orders.live().count() == 2).then_some(())
    })
    .await;
    assert!(rig.fleet().clusters["orders"].about.same_as.is_none());
    // Before anybody looked: nothing but that is ever told of it.
    rig.looks(5).await;
    let again = rig.fleet().clusters["again"].clone();
    assert!(again.connectors.is_empty() && !again.about.reachable, "{again:#?}");
    let filter = store::TimelineFilter {
        cluster: Some("again".into()),
        limit: 100,
        ..store::TimelineFilter::default()
    };
    let history = rig.store.timeline(&filter).await.unwrap();
    let kinds: Vec<&str> = history.iter().map(|item| store::kind(&item.entry)).collect();
    assert_eq!(kinds, ["refused"]);
    rig.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_clusters_whose_workers_call_themselves_alike_are_two() {
    let database = Database::new().await;
    let (orders, other) = (hidden(&["invoices"]), hidden(&["invoices"]));
    let spec = spec(two(&orders.urls(), &other.urls()));
    let told = diagnosed(&spec, None).await;
    assert!(
        matches!(told.as_slice(), [(Severity::Note, todo)] if todo.contains("both are watched")),
        "{told:?}"
    );
    let rig = Rig::start(&database, spec).await;
    rig.until("both are seen", |fleet| {
        let seen = |name: &str| {
            fleet
                .clusters
                .get(name)
                .is_some_and(|cluster| cluster.live().count() == 1)
        };
        (seen("orders") && seen("again")).then_some(())
    })
    .await;
    rig.looks(10).await;
    let fleet = rig.fleet();
    for name in ["orders", "again"] {
        assert_eq!(fleet.clusters[name].about.same_as, None, "{name}");
        assert_eq!(fleet.clusters[name].live().count(), 1, "{name}");
    }
    rig.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_doctor_and_the_server_agree_about_two_workers_of_one_cluster() {
    let fake = FakeCluster::start(Version::V4_3_1, 2).unwrap();
    fake.put(FakeConnector::sink("invoices", 2).spread(2));
    let told = diagnosed(&spec(two(&[fake.url(0)], &[fake.url(1)])), None).await;
    assert!(
        matches!(told.as_slice(), [(Severity::Problem, todo)] if todo.contains("unless Signalbox already knows it")),
        "{told:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_known_cluster_whose_address_is_mistyped_the_doctor_says_what_the_server_does() {
    let database = Database::new().await;
    let (orders, other) = (
        FakeCluster::start(Version::V4_3_1, 2).unwrap(),
        FakeCluster::start(Version::V4_3_1, 1).unwrap(),
    );
    orders.put(FakeConnector::sink("invoices", 2).spread(2));
    other.put(FakeConnector::sink("lines", 1));
    let rig = Rig::start(&database, spec(two(&[orders.url(0)], &other.urls()))).await;
    let lists = |fleet: &view::Fleet, name: &str, connector: &str| {
        let known = fleet.clusters.get(name)?.connectors.get(connector)?;
        known.live().then_some(())
    };
    rig.until("both are known", |fleet| {
        lists(fleet, "orders", "invoices").and_then(|()| lists(fleet, "again", "lines"))
    })
    .await;
    let mistyped = spec(two(&[orders.url(0)], &[orders.url(1)]));
    // A database that nothing was recorded in: the later one would be new.
    let empty = Database::new().await;
    let empty_store = empty.store().await;
    let told = diagnosed(&mistyped, Some(&empty_store)).await;
    assert!(
        matches!(told.as_slice(), [(Severity::Problem, todo)] if todo.ends_with("orders is watched, again is refused")),
        "{told:?}"
    );
    let findings = doctor::examine_fleet(&mistyped, Some(&rig.store)).await;
    let told = findings
        .iter()
        .find(|finding| finding.text.contains("as another cluster"));
    let told = told.unwrap_or_else(|| panic!("{findings:#?}"));
    assert!(
        told.severity == Severity::Problem && told.text.contains(&other.worker_id(0)),
        "{told:?}"
    );
    let todo = told.todo.as_deref().unwrap();
    assert!(
        todo.contains("both are watched and counted") && !todo.contains("refused"),
        "{todo}"
    );

    rig.spec.send_replace(std::sync::Arc::new(mistyped));
    rig.until("the server watches and counts both", |fleet| {
        let again = fleet.clusters.get("again")?;
        let alike = fleet
            .alike(&"again".into())
            .iter()
            .any(|alike| alike.other.as_str() == "orders");
        (again.about.same_as.is_none() && alike && lists(fleet, "again", "invoices").is_some()).then_some(())
    })
    .await;
    empty_store.close().await;
    rig.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_cluster_whose_addresses_are_corrected_is_watched_as_what_it_is() {
    let database = Database::new().await;
    let (orders, other) = (
        FakeCluster::start(Version::V4_3_1, 2).unwrap(),
        FakeCluster::start(Version::V4_3_1, 1).unwrap(),
    );
    orders.put(FakeConnector::sink("invoices", 2).spread(2));
    other.put(FakeConnector::sink("lines", 1));
    // By a name that the workers do not advertise.
    let named = orders.url(1).replace("127.0.0.1", "localhost");
    let rig = Rig::start(&database, spec(two(&[orders.url(0)], &[named]))).await;
    let refused = |fleet: &view::Fleet| fleet.clusters.get("again").is_some_and(|again| again.refused());
    rig.until("the second is refused", |fleet| refused(fleet).then_some(()))
        .await;
    rig.looks(3).await;
    let corrected = spec(two(&[orders.url(0)], &other.urls()));
    rig.spec.send_replace(std::sync::Arc::new(corrected));
    rig.until("the second is watched", |fleet| {
        let again = fleet.clusters.get("again")?;
        let names: Vec<&str> = again.live().map(|one| one.facts().name.as_str()).collect();
        (!again.refused()
            && again.about.reachable
            && names == ["lines"]
            && again.connectors.len() == 1
            && again.workers.len() == 1)
            .then_some(())
    })
    .await;
    rig.looks(5).await;
    assert!(!refused(&rig.fleet()));
    rig.stop().await;
}

/// Two clusters, and the entries `orders` and, after it, `legacy`: `orders` lists its own two connectors on its own two
/// workers, `legacy` its own.
pub fn both_are_well(fleet: &view::Fleet) -> Option<()> {
    let well = |cluster: &str, workers: usize, expected: &[&str]| {
        let cluster = fleet.clusters.get(cluster)?;
        let names: Vec<&str> = cluster.live().map(|one| one.facts().name.as_str()).collect();
        let judged = cluster
            .live()
            .all(|one| one.verdict().health == model::verdict::Health::Healthy);
        (!cluster.refused()
            && cluster.about.reachable
            && names == expected
            && judged
            && cluster.workers.len() == workers)
            .then_some(())
    };
    well("orders", 2, &["four", "three"])?;
    well("legacy", 2, &["one", "two"])
}

/// Two workers with two connectors spread over them.
pub fn pair(connectors: [&str; 2]) -> FakeCluster {
    let fake = FakeCluster::start(Version::V4_3_1, 2).unwrap();
    for name in connectors {
        fake.put(FakeConnector::sink(name, 2).spread(2));
    }
    fake
}

#[tokio::test(flavor = "multi_thread")]
async fn a_first_cluster_whose_addresses_are_corrected_lets_go_of_the_second() {
    let database = Database::new().await;
    let (legacy, orders) = (pair(["one", "two"]), pair(["three", "four"]));
    let configured = |orders: Option<&str>| {
        let orders = orders.map(|url| cluster("orders", &[url.to_owned()]));
        let mut spec = spec(orders.into_iter().chain([cluster("legacy", &legacy.urls())]).collect());
        spec.settings.slow_interval = chrono::TimeDelta::seconds(1);
        std::sync::Arc::new(spec)
    };
    let rig = Rig::start(&database, (*configured(None)).clone()).await;
    rig.until("legacy is well", |fleet| {
        let legacy = fleet.clusters.get("legacy")?;
        (legacy.live().count() == 2 && legacy.workers.len() == 2).then_some(())
    })
    .await;
    rig.spec.send_replace(configured(Some(&legacy.url(0))));
    rig.until("legacy is refused, and orders has its workers", |fleet| {
        let (orders, legacy) = (fleet.clusters.get("orders")?, fleet.clusters.get("legacy")?);
        let one = orders.live().any(|one| one.facts().name.as_str() == "one");
        (legacy.refused() && one && orders.workers.len() == 2).then_some(())
    })
    .await;
    rig.looks(3).await;
    rig.spec.send_replace(configured(Some(&orders.url(0))));
    rig.until("each shows its own", both_are_well).await;
    rig.looks(10).await;
    let fleet = rig.fleet();
    assert_eq!(both_are_well(&fleet), Some(()));
    assert_eq!(
        fleet.clusters["orders"].connectors.len(),
        2,
        "it never had the others, which were not deleted"
    );
    let filter = store::TimelineFilter {
        cluster: Some("orders".into()),
        kinds: vec!["connector_deleted".into()],
        limit: 9,
        ..store::TimelineFilter::default()
    };
    assert_eq!(rig.store.timeline(&filter).await.unwrap(), []);
    rig.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_that_dies_does_not_part_what_is_one_cluster() {
    let database = Database::new().await;
    let mut fake = FakeCluster::start(Version::V4_3_1, 2).unwrap();
    fake.put(FakeConnector::sink("invoices", 2).spread(2));
    let named = fake.url(1).replace("127.0.0.1", "localhost");
    let mut spec = spec(two(&[fake.url(0), fake.url(1)], &[named]));
    spec.settings.slow_interval = chrono::TimeDelta::seconds(1);
    let rig = Rig::start(&database, spec).await;
    let refused = |fleet: &view::Fleet| fleet.clusters.get("again").is_some_and(|again| again.refused());
    rig.until("the second is refused", |fleet| refused(fleet).then_some(()))
        .await;
    fake.kill(0);
    rig.until_cluster("the death is seen", |orders| {
        orders.workers.iter().any(|worker| worker.alive.gone())
    })
    .await;
    rig.looks(10).await;
    let filter = store::TimelineFilter {
        cluster: Some("again".into()),
        kinds: vec!["admitted".into()],
        limit: 9,
        ..store::TimelineFilter::default()
    };
    assert_eq!(rig.store.timeline(&filter).await.unwrap(), []);
    assert!(refused(&rig.fleet()));
    rig.stop().await;
}
