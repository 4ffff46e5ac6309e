//! One diagnosis with one or more members: many connectors that fail of one cause are one fault.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::Timestamp;
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
    /// The connectors concerned, at least one: a worker that dies without work makes no fault.
    pub members: BTreeSet<ConnectorName>,
    /// When it began.
    pub opened_at: Timestamp,
    /// Set while its whole cluster is silent: since when. Nobody can tell then whether it still holds, so it stays open
    /// as it was when it was last seen; its members belong to the cluster's fault meanwhile.
    #[serde(default)]
    pub unheard_since: Option<Timestamp>,
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
    let mut wanted: BTreeMap<Scope, Fault> = BTreeMap::new();
    // A cluster that was never heard of has no connector that could tell of it.
    if let Some(silence) = &surroundings.silence {
        let diagnosis = silence.diagnosis();
        wanted.insert(Scope::Cluster, from(cluster, Scope::Cluster, &diagnosis, silence.since));
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
            .entry(scope.clone())
            .or_insert_with(|| from(cluster, scope, diagnosis, verdict.since));
        fault.opened_at = fault.opened_at.min(verdict.since);
        fault.members.insert(name.clone());
    }
    let mut grouping = Grouping::default();
    for old in open {
        match wanted.remove(&old.scope) {
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
    for mut fault in wanted.into_values() {
        // Whoever was in another fault until now carries a verdict that began before this cause did.
        let moved = |name: &ConnectorName| open.iter().any(|old| old.members.contains(name));
        if fault.scope != Scope::Cluster && fault.members.iter().any(moved) {
            fault.opened_at = now;
        }
        fault.id = id(&fault);
        let fault = Arc::new(fault);
        grouping.open.push(fault.clone());
        grouping.opened.push(fault);
    }
    grouping
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
        Scope::Worker(_) => silence.is_some_and(|silence| silence.busy) || fault.opened_at < since,
        Scope::Cluster => false,
    };
    let falls_silent = silence.map(|silence| silence.since).filter(|since| began(*since));
    fault.unheard_since.or(falls_silent)
}

fn from(cluster: &ClusterName, scope: Scope, diagnosis: &Diagnosis, since: Timestamp) -> Fault {
    Fault {
        id: "".into(),
        cluster: cluster.clone(),
        scope,
        domain: diagnosis.domain,
        class: diagnosis.class,
        confidence: diagnosis.confidence,
        root_cause: diagnosis.root_cause.clone(),
        reasons: vec![diagnosis.why.clone()],
        members: BTreeSet::new(),
        opened_at: since,
        unheard_since: None,
        ended_at: None,
        deleted: false,
    }
}

/// The id of a fault: a hash of its cluster, scope and opening, so that every server that opens it names it alike.
fn id(fault: &Fault) -> Arc<str> {
    let mut hash = Sha256::new();
    let name = match &fault.scope {
        Scope::Cluster => "",
        Scope::Worker(worker) => worker.as_str(),
        Scope::Connector(connector) => connector.as_str(),
    };
    let opened = fault.opened_at.timestamp_micros().to_string();
    for part in [fault.cluster.as_str(), fault.scope.kind(), name, &opened] {
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
