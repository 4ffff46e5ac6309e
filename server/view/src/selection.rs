//! Which connectors of one cluster belong to a list, and where reading them stands.

use std::cmp::Ordering;
use std::sync::Arc;

use memchr::memmem::Finder;
use model::verdict::Health;

use crate::index::{Index, Row};
use crate::page::Key;
use crate::{Cluster, Query, Staleness, Totals};

/// Words to search for, in lower case.
pub(crate) struct Words<'a>(Vec<Finder<'a>>);

impl Words<'_> {
    pub(crate) fn of(text: &str) -> Self {
        let words = text.split_whitespace().map(str::to_lowercase);
        Self(words.map(|word| Finder::new(&word).into_owned()).collect())
    }
}

/// The connectors of one cluster that belong to a list, read in its order.
pub(crate) struct Selection<'a> {
    query: &'a Query,
    cluster: &'a Arc<Cluster>,
    index: &'a Index,
    silent: bool,
    /// Whether each row belongs, health set aside; `None` where no more is asked than whether it exists.
    belongs: Option<Vec<bool>>,
    order: &'a [u32],
    /// The place in the order of the next one.
    next: usize,
    /// Counts of those that belong, health set aside.
    pub(crate) totals: Totals,
}

impl<'a> Selection<'a> {
    pub(crate) fn new(cluster: &'a Arc<Cluster>, query: &'a Query, words: &Words<'_>, staleness: &Staleness) -> Self {
        let index = cluster.connectors.index();
        // As [`Staleness::health`] says of what was deleted.
        let silent = staleness.silent(&cluster.fresh) && !query.deleted;
        let belongs = belonging(cluster, index, query, words);
        let totals = match &belongs {
            None => index.totals(query.deleted, silent),
            Some(belongs) => {
                let mut totals = Totals::default();
                let rows = index.rows.iter().zip(belongs).filter(|(_, belongs)| **belongs);
                rows.for_each(|(row, _)| totals.add(row.health));
                if silent { totals.unknown() } else { totals }
            }
        };
        Self {
            query,
            cluster,
            index,
            silent,
            belongs,
            order: index.order(query.sort, silent),
            next: 0,
            totals,
        }
    }

    /// Begins behind a position.
    pub(crate) fn behind(&mut self, after: &Key<'_>) {
        let sort = self.query.sort;
        self.next = self.order.partition_point(|place| {
            let row = self.index.rows.get(*place as usize);
            row.is_some_and(|row| self.key(row).compare(after, sort) != Ordering::Greater)
        });
    }

    fn key(&self, row: &'a Row) -> Key<'a> {
        Key {
            health: self.health(row),
            since: row.since,
            team: self.index.teams.get(row.team).map(|team| team.as_str()),
            cluster: self.cluster.name.as_str(),
            name: row.connector.facts().name.as_str(),
        }
    }

    fn health(&self, row: &Row) -> Health {
        if self.silent { Health::Unknown } else { row.health }
    }

    /// The next one with its key; `None` at the end.
    pub(crate) fn next(&mut self) -> Option<(Key<'a>, &'a Row)> {
        let asked = &self.query.health;
        while let Some(place) = self.order.get(self.next) {
            self.next += 1;
            let place = *place as usize;
            let row = self.index.rows.get(place)?;
            let belongs = match &self.belongs {
                None => row.live != self.query.deleted,
                Some(belongs) => belongs.get(place) == Some(&true),
            };
            if belongs && (asked.is_empty() || asked.contains(&self.health(row))) {
                return Some((self.key(row), row));
            }
        }
        None
    }

    pub(crate) fn cluster(&self) -> &'a Arc<Cluster> {
        self.cluster
    }
}

fn belonging(cluster: &Cluster, index: &Index, query: &Query, words: &Words<'_>) -> Option<Vec<bool>> {
    let Query {
        teams, unowned, kind, ..
    } = query;
    if teams.is_empty() && !unowned && kind.is_none() && words.0.is_empty() {
        return None;
    }
    let nobody = index.teams.len();
    let asked: Vec<usize> = teams
        .iter()
        .filter_map(|team| index.teams.binary_search(team).ok())
        .collect();
    let matches = |row: &Row| {
        row.live != query.deleted
            && (teams.is_empty() || asked.contains(&row.team))
            && !(*unowned && row.team != nobody)
            && kind.is_none_or(|kind| row.kind == Some(kind))
    };
    let mut belongs: Vec<bool> = index.rows.iter().map(matches).collect();
    for word in &words.0 {
        if !belongs.contains(&true) {
            break;
        }
        let holding = cluster.connectors.haystack(&cluster.name).holding(word);
        belongs
            .iter_mut()
            .zip(holding)
            .for_each(|(belongs, holds)| *belongs &= holds);
    }
    Some(belongs)
}
