//! What a list of connectors may be asked for.

use std::collections::BTreeSet;

use model::names::{ClusterName, TeamName};
use model::state::ConnectorKind;
use model::verdict::Health;

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
