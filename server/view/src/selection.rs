//! Which connectors of one cluster belong to a list, and where reading them stands.

use std::cmp::Ordering;
use std::collections::BTreeSet;
use std::sync::Arc;

use model::names::TeamName;
use model::state::ConnectorKind;
use model::verdict::{Activity, Class, Health};

use crate::columns::{Column, What};
use crate::facets::Counts;
use crate::index::{Index, Row};
use crate::page::Key;
use crate::search::{Asked, NOBODY, NONE, Pattern, Values, called};
use crate::{Cluster, Query, Sort, Staleness, search};

/// What a row may fail of. A facet counts the rows that fail of nothing but its own choice.
pub(crate) mod fails {
    pub(crate) const HEALTH: u8 = 1;
    pub(crate) const TEAM: u8 = 2;
    pub(crate) const CLUSTER: u8 = 4;
    pub(crate) const KIND: u8 = 8;
    pub(crate) const CLASS: u8 = 16;
    pub(crate) const OTHER: u8 = 32;
}

/// The connectors of one cluster that belong to a list, read in its order.
pub(crate) struct Selection<'a> {
    query: &'a Query,
    cluster: &'a Arc<Cluster>,
    index: &'a Index,
    staleness: Staleness,
    silent: bool,
    backwards: bool,
    /// Of each row what it fails of; those that belong of nothing.
    fails: Vec<u8>,
    order: &'a [u32],
    /// The place in the order of the next one.
    next: usize,
    /// Counts for the facets.
    pub(crate) counts: Counts<'a>,
}

impl<'a> Selection<'a> {
    /// `backwards`: read from the end of the order.
    pub(crate) fn new(
        cluster: &'a Arc<Cluster>,
        query: &'a Query,
        asked: &Asked,
        staleness: &Staleness,
        backwards: bool,
    ) -> Self {
        let index = cluster.connectors.index();
        // As [`Staleness::health`] says of what was deleted.
        let silent = staleness.silent(&cluster.fresh) && !query.deleted;
        let fails = failing(cluster, index, query, asked, staleness, silent);
        let mut counts = Counts::new(cluster, index);
        for (row, fails) in index.rows.iter().zip(&fails) {
            if row.live != query.deleted {
                counts.add(row, if silent { Health::Unknown } else { row.health }, *fails);
            }
        }
        Self {
            query,
            cluster,
            index,
            staleness: *staleness,
            silent,
            backwards,
            fails,
            order: match query.sort {
                Sort::Lag => &cluster.progress.lags(index, staleness).order,
                sort => index.order(sort, silent),
            },
            next: 0,
            counts,
        }
    }

    /// Begins behind a position, and returns how many that belong lie before.
    pub(crate) fn behind(&mut self, after: &Key<'_>) -> usize {
        let sort = self.query.sort;
        let compare = |place: &u32| {
            let row = self.index.rows.get(*place as usize);
            row.map_or(Ordering::Greater, |row| self.key(row).compare(after, sort))
        };
        self.next = match self.backwards {
            false => self.order.partition_point(|place| compare(place) != Ordering::Greater),
            true => self.order.len() - self.order.partition_point(|place| compare(place) == Ordering::Less),
        };
        (0..self.next).filter(|read| self.belonging(*read).is_some()).count()
    }

    /// The row that is read as the so many-th, if it belongs.
    fn belonging(&self, read: usize) -> Option<&'a Row> {
        let read = match self.backwards {
            false => read,
            true => self.order.len().checked_sub(read + 1)?,
        };
        let place = *self.order.get(read)? as usize;
        let row = self.index.rows.get(place)?;
        (self.fails.get(place) == Some(&0) && row.live != self.query.deleted).then_some(row)
    }

    pub(crate) fn key(&self, row: &'a Row) -> Key<'a> {
        Key {
            health: self.health(row),
            since: row.since,
            team: self.index.teams.get(row.team).map(TeamName::as_str),
            tasks: row.tasks,
            class: row.class.map(Class::as_str),
            plugin: row.plugin(),
            lag: self.lag(row),
            cluster: self.cluster.name.as_str(),
            name: row.connector.facts().name.as_str(),
        }
    }

    /// Records that it is behind, where the list is in that order.
    fn lag(&self, row: &Row) -> Option<u64> {
        (self.query.sort == Sort::Lag && row.live).then(|| {
            let name = row.connector.facts().name.as_str();
            let reading = self.cluster.progress.current(name, &self.staleness)?;
            reading.lag.as_ref()?.waiting()
        })?
    }

    pub(crate) fn health(&self, row: &Row) -> Health {
        if self.silent { Health::Unknown } else { row.health }
    }

    /// The next one with its key; `None` at the end.
    pub(crate) fn next(&mut self) -> Option<(Key<'a>, &'a Row)> {
        while self.next < self.order.len() {
            self.next += 1;
            if let Some(row) = self.belonging(self.next - 1) {
                return Some((self.key(row), row));
            }
        }
        None
    }

    /// Every one that belongs, in the order of the list, with its place among the rows.
    pub(crate) fn rows(&self) -> impl Iterator<Item = (&'a Row, usize)> {
        (0..self.order.len()).filter_map(|read| {
            let row = self.belonging(read)?;
            let turned = if self.backwards {
                self.order.len() - read - 1
            } else {
                read
            };
            Some((row, *self.order.get(turned)? as usize))
        })
    }

    pub(crate) fn cluster(&self) -> &'a Arc<Cluster> {
        self.cluster
    }

    pub(crate) fn team(&self, row: &Row) -> Option<&'a TeamName> {
        self.index.teams.get(row.team)
    }

    pub(crate) fn column(&self, what: What) -> &'a Column {
        self.cluster.connectors.column(what)
    }
}

/// What each row fails of.
fn failing(
    cluster: &Cluster,
    index: &Index,
    query: &Query,
    asked: &Asked,
    staleness: &Staleness,
    silent: bool,
) -> Vec<u8> {
    let name = cluster.name.as_str().to_lowercase();
    let by = |key: search::Key| asked.values(key);
    let elsewhere = !(query.clusters.is_empty() || query.clusters.contains(&cluster.name))
        || by(search::Key::Cluster).is_some_and(|values| !values.hold(&name));
    let everywhere = if elsewhere { fails::CLUSTER } else { 0 };

    let healths = Health::ALL.map(|health| {
        (query.health.is_empty() || query.health.contains(&health))
            && by(search::Key::Health).is_none_or(|v| v.ask(health))
    });
    let teams = index.teams.iter().map(Some).chain([None]);
    let teams: Vec<bool> = teams
        .map(|team| owned(team, &query.teams, query.unowned, by(search::Key::Team)))
        .collect();
    let kinds = |kind: Option<ConnectorKind>| {
        let word = kind.map_or("", ConnectorKind::as_str);
        query.kind.is_none_or(|asked| kind == Some(asked))
            && by(search::Key::Kind).is_none_or(|values| values.hold(word))
    };
    let kinds = [None, Some(ConnectorKind::Source), Some(ConnectorKind::Sink)].map(|kind| (kind, kinds(kind)));

    let holds = |asked: &[bool], place: usize| asked.get(place) == Some(&true);
    let of_row = |row: &Row| {
        let shown = if silent { Health::Unknown } else { row.health };
        let mut fails = everywhere;
        if !holds(&healths, shown as usize) {
            fails |= fails::HEALTH;
        }
        if !holds(&teams, row.team) {
            fails |= fails::TEAM;
        }
        if kinds.contains(&(row.kind, false)) {
            fails |= fails::KIND;
        }
        fails
    };
    let mut failing: Vec<u8> = index.rows.iter().map(of_row).collect();
    if let Some(values) = by(search::Key::Class) {
        // A class of faults and one of Java may have the same name; either is meant.
        let column = cluster.connectors.column(What::Plugin);
        values.apply(&mut failing, fails::CLASS, |patterns| {
            let meant = |word: &str| patterns.iter().any(|pattern| pattern.matches(word));
            let of_fault = |row: &Row| meant(row.class.map_or(NONE, Class::as_str));
            let of_fault = index.rows.iter().map(of_fault);
            column
                .marks(patterns)
                .zip(of_fault)
                .map(|(one, other)| one || other)
                .collect()
        });
    }
    for (key, what) in [
        (search::Key::Plugin, What::Plugin),
        (search::Key::Topic, What::Topic),
        (search::Key::Worker, What::Worker),
        (search::Key::Target, What::Target),
    ] {
        if let Some(values) = by(key) {
            let column = cluster.connectors.column(what);
            values.apply(&mut failing, fails::OTHER, |patterns| column.marks(patterns).collect());
        }
    }
    if let Some(values) = by(search::Key::Connector) {
        values.apply(&mut failing, fails::OTHER, |patterns| named(cluster, &name, patterns));
    }
    if let Some(values) = by(search::Key::Activity) {
        values.apply(&mut failing, fails::OTHER, |patterns| {
            let shown = |row: &Row| {
                if silent {
                    Activity::Unknown
                } else {
                    row.connector.verdict().activity
                }
            };
            let meant = |word: &str| patterns.iter().any(|pattern| pattern.matches(word));
            index.rows.iter().map(|row| meant(shown(row).as_str())).collect()
        });
    }
    if !asked.lags.is_empty() {
        let lags = &cluster.progress.lags(index, staleness).of;
        for (failed, lag) in failing.iter_mut().zip(lags) {
            if asked.lags.iter().any(|(ask, wanted)| ask.holds(*lag) != *wanted) {
                *failed |= fails::OTHER;
            }
        }
    }
    for word in &asked.words {
        let haystack = cluster.connectors.haystack(&cluster.name);
        let mut held = vec![false; failing.len()];
        for form in &word.forms {
            held.iter_mut()
                .zip(haystack.holding(form))
                .for_each(|(held, holds)| *held |= holds);
        }
        let wrong = failing.iter_mut().zip(held).filter(|(_, held)| *held == word.negated);
        wrong.for_each(|(fails, _)| *fails |= fails::OTHER);
    }
    failing
}

fn owned(team: Option<&TeamName>, teams: &BTreeSet<TeamName>, unowned: bool, values: Option<&Values>) -> bool {
    let word = team.map_or(NOBODY.to_owned(), |team| team.as_str().to_lowercase());
    (teams.is_empty() || team.is_some_and(|team| teams.contains(team)))
        && !(unowned && team.is_some())
        && values.is_none_or(|values| values.hold(&word))
}

/// Of each row whether it is meant by its name. Many names may be asked for, one by one.
fn named(cluster: &Cluster, prefix: &str, patterns: &[Pattern]) -> Vec<bool> {
    let exact: BTreeSet<&str> = patterns.iter().filter_map(Pattern::exact).collect();
    let globs: Vec<&Pattern> = patterns.iter().filter(|pattern| pattern.exact().is_none()).collect();
    let haystack = cluster.connectors.haystack(&cluster.name);
    let meant = |whole: &str| {
        let name = whole.get(prefix.len() + 1..).unwrap_or_default();
        exact.contains(whole) || exact.contains(name) || globs.iter().any(|glob| called(whole, prefix, glob))
    };
    haystack.names().map(meant).collect()
}

impl Values {
    /// Whether a word in lower case is asked for.
    fn hold(&self, word: &str) -> bool {
        let any = |patterns: &[Pattern]| patterns.iter().any(|pattern| pattern.matches(word));
        (self.any.is_empty() || any(&self.any)) && !any(&self.none)
    }

    fn ask(&self, health: Health) -> bool {
        let means = |patterns: &[Pattern]| {
            let all = || health.unhealthy() && patterns.iter().any(|pattern| pattern.exact() == Some("unhealthy"));
            patterns.iter().any(|pattern| pattern.matches(health.as_str())) || all()
        };
        (self.any.is_empty() || means(&self.any)) && !means(&self.none)
    }

    /// Marks the rows that are not asked for, or excluded; `held` says which rows some patterns mean.
    fn apply(&self, failing: &mut [u8], mark: u8, held: impl Fn(&[Pattern]) -> Vec<bool>) {
        for (patterns, wanted) in [(&self.any, true), (&self.none, false)] {
            if !patterns.is_empty() {
                let wrong = failing
                    .iter_mut()
                    .zip(held(patterns))
                    .filter(|(_, held)| *held != wanted);
                wrong.for_each(|(fails, _)| *fails |= mark);
            }
        }
    }
}
