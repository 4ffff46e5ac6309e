//! Where data comes from and where it goes: systems, connectors and topics with what leads from one to the other, as the
//! configs say. Of more than a page can show, groups are drawn first and opened one by one.

mod draft;
mod joins;
mod place;

use std::collections::BTreeSet;
use std::sync::Arc;

use model::names::{ClusterName, ConnectorId, TeamName};
use model::topics::Topic;
use model::verdict::Health;

use crate::{Fleet, Query, Staleness, Totals};
use draft::{Draft, Item};
use place::Place;

/// The word that opens the connectors of nobody, where teams are opened.
pub const NOBODY: &str = "-";

/// What a list of connectors is connected to, and by what.
#[derive(Clone, Debug, Default)]
pub struct Topology {
    /// In the order of their keys.
    pub nodes: Vec<Node>,
    /// Between places of `nodes`.
    pub edges: Vec<Edge>,
    /// Connectors that match.
    pub matching: usize,
    /// How many of them stand for themselves, and not in a group.
    pub alone: usize,
    /// What groups are made of.
    pub grouped: Grouped,
    /// The matching connectors by health.
    pub totals: Totals,
}

/// By what connectors are gathered where they are too many.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Grouped {
    /// They are not.
    #[default]
    Alone,
    /// By cluster; an opened one that is too large by itself, by its teams.
    Clusters,
    /// By team: all of them are of one cluster.
    Teams,
}

/// The end of the way on which something stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum End {
    /// Data comes from it: systems that sources read, and the sources.
    From,
    /// Data goes to it: sinks, and the systems that they write.
    To,
}

/// What a node is; two are the same one when their keys are equal.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Key {
    /// A system at a connector's other end.
    System {
        /// Whether it is read or written: one that is both stands at both ends.
        end: End,
        /// `postgresql`, `s3` and so on.
        kind: Arc<str>,
        /// Where.
        address: Arc<str>,
    },
    /// All systems of a kind that no single connector leads to.
    Systems {
        /// Whether they are read or written.
        end: End,
        /// Their kind.
        kind: Arc<str>,
    },
    /// A connector.
    Connector {
        /// Whether it is a source or a sink.
        end: End,
        /// Cluster and name.
        id: ConnectorId,
    },
    /// Connectors of a cluster.
    Connectors {
        /// Sources or sinks.
        end: End,
        /// Their cluster.
        cluster: ClusterName,
        /// Only those of this owner, the inner `None` being nobody.
        team: Option<Option<TeamName>>,
    },
    /// A topic, or a rule for names.
    Topic {
        /// The Kafka cluster: its id, or the Connect cluster's name where that is not known.
        kafka: Arc<str>,
        /// The topic.
        topic: Topic,
    },
    /// All topics of a Kafka cluster that no single connector leads to.
    Topics {
        /// The Kafka cluster.
        kafka: Arc<str>,
    },
}

/// One thing on the way.
#[derive(Clone, Debug)]
pub struct Node {
    /// What it is.
    pub key: Key,
    /// Of a connector: the health to show.
    pub health: Option<Health>,
    /// Of a connector: its owner.
    pub team: Option<TeamName>,
    /// Of connectors: how many have which health.
    pub totals: Totals,
    /// How many it stands for.
    pub count: usize,
    /// Of topics: the Connect clusters whose connectors lead to them.
    pub clusters: BTreeSet<ClusterName>,
}

/// What leads from one node to another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edge {
    /// The node before.
    pub from: usize,
    /// The node behind.
    pub to: usize,
    /// How.
    pub relation: Relation,
    /// For how many connectors or topics it stands.
    pub count: usize,
}

/// How one thing leads to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Relation {
    /// The data goes that way.
    Flow,
    /// Records that a sink cannot take go that way.
    DeadLetters,
    /// The topic before is among those that the rule behind means, or the topic behind among those of the rule before.
    Among,
    /// Topics of the rule before may be among those of the rule behind.
    Perhaps,
}

impl Topology {
    /// The connectors that match with all that they are connected to: at most `most` nodes, unless the groups alone are
    /// more. `open` names groups whose connectors are to stand for themselves: clusters, or teams where all connectors are
    /// of one cluster. Where they are too many, an opened cluster is drawn by teams, and of an opened team the worst are
    /// drawn.
    pub fn of(fleet: &Fleet, query: &Query, open: &BTreeSet<Arc<str>>, most: usize, staleness: &Staleness) -> Self {
        let page = fleet.page(query, None, usize::MAX, staleness);
        let items: Vec<Item<'_>> = page
            .items
            .iter()
            .map(|(cluster, connector, health)| Item::of(cluster, connector, *health))
            .collect();
        let clusters: BTreeSet<&ClusterName> = items.iter().map(|item| item.cluster).collect();
        let by = match clusters.len() {
            0 | 1 => Grouped::Teams,
            _ => Grouped::Clusters,
        };
        let draw = |place: Place<'_>| Draft::of(&items, place);
        let (grouped, draft) = if items.len() <= most
            && let Some(draft) = draw(Place::alone()).within(most)
        {
            (Grouped::Alone, draft)
        } else {
            let place = Place::grouped(by, open);
            let draft = draw(place).within(most);
            let by_team = || draw(place.by_team()).within(most);
            (by, draft.or_else(by_team).unwrap_or_else(|| worst(&items, place, most)))
        };
        let mut topology = draft.done();
        topology.matching = items.len();
        topology.grouped = grouped;
        // Those of the page count what another health would show too.
        items.iter().for_each(|item| topology.totals.add(item.health));
        topology
    }
}

/// The opened groups with as many of their worst connectors as there is room for.
fn worst(items: &[Item<'_>], place: Place<'_>, most: usize) -> Draft {
    let mut alone = most;
    loop {
        let draft = Draft::of(items, place.first(alone));
        if alone == 0 || draft.len() <= most {
            return draft;
        }
        alone = alone * 2 / 3;
    }
}
