//! Gathering: which verdicts are one fault, and which fault goes on as which.

mod gather;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use sha2::{Digest, Sha256};

use crate::Timestamp;
use crate::fault::{Fault, Key};
use crate::judge::Surroundings;
use crate::names::{ClusterName, ConnectorName};
use crate::scope::Scope;
use crate::verdict::{Health, Verdict};
use gather::gather;

/// What grouping found: the open faults now, and which of them are new, different or over.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Grouping {
    /// All open faults, the new and changed ones included.
    pub open: Vec<Arc<Fault>>,
    /// Those that opened now.
    pub opened: Vec<Arc<Fault>>,
    /// Those whose cause or members changed.
    pub changed: Vec<Arc<Fault>>,
    /// Those that ended now, with `ended_at` set.
    pub ended: Vec<Arc<Fault>>,
}

/// Gathers the unhealthy connectors of one cluster under their causes; healthy ones may be left out. `open` are the
/// faults open so far; a fault keeps its id and opening as long as it has members and its scope stays; that of a silent
/// cluster needs no member, and goes on from the fault of a worker that was found gone as it fell silent.
///
/// A fault whose members became unknown with their cluster is neither confirmed nor mended: it stays open as it was, see
/// [`Fault::unheard_since`]. Only workers that were found gone as the cluster fell silent are part of its silence.
pub fn group<'a>(
    cluster: &ClusterName,
    verdicts: impl IntoIterator<Item = (&'a ConnectorName, &'a Verdict)>,
    surroundings: &Surroundings,
    open: &[Arc<Fault>],
    now: Timestamp,
) -> Grouping {
    let mut wanted: BTreeMap<Key, Fault> = BTreeMap::new();
    // A cluster that was never heard of has no connector that could tell of it.
    if let Some(silence) = &surroundings.silence {
        let fault = Fault::new(cluster, Scope::Cluster, &silence.diagnosis(), silence.since);
        wanted.insert(fault.key(), fault);
    }
    let mut unheard: BTreeSet<&ConnectorName> = BTreeSet::new();
    for (name, verdict) in verdicts {
        let Some(diagnosis) = verdict.diagnosis.as_ref().filter(|_| verdict.health.unhealthy()) else {
            continue;
        };
        if verdict.health == Health::Unknown && diagnosis.shared == Some(Scope::Cluster) {
            unheard.insert(name);
        }
        let scope = diagnosis
            .shared
            .clone()
            .unwrap_or_else(|| Scope::Connector(name.clone()));
        let fault = wanted
            .entry(Key::of(scope.clone()))
            .or_insert_with(|| Fault::new(cluster, scope, diagnosis, verdict.since));
        fault.opened_at = fault.opened_at.min(verdict.since);
        fault.members.insert(name.clone());
    }
    let lost = surroundings.lost.as_ref();
    let lost = lost.is_some_and(|lost| gather(lost, cluster, surroundings.unlisted.is_some(), open, &mut wanted));
    if let Some(unlisted) = surroundings.unlisted.as_ref().filter(|_| !lost) {
        let fault = Fault {
            unlisted_since: Some(unlisted.since),
            ..Fault::new(cluster, Scope::Cluster, &unlisted.diagnosis(), unlisted.since)
        };
        wanted.insert(fault.key(), fault);
    }
    let silent = lost || surroundings.silence.is_some();
    let mut grouping = Grouping::default();
    for old in open {
        let next =
            of_cluster(old, open, &wanted, surroundings, lost).unwrap_or_else(|| successor(old, open, &wanted, silent));
        match wanted.remove(&next) {
            Some(next) => {
                let next = Fault {
                    id: old.id.clone(),
                    opened_at: old.opened_at,
                    ..next
                };
                let same = **old == next;
                let next = if same { old.clone() } else { Arc::new(next) };
                grouping.open.push(next.clone());
                if !same {
                    grouping.changed.push(next);
                }
            }
            None => match held(old, surroundings, &unheard) {
                Some(_) if old.unheard_since.is_some() => grouping.open.push(old.clone()),
                Some(since) => {
                    let next = Arc::new(Fault {
                        unheard_since: Some(since),
                        ..(**old).clone()
                    });
                    grouping.open.push(next.clone());
                    grouping.changed.push(next);
                }
                None => grouping.ended.push(Arc::new(Fault {
                    unheard_since: None,
                    ended_at: Some(now),
                    ..(**old).clone()
                })),
            },
        }
    }
    let before: BTreeSet<&ConnectorName> = open.iter().flat_map(|old| &old.members).collect();
    let mut ids: BTreeSet<Arc<str>> = grouping.open.iter().map(|fault| fault.id.clone()).collect();
    for mut fault in wanted.into_values() {
        // Whoever was in another fault until now carries a verdict that began before this cause did.
        let moved = |name: &ConnectorName| before.contains(name);
        if fault.scope != Scope::Cluster && fault.members.iter().any(moved) {
            fault.opened_at = now;
        }
        fault.id = id(&fault, &ids);
        ids.insert(fault.id.clone());
        let fault = Arc::new(fault);
        grouping.open.push(fault.clone());
        grouping.opened.push(fault);
    }
    grouping
}

/// What an open fault goes on as. That nobody of a cluster can be asked, and that nothing is heard of it, is one fault
/// over time: whichever of both holds goes on with the other's name and opening.
fn successor(old: &Fault, open: &[Arc<Fault>], wanted: &BTreeMap<Key, Fault>, silent: bool) -> Key {
    let own = old.key();
    let other = Key {
        scope: own.scope.clone(),
        unlisted: !own.unlisted,
    };
    let turns = silent || other.unlisted;
    let taken = || open.iter().any(|fault| fault.key() == other);
    if own.scope == Scope::Cluster && turns && !wanted.contains_key(&own) && wanted.contains_key(&other) && !taken() {
        return other;
    }
    own
}

/// What the fault of a worker that was found gone as its cluster was lost, or fell silent, goes on as: nobody is called
/// twice for one death. Of several such faults the first one does.
fn of_cluster(
    old: &Fault,
    open: &[Arc<Fault>],
    wanted: &BTreeMap<Key, Fault>,
    surroundings: &Surroundings,
    lost: bool,
) -> Option<Key> {
    let began = |since: Timestamp| old.opened_at >= since;
    let silence = surroundings.silence.as_ref();
    let silent = silence.is_some_and(|silence| !silence.quiet.answers() && began(silence.since));
    let key = Key::of(Scope::Cluster);
    let members = wanted.get(&key).map(|next| &next.members)?;
    let part = matches!(old.scope, Scope::Worker(_)) && (lost || silent) && !old.members.is_disjoint(members);
    let free = !wanted.contains_key(&old.key()) && open.iter().all(|fault| fault.scope != Scope::Cluster);
    (part && free).then_some(key)
}

/// Since when nothing is heard of a fault that no verdict tells of any more; `None` when it is over.
fn held(fault: &Fault, surroundings: &Surroundings, unheard: &BTreeSet<&ConnectorName>) -> Option<Timestamp> {
    if !fault.members.iter().any(|member| unheard.contains(member)) {
        return None;
    }
    let silence = surroundings.silence.as_ref();
    let began = |since: Timestamp| match fault.scope {
        Scope::Connector(_) => true,
        // Whoever is gone from among busy workers is gone by itself.
        Scope::Worker(_) => silence.is_some_and(|silence| silence.quiet.answers()) || fault.opened_at < since,
        Scope::Cluster => false,
    };
    let falls_silent = silence.map(|silence| silence.since).filter(|since| began(*since));
    fault.unheard_since.or(falls_silent)
}

/// The id of a fault: a hash of its cluster, scope and opening, so that every server that opens it names it alike; where
/// `others` have that id already, as another one of the cluster may, of their number too.
fn id(fault: &Fault, others: &BTreeSet<Arc<str>>) -> Arc<str> {
    let free = |id: &Arc<str>| !others.contains(id);
    let number = std::iter::successors(Some(0_u32), |number| number.checked_add(1));
    number.map(|number| hash(fault, number)).find(free).unwrap_or_default()
}

fn hash(fault: &Fault, number: u32) -> Arc<str> {
    let mut hash = Sha256::new();
    let name = match &fault.scope {
        Scope::Cluster => "",
        Scope::Worker(worker) => worker.as_str(),
        Scope::Connector(connector) => connector.as_str(),
    };
    let opened = fault.opened_at.timestamp_micros().to_string();
    let number = (number > 0).then(|| number.to_string());
    let parts = [fault.cluster.as_str(), fault.scope.kind(), name, &opened];
    for part in parts.into_iter().chain(number.as_deref()) {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    hash.finalize()
        .iter()
        .take(6)
        .map(|byte| format!("{byte:02x}"))
        .collect::<String>()
        .into()
}
