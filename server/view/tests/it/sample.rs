//! A small fleet as plain rows, the same fleet as a snapshot, and what a list of it must be by counting rows.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::{TimeDelta, TimeZone as _, Utc};
use model::Timestamp;
use model::facts::Freshness;
use model::names::ConnectorName;
use model::owner::Owner;
use model::record::{ClusterRecord, ConnectorRecord};
use model::state::ConnectorKind;
use model::verdict::Health;
use serde_json::json;
use view::{Cluster, Fleet, Query, Sort, Staleness};

pub const CLUSTERS: [&str; 3] = ["alpha", "beta", "gamma"];

/// What of a connector a list can be asked for or ordered by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    pub team: Option<&'static str>,
    pub health: Health,
    /// Nanoseconds after a fixed moment.
    pub since: i64,
    pub kind: ConnectorKind,
    pub deleted: bool,
}

/// Cluster and name.
pub type Id = (&'static str, String);

/// All rows, and the clusters of which nothing was heard for long.
#[derive(Clone, Debug, Default)]
pub struct Rows {
    pub rows: BTreeMap<Id, Row>,
    pub silent: BTreeSet<&'static str>,
}

fn moment(nanos: i64) -> Timestamp {
    Utc.timestamp_nanos(1_800_000_000_000_000_000 + nanos)
}

pub fn staleness() -> Staleness {
    Staleness {
        now: moment(0) + TimeDelta::seconds(600),
        limit: TimeDelta::seconds(30),
    }
}

fn fresh(silent: bool) -> Freshness {
    let heard = moment(0) + TimeDelta::seconds(if silent { 0 } else { 595 });
    Freshness {
        rest: Some(heard),
        answered: Some(heard),
        group: None,
        tried: Some(heard),
        ..Freshness::default()
    }
}

pub fn record(name: &str, row: &Row) -> ConnectorRecord {
    let facts = json!({
        "name": name,
        "kind": row.kind,
        "class": "org.example.Anything",
        "first_seen": moment(0),
        "deleted_at": row.deleted.then(|| moment(0)),
    });
    let verdict = json!({ "health": row.health, "since": moment(row.since), "reasons": [] });
    ConnectorRecord {
        facts: Arc::new(serde_json::from_value(facts).unwrap()),
        verdict: Arc::new(serde_json::from_value(verdict).unwrap()),
        owner: row.team.map(|team| Owner {
            team: team.into(),
            source: "a rule".into(),
        }),
    }
}

/// The snapshot from nothing.
pub fn fleet(rows: &Rows) -> Fleet {
    let mut fleet = Fleet::default();
    for name in CLUSTERS {
        let mut record = ClusterRecord::empty(&name.into());
        record.fresh = fresh(rows.silent.contains(name));
        fleet.clusters.insert(name.into(), Arc::new(Cluster::new(record, 1)));
    }
    change(&mut fleet, &Rows::default(), rows);
    fleet
}

/// The next snapshot, made of the last one as whoever follows the feed does it.
pub fn change(fleet: &mut Fleet, before: &Rows, after: &Rows) {
    fleet.feed += 1;
    for name in CLUSTERS {
        let of = |rows: &Rows| -> BTreeMap<String, Row> {
            let own = rows.rows.iter().filter(|((cluster, _), _)| *cluster == name);
            own.map(|((_, name), row)| (name.clone(), row.clone())).collect()
        };
        let (old, new) = (of(before), of(after));
        let other = new.iter().filter(|(name, row)| old.get(*name) != Some(row));
        let put: Vec<ConnectorRecord> = other.map(|(name, row)| record(name, row)).collect();
        let gone: Vec<ConnectorName> = old
            .keys()
            .filter(|name| !new.contains_key(*name))
            .map(|name| name.as_str().into())
            .collect();
        let cluster = Arc::make_mut(fleet.clusters.get_mut(name).unwrap());
        cluster.forget_connectors(&gone);
        cluster.put_connectors(put, fleet.feed);
        cluster.fresh = fresh(after.silent.contains(name));
    }
}

impl Rows {
    pub fn of(rows: &[(&'static str, &str, Option<&'static str>, Health, i64)]) -> Self {
        let row = |(cluster, name, team, health, since): &(&'static str, &str, Option<&'static str>, Health, i64)| {
            let row = Row {
                team: *team,
                health: *health,
                since: *since,
                kind: ConnectorKind::Sink,
                deleted: false,
            };
            ((*cluster, (*name).to_owned()), row)
        };
        Self {
            rows: rows.iter().map(row).collect(),
            silent: BTreeSet::new(),
        }
    }

    /// The health to show: of what was deleted the last, whatever its cluster does since.
    pub fn shown(&self, id: &Id, row: &Row) -> Health {
        if self.silent.contains(id.0) && !row.deleted {
            Health::Unknown
        } else {
            row.health
        }
    }

    /// What matches, its health set aside.
    pub fn matching(&self, query: &Query) -> Vec<(&Id, &Row, Health)> {
        let words: Vec<String> = query.text.split_whitespace().map(str::to_lowercase).collect();
        self.rows
            .iter()
            .filter(|((cluster, name), row)| {
                let text = format!("{cluster}/{name} {} org.example.anything", row.team.unwrap_or_default());
                row.deleted == query.deleted
                    && (query.clusters.is_empty() || query.clusters.contains(*cluster))
                    && (query.teams.is_empty() || row.team.is_some_and(|team| query.teams.contains(team)))
                    && !(query.unowned && row.team.is_some())
                    && query.kind.is_none_or(|kind| kind == row.kind)
                    && words.iter().all(|word| text.contains(word))
            })
            .map(|(id, row)| (id, row, self.shown(id, row)))
            .collect()
    }

    /// The whole list in its order.
    pub fn list(&self, query: &Query) -> Vec<Id> {
        let mut list = self.matching(query);
        list.retain(|(_, _, health)| query.health.is_empty() || query.health.contains(health));
        list.sort_by(|left, right| order(query.sort, *left, *right));
        if query.reversed {
            list.reverse();
        }
        list.into_iter().map(|(id, _, _)| id.clone()).collect()
    }
}

fn order(sort: Sort, left: (&Id, &Row, Health), right: (&Id, &Row, Health)) -> Ordering {
    let ((id, row, health), (other_id, other, other_health)) = (left, right);
    let first = match sort {
        Sort::Worst => health.cmp(&other_health).then(row.since.cmp(&other.since)),
        Sort::Name => id.1.cmp(&other_id.1),
        // These rows have neither tasks nor faults nor measures, and one class.
        Sort::Cluster | Sort::Tasks | Sort::Class | Sort::Plugin | Sort::Lag => Ordering::Equal,
        Sort::Team => match (row.team, other.team) {
            (Some(team), Some(other)) => team.cmp(other),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (None, None) => Ordering::Equal,
        },
        Sort::Since => other.since.cmp(&row.since),
    };
    first.then(id.cmp(other_id))
}
