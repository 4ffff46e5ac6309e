//! A list, page by page, with a cursor that stays right while the fleet changes.

use std::cmp::{Ordering, Reverse};
use std::sync::Arc;

use model::Timestamp;
use model::names::{ClusterName, ConnectorName};
use model::verdict::Health;

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

impl Position {
    fn of(cluster: &Cluster, connector: &Connector, health: Health) -> Self {
        Self {
            health,
            since: connector.verdict().since,
            team: connector.owner().map(|owner| owner.team.as_str().into()),
            cluster: cluster.name.clone(),
            name: connector.facts().name.clone(),
        }
    }

    fn compare(&self, other: &Self, sort: Sort) -> Ordering {
        let names = |position: &Self| (position.cluster.clone(), position.name.clone());
        let ties = || names(self).cmp(&names(other));
        match sort {
            Sort::Worst => (self.health, self.since)
                .cmp(&(other.health, other.since))
                .then_with(ties),
            Sort::Name => self.name.cmp(&other.name).then_with(ties),
            Sort::Cluster => ties(),
            Sort::Team => {
                let key = |position: &Self| (position.team.is_none(), position.team.clone());
                key(self).cmp(&key(other)).then_with(ties)
            }
            Sort::Since => Reverse(self.since).cmp(&Reverse(other.since)).then_with(ties),
        }
    }
}

impl Fleet {
    /// The first `limit` connectors behind `after` in the query's order.
    pub fn page(&self, query: &Query, after: Option<&Position>, limit: usize, staleness: &Staleness) -> Page {
        let mut totals = Totals::default();
        let mut found: Vec<(Position, &Arc<Cluster>, &Arc<Connector>)> = Vec::new();
        for cluster in self.clusters.values() {
            if cluster.about.same_as.is_some() {
                continue;
            }
            for connector in cluster.connectors.values() {
                if !query.matches_but_health(cluster, connector) {
                    continue;
                }
                let health = staleness.health(&cluster.fresh, connector);
                totals.add(health);
                if query.health.is_empty() || query.health.contains(&health) {
                    found.push((Position::of(cluster, connector, health), cluster, connector));
                }
            }
        }
        let matching = found.len();
        if let Some(after) = after {
            found.retain(|(position, _, _)| position.compare(after, query.sort) == Ordering::Greater);
        }
        let more = found.len() > limit;
        if more && limit > 0 {
            found.select_nth_unstable_by(limit - 1, |left, right| left.0.compare(&right.0, query.sort));
            found.truncate(limit);
        }
        found.sort_by(|left, right| left.0.compare(&right.0, query.sort));
        let next = found.last().filter(|_| more).map(|(position, _, _)| position.clone());
        let items = found
            .into_iter()
            .map(|(position, cluster, connector)| (cluster.clone(), connector.clone(), position.health))
            .collect();
        Page {
            items,
            next,
            matching,
            totals,
        }
    }
}
