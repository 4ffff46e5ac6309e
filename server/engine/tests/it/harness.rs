//! An engine over fakes, and waiting for what is to happen.

use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::{TimeDelta, Utc};
use engine::{ClusterSpec, Engine, Event, FleetSpec, Parts};
use model::names::{ClusterName, ConnectorName};
use model::owner::{Owners, Team};
use model::record::{Entry, HistoryItem};
use model::secrets::FingerprintKey;
use model::settings::Settings;
use model::state::State;
use model::transition::{Change, Transition};
use model::verdict::Health;
use model::{Clock, Timestamp};
use store::{Store, TimelineFilter};
use testkit::fake::FakeCluster;
use tokio::sync::{broadcast, watch};
use tokio_util::sync::CancellationToken;
use view::{Cluster, Connector, Fleet};

use crate::database::Database;

/// Time between two looks in these tests.
pub const INTERVAL: Duration = Duration::from_millis(200);
/// After this a condition that is waited for counts as missed: far more than it takes, for machines under load.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// The system's clock.
pub struct System;

impl Clock for System {
    fn now(&self) -> Timestamp {
        Utc::now()
    }
}

pub fn settings() -> Settings {
    Settings {
        interval: TimeDelta::from_std(INTERVAL).unwrap(),
        stale_after: TimeDelta::seconds(30),
        grace: TimeDelta::milliseconds(500),
        ..Settings::default()
    }
}

/// A cluster at some of a fake's addresses.
pub fn cluster(name: &str, urls: &[String]) -> ClusterSpec {
    ClusterSpec::new(name.into(), urls.iter().map(|url| url.parse().unwrap()).collect())
}

pub fn spec(clusters: Vec<ClusterSpec>) -> FleetSpec {
    FleetSpec {
        clusters,
        settings: settings(),
        ..FleetSpec::default()
    }
}

pub fn with_teams(mut spec: FleetSpec, teams: Vec<Team>) -> FleetSpec {
    spec.owners = Owners::new(&teams).unwrap();
    spec.teams = teams;
    spec
}

/// A running engine with its database.
pub struct Rig {
    pub store: Store,
    pub spec: watch::Sender<Arc<FleetSpec>>,
    pub engine: Engine,
    pub events: broadcast::Receiver<Arc<Event>>,
    pub stop: CancellationToken,
    // Kept so that the engine does not see it closed.
    _stores: watch::Sender<Option<Store>>,
}

impl Rig {
    pub async fn start(database: &Database, spec: FleetSpec) -> Self {
        Self::start_as(database, "server-1", spec).await
    }

    pub async fn start_as(database: &Database, holder: &str, spec: FleetSpec) -> Self {
        Self::start_by(database, holder, spec, Arc::new(System)).await
    }

    /// With a clock of its own.
    pub async fn start_by(database: &Database, holder: &str, spec: FleetSpec, clock: Arc<dyn Clock>) -> Self {
        Self::start_on(database.store().await, holder, spec, clock).await
    }

    /// On a way to the database of its own.
    pub async fn start_on(store: Store, holder: &str, spec: FleetSpec, clock: Arc<dyn Clock>) -> Self {
        let (stores, store_receiver) = watch::channel(Some(store.clone()));
        let (spec_sender, spec_receiver) = watch::channel(Arc::new(spec));
        let stop = CancellationToken::new();
        let engine = engine::start(Parts {
            store: store_receiver,
            spec: spec_receiver,
            key: FingerprintKey::new(b"a key that only these tests have"),
            clock,
            holder: holder.into(),
            former: Arc::default(),
            address: None,
            stop: stop.clone(),
        });
        let events = engine.events.subscribe();
        Self {
            store,
            spec: spec_sender,
            engine,
            events,
            stop,
            _stores: stores,
        }
    }

    /// One cluster named `orders` at all addresses of a fake, after its first look.
    pub async fn watching(database: &Database, fake: &FakeCluster) -> Self {
        let rig = Self::start(database, spec(vec![cluster("orders", &fake.urls())])).await;
        let names = fake.names();
        rig.until("the first look", |fleet| {
            let cluster = fleet.clusters.get("orders")?;
            (cluster.about.reachable && cluster.connectors.len() == names.len()).then_some(())
        })
        .await;
        rig
    }

    pub fn fleet(&self) -> Arc<Fleet> {
        self.engine.fleet.borrow().clone()
    }

    /// Waits until the view gives a value.
    pub async fn until<T>(&self, what: &str, check: impl FnMut(&Fleet) -> Option<T>) -> T {
        self.within(PATIENCE, what, check).await
    }

    pub async fn within<T>(&self, limit: Duration, what: &str, mut check: impl FnMut(&Fleet) -> Option<T>) -> T {
        let mut views = self.engine.fleet.clone();
        let waiting = async {
            loop {
                if let Some(found) = check(&views.borrow_and_update()) {
                    return found;
                }
                views.changed().await.unwrap();
            }
        };
        match tokio::time::timeout(limit, waiting).await {
            Ok(found) => found,
            Err(_) => panic!("{what} did not happen within {limit:?}; the view: {:#?}", self.fleet()),
        }
    }

    /// Waits until a connector of `orders` is judged so, and returns it.
    pub async fn until_health(&self, name: &str, health: Health) -> Arc<Connector> {
        self.until(&format!("{name} {health:?}"), |fleet| {
            let connector = fleet.clusters.get("orders")?.connectors.get(name)?;
            (connector.verdict().health == health).then(|| connector.clone())
        })
        .await
    }

    /// Waits until the cluster `orders` is so.
    pub async fn until_cluster(&self, what: &str, check: impl Fn(&Cluster) -> bool) -> Arc<Cluster> {
        self.until(what, |fleet| {
            let cluster = fleet.clusters.get("orders")?;
            check(cluster).then(|| cluster.clone())
        })
        .await
    }

    /// Waits until so many further looks at `orders` are in the view.
    pub async fn looks(&self, count: usize) {
        let last = |fleet: &Fleet| fleet.clusters.get("orders").and_then(|cluster| cluster.fresh.tried);
        for _ in 0..count {
            let before = last(&self.fleet());
            self.until("another look", |fleet| (last(fleet) != before).then_some(()))
                .await;
        }
    }

    pub async fn history(&self, connector: Option<&str>) -> Vec<HistoryItem> {
        let filter = TimelineFilter {
            cluster: Some(ClusterName::from("orders")),
            connector: connector.map(ConnectorName::from),
            limit: 10_000,
            ..TimelineFilter::default()
        };
        self.store.timeline(&filter).await.unwrap()
    }

    /// The words of the history of a connector, the oldest first.
    pub async fn kinds(&self, connector: Option<&str>) -> Vec<&'static str> {
        let mut items = self.history(connector).await;
        items.reverse();
        items.iter().map(|item| store::kind(&item.entry)).collect()
    }

    /// From when to when what was seen is not on record, and why, the oldest first.
    pub async fn gaps(&self) -> Vec<(Timestamp, Timestamp, String)> {
        let mut items = self.history(None).await;
        items.reverse();
        let gap = |item: HistoryItem| match item.entry {
            Entry::Transition(Transition {
                at,
                change: Change::RecordingGap { from, why },
                ..
            }) => Some((from, at, why.to_string())),
            _ => None,
        };
        items.into_iter().filter_map(gap).collect()
    }

    /// States of a connector's tasks that were seen to change, the oldest first, with their times.
    pub async fn states(&self, connector: &str) -> Vec<(Timestamp, State)> {
        let mut items = self.history(Some(connector)).await;
        items.reverse();
        let state = |item: HistoryItem| match item.entry {
            Entry::Transition(Transition {
                at,
                change: Change::State { to, .. },
                ..
            }) => Some((at, to)),
            _ => None,
        };
        items.into_iter().filter_map(state).collect()
    }

    /// Verdict changes of a connector, the oldest first.
    pub async fn verdicts(&self, connector: &str) -> Vec<Health> {
        let mut items = self.history(Some(connector)).await;
        items.reverse();
        let verdict = |item: HistoryItem| match item.entry {
            Entry::Verdict(change) => Some(change.to),
            _ => None,
        };
        items.into_iter().filter_map(verdict).collect()
    }

    /// Stops the engine; fails when it takes too long.
    pub async fn stop(self) {
        self.stop.cancel();
        tokio::time::timeout(Duration::from_secs(5), self.engine.ended())
            .await
            .expect("the engine ends within 5 s");
        self.store.close().await;
    }
}

/// Until the worker was asked for two more lists, so that it was seen how things were in between.
pub async fn two_more_looks(fake: &FakeCluster) {
    let lists = || {
        let requests = fake.requests(0);
        requests.iter().filter(|request| request.contains("expand=")).count()
    };
    let before = lists();
    until("two more looks", async || (lists() >= before + 2).then_some(())).await;
}

/// Waits until `check` gives a value.
pub async fn until<T>(what: &str, mut check: impl AsyncFnMut() -> Option<T>) -> T {
    let began = Instant::now();
    loop {
        if let Some(found) = check().await {
            return found;
        }
        assert!(began.elapsed() < PATIENCE, "{what} did not happen within {PATIENCE:?}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
