//! Which units this server watches, by the configuration in force.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use model::Clock;
use model::names::UnitName;
use model::secrets::FingerprintKey;
use store::Store;
use tokio::sync::{broadcast, watch};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};
use view::Fleet;

use crate::connected::connected;
use crate::unit;
use crate::unit_spec::{Shared, UnitSpec};
use crate::{Event, FleetSpec, follow};

/// Events that may wait for one reader before it is told to begin anew.
const EVENTS: usize = 1024;
/// How often partitions are looked after.
const UPKEEP: Duration = Duration::from_secs(6 * 3600);

/// What the engine needs.
pub struct Parts {
    /// The database, once it is connected and migrated.
    pub store: watch::Receiver<Option<Store>>,
    /// The configuration, as it is reloaded.
    pub spec: watch::Receiver<Arc<FleetSpec>>,
    /// The key of fingerprints.
    pub key: FingerprintKey,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// This process, uniquely: it holds leases under this name.
    pub holder: Arc<str>,
    /// Ends everything.
    pub stop: CancellationToken,
}

/// The engine at work.
pub struct Engine {
    /// The view, as it is swapped.
    pub fleet: watch::Receiver<Arc<Fleet>>,
    /// True once the view was read from the database.
    pub loaded: watch::Receiver<bool>,
    /// Live events.
    pub events: broadcast::Sender<Arc<Event>>,
    tasks: Vec<JoinHandle<()>>,
}

impl Engine {
    /// Waits until everything has ended after `stop`; leases are given back by then.
    pub async fn ended(self) {
        for task in self.tasks {
            if let Err(error) = task.await {
                warn!(%error, "a background task did not end well");
            }
        }
    }
}

/// Starts following and watching; both wait for the database.
pub fn start(parts: Parts) -> Engine {
    let (fleet_sender, fleet) = watch::channel(Arc::new(Fleet::default()));
    let (loaded_sender, loaded) = watch::channel(false);
    let (events, _) = broadcast::channel(EVENTS);
    let following = follow::run(
        parts.store.clone(),
        parts.spec.clone(),
        fleet_sender,
        loaded_sender,
        events.clone(),
        parts.stop.clone(),
    );
    let tasks = vec![tokio::spawn(following), tokio::spawn(supervise(parts))];
    Engine {
        fleet,
        loaded,
        events,
        tasks,
    }
}

/// A unit at work.
struct Running {
    spec: UnitSpec,
    stop: CancellationToken,
    task: JoinHandle<()>,
}

async fn supervise(mut parts: Parts) {
    let Some(store) = connected(&mut parts.store, &parts.stop).await else {
        return;
    };
    let upkeep = tokio::spawn(upkeep(store.clone(), parts.clock.clone(), parts.stop.clone()));
    let shared = Shared {
        store,
        spec: parts.spec.clone(),
        key: parts.key.clone(),
        clock: parts.clock.clone(),
        holder: parts.holder.clone(),
        identities: Default::default(),
    };
    let mut running: BTreeMap<UnitName, Running> = BTreeMap::new();
    loop {
        let wanted = units(&parts.spec.borrow_and_update());
        for (name, unit) in &mut running {
            let keep = wanted.get(name).is_some_and(|spec| same(spec, &unit.spec));
            if !keep {
                unit.stop.cancel();
            }
        }
        let ended: Vec<UnitName> = running
            .iter()
            .filter(|(_, unit)| unit.stop.is_cancelled())
            .map(|(name, _)| name.clone())
            .collect();
        for name in ended {
            if let Some(unit) = running.remove(&name) {
                finish(&name, unit.task).await;
            }
        }
        for (name, spec) in wanted {
            running.entry(name).or_insert_with_key(|name| {
                info!(unit = %name, clusters = spec.clusters.len(), "unit configured");
                let stop = parts.stop.child_token();
                let task = tokio::spawn(unit::run(spec.clone(), shared.clone(), stop.clone()));
                Running { spec, stop, task }
            });
        }
        tokio::select! {
            () = parts.stop.cancelled() => break,
            changed = parts.spec.changed() => if changed.is_err() { break },
        }
    }
    for (name, unit) in running {
        unit.stop.cancel();
        finish(&name, unit.task).await;
    }
    if let Err(error) = upkeep.await {
        warn!(%error, "the upkeep of partitions did not end well");
    }
}

async fn finish(name: &UnitName, task: JoinHandle<()>) {
    if let Err(error) = task.await {
        warn!(unit = %name, %error, "a unit did not end well");
    }
}

/// One unit per Kafka cluster with its Connect clusters, and one per Connect cluster without Kafka access. Of two
/// clusters of the same name the first counts.
fn units(spec: &FleetSpec) -> BTreeMap<UnitName, UnitSpec> {
    let mut units: BTreeMap<UnitName, UnitSpec> = BTreeMap::new();
    for cluster in &spec.clusters {
        let kafka = cluster
            .kafka
            .as_ref()
            .and_then(|name| Some((name.clone(), spec.kafka.get(name)?.clone())));
        let name = match &kafka {
            Some((kafka, _)) => UnitName::from(format!("kafka/{kafka}")),
            None => UnitName::from(format!("connect/{}", cluster.name)),
        };
        let unit = units.entry(name.clone()).or_insert_with(|| UnitSpec {
            name,
            kafka,
            clusters: Vec::new(),
        });
        if !unit.clusters.iter().any(|known| known.name == cluster.name) {
            unit.clusters.push(cluster.clone());
        }
    }
    units
}

fn same(left: &UnitSpec, right: &UnitSpec) -> bool {
    left.name == right.name && left.kafka == right.kafka && left.clusters == right.clusters
}

async fn upkeep(store: Store, clock: Arc<dyn Clock>, stop: CancellationToken) {
    loop {
        let done = tokio::select! {
            () = stop.cancelled() => return,
            done = store.ensure_partitions(clock.now()) => done,
        };
        let pause = match done {
            Ok(()) => UPKEEP,
            Err(error) => {
                warn!(%error, "history partitions could not be looked after; it is tried again");
                Duration::from_secs(30)
            }
        };
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(pause) => {}
        }
    }
}
