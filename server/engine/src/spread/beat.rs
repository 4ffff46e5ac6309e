//! The beat of a server: says that it lives, renews all its leases in one statement, and takes and hands over units.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use model::names::UnitName;
use store::{Listener, Renewal, Server, Store};
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

use super::plan::{Peer, Plan, Tenure, plan};
use super::seats::Seats;
use crate::complaints::Complaints;

/// How long a lease holds without renewal. What a takeover after a death waits is at most this; with the first look of
/// the next holder it stays below 5 s.
const LEASE: Duration = Duration::from_secs(3);
/// Leases are renewed this often, and sooner when one could not be.
const RENEW: Duration = Duration::from_secs(1);
/// Who holds what is looked at this often; what is told, and what runs out, sooner.
const LOOK: Duration = Duration::from_millis(500);
/// What is complained of here.
const LEASES: &str = "leases";
/// Looks are at least this far apart.
const BREATH: Duration = Duration::from_millis(20);
/// A free unit that fell to another server is left to it for so long.
const COURTESY: Duration = Duration::from_secs(1);
/// A server is given nothing that another one watches before it has been there so long: one that starts only to end
/// again moves nothing.
const STEADY: Duration = Duration::from_secs(5);
/// Between two units that this server hands over.
const PACE: Duration = Duration::from_secs(1);
/// After the database was away, others have so long to renew what ran out meanwhile before it is taken from them.
const RECOVERY: Duration = Duration::from_secs(3);
/// How often servers that are long gone are removed.
const TIDY: Duration = Duration::from_secs(600);

/// What the beat needs.
#[derive(Clone)]
pub(crate) struct Spread {
    pub(crate) store: Store,
    pub(crate) seats: Seats,
    pub(crate) holder: Arc<str>,
    /// What this server was called when it was killed.
    pub(crate) former: Arc<[Arc<str>]>,
    pub(crate) address: Option<Arc<str>>,
}

/// What it remembers from one look to the next.
#[derive(Default)]
struct Memory {
    listener: Option<Listener>,
    complaints: Complaints,
    /// Whether it was said that its predecessors are gone.
    succeeded: bool,
    renewed: Option<Instant>,
    /// What could be watched when it was last said.
    told: BTreeSet<UnitName>,
    /// Leases whose row was busy at their renewal, and since when they were last known to be renewed.
    busy: BTreeMap<UnitName, Instant>,
    free: BTreeMap<UnitName, Instant>,
    gave: Option<Instant>,
    /// Whether the database could not be asked since the last renewal.
    failed: bool,
    /// Until when what ran out is left to others.
    recovering: Option<Instant>,
    tidied: Option<Instant>,
}

impl Spread {
    /// Beats until `stop`, and takes its leave.
    pub(crate) async fn run(self, stop: CancellationToken) {
        let mut memory = Memory::default();
        loop {
            // Not broken off by a stop at once: what was taken then would be nobody's until it runs out.
            let looked = tokio::select! {
                () = overdue(&stop) => break,
                looked = self.look(&mut memory) => looked,
            };
            if looked.is_ok() && memory.complaints.over(LEASES) {
                info!("leases can be renewed and taken again");
            }
            let pause = looked.unwrap_or_else(|error| {
                if memory.complaints.due(LEASES, &error.to_string(), Instant::now()) {
                    warn!(%error, "leases can neither be renewed nor taken");
                }
                memory.listener = None;
                memory.failed = true;
                LOOK
            });
            tokio::select! {
                () = stop.cancelled() => break,
                () = self.wait(&mut memory, pause) => {}
            }
        }
        // Before its units are given back, so that none of them falls to it again.
        match tokio::time::timeout(LOOK, self.store.leave(&self.holder)).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => warn!(%error, "the others will miss this server only when its row runs out"),
            Err(_) => warn!("the others will miss this server only when its row runs out"),
        }
        // A database that hangs must not keep a server from stopping.
        let _unclosed = tokio::time::timeout(LOOK, self.store.close()).await;
    }

    /// One look; how long the next one may wait.
    async fn look(&self, memory: &mut Memory) -> store::Result<Duration> {
        let held = self.seats.held();
        let can: BTreeSet<UnitName> = held.keys().cloned().chain(self.seats.waiting()).collect();
        let due = memory.renewed.is_none_or(|last| last.elapsed() >= RENEW);
        if due || can != memory.told || !memory.busy.is_empty() {
            self.renew(memory, &can).await?;
        }
        if memory.tidied.is_none_or(|last| last.elapsed() >= TIDY) {
            self.store.forget_servers().await?;
            memory.tidied = Some(Instant::now());
        }
        if !memory.succeeded {
            for former in self.former.iter() {
                self.store.leave(former).await?;
            }
            memory.succeeded = true;
        }
        let seen = self.see(memory).await?;
        self.act(memory, &seen).await?;
        if memory.listener.is_none() {
            // Looking helps as well, later; so this must not hold a renewal up.
            let listening = tokio::time::timeout(LOOK, self.store.listen_for_leases()).await;
            memory.listener = listening.ok().and_then(Result::ok);
        }
        Ok(seen.next)
    }

    async fn renew(&self, memory: &mut Memory, can: &BTreeSet<UnitName>) -> store::Result<()> {
        let held = self.seats.held();
        let leases: Vec<(UnitName, i64)> = held.iter().map(|(unit, (epoch, _))| (unit.clone(), *epoch)).collect();
        let units: Vec<UnitName> = can.iter().cloned().collect();
        let server = Server {
            holder: &self.holder,
            version: env!("CARGO_PKG_VERSION"),
            address: self.address.as_deref(),
            units: &units,
        };
        let began = Instant::now();
        let renewals = self.store.beat(&server, &leases, LEASE).await?;
        let now = Instant::now();
        // Not when only this server was held up: then what ran out of others' is a dead server's.
        let away = memory.failed && memory.renewed.is_some_and(|last| now - last >= LEASE);
        if away || now - began >= LEASE {
            memory.recovering = Some(now + RECOVERY);
        }
        memory.failed = false;
        memory.renewed = Some(now);
        memory.told.clone_from(can);
        memory.busy.retain(|unit, _| held.contains_key(unit));
        for (unit, how) in renewals {
            let Some((_, orders)) = held.get(&unit) else { continue };
            match how {
                Renewal::Renewed => {
                    memory.busy.remove(&unit);
                }
                Renewal::Busy => {
                    let since = memory.busy.entry(unit).or_insert(began);
                    if since.elapsed() >= LEASE / 3 {
                        orders.renew.notify_one();
                    }
                }
                Renewal::Fenced => {
                    memory.busy.remove(&unit);
                    orders.fenced.cancel();
                }
            }
        }
        Ok(())
    }

    async fn see(&self, memory: &mut Memory) -> store::Result<Seen> {
        let mut servers: BTreeMap<Arc<str>, Peer> = BTreeMap::new();
        for server in self.store.servers().await? {
            let Some(live_for) = server.live_for else { continue };
            let peer = Peer {
                units: server.units.into_iter().collect(),
                steady: live_for >= STEADY,
            };
            servers.insert(server.holder.into(), peer);
        }
        let known: BTreeSet<UnitName> = servers.values().flat_map(|peer| peer.units.iter().cloned()).collect();
        let never_held = known.into_iter().map(|unit| {
            (
                unit,
                Tenure::Free {
                    by: None,
                    overdue: false,
                },
            )
        });
        let mut units: BTreeMap<UnitName, Tenure> = never_held.collect();
        let (mut own, mut next) = (Vec::new(), LOOK);
        let now = Instant::now();
        let recovering = memory.recovering.is_some_and(|until| now < until);
        for lease in self.store.leases().await? {
            // Nobody works under what a predecessor left: it is known to be dead.
            let left = lease.held && self.former.iter().any(|former| **former == *lease.holder);
            let mine = left || *lease.holder == *self.holder;
            if mine && !lease.released {
                own.push(lease.unit.clone());
            }
            let tenure = if lease.held || (mine && !lease.released) || (recovering && !lease.released) {
                if lease.held && !mine {
                    next = next.min(lease.holds_for + BREATH);
                }
                Tenure::Held(if mine { self.holder.clone() } else { lease.holder.into() })
            } else if units.contains_key(&lease.unit) {
                Tenure::Free {
                    by: lease.released.then(|| lease.holder.into()),
                    overdue: false,
                }
            } else {
                // No living server is configured for it.
                continue;
            };
            units.insert(lease.unit, tenure);
        }
        memory
            .free
            .retain(|unit, _| matches!(units.get(unit), Some(Tenure::Free { .. })));
        for (unit, tenure) in &mut units {
            if let Tenure::Free { overdue, .. } = tenure {
                *overdue = memory.free.entry(unit.clone()).or_insert(now).elapsed() >= COURTESY;
            }
        }
        Ok(Seen {
            servers,
            units,
            own,
            next,
        })
    }

    async fn act(&self, memory: &mut Memory, seen: &Seen) -> store::Result<()> {
        let Plan { take, give } = plan(&self.holder, &seen.servers, &seen.units);
        let (waiting, held) = (self.seats.waiting(), self.seats.held());
        // What this server holds and does not work under belonged to a unit that was started anew, or to the process
        // that was killed.
        let anew = seen.own.iter().filter(|unit| !held.contains_key(*unit));
        let wanted: BTreeSet<UnitName> = take.into_iter().chain(anew.cloned()).collect();
        let wanted: Vec<UnitName> = waiting.into_iter().filter(|unit| wanted.contains(unit)).collect();
        if !wanted.is_empty() {
            for lease in self.store.take(&wanted, &self.holder, &self.former, LEASE).await? {
                memory.free.remove(lease.unit());
                if let Some(unwanted) = self.seats.grant(lease) {
                    self.store.release(unwanted).await?;
                }
            }
        }
        let handing_over = held.values().any(|(_, orders)| orders.hand_over.is_cancelled());
        let paced = memory.gave.is_none_or(|last| last.elapsed() >= PACE);
        if let (Some(unit), true, false) = (give, paced, handing_over)
            && let Some((_, orders)) = held.get(&unit)
        {
            info!(%unit, "handing the unit over to a server that holds fewer");
            orders.hand_over.cancel();
            memory.gave = Some(Instant::now());
        }
        Ok(())
    }

    /// Until there may be something to do.
    async fn wait(&self, memory: &mut Memory, pause: Duration) {
        let told = async {
            match &mut memory.listener {
                Some(listener) => listener.wait(pause).await.map(|_stands| ()),
                None => {
                    tokio::time::sleep(pause).await;
                    Ok(())
                }
            }
        };
        tokio::select! {
            told = told => if let Err(error) = told {
                warn!(%error, "what other servers tell cannot be heard; it is looked at instead");
                memory.listener = None;
                tokio::time::sleep(LOOK).await;
            },
            () = self.seats.nudged() => {}
        }
        tokio::time::sleep(BREATH).await;
    }
}

/// Returns a while after `stop`.
async fn overdue(stop: &CancellationToken) {
    stop.cancelled().await;
    tokio::time::sleep(LOOK).await;
}

/// What stands in the database.
struct Seen {
    servers: BTreeMap<Arc<str>, Peer>,
    units: BTreeMap<UnitName, Tenure>,
    /// Units whose lease in force is this server's.
    own: Vec<UnitName>,
    /// When something may change by itself.
    next: Duration,
}
