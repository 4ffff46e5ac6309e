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
    /// Text in the query language of [`crate::search`]: `team:payments -kind:sink word`. Words without a key must all
    /// occur, whatever their case, in name, class, cluster, team, topics, systems, workers or root cause.
    pub text: String,
    /// Whether a value in `text` that the fleet does not know matches nothing, as programs expect; it is set aside and
    /// told of otherwise, for people.
    pub strict: bool,
    /// Deleted ones instead of those that exist.
    pub deleted: bool,
    /// The order.
    pub sort: Sort,
    /// Whether it is read from its end.
    pub reversed: bool,
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
    /// Most tasks first.
    Tasks,
    /// By the fault's class, what has none last.
    Class,
    /// By Java class without its package, what has none last.
    Plugin,
    /// Furthest behind first, in records; those of which that is not known last.
    Lag,
}

impl Sort {
    /// Every order with its word in addresses.
    pub const ALL: [(Self, &'static str); 9] = [
        (Self::Worst, "worst"),
        (Self::Name, "name"),
        (Self::Cluster, "cluster"),
        (Self::Team, "team"),
        (Self::Since, "since"),
        (Self::Tasks, "tasks"),
        (Self::Class, "class"),
        (Self::Plugin, "plugin"),
        (Self::Lag, "lag"),
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
