//! Walks over fleets made by chance that change by chance between any two pages.

use std::collections::{BTreeMap, BTreeSet};

use model::state::ConnectorKind;
use model::verdict::Health;
use proptest::collection::{btree_set, vec};
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use view::{Query, Sort, Start};

use crate::sample::{CLUSTERS, Id, Row, Rows, change, fleet, staleness};

const TEAMS: [&str; 3] = ["blue", "green", "red"];
/// Few, so that ties are common.
const HEALTHS: [Health; 4] = [Health::Failed, Health::Unassigned, Health::Unknown, Health::Healthy];
const TEXTS: [&str; 6] = ["", "", "C1", "blue", "alpha c", "nowhere"];

/// What happens between two pages. Numbers choose among what is there.
#[derive(Clone, Debug)]
enum Change {
    Health(usize, Health, i64),
    Team(usize, Option<&'static str>),
    Insert(Id, Row),
    Delete(usize),
    Forget(usize),
    Rename(usize, String),
    Silence(&'static str),
}

fn name() -> impl Strategy<Value = String> {
    (0..30_u8).prop_map(|number| format!("c{number}"))
}

fn row() -> impl Strategy<Value = Row> {
    let kind = select(vec![ConnectorKind::Source, ConnectorKind::Sink]);
    let deleted = prop::bool::weighted(0.1);
    (option::of(select(&TEAMS)), select(&HEALTHS), 0..4_i64, kind, deleted).prop_map(
        |(team, health, since, kind, deleted)| Row {
            team,
            health,
            since,
            kind,
            deleted,
        },
    )
}

fn id() -> impl Strategy<Value = Id> {
    (select(&CLUSTERS), name())
}

fn change_by_chance() -> impl Strategy<Value = Change> {
    let place = 0..1_000_usize;
    prop_oneof![
        4 => (place.clone(), select(&HEALTHS), 0..4_i64)
            .prop_map(|(place, health, since)| Change::Health(place, health, since)),
        2 => (place.clone(), option::of(select(&TEAMS))).prop_map(|(place, team)| Change::Team(place, team)),
        4 => (id(), row()).prop_map(|(id, row)| Change::Insert(id, row)),
        2 => place.clone().prop_map(Change::Delete),
        2 => place.clone().prop_map(Change::Forget),
        2 => (place, name()).prop_map(|(place, name)| Change::Rename(place, name)),
        1 => select(&CLUSTERS).prop_map(Change::Silence),
    ]
}

fn query() -> impl Strategy<Value = Query> {
    let sorts: Vec<Sort> = Sort::ALL.into_iter().map(|(sort, _)| sort).collect();
    (
        btree_set(select(&CLUSTERS), 0..2),
        btree_set(select(&TEAMS), 0..2),
        prop::bool::weighted(0.1),
        btree_set(select(&HEALTHS), 0..3),
        option::weighted(0.2, select(vec![ConnectorKind::Source, ConnectorKind::Sink])),
        select(&TEXTS),
        prop::bool::weighted(0.1),
        select(sorts),
        any::<bool>(),
    )
        .prop_map(
            |(clusters, teams, unowned, health, kind, text, deleted, sort, reversed)| Query {
                clusters: clusters.into_iter().map(Into::into).collect(),
                teams: teams.into_iter().map(Into::into).collect(),
                unowned,
                health,
                kind,
                text: text.to_owned(),
                strict: false,
                deleted,
                sort,
                reversed,
            },
        )
}

impl Change {
    /// Makes the change and says which connectors it touched.
    fn make(self, rows: &mut Rows) -> Vec<Id> {
        let at = |rows: &Rows, place: usize| {
            let count = rows.rows.len().max(1);
            rows.rows.keys().nth(place % count).cloned()
        };
        let chosen = match &self {
            Self::Health(place, ..)
            | Self::Team(place, _)
            | Self::Delete(place)
            | Self::Forget(place)
            | Self::Rename(place, _) => at(rows, *place),
            Self::Insert(id, _) => Some(id.clone()),
            Self::Silence(_) => None,
        };
        if let Self::Silence(cluster) = self {
            if !rows.silent.remove(cluster) {
                rows.silent.insert(cluster);
            }
            return rows.rows.keys().filter(|(of, _)| *of == cluster).cloned().collect();
        }
        let Some(id) = chosen else { return Vec::new() };
        let mut touched = vec![id.clone()];
        match (self, rows.rows.get_mut(&id)) {
            (Self::Health(_, health, since), Some(row)) => (row.health, row.since) = (health, since),
            (Self::Team(_, team), Some(row)) => row.team = team,
            (Self::Delete(_), Some(row)) => row.deleted = true,
            (Self::Insert(_, new), _) => {
                rows.rows.insert(id, new);
            }
            (Self::Forget(_), _) => {
                rows.rows.remove(&id);
            }
            (Self::Rename(_, name), _) => {
                if let Some(row) = rows.rows.remove(&id) {
                    let id = (id.0, name);
                    rows.rows.insert(id.clone(), row);
                    touched.push(id);
                }
            }
            (_, None) | (Self::Silence(_), _) => {}
        }
        touched
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whoever_does_not_change_is_seen_exactly_once_and_every_page_counts_right(
        begin in vec((id(), row()), 0..45),
        query in query(),
        limit in 1..7_usize,
        changes in vec(vec(change_by_chance(), 0..4), 0..12),
    ) {
        let mut rows = Rows { rows: begin.into_iter().collect(), silent: BTreeSet::new() };
        let listed: BTreeSet<Id> = rows.list(&query).into_iter().collect();
        let mut fleet = fleet(&rows);
        let mut changes = changes.into_iter();
        let mut touched: BTreeSet<Id> = BTreeSet::new();
        let mut seen: BTreeMap<Id, usize> = BTreeMap::new();
        let mut after = None;
        for number in 0.. {
            prop_assert!(number < 200, "the list has no end");
            let page = fleet.page(&query, after.as_ref(), limit, &staleness());
            let list = rows.list(&query);
            prop_assert_eq!(page.matching, list.len());
            let matching = rows.matching(&query);
            for health in Health::ALL {
                let count = matching.iter().filter(|(_, _, shown)| *shown == health).count();
                prop_assert_eq!(page.totals.of(health) as usize, count, "{:?}", health);
            }
            let ids: Vec<Id> = page.items.iter().map(|(cluster, connector, shown)| {
                let cluster = CLUSTERS.into_iter().find(|name| *name == cluster.name.as_str()).unwrap();
                let id = (cluster, connector.facts().name.as_str().to_owned());
                assert_eq!(*shown, rows.shown(&id, &rows.rows[&id]));
                id
            }).collect();
            // A page is a piece of the list as it is now, full unless it is the last one.
            let place = ids.first().and_then(|first| list.iter().position(|id| id == first));
            let place = place.unwrap_or(list.len());
            prop_assert_eq!(&ids[..], &list[place..list.len().min(place + limit)]);
            prop_assert_eq!(page.next.is_none(), place + ids.len() == list.len());
            if !ids.is_empty() {
                prop_assert_eq!(page.before, place);
                prop_assert_eq!(page.previous.is_none(), place == 0);
            }
            // The way back leads to what lies before.
            if let Some(first) = page.previous.clone() {
                let back = fleet.page_at(&query, &Start::Before(first), limit, &staleness());
                let names: Vec<&str> = back.items.iter().map(|(_, connector, _)| connector.facts().name.as_str()).collect();
                let from = place.saturating_sub(limit);
                let expected: Vec<&str> = list[from..place].iter().map(|(_, name)| name.as_str()).collect();
                prop_assert_eq!(names, expected);
                prop_assert_eq!((back.before, back.next.is_some(), back.previous.is_some()), (from, true, from > 0));
            }
            for id in ids {
                *seen.entry(id).or_default() += 1;
            }
            after = page.next;
            if after.is_none() {
                break;
            }
            if let Some(between) = changes.next() {
                let before = rows.clone();
                for change in between {
                    touched.extend(change.make(&mut rows));
                }
                change(&mut fleet, &before, &rows);
            }
        }
        for id in listed.difference(&touched) {
            prop_assert_eq!(seen.get(id), Some(&1), "{:?} stood still", id);
        }
        for (id, times) in seen.iter().filter(|(id, _)| !touched.contains(*id)) {
            prop_assert!(listed.contains(id) && *times == 1, "{:?} does not belong there", id);
        }
    }
}
