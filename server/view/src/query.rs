//! What a list of connectors may be asked for.

use std::collections::BTreeSet;

use model::names::{ClusterName, TeamName};
use model::state::ConnectorKind;
use model::verdict::Health;

use crate::{Cluster, Connector};

/// A filter with an order. Every part given must match; an empty set matches all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Query {
    /// Clusters.
    pub clusters: BTreeSet<ClusterName>,
    /// Owning teams.
    pub teams: BTreeSet<TeamName>,
    /// Only those that nobody owns.
    pub unowned: bool,
    /// Health as shown.
    pub health: BTreeSet<Health>,
    /// Source or sink.
    pub kind: Option<ConnectorKind>,
    /// Words that must all occur, whatever their case, in name, class, cluster, team, topics, workers or root cause.
    pub text: String,
    /// Deleted ones instead of those that exist.
    pub deleted: bool,
    /// The order.
    pub sort: Sort,
}

/// The order of a list. Ties are broken by cluster and name, so that every order is total.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Sort {
    /// Worst first, then longest in that health first.
    #[default]
    Worst,
    /// By name.
    Name,
    /// By cluster, then name.
    Cluster,
    /// By team, the unowned last.
    Team,
    /// Latest change of verdict first.
    Since,
}

impl Sort {
    /// Every order with its word in addresses.
    pub const ALL: [(Self, &'static str); 5] = [
        (Self::Worst, "worst"),
        (Self::Name, "name"),
        (Self::Cluster, "cluster"),
        (Self::Team, "team"),
        (Self::Since, "since"),
    ];

    /// The word in addresses.
    pub fn as_str(self) -> &'static str {
        Self::ALL
            .into_iter()
            .find(|(sort, _)| *sort == self)
            .map_or("worst", |(_, word)| word)
    }

    /// Reads [`Sort::as_str`].
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|(_, name)| *name == word)
            .map(|(sort, _)| sort)
    }
}

impl Query {
    /// Whether a connector with the health shown belongs to the list, health set aside: totals count what the other
    /// parts leave.
    pub fn matches_but_health(&self, cluster: &Cluster, connector: &Connector) -> bool {
        let facts = connector.facts();
        let team = connector.owner().map(|owner| &owner.team);
        connector.live() != self.deleted
            && (self.clusters.is_empty() || self.clusters.contains(&cluster.name))
            && (self.teams.is_empty() || team.is_some_and(|team| self.teams.contains(team)))
            && !(self.unowned && team.is_some())
            && self.kind.is_none_or(|kind| facts.kind == Some(kind))
            && self.text_matches(cluster, connector)
    }

    fn text_matches(&self, cluster: &Cluster, connector: &Connector) -> bool {
        let mut words = self.text.split_whitespace().peekable();
        if words.peek().is_none() {
            return true;
        }
        let haystack = haystack(cluster, connector);
        words.all(|word| haystack.contains(&word.to_lowercase()))
    }
}

fn haystack(cluster: &Cluster, connector: &Connector) -> String {
    let facts = connector.facts();
    let mut text = format!("{}/{}", cluster.name, facts.name);
    let mut add = |part: &str| {
        text.push('\n');
        text.push_str(part);
    };
    add(facts.class.as_deref().unwrap_or_default());
    if let Some(owner) = connector.owner() {
        add(owner.team.as_str());
    }
    if let Some(config) = &facts.config {
        add(config.config.text("topics").unwrap_or_default());
        config.targets.iter().for_each(|target| add(&target.address));
    }
    if let Some(diagnosis) = &connector.verdict().diagnosis {
        add(&diagnosis.root_cause);
        add(diagnosis.class.as_str());
    }
    for (_, instance) in facts.instances() {
        add(instance.worker_id.as_str());
    }
    text.to_lowercase()
}
