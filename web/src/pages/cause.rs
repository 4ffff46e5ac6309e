//! A fault as an entry of a list: what, why, whose, what to do.

use console::{ClusterItem, FaultItem};
use model::Timestamp;
use model::advice;
use model::fault::Scope;
use model::names::ConnectorId;
use model::verdict::{Domain, Health};

use crate::links::Links;
use crate::words;

/// One entry.
pub(crate) struct Cause {
    pub(crate) key: String,
    pub(crate) health: Health,
    pub(crate) title: String,
    pub(crate) text: String,
    /// `connector · network`.
    pub(crate) whose: String,
    /// Its cluster with the address; `None` where the page says it already.
    pub(crate) cluster: Option<(String, String)>,
    /// Teams, or that nobody owns it.
    pub(crate) owners: String,
    /// How many connectors it concerns, where that is more than the one in the title.
    pub(crate) members: Option<String>,
    /// The first thing to do.
    pub(crate) look: String,
    pub(crate) since: Timestamp,
    pub(crate) href: String,
}

impl Cause {
    /// From a fault; `clusters` tell the evidence about workers.
    pub(crate) fn of(item: &FaultItem, clusters: &[ClusterItem], links: Links<'_>) -> Self {
        let fault = &item.fault;
        let cluster = clusters.iter().find(|cluster| cluster.name == fault.cluster);
        let (href, text) = match &fault.scope {
            Scope::Connector(name) => {
                let id = ConnectorId {
                    cluster: fault.cluster.clone(),
                    name: name.clone(),
                };
                (links.connector(&id), fault.root_cause.to_string())
            }
            Scope::Worker(worker) => {
                let known = cluster.and_then(|cluster| cluster.workers.iter().find(|known| known.id == *worker));
                let text = known.map_or_else(|| fault.root_cause.to_string(), |known| known.evidence.to_string());
                (links.cluster(&fault.cluster), text)
            }
            Scope::Cluster => (links.cluster(&fault.cluster), fault.root_cause.to_string()),
        };
        let members = match (&fault.scope, fault.members.len()) {
            (Scope::Connector(_), _) => None,
            (Scope::Worker(_), 0) => Some("carried no connector".to_owned()),
            (Scope::Cluster, 0) => Some(cluster.map_or_else(|| "no connector known".to_owned(), standing)),
            (_, count) => Some(words::counted(count, "connector concerned", "connectors concerned")),
        };
        let teams: Vec<&str> = item.teams.iter().map(|team| team.as_str()).collect();
        let owners = match (teams.is_empty(), fault.members.is_empty()) {
            (true, true) => String::new(),
            (true, false) => "nobody owns it".to_owned(),
            (false, _) => words::list(&teams, 4),
        };
        Self {
            key: format!("fault {}", fault.id),
            health: item.worst,
            title: item.title.clone(),
            text: words::sentence(&text),
            whose: whose(fault.domain, fault.class.as_str()),
            cluster: Some((fault.cluster.to_string(), links.cluster(&fault.cluster))),
            owners,
            members,
            look: advice::of_fault(fault).into_iter().next().unwrap_or_default(),
            since: fault.opened_at,
            href,
        }
    }

    /// For a fleet of which nobody looks at any cluster, with the newest moment at which one was seen: whatever else was
    /// found is from before.
    pub(crate) fn unlooked(clusters: &[ClusterItem], seen: Timestamp, links: Links<'_>) -> Self {
        let connectors: u32 = clusters.iter().map(|cluster| cluster.totals.all()).sum();
        Self {
            key: "unlooked".to_owned(),
            health: Health::Unknown,
            title: "Signalbox looks at no cluster".to_owned(),
            text: "No server has recorded anything for longer than the stale limit. What was wrong before may be over, and \
                   what broke since is not known."
                .to_owned(),
            whose: whose(Domain::Infrastructure, "unknown"),
            cluster: None,
            owners: String::new(),
            members: Some(words::counted(
                connectors as usize,
                "connector concerned",
                "connectors concerned",
            )),
            look: "Check that its database answers and that a server of Signalbox runs.".to_owned(),
            since: seen,
            href: links.system(),
        }
    }

    /// For a cluster that was looked at and never showed its connectors, while no fault says so yet.
    pub(crate) fn unseen(cluster: &ClusterItem, now: Timestamp, links: Links<'_>) -> Option<Self> {
        let gap = cluster.gap.as_ref()?;
        Some(Self {
            key: format!("unseen {}", cluster.name),
            health: Health::Unknown,
            title: format!("{} has not shown its connectors yet", cluster.name),
            text: words::sentence(&gap.text),
            whose: whose(Domain::Unsure, "unknown"),
            cluster: Some((cluster.name.to_string(), links.cluster(&cluster.name))),
            owners: String::new(),
            members: None,
            look: "Test from this server that the workers' REST API answers and lists the connectors.".to_owned(),
            since: cluster.reachable_since.unwrap_or(now),
            href: links.cluster(&cluster.name),
        })
    }

    /// For a cluster of which nothing recent is known while no fault says so yet.
    pub(crate) fn stale(cluster: &ClusterItem, since: Timestamp, links: Links<'_>) -> Self {
        let text = cluster.gap.as_ref().map_or_else(
            || "No server has recorded anything about it for longer than the stale limit".to_owned(),
            |gap| gap.text.to_string(),
        );
        Self {
            key: format!("stale {}", cluster.name),
            health: Health::Unknown,
            title: format!("Nothing recent is known of {}", cluster.name),
            text: words::sentence(&text),
            whose: whose(Domain::Unsure, "unknown"),
            cluster: Some((cluster.name.to_string(), links.cluster(&cluster.name))),
            owners: String::new(),
            members: Some(words::counted(
                cluster.totals.all() as usize,
                "connector concerned",
                "connectors concerned",
            )),
            look: match cluster.gap {
                Some(_) => "Test from this server that the workers' REST API answers and lists the connectors.",
                None => "Check that a server of Signalbox runs and watches the cluster, and that its database answers.",
            }
            .to_owned(),
            since,
            href: links.cluster(&cluster.name),
        }
    }
}

/// What a fault of a cluster without members leaves as it was.
fn standing(cluster: &ClusterItem) -> String {
    match cluster.totals.all() - cluster.totals.of(Health::Unknown) {
        0 => "no connector known".to_owned(),
        some => words::counted(some as usize, "verdict stands", "verdicts stand"),
    }
}

/// `connector · network`, `unsure whose`.
pub(crate) fn whose(domain: Domain, class: &str) -> String {
    match (domain, class) {
        (Domain::Unsure, "unknown") => "unsure whose".to_owned(),
        (Domain::Unsure, class) => format!("unsure whose · {class}"),
        (domain, "unknown") => domain.as_str().to_owned(),
        (domain, class) => format!("{} · {class}", domain.as_str()),
    }
}
