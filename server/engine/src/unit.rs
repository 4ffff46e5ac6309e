//! One unit under its lease: the loop that takes observations, keeps the ledgers and records what changed.

mod charting;
mod counting;
mod gathering;
mod ledgers;
mod measuring;
mod recording;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use model::Timestamp;
use model::internal::{ConfigsSeen, StatusesSeen};
use model::names::ClusterName;
use model::observe::{Observation, Seen};
use model::record::ClusterRecord;
use store::Lease;
use telemetry::span::{self, Cause, Causes};
use tokio::sync::{mpsc, watch as channel};
use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::{error, info, warn};

use crate::complaints::Complaints;
use crate::heavy::heavy;
use crate::identity;
use crate::ledger::Ledger;
use crate::observed;
use crate::progress;
use crate::spread::{Grant, Orders};
use crate::unit_spec::{Shared, UnitSpec};
use crate::watch::{self, Access, Hints, Looking, Recorded, Spawner};
use crate::{ClusterSpec, FleetSpec};
use counting::Counting;
use ledgers::Ledgers;
use measuring::Measuring;
use recording::Fenced;

/// How often due verdicts are judged, and recording is tried again.
const BEAT: Duration = Duration::from_millis(250);
/// What the last record and the return of the lease may take together once the server stops.
const FAREWELL: Duration = Duration::from_secs(3);
/// Observations that may wait; beyond it the watchers wait, each at its own.
const QUEUE: usize = 256;

/// News of offset topics that may wait for who measures sources; beyond it the topics' readers wait.
const OFFSETS: usize = 16;

/// How long a unit is left to the others whose records this version cannot read.
const UNREADABLE: Duration = Duration::from_secs(30);

/// Why a holding of the lease ended.
enum Ended {
    /// The server stops, or the unit is no longer configured as it was.
    Asked,
    /// Another server is to have the unit, and everything that was seen is recorded.
    HandedOver,
    /// What is recorded makes no sense to this version.
    Unreadable,
    /// Another server holds it now, or what was recorded under the lease is no more.
    Fenced,
}

/// What was recorded is no more.
const OLDER_COPY: &str = "the database was replaced by an older copy of itself, which lacks what was recorded since";

/// Watches whenever this server is granted the lease, until `stop`.
pub(crate) async fn run(unit: UnitSpec, shared: Shared, stop: CancellationToken) {
    // When it was found that what was recorded is no more: the first holding that can tell anything tells it.
    let mut reset: Option<Timestamp> = None;
    while let Some(Grant { lease, orders, seat }) = shared.seats.wait(&unit.name, &stop).await {
        telemetry::lease_held(unit.name.as_str(), true);
        info!(unit = %unit.name, epoch = lease.epoch(), "watching");
        let (ended, lease) = hold(&unit, &shared, lease, &orders, &mut reset, &stop).await;
        telemetry::lease_held(unit.name.as_str(), false);
        match ended {
            Ended::HandedOver => give_back(&unit, &shared, lease).await,
            Ended::Unreadable => {
                give_back(&unit, &shared, lease).await;
                drop(seat);
                tokio::select! {
                    () = stop.cancelled() => return,
                    () = tokio::time::sleep(UNREADABLE) => continue,
                }
            }
            Ended::Fenced if lease.as_ref().is_some_and(Lease::outlived) => {
                error!(
                    unit = %unit.name,
                    "the database is an older copy of what it was: what was recorded since is lost, and watching begins \
                     anew with what it tells"
                );
                reset = Some(shared.clock.now());
            }
            Ended::Fenced => warn!(unit = %unit.name, "another server holds the lease now"),
            Ended::Asked => {
                // A unit that is only configured anew keeps its lease from the others, and takes it in another epoch.
                if shared.ending.is_cancelled() || !stop.is_cancelled() {
                    give_back(&unit, &shared, lease).await;
                }
                return;
            }
        }
        drop(seat);
    }
}

async fn give_back(unit: &UnitSpec, shared: &Shared, lease: Option<Lease>) {
    let Some(lease) = lease else { return };
    match tokio::time::timeout(FAREWELL / 2, shared.store.release(lease)).await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => {
            warn!(unit = %unit.name, %error, "the lease could not be given back; it expires by itself");
        }
        Err(_) => warn!(unit = %unit.name, "the lease could not be given back in time; it expires by itself"),
    }
}

/// One holding; how it ended, and the lease to be given back.
async fn hold(
    unit: &UnitSpec,
    shared: &Shared,
    lease: Lease,
    orders: &Orders,
    reset: &mut Option<Timestamp>,
    stop: &CancellationToken,
) -> (Ended, Option<Lease>) {
    // One receiver for what is read first and for what changes later: a clone that never looked would call a configuration
    // new that the ledgers began with.
    let mut spec = shared.spec.clone();
    let begun_with = spec.borrow_and_update().clone();
    let mut ledgers = match load(unit, shared, &begun_with, orders, stop).await {
        Ok(ledgers) => ledgers,
        Err(ended) => return (ended, Some(lease)),
    };
    if let Some(to) = reset.take() {
        for ledger in ledgers.values_mut() {
            let from = ledger.facts().fresh.rest.map_or(to, |rest| rest.min(to));
            ledger.gap(from, to, OLDER_COPY);
        }
    }
    let lease = Arc::new(lease);
    let watching = stop.child_token();
    let (sender, mut receiver) = mpsc::channel(QUEUE);
    let watchers = TaskTracker::new();
    let spawner = Spawner {
        tasks: watchers.clone(),
        stop: watching.clone(),
    };
    let kafka = unit.kafka.clone().map(|(name, spec)| Access::new(name, spec));
    let (offsets, told_offsets) = mpsc::channel(OFFSETS);
    let asking = kafka
        .as_ref()
        .map(|kafka| progress::start(kafka, told_offsets, &spawner, &shared.clock));
    let measuring = asking.map(|asking| Measuring::new(shared, asking, &mut ledgers));
    if measuring.is_some() {
        let clusters = ledgers.keys().cloned().collect();
        let (store, clock) = (shared.store.clone(), shared.clock.clone());
        spawner.spawn(gathering::run(store, lease.clone(), clusters, clock));
    }
    let access = kafka.as_ref().map(|kafka| (kafka, offsets));
    let hints = watch::start(unit, shared, &lease, &known(&ledgers), sender, access, &spawner);
    drop((spawner, kafka));
    let why = format!(
        "{} could not record what it had seen before it let the cluster go or began with it anew (epoch {})",
        lease.holder(),
        lease.epoch(),
    );
    let mut holding = Holding {
        unit,
        shared,
        lease: &lease,
        ledgers: Ledgers::new(ledgers, shared.losses.clone(), shared.clock.clone(), why),
        hints,
        causes: Causes::default(),
        complaints: Complaints::default(),
        counting: Counting::default(),
        measuring,
    };
    let ended = tokio::select! {
        ended = holding.work(&mut receiver, spec, orders, stop) => ended,
        // A database that hangs must not keep a server from stopping.
        () = overdue(stop) => {
            warn!(unit = %unit.name, "what was seen last could not be recorded before the server stops");
            holding.take_all(&mut receiver).await;
            Ended::Asked
        }
    };
    if let Ended::Fenced = ended {
        // What waited while the answer did was seen too.
        holding.take_all(&mut receiver).await;
        holding.fenced();
    }
    drop(holding);
    drop(receiver);
    watching.cancel();
    watchers.close();
    watchers.wait().await;
    // Whoever watches them next tells what waits there.
    for cluster in &unit.clusters {
        telemetry::unwatched(cluster.name.as_str());
    }
    // Watchers borrow the lease only while they record definitions, and they have ended.
    (ended, Arc::into_inner(lease))
}

/// Returns a while after `stop`.
async fn overdue(stop: &CancellationToken) {
    stop.cancelled().await;
    tokio::time::sleep(FAREWELL / 2).await;
}

/// What the watchers begin with.
fn known(ledgers: &BTreeMap<ClusterName, Ledger>) -> BTreeMap<ClusterName, (Hints, Recorded)> {
    let facts = ledgers.iter().map(|(name, ledger)| (name.clone(), ledger.facts()));
    facts
        .map(|(name, facts)| (name, (Hints::of(facts), Recorded::of(facts))))
        .collect()
}

/// Reads what is recorded of every cluster; tries until it can, or until the lease is to go. One who cannot make sense of
/// it gives it up: a newer version of Signalbox, which recorded it, may be waiting for it.
async fn load(
    unit: &UnitSpec,
    shared: &Shared,
    spec: &Arc<FleetSpec>,
    orders: &Orders,
    stop: &CancellationToken,
) -> Result<BTreeMap<ClusterName, Ledger>, Ended> {
    let mut ledgers = BTreeMap::new();
    for cluster in &unit.clusters {
        let (record, anothers) = loop {
            match recorded(shared, cluster).await {
                Ok(found) => break found,
                Err(error @ store::Error::Corrupt(_)) => {
                    error!(cluster = %cluster.name, %error, "what is recorded cannot be read; its lease is given back");
                    return Err(Ended::Unreadable);
                }
                Err(error) => warn!(cluster = %cluster.name, %error, "what is recorded cannot be read"),
            }
            tokio::select! {
                () = stop.cancelled() => return Err(Ended::Asked),
                () = orders.fenced.cancelled() => return Err(Ended::Fenced),
                () = orders.hand_over.cancelled() => return Err(Ended::HandedOver),
                () = tokio::time::sleep(BEAT) => {}
            }
        };
        let now = shared.clock.now();
        let mut ledger = Ledger::new(&cluster.name, record, spec.clone(), now);
        if let Some(other) = anothers {
            if ledger.facts().about.same_as.is_none() {
                info!(cluster = %cluster.name, "what was seen at its former addresses is {other}'s: it begins anew");
                // Its open faults go on under the other's name, as those of any cluster that is found to be another one.
                let observation = same_as(Some(other), now, now);
                observed::took(&cluster.name, &observation, now);
                ledger.observe(&observation, now);
            }
            ledger.begin_anew(now);
        }
        // What one address tells needs no look: nothing of a second entry is taken in that is refused a moment later.
        let same = identity::same_address(ledger.facts(), &spec.clusters, &shared.fleet.borrow());
        if same.is_some() && same != ledger.facts().about.same_as {
            let observation = same_as(same, now, now);
            observed::took(&cluster.name, &observation, now);
            ledger.observe(&observation, now);
        }
        let same = ledger.facts().about.same_as.as_ref();
        let same = same.filter(|other| spec.clusters.iter().any(|known| known.name == **other));
        shared.refusals.tell(&cluster.name, same);
        ledgers.insert(cluster.name.clone(), ledger);
    }
    Ok(ledgers)
}

/// What is recorded of a cluster: under its name, else under one that it had before; with the cluster of which all that
/// was learnt, if that is another one.
async fn recorded(
    shared: &Shared,
    cluster: &ClusterSpec,
) -> store::Result<(Option<ClusterRecord>, Option<ClusterName>)> {
    for name in std::iter::once(&cluster.name).chain(&cluster.formerly) {
        if let Some(record) = shared.store.load_cluster(name).await? {
            let anothers = learnt_of(shared, cluster, &record).await?;
            return Ok((Some(record), anothers));
        }
    }
    Ok((None, None))
}

/// The cluster of which a record tells, though it is recorded of one whose addresses were all corrected since: the one
/// that it was refused for, or one that was refused for it. Else it only has new addresses, and goes on.
async fn learnt_of(
    shared: &Shared,
    cluster: &ClusterSpec,
    record: &ClusterRecord,
) -> store::Result<Option<ClusterName>> {
    if !identity::moved(&record.about, cluster) {
        return Ok(None);
    }
    if record.about.same_as.is_some() {
        return Ok(record.about.same_as.clone());
    }
    let spec = shared.spec.borrow().clone();
    for other in spec.clusters.iter().filter(|other| other.name != cluster.name) {
        let found = shared.store.load_about(&other.name).await?;
        if found.is_some_and(|found| found.about.same_as.as_ref() == Some(&record.name)) {
            return Ok(Some(other.name.clone()));
        }
    }
    Ok(None)
}

/// One holding of the lease.
struct Holding<'a> {
    unit: &'a UnitSpec,
    shared: &'a Shared,
    lease: &'a Lease,
    ledgers: Ledgers,
    hints: BTreeMap<ClusterName, channel::Sender<Hints>>,
    /// What led to what is not recorded yet.
    causes: Causes,
    complaints: Complaints,
    counting: Counting,
    /// What is measured, where Kafka is configured.
    measuring: Option<Measuring>,
}

impl Holding<'_> {
    async fn work(
        &mut self,
        observations: &mut mpsc::Receiver<Looking>,
        mut spec: channel::Receiver<Arc<FleetSpec>>,
        orders: &Orders,
        stop: &CancellationToken,
    ) -> Ended {
        let mut beat = interval(BEAT);
        beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut handing_over = false;
        loop {
            tokio::select! {
                () = stop.cancelled() => {
                    self.take_all(observations).await;
                    return self.last_words().await;
                }
                () = orders.fenced.cancelled() => return Ended::Fenced,
                () = orders.hand_over.cancelled(), if !handing_over => {
                    handing_over = true;
                    self.take_all(observations).await;
                    self.ledgers.values_mut().for_each(Ledger::hurry);
                }
                () = orders.renew.notified() => match self.shared.store.renew(self.lease).await {
                    Ok(()) => {}
                    Err(store::Error::Fenced { .. }) => return Ended::Fenced,
                    Err(error) => warn!(unit = %self.unit.name, %error, "the lease cannot be renewed"),
                },
                looked = observations.recv() => {
                    // A watcher ended, so that the unit must start anew; what is pending is recorded first.
                    let Some(looked) = looked else { return self.last_words().await };
                    self.take(looked).await;
                }
                heard = Measuring::heard(&mut self.measuring) => {
                    if let Some(measuring) = &mut self.measuring {
                        measuring.take(heard, self.shared.clock.now());
                    }
                    // It is looked at with the next beat.
                    continue;
                }
                Ok(()) = spec.changed() => {
                    // What waits was seen before.
                    self.take_all(observations).await;
                    let next = spec.borrow_and_update().clone();
                    let now = self.shared.clock.now();
                    self.ledgers.values_mut().for_each(|ledger| ledger.reload(next.clone(), now));
                }
                _ = beat.tick() => {
                    // What waits was seen before: nothing is judged by what was last known while it does.
                    self.take_all(observations).await;
                    let now = self.shared.clock.now();
                    observed::beat(now);
                    for (cluster, ledger) in self.ledgers.iter_mut() {
                        if let (true, Some(hints)) = (ledger.tick(now), self.hints.get(cluster)) {
                            hints.send_replace(Hints::of(ledger.facts()));
                        }
                    }
                    // Little is asked of a refused cluster, and it may be the other one that changed.
                    let refused = |ledger: &Ledger| ledger.facts().about.same_as.is_some();
                    let refused = self.ledgers.iter().filter(|(_, ledger)| refused(ledger));
                    let refused: Vec<ClusterName> = refused.map(|(cluster, _)| cluster.clone()).collect();
                    for cluster in refused {
                        self.compare(&cluster, now, now);
                    }
                }
            }
            self.take_all(observations).await;
            if let Err(Fenced) = self.measure().await {
                return Ended::Fenced;
            }
            if let Err(Fenced) = self.record().await {
                return Ended::Fenced;
            }
            if let Err(Fenced) = self.count().await {
                return Ended::Fenced;
            }
            // What could not be recorded would be lost with the lease: it is kept until it could.
            if handing_over && !self.owes_record() {
                if let Err(Fenced) = self.give_up().await {
                    return Ended::Fenced;
                }
                if !self.owes_record() {
                    return Ended::HandedOver;
                }
            }
        }
    }

    /// What waits is taken together, so that a storm becomes one transaction. What comes meanwhile waits for the next one:
    /// where taking lasts longer than looking, nothing would ever be recorded.
    async fn take_all(&mut self, observations: &mut mpsc::Receiver<Looking>) {
        for _ in 0..observations.len() {
            let Ok(looked) = observations.try_recv() else { return };
            self.take(looked).await;
        }
    }

    async fn take(&mut self, looked: Looking) {
        let Looking {
            cluster,
            observation,
            cause,
            room: _room,
            held_up,
        } = looked;
        let Some(ledger) = self.ledgers.get_mut(&cluster) else {
            return;
        };
        let causes = &mut self.causes;
        let now = ledger.moment_of(&observation, self.shared.clock.now());
        observed::took(&cluster, &observation, now);
        let mut judging = || {
            span::judge(&cause, cluster.as_str()).in_scope(|| {
                let changed = ledger.observe(&observation, now);
                if changed {
                    causes.note(cluster.as_str(), Cause::here());
                }
                changed
            })
        };
        let changed = match observation.seen {
            Seen::Listed(_)
            | Seen::Statuses(StatusesSeen { whole: true, .. })
            | Seen::Configs(ConfigsSeen { whole: true, .. }) => heavy(judging).await,
            _ => judging(),
        };
        if let Some(held_up) = held_up {
            let (from, why) = (
                observation.at,
                "what was seen waited to be recorded, and nothing more was looked at meanwhile",
            );
            ledger.gap(from, from + held_up, why);
        }
        if let (true, Some(hints)) = (changed, self.hints.get(&cluster)) {
            hints.send_replace(Hints::of(ledger.facts()));
        }
        // Once for each look also when nothing changed here: what is recorded of the other cluster may have.
        let looked = matches!(
            observation.seen,
            Seen::Listed(_) | Seen::ListedUnchanged { .. } | Seen::Stands { .. } | Seen::ListMissing(_)
        );
        if changed || looked {
            self.compare(&cluster, observation.at, observation.answered);
        }
    }

    /// Refuses a cluster that is one before it in the file, and admits it when it is no more.
    fn compare(&mut self, cluster: &ClusterName, at: Timestamp, answered: Timestamp) {
        let Some(ledger) = self.ledgers.get_mut(cluster) else {
            return;
        };
        let (spec, fleet) = (self.shared.spec.borrow().clone(), self.shared.fleet.borrow().clone());
        let same = identity::twin(ledger.facts(), &spec.clusters, &fleet);
        if same == ledger.facts().about.same_as {
            return;
        }
        self.shared.refusals.tell(cluster, same.as_ref());
        let observation = same_as(same, at, answered);
        let now = ledger.moment_of(&observation, self.shared.clock.now());
        observed::took(cluster, &observation, now);
        ledger.observe(&observation, now);
        // A refused cluster is not watched, and one that is refused no more is.
        if let Some(hints) = self.hints.get(cluster) {
            hints.send_replace(Hints::of(ledger.facts()));
        }
    }

    /// What is not recorded by now is lost with the lease. Where the database is an older copy a gap tells of more than that.
    fn fenced(&mut self) {
        if self.lease.outlived() {
            self.ledgers.told_otherwise();
        }
        self.ledgers.because(format!(
            "{} had lost its lease (epoch {}) and what it had seen could not be recorded",
            self.lease.holder(),
            self.lease.epoch(),
        ));
    }

    async fn last_words(&mut self) -> Ended {
        self.ledgers.values_mut().for_each(Ledger::hurry);
        if self.record().await.is_err() || self.give_up().await.is_err() {
            return Ended::Fenced;
        }
        Ended::Asked
    }
}

/// That a cluster is another one again, or is none.
fn same_as(other: Option<ClusterName>, at: Timestamp, answered: Timestamp) -> Observation {
    let seen = Seen::SameAs(other);
    Observation { at, answered, seen }
}
