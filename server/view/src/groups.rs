//! A list in groups: who owns what is wrong, where, of which kind.

mod found;

use std::cmp::Reverse;
use std::sync::Arc;

use model::names::{ClusterName, TeamName};
use model::verdict::{Class, Health};

use crate::columns::What;
use crate::facets::Facets;
use crate::search::{Asked, Near, Trouble};
use crate::{Cluster, Connector, Fleet, Query, Staleness, Totals};
use found::{Found, MOST_ROWS};

/// Most groups that are told of one by one.
const MOST: usize = 200;
/// The fewest connectors that any group lists while there is room, and the most.
const ROWS: (usize, usize) = (5, MOST_ROWS);

/// What connectors are grouped by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum GroupBy {
    /// The cluster.
    Cluster,
    /// The owning team.
    Team,
    /// The class of the fault.
    Class,
    /// The system at the other end; a connector may have several.
    Target,
}

impl GroupBy {
    /// Every way with its word in addresses.
    pub const ALL: [(Self, &'static str); 4] = [
        (Self::Cluster, "cluster"),
        (Self::Team, "team"),
        (Self::Class, "class"),
        (Self::Target, "target"),
    ];

    /// The word in addresses.
    pub fn as_str(self) -> &'static str {
        let word = Self::ALL.into_iter().find(|(by, _)| *by == self);
        word.map_or("cluster", |(_, word)| word)
    }

    /// Reads [`GroupBy::as_str`].
    pub fn parse(word: &str) -> Option<Self> {
        let by = Self::ALL.into_iter().find(|(_, name)| *name == word);
        by.map(|(by, _)| by)
    }
}

/// What a group has in common.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum GroupKey {
    /// A cluster.
    Cluster(ClusterName),
    /// An owner, or nobody.
    Team(Option<TeamName>),
    /// The class of the fault, or that there is none.
    Class(Option<Class>),
    /// The address of a system, or that the config names none.
    Target(Option<Arc<str>>),
}

/// One group.
#[derive(Clone, Debug)]
pub struct Group {
    /// What it has in common.
    pub key: GroupKey,
    /// How many belong to it, by health as shown.
    pub totals: Totals,
    /// The first of them in the query's order.
    pub items: Vec<(Arc<Cluster>, Arc<Connector>, Health)>,
}

/// A list in groups.
#[derive(Clone, Debug)]
pub struct Groups {
    /// Those with most that need a person first.
    pub groups: Vec<Group>,
    /// Groups that are not among these.
    pub more: usize,
    /// How many connectors match in all.
    pub matching: usize,
    /// Counts by facet, each with its own choice set aside.
    pub facets: Facets,
    /// See [`crate::Page::troubles`].
    pub troubles: Vec<Trouble>,
    /// See [`crate::Page::near`].
    pub near: Vec<Near>,
}

impl Fleet {
    /// What matches in groups, with about `limit` connectors in all.
    pub fn groups(&self, query: &Query, by: GroupBy, limit: usize, staleness: &Staleness) -> Groups {
        let asked = Asked::of(self, query);
        let selections = self.selections(query, &asked, staleness, query.reversed);
        let mut facets = Facets::default();
        let (mut matching, mut found) = (0, Found::default());
        for selection in &selections {
            facets.merge(&selection.counts);
            matching += selection.counts.matching();
            found.next_cluster();
            let cluster = selection.cluster();
            for (row, place) in selection.rows() {
                let group = match by {
                    GroupBy::Cluster => found.at(0, || GroupKey::Cluster(cluster.name.clone())),
                    GroupBy::Team => found.at(row.team, || GroupKey::Team(selection.team(row).cloned())),
                    GroupBy::Class => {
                        let place = row.class.map_or(0, |class| class as usize + 1);
                        found.at(place, || GroupKey::Class(row.class))
                    }
                    GroupBy::Target => {
                        let mut targets = selection.column(What::Target).row(place);
                        let first = targets.next();
                        for target in targets {
                            let group = found.named(GroupKey::Target(Some(target.shown.clone())));
                            group.add(selection, row);
                        }
                        found.named(GroupKey::Target(first.map(|target| target.shown.clone())))
                    }
                };
                group.add(selection, row);
            }
        }
        let mut found = found.all();
        let count = found.len();
        found.sort_by_key(|(key, group)| (Reverse(group.totals.unhealthy()), key.clone()));
        let each = (limit / count.max(1)).clamp(ROWS.0, ROWS.1);
        let mut left = limit;
        let groups = found.into_iter().take(MOST).map(|(key, mut group)| {
            group.rows.sort_by(|left, right| {
                let order = left.0.compare(&right.0, query.sort);
                if query.reversed { order.reverse() } else { order }
            });
            let rows = each.min(left).min(group.rows.len());
            left -= rows;
            let items = group.rows.into_iter().take(rows);
            Group {
                key,
                totals: group.totals,
                items: items
                    .map(|(key, cluster, connector)| (cluster.clone(), connector.clone(), key.health))
                    .collect(),
            }
        });
        Groups {
            groups: groups.collect(),
            more: count.saturating_sub(MOST),
            matching,
            facets,
            troubles: asked.troubles,
            near: asked.near,
        }
    }
}
