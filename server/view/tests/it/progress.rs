//! Lists by how far connectors are behind.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::TimeDelta;
use model::lag::Method;
use model::names::ConnectorName;
use model::progress::{LagReading, Oldest, Reading, Readings};
use model::state::ConnectorKind;
use model::verdict::Health;
use view::{Cluster, Fleet, Query, Sort, Staleness, Start};

use crate::sample::{Row, Rows, fleet, record, staleness};

fn row() -> Row {
    Row {
        team: None,
        health: Health::Healthy,
        since: 0,
        kind: ConnectorKind::Sink,
        deleted: false,
    }
}

fn reading(records: u64, seconds: Option<u64>) -> Reading {
    Reading {
        lag: Some(LagReading {
            records,
            unknown_partitions: 0,
            oldest: seconds.map(|seconds| Oldest {
                seconds,
                at_least: false,
                method: Method::Interpolated,
                confidence: 0.5,
            }),
            trend: None,
            caught_up_in: None,
            runway: None,
        }),
        ..Reading::default()
    }
}

/// Four connectors of two clusters; nothing is known of `mute`.
fn measured() -> Fleet {
    let names = [("alpha", "few"), ("alpha", "mute"), ("beta", "many"), ("beta", "none")];
    let rows = names.map(|(cluster, name)| ((cluster, name.to_owned()), row()));
    let mut fleet = fleet(&Rows {
        rows: rows.into(),
        ..Rows::default()
    });
    let put = |cluster: &mut Cluster, of: &[(&str, Reading)]| {
        let of: BTreeMap<ConnectorName, Reading> = of
            .iter()
            .map(|(name, reading)| ((*name).into(), reading.clone()))
            .collect();
        cluster.put_progress(Readings {
            as_of: Some(staleness().now),
            of: Arc::new(of),
        });
    };
    let mut cluster =
        |name: &str, of: &[(&str, Reading)]| put(Arc::make_mut(fleet.clusters.get_mut(name).unwrap()), of);
    cluster("alpha", &[("few", reading(10, Some(900)))]);
    cluster(
        "beta",
        &[("many", reading(5_000, Some(60))), ("none", reading(0, None))],
    );
    fleet
}

fn names(fleet: &Fleet, query: &Query, start: &Start, limit: usize) -> Vec<String> {
    let page = fleet.page_at(query, start, limit, &staleness());
    page.items
        .iter()
        .map(|(_, one, _)| one.facts().name.to_string())
        .collect()
}

#[test]
fn those_that_are_furthest_behind_come_first_and_what_is_not_known_last() {
    let fleet = measured();
    let query = Query {
        sort: Sort::Lag,
        ..Query::default()
    };
    assert_eq!(names(&fleet, &query, &Start::First, 9), ["many", "few", "none", "mute"]);
    let turned = Query {
        reversed: true,
        ..query.clone()
    };
    assert_eq!(
        names(&fleet, &turned, &Start::First, 9),
        ["mute", "none", "few", "many"]
    );
    // Page by page it is the same.
    let (mut start, mut all) = (Start::First, Vec::new());
    loop {
        let page = fleet.page_at(&query, &start, 1, &staleness());
        all.extend(page.items.iter().map(|(_, one, _)| one.facts().name.to_string()));
        match page.next {
            Some(next) => start = Start::After(next),
            None => break,
        }
    }
    assert_eq!(all, ["many", "few", "none", "mute"]);
}

#[test]
fn lags_are_asked_for_in_records_and_in_time_and_nothing_is_no_number() {
    let fleet = measured();
    let found = |text: &str| {
        let query = Query {
            text: text.into(),
            sort: Sort::Name,
            ..Query::default()
        };
        names(&fleet, &query, &Start::First, 9)
    };
    assert_eq!(found("lag:>1000"), ["many"]);
    assert_eq!(found("lag:>5m"), ["few"]);
    assert_eq!(found("lag:<1h lag:>0"), ["few", "many"]);
    assert_eq!(found("lag:unknown"), ["mute"]);
    assert_eq!(found("-lag:unknown lag:<1000"), ["few", "none"]);
    assert_eq!(found("activity:unknown"), ["few", "many", "mute", "none"]);
    assert_eq!(found("-activity:unknown"), Vec::<String>::new());
    let query = |text: &str| Query {
        text: text.into(),
        ..Query::default()
    };
    for (text, word) in [("lag:much", "lag:>1000"), ("activity:busy", "active, idle or unknown")] {
        let page = fleet.page_at(&query(text), &Start::First, 9, &staleness());
        let trouble = &page.troubles.first().unwrap().text;
        assert!(trouble.contains(word), "{trouble}");
    }
}

#[test]
fn what_is_measured_stays_when_connectors_change_and_goes_with_its_own() {
    let mut fleet = measured();
    let cluster = Arc::make_mut(fleet.clusters.get_mut("beta").unwrap());
    cluster.put_connectors(vec![record("fresh", &row())], 9);
    cluster.forget_connectors(&["many".into()]);
    let query = Query {
        sort: Sort::Lag,
        ..Query::default()
    };
    assert_eq!(
        names(&fleet, &query, &Start::First, 9),
        ["few", "none", "mute", "fresh"]
    );
}

#[test]
fn what_was_measured_long_ago_is_not_known_any_more() {
    let mut fleet = measured();
    let query = |text: &str| Query {
        text: text.into(),
        sort: Sort::Lag,
        ..Query::default()
    };
    let later = |seconds| Staleness {
        now: staleness().now + TimeDelta::seconds(seconds),
        ..staleness()
    };
    let list = |fleet: &Fleet, query: &Query, staleness: &Staleness| -> Vec<String> {
        let page = fleet.page_at(query, &Start::First, 9, staleness);
        let items = page.items.iter();
        items.map(|(_, one, _)| one.facts().name.to_string()).collect()
    };
    let by_lag = ["many", "few", "none", "mute"];
    assert_eq!(list(&fleet, &query(""), &later(30)), by_lag);
    // Nobody looked since: in the order of names, all of them asked for as unknown.
    let old = later(31);
    assert_eq!(list(&fleet, &query(""), &old), ["few", "mute", "many", "none"]);
    assert_eq!(list(&fleet, &query("lag:>0"), &old), Vec::<String>::new());
    assert_eq!(list(&fleet, &query("lag:unknown"), &old).len(), 4);
    // One that was left behind is not known while the others are.
    let cluster = Arc::make_mut(fleet.clusters.get_mut("beta").unwrap());
    let behind = Reading {
        as_of: Some(staleness().now - TimeDelta::seconds(31)),
        ..reading(5_000, Some(60))
    };
    cluster.put_progress(Readings {
        as_of: Some(staleness().now),
        of: Arc::new([("many".into(), behind), ("none".into(), reading(0, None))].into()),
    });
    assert_eq!(list(&fleet, &query("lag:unknown"), &staleness()), ["mute", "many"]);
    assert_eq!(list(&fleet, &query(""), &staleness()), ["few", "none", "mute", "many"]);
}
