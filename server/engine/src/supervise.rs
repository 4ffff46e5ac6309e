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
use crate::keep::keep;
use crate::losses::Losses;
use crate::progress::Board;
use crate::spread::{Seats, Spread};
use crate::unit;
use crate::unit_spec::{Shared, UnitSpec};
use crate::{Event, FleetSpec, LiveLimits, LiveReads, follow};

/// Events that may wait for one reader before it is told to begin anew.
const EVENTS: usize = 1024;
/// How often partitions are looked after, which daily would do: a look that was missed costs nothing.
const UPKEEP: Duration = Duration::from_secs(6 * 3600);
/// Measures of clusters that nobody watches any more are deleted so much later: whoever comes back after an outage gathers
/// them first.
const LEFT: chrono::TimeDelta = chrono::TimeDelta::days(1);

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
    /// Processes that are known to have ended and whose place this one takes: their leases are not waited out.
    pub former: Arc<[Arc<str>]>,
    /// Where its users reach this server, if known: for those who look which server watches what.
    pub address: Option<Arc<str>>,
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
    /// What persons ask workers for.
    pub live: LiveReads,
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
    let board = Board::default();
    let following = {
        let (store, spec, events) = (parts.store.clone(), parts.spec.clone(), events.clone());
        let (stop, board) = (parts.stop.clone(), board.clone());
        let work = move |attempt| {
            let (fleet, loaded) = (fleet_sender.clone(), loaded_sender.clone());
            let sources = (store.clone(), board.clone());
            follow::run(sources, spec.clone(), fleet, loaded, events.clone(), attempt)
        };
        async move { keep("following the feed", &stop, work).await }
    };
    let live = LiveReads::new(
        parts.spec.clone(),
        fleet.clone(),
        parts.clock.clone(),
        LiveLimits::default(),
    )
    .measured_by(board.clone());
    let tasks = vec![
        tokio::spawn(following),
        tokio::spawn(supervise(parts, fleet.clone(), board)),
    ];
    Engine {
        fleet,
        loaded,
        events,
        live,
        tasks,
    }
}

/// A unit at work.
struct Running {
    spec: UnitSpec,
    stop: CancellationToken,
    task: JoinHandle<()>,
}

async fn supervise(mut parts: Parts, fleet: watch::Receiver<Arc<Fleet>>, board: Board) {
    let Some(store) = connected(&mut parts.store, &parts.stop).await else {
        return;
    };
    let upkeep = {
        let (store, clock, stop) = (store.clone(), parts.clock.clone(), parts.stop.clone());
        let spec = parts.spec.clone();
        let work = move |attempt| upkeep(store.clone(), clock.clone(), spec.clone(), attempt);
        tokio::spawn(async move { keep("the upkeep of partitions", &stop, work).await })
    };
    let losses = Losses::default();
    let telling = {
        let (store, losses, stop) = (store.clone(), losses.clone(), parts.stop.clone());
        let work = move |attempt| losses.clone().run(store.clone(), attempt);
        tokio::spawn(async move { keep("the telling of what is lost", &stop, work).await })
    };
    let seats = Seats::default();
    let spread = Spread {
        // On a connection of its own: leases must not run out because others wait for theirs.
        store: store.apart(),
        seats: seats.clone(),
        holder: parts.holder.clone(),
        former: parts.former.clone(),
        address: parts.address.clone(),
    };
    let beat = {
        let stop = parts.stop.clone();
        let work = move |attempt| spread.clone().run(attempt);
        tokio::spawn(async move { keep("the renewal of leases", &stop, work).await })
    };
    let shared = Shared {
        store: store.clone(),
        spec: parts.spec.clone(),
        key: parts.key.clone(),
        clock: parts.clock.clone(),
        seats,
        losses: losses.clone(),
        ending: parts.stop.clone(),
        fleet,
        refusals: Default::default(),
        board,
    };
    let mut running: BTreeMap<UnitName, Running> = BTreeMap::new();
    loop {
        let wanted = units(&parts.spec.borrow_and_update());
        for (name, unit) in &mut running {
            if wanted.get(name) != Some(&unit.spec) {
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
                let task = tokio::spawn(kept(spec.clone(), shared.clone(), stop.clone()));
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
    let others = [
        ("the renewal of leases", beat),
        ("the upkeep of partitions", upkeep),
        ("the telling of what is lost", telling),
    ];
    for (what, task) in others {
        if let Err(error) = task.await {
            warn!(what, %error, "it did not end well");
        }
    }
    losses.farewell(&store).await;
}

/// A unit that is started again when it ends unasked: a panic of its own or of one of its watchers must not leave its
/// clusters unwatched.
async fn kept(spec: UnitSpec, shared: Shared, stop: CancellationToken) {
    let name = spec.name.clone();
    keep(name.as_str(), &stop, |attempt| {
        unit::run(spec.clone(), shared.clone(), attempt)
    })
    .await;
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
            None => UnitName::from(format!("connect/{}", cluster.name.as_str())),
        };
        let unit = units.entry(name.clone()).or_insert_with(|| UnitSpec {
            name,
            kafka,
            clusters: Vec::new(),
            allow: spec.allow.clone(),
        });
        if !unit.clusters.iter().any(|known| known.name == cluster.name) {
            unit.clusters.push(cluster.clone());
        }
    }
    units
}

async fn upkeep(store: Store, clock: Arc<dyn Clock>, spec: watch::Receiver<Arc<FleetSpec>>, stop: CancellationToken) {
    loop {
        let now = clock.now();
        let retention = spec.borrow().settings.deleted_retention;
        let work = async {
            store.ensure_partitions(now).await?;
            store.forget_measures(None, now - LEFT).await?;
            store.forget_progress(now - retention).await
        };
        let done = tokio::select! {
            () = stop.cancelled() => return,
            done = work => done,
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_of_what_may_be_asked_starts_units_anew_and_a_change_of_settings_does_not() {
        let cluster = crate::ClusterSpec::new("orders".into(), Vec::new());
        let spec = FleetSpec {
            clusters: vec![cluster],
            ..FleetSpec::default()
        };
        let mut other = spec.clone();
        other.settings.interval = chrono::TimeDelta::seconds(1);
        assert!(units(&spec) == units(&other));
        other.allow = vec!["10.0.0.0/8".to_owned()];
        assert!(units(&spec) != units(&other));
    }
}
