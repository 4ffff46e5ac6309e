//! A list, page by page, with a cursor that stays right while the fleet changes.

use std::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;
use std::sync::Arc;

use model::Timestamp;
use model::names::{ClusterName, ConnectorName};
use model::verdict::Health;

use crate::index::Row;
use crate::selection::{Selection, Words};
use crate::{Cluster, Connector, Fleet, Query, Sort, Staleness, Totals};

/// One page of a list.
#[derive(Clone, Debug)]
pub struct Page {
    /// The connectors with their cluster and the health to show.
    pub items: Vec<(Arc<Cluster>, Arc<Connector>, Health)>,
    /// Where the next page begins; `None` at the end.
    pub next: Option<Position>,
    /// How many match in all.
    pub matching: usize,
    /// Counts by health of all that match the query, health set aside.
    pub totals: Totals,
}

/// A place in an order: the sort key of the last item seen. A cursor is one of these in text, so a page never skips
/// or repeats a connector whose key did not change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Position {
    /// Its health as shown.
    pub health: Health,
    /// Since when.
    pub since: Timestamp,
    /// Its team.
    pub team: Option<Arc<str>>,
    /// Its cluster.
    pub cluster: ClusterName,
    /// Its name.
    pub name: ConnectorName,
}

/// A [`Position`] that owns nothing.
#[derive(Clone, Copy)]
pub(crate) struct Key<'a> {
    pub(crate) health: Health,
    pub(crate) since: Timestamp,
    pub(crate) team: Option<&'a str>,
    pub(crate) cluster: &'a str,
    pub(crate) name: &'a str,
}

impl Position {
    fn key(&self) -> Key<'_> {
        Key {
            health: self.health,
            since: self.since,
            team: self.team.as_deref(),
            cluster: self.cluster.as_str(),
            name: self.name.as_str(),
        }
    }
}

impl Key<'_> {
    pub(crate) fn compare(&self, other: &Self, sort: Sort) -> Ordering {
        let ties = || (self.cluster, self.name).cmp(&(other.cluster, other.name));
        match sort {
            Sort::Worst => (self.health, self.since)
                .cmp(&(other.health, other.since))
                .then_with(ties),
            Sort::Name => self.name.cmp(other.name).then_with(ties),
            Sort::Cluster => ties(),
            Sort::Team => (self.team.is_none(), self.team)
                .cmp(&(other.team.is_none(), other.team))
                .then_with(ties),
            Sort::Since => Reverse(self.since).cmp(&Reverse(other.since)).then_with(ties),
        }
    }

    fn position(&self) -> Position {
        Position {
            health: self.health,
            since: self.since,
            team: self.team.map(Into::into),
            cluster: self.cluster.into(),
            name: self.name.into(),
        }
    }
}

/// The first connector of a selection that was not taken yet. The first of several is the greatest, as a heap wants it.
struct Head<'a> {
    sort: Sort,
    key: Key<'a>,
    row: &'a Row,
    selection: usize,
}

impl Ord for Head<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        other.key.compare(&self.key, self.sort)
    }
}

impl PartialOrd for Head<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Head<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Head<'_> {}

impl Fleet {
    /// The first `limit` connectors behind `after` in the query's order. Each cluster keeps its own orders, and what is
    /// read here is no more than the page and, of a query that asks for more than a health, a few bytes of each
    /// connector.
    pub fn page(&self, query: &Query, after: Option<&Position>, limit: usize, staleness: &Staleness) -> Page {
        let words = Words::of(&query.text);
        let asked = self.clusters.values().filter(|cluster| {
            cluster.about.same_as.is_none() && (query.clusters.is_empty() || query.clusters.contains(&cluster.name))
        });
        let mut selections: Vec<Selection<'_>> = asked
            .map(|cluster| Selection::new(cluster, query, &words, staleness))
            .collect();
        let mut totals = Totals::default();
        selections.iter().for_each(|selection| totals.merge(&selection.totals));
        let asked = |health: &Health| query.health.is_empty() || query.health.contains(health);
        let matching = totals.iter().filter(|(health, _)| asked(health));
        let matching = matching.map(|(_, count)| count as usize).sum();

        let sort = query.sort;
        let mut heads = BinaryHeap::with_capacity(selections.len());
        for (number, selection) in selections.iter_mut().enumerate() {
            if let Some(after) = after {
                selection.behind(&after.key());
            }
            heads.extend(head(selection, number, sort));
        }
        let mut items = Vec::with_capacity(limit.min(matching));
        let mut last = None;
        while items.len() < limit {
            let Some(Head {
                key, row, selection, ..
            }) = heads.pop()
            else {
                break;
            };
            if let Some(from) = selections.get_mut(selection) {
                items.push((from.cluster().clone(), row.connector.clone(), key.health));
                heads.extend(head(from, selection, sort));
            }
            last = Some(key);
        }
        let next = last.filter(|_| !heads.is_empty()).map(|key| key.position());
        Page {
            items,
            next,
            matching,
            totals,
        }
    }
}

fn head<'a>(from: &mut Selection<'a>, selection: usize, sort: Sort) -> Option<Head<'a>> {
    let (key, row) = from.next()?;
    Some(Head {
        sort,
        key,
        row,
        selection,
    })
}
