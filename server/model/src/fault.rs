//! One diagnosis with one or more members: many connectors that fail of one cause are one fault.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::Timestamp;
use crate::cause::Cause;
use crate::judge::Surroundings;
use crate::names::{ClusterName, ConnectorName};
pub use crate::scope::Scope;
use crate::verdict::{Class, Diagnosis, Domain, Health, Verdict};

/// One fault of a cluster.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Fault {
    /// Stable over takeover: made of its cause and its opening.
    pub id: Arc<str>,
    /// The cluster.
    pub cluster: ClusterName,
    /// What it is about.
    pub scope: Scope,
    /// Whose.
    pub domain: Domain,
    /// What kind.
    pub class: Class,
    /// How sure, 0 to 1.
    pub confidence: f32,
    /// One line.
    pub root_cause: Arc<str>,
    /// Why this class and domain.
    pub reasons: Vec<Arc<str>>,
    /// What was found, where that says more than the class.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "crate::newer::read_known"
    )]
    pub cause: Option<Cause>,
    /// The connectors concerned: a worker that dies without work makes no fault. One of a cluster that nobody can be asked
    /// about, that never told of a connector, or whose workers are all back and have not listed theirs yet, has none.
    pub members: BTreeSet<ConnectorName>,
    /// When it began.
    pub opened_at: Timestamp,
    /// Set while its whole cluster is silent: since when. Nobody can tell then whether it still holds, so it stays open
    /// as it was when it was last seen; its members belong to the cluster's fault meanwhile.
    #[serde(default)]
    pub unheard_since: Option<Timestamp>,
    /// Set where none of its cluster's workers can be asked and the cluster is not silent: since when, which is when the
    /// connectors were last listed, or somebody began to ask. Verdicts stand as they were then, so that it has no member.
    #[serde(default)]
    pub unlisted_since: Option<Timestamp>,
    /// When it ended.
    #[serde(default)]
    pub ended_at: Option<Timestamp>,
    /// Whether it ended because its last members were deleted, and not because they are well.
    #[serde(default)]
    pub deleted: bool,
}

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
/// cluster needs no member.
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
        let fault = from(cluster, Scope::Cluster, &silence.diagnosis(), silence.since);
        wanted.insert(key(&fault), fault);
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
            .entry((scope.clone(), false))
            .or_insert_with(|| from(cluster, scope, diagnosis, verdict.since));
        fault.opened_at = fault.opened_at.min(verdict.since);
        fault.members.insert(name.clone());
    }
    let lost = surroundings.lost.as_ref();
    let lost = lost.is_some_and(|lost| lost.gather(cluster, surroundings.unlisted.is_some(), open, &mut wanted));
    if let Some(unlisted) = surroundings.unlisted.as_ref().filter(|_| !lost) {
        let fault = Fault {
            unlisted_since: Some(unlisted.since),
            ..from(cluster, Scope::Cluster, &unlisted.diagnosis(), unlisted.since)
        };
        wanted.insert(key(&fault), fault);
    }
    let silent = lost || surroundings.silence.is_some();
    let mut grouping = Grouping::default();
    for old in open {
        match wanted.remove(&successor(old, open, &wanted, silent)) {
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

/// What a fault is told from others by: what it is about, and whether it is that nobody can be asked.
pub(crate) type Key = (Scope, bool);

pub(crate) fn key(fault: &Fault) -> Key {
    (fault.scope.clone(), fault.unlisted_since.is_some())
}

/// What an open fault goes on as. That nobody of a cluster can be asked, and that nothing is heard of it, is one fault
/// over time: whichever of both holds goes on with the other's name and opening.
fn successor(old: &Fault, open: &[Arc<Fault>], wanted: &BTreeMap<Key, Fault>, silent: bool) -> Key {
    let own = key(old);
    let other = (own.0.clone(), !own.1);
    let turns = silent || other.1;
    let taken = || open.iter().any(|fault| key(fault) == other);
    if own.0 == Scope::Cluster && turns && !wanted.contains_key(&own) && wanted.contains_key(&other) && !taken() {
        return other;
    }
    own
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

pub(crate) fn from(cluster: &ClusterName, scope: Scope, diagnosis: &Diagnosis, since: Timestamp) -> Fault {
    Fault {
        id: "".into(),
        cluster: cluster.clone(),
        scope,
        domain: diagnosis.domain,
        class: diagnosis.class,
        confidence: diagnosis.confidence,
        root_cause: diagnosis.root_cause.clone(),
        reasons: vec![diagnosis.why.clone()],
        cause: diagnosis.cause.clone(),
        members: BTreeSet::new(),
        opened_at: since,
        unheard_since: None,
        unlisted_since: None,
        ended_at: None,
        deleted: false,
    }
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
