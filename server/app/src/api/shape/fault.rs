//! Faults.

use chrono::{DateTime, Utc};
use console::FaultItem;
use model::fault;
use serde::Serialize;
use utoipa::ToSchema;

use super::Verdict;
use super::words::{Class, Domain, ScopeKind};

/// One diagnosis with one or more members.
#[derive(Serialize, ToSchema)]
pub struct Fault {
    /// Stable as long as the fault is open.
    pub id: String,
    /// Whose it is.
    pub domain: Domain,
    /// What kind of thing is wrong.
    pub class: Class,
    /// How sure, 0 to 1.
    pub confidence: f32,
    /// What it is about.
    pub scope: FaultScope,
    /// One line.
    pub root_cause: String,
    /// Why this class and domain.
    pub reasons: Vec<String>,
    /// What to do about it, the first thing first.
    pub steps: Vec<String>,
    /// When it began.
    pub opened_at: DateTime<Utc>,
    /// Since when its cluster is silent, so that nobody knows whether it goes on; null while it is heard.
    pub unheard_since: Option<DateTime<Utc>>,
    /// Since when no worker of its cluster lists the connectors, while the cluster is not silent: verdicts stand as they
    /// were then. Null for every other fault. It has no connectors.
    pub unlisted_since: Option<DateTime<Utc>>,
}

/// What a fault is about.
#[derive(Serialize, ToSchema)]
pub struct FaultScope {
    /// What kind of thing.
    pub kind: ScopeKind,
    /// Its name.
    pub name: String,
}

/// A fault in the list of open ones.
#[derive(Serialize, ToSchema)]
pub struct OpenFault {
    /// The fault.
    #[serde(flatten)]
    pub fault: Fault,
    /// Its cluster.
    pub cluster: String,
    /// What a person would say.
    pub title: String,
    /// The worst verdict among its members.
    pub worst: Verdict,
    /// Teams that own members.
    pub teams: Vec<String>,
    /// Names of the connectors concerned.
    pub connectors: Vec<String>,
}

/// Open faults.
#[derive(Serialize, ToSchema)]
pub struct FaultList {
    /// What concerns many first, then the worst, then the oldest.
    pub items: Vec<OpenFault>,
    /// Always null: all are in `items`.
    pub next_cursor: Option<String>,
}

impl From<&fault::Fault> for Fault {
    fn from(fault: &fault::Fault) -> Self {
        let name = match &fault.scope {
            fault::Scope::Cluster => fault.cluster.as_str(),
            fault::Scope::Worker(worker) => worker.as_str(),
            fault::Scope::Connector(name) => name.as_str(),
        };
        Self {
            id: fault.id.to_string(),
            domain: (&fault.domain).into(),
            class: fault.class.into(),
            confidence: fault.confidence,
            scope: FaultScope {
                kind: (&fault.scope).into(),
                name: name.into(),
            },
            root_cause: fault.root_cause.to_string(),
            reasons: fault.reasons.iter().map(ToString::to_string).collect(),
            steps: model::advice::of_fault(fault),
            opened_at: fault.opened_at,
            unheard_since: fault.unheard_since,
            unlisted_since: fault.unlisted_since,
        }
    }
}

impl From<&FaultItem> for OpenFault {
    fn from(item: &FaultItem) -> Self {
        Self {
            fault: Fault::from(&*item.fault),
            cluster: item.fault.cluster.as_str().into(),
            title: item.title.clone(),
            worst: item.worst.into(),
            teams: item.teams.iter().map(|team| team.as_str().into()).collect(),
            connectors: item.fault.members.iter().map(|name| name.as_str().into()).collect(),
        }
    }
}

impl From<&[FaultItem]> for FaultList {
    fn from(items: &[FaultItem]) -> Self {
        Self {
            items: items.iter().map(OpenFault::from).collect(),
            next_cursor: None,
        }
    }
}
