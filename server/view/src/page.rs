//! A list, page by page, with a cursor that stays right while the fleet changes.

use std::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;
use std::sync::Arc;

use model::Timestamp;
use model::names::{ClusterName, ConnectorName};
use model::verdict::Health;

use crate::facets::Facets;
use crate::index::{Row, last};
use crate::search::{Asked, Near, Trouble};
use crate::selection::Selection;
use crate::{Cluster, Connector, Fleet, Query, Sort, Staleness, Totals};

/// One page of a list.
#[derive(Clone, Debug)]
pub struct Page {
    /// The connectors with their cluster and the health to show.
    pub items: Vec<(Arc<Cluster>, Arc<Connector>, Health)>,
    /// Where the next page begins; `None` at the end.
    pub next: Option<Position>,
    /// Where the page before ends; `None` at the beginning.
    pub previous: Option<Position>,
    /// How many that match lie before these.
    pub before: usize,
    /// How many match in all.
    pub matching: usize,
    /// Counts by health of all that match the query, health set aside.
    pub totals: Totals,
    /// Counts by facet, each with its own choice set aside.
    pub facets: Facets,
    /// What of the query's text means nothing.
    pub troubles: Vec<Trouble>,
    /// Words of it that occur nowhere, with those that were searched for instead.
    pub near: Vec<Near>,
}

/// Which page of a list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Start {
    /// The first.
    #[default]
    First,
    /// The one behind a position.
    After(Position),
    /// The one that ends before a position.
    Before(Position),
    /// The last.
    Last,
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
    /// How many tasks it has.
    pub tasks: u32,
    /// The class of its fault.
    pub class: Option<Arc<str>>,
    /// Its Java class without the package.
    pub plugin: Option<Arc<str>>,
    /// Records that it is behind, where the list is in that order.
    pub lag: Option<u64>,
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
    pub(crate) tasks: u32,
    pub(crate) class: Option<&'a str>,
    pub(crate) plugin: Option<&'a str>,
    pub(crate) lag: Option<u64>,
    pub(crate) cluster: &'a str,
    pub(crate) name: &'a str,
}

impl Position {
    fn key(&self) -> Key<'_> {
        Key {
            health: self.health,
            since: self.since,
            team: self.team.as_deref(),
            tasks: self.tasks,
            class: self.class.as_deref(),
            plugin: self.plugin.as_deref(),
            lag: self.lag,
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
            Sort::Team => last(self.team).cmp(&last(other.team)).then_with(ties),
            Sort::Tasks => other.tasks.cmp(&self.tasks).then_with(ties),
            Sort::Class => last(self.class).cmp(&last(other.class)).then_with(ties),
            Sort::Plugin => last(self.plugin).cmp(&last(other.plugin)).then_with(ties),
            Sort::Lag => Reverse(self.lag).cmp(&Reverse(other.lag)).then_with(ties),
            Sort::Since => Reverse(self.since).cmp(&Reverse(other.since)).then_with(ties),
        }
    }

    fn position(&self) -> Position {
        Position {
            health: self.health,
            since: self.since,
            team: self.team.map(Into::into),
            tasks: self.tasks,
            class: self.class.map(Into::into),
            plugin: self.plugin.map(Into::into),
            lag: self.lag,
            cluster: self.cluster.into(),
            name: self.name.into(),
        }
    }
}

/// The first connector of a selection that was not taken yet. The first of several is the greatest, as a heap wants it.
struct Head<'a> {
    sort: Sort,
    backwards: bool,
    key: Key<'a>,
    row: &'a Row,
    selection: usize,
}

impl Ord for Head<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        let order = other.key.compare(&self.key, self.sort);
        if self.backwards { order.reverse() } else { order }
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
    /// The first `limit` connectors behind `after` in the query's order; see [`Fleet::page_at`].
    pub fn page(&self, query: &Query, after: Option<&Position>, limit: usize, staleness: &Staleness) -> Page {
        let start = after.map_or(Start::First, |after| Start::After(after.clone()));
        self.page_at(query, &start, limit, staleness)
    }

    /// A page of `limit` connectors in the query's order. Each cluster keeps its own orders, and what is read here is no
    /// more than the page and a few bytes of each connector.
    pub fn page_at(&self, query: &Query, start: &Start, limit: usize, staleness: &Staleness) -> Page {
        let (from_end, from) = match start {
            Start::First => (false, None),
            Start::After(position) => (false, Some(position)),
            Start::Before(position) => (true, Some(position)),
            Start::Last => (true, None),
        };
        let backwards = query.reversed != from_end;
        let asked = Asked::of(self, query);
        let mut selections = self.selections(query, &asked, staleness, backwards);
        let mut facets = Facets::default();
        selections.iter().for_each(|selection| facets.merge(&selection.counts));
        let matching = selections.iter().map(|selection| selection.counts.matching()).sum();

        let mut skipped = 0;
        let mut heads = BinaryHeap::with_capacity(selections.len());
        for (number, selection) in selections.iter_mut().enumerate() {
            if let Some(from) = from {
                skipped += selection.behind(&from.key());
            }
            heads.extend(head(selection, number, query.sort, backwards));
        }
        let mut items = Vec::with_capacity(limit.min(matching));
        let (mut first, mut last) = (None, None);
        while items.len() < limit {
            let Some(Head {
                key, row, selection, ..
            }) = heads.pop()
            else {
                break;
            };
            if let Some(from) = selections.get_mut(selection) {
                items.push((from.cluster().clone(), row.connector.clone(), key.health));
                heads.extend(head(from, selection, query.sort, backwards));
            }
            first.get_or_insert(key);
            last = Some(key);
        }
        let more = last.filter(|_| !heads.is_empty());
        let fewer = first.filter(|_| skipped > 0);
        let mut before = skipped;
        let (mut next, mut previous) = (more, fewer);
        if from_end {
            before = matching.saturating_sub(skipped + items.len());
            items.reverse();
            (next, previous) = (fewer, more);
        }
        Page {
            items,
            next: next.map(|key| key.position()),
            previous: previous.map(|key| key.position()),
            before,
            matching,
            totals: facets.health,
            facets,
            troubles: asked.troubles,
            near: asked.near,
        }
    }

    /// What every cluster has for a list, refused ones left out.
    pub(crate) fn selections<'a>(
        &'a self,
        query: &'a Query,
        asked: &Asked,
        staleness: &Staleness,
        backwards: bool,
    ) -> Vec<Selection<'a>> {
        let clusters = self.clusters.values().filter(|cluster| !cluster.refused());
        clusters
            .map(|cluster| Selection::new(cluster, query, asked, staleness, backwards))
            .collect()
    }
}

fn head<'a>(from: &mut Selection<'a>, selection: usize, sort: Sort, backwards: bool) -> Option<Head<'a>> {
    let (key, row) = from.next()?;
    Some(Head {
        sort,
        backwards,
        key,
        row,
        selection,
    })
}
