//! One diagnosis with one or more members: many connectors that fail of one cause are one fault.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::Timestamp;
use crate::judge::Surroundings;
use crate::names::{ClusterName, ConnectorName};
pub use crate::scope::Scope;
use crate::verdict::{Class, Diagnosis, Domain, Verdict};

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
    /// When it ended.
    #[serde(default)]
    pub ended_at: Option<Timestamp>,
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

/// Gathers the unhealthy connectors of one cluster under their causes. `open` are the faults open so far; a fault
/// keeps its id and opening as long as it has members and its scope stays; that of a silent cluster needs no member.
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
    for (name, verdict) in verdicts {
        let Some(diagnosis) = verdict.diagnosis.as_ref().filter(|_| verdict.health.unhealthy()) else {
            continue;
        };
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
            None => grouping.ended.push(Arc::new(Fault {
                ended_at: Some(now),
                ..(**old).clone()
            })),
        }
    }
    for mut fault in wanted.into_values() {
        fault.id = id(&fault);
        let fault = Arc::new(fault);
        grouping.open.push(fault.clone());
        grouping.opened.push(fault);
    }
    grouping
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
        ended_at: None,
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
