//! What gauges make of what a Kafka cluster of the test's own making tells.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, TimeDelta};
use kafka::offsets::{Commit, Standing, partition_of};
use model::lag::{TopicPartition, Trend};
use model::progress::Reading;
use model::record::ClusterRecord;
use model::state::ConnectorKind;
use model::verdict::Health;
use serde_json::json;
use testkit::samples::connector;

use super::*;
use crate::progress::told::{Commits, OffsetRecord};

fn at(second: i64) -> Timestamp {
    DateTime::UNIX_EPOCH + TimeDelta::days(20_000) + TimeDelta::seconds(second)
}

fn of(partition: i32) -> TopicPartition {
    TopicPartition {
        topic: "orders".into(),
        partition,
    }
}

/// A connector of this kind that reads or writes the topic `orders`.
fn facts(name: &str, kind: ConnectorKind) -> ClusterFacts {
    let mut facts = (*connector(name, Health::Healthy).facts).clone();
    facts.kind = Some(kind);
    let mut config = (**facts.config.as_ref().unwrap()).clone();
    config.config = serde_json::from_value(json!({"topics": {"clear": "orders"}})).unwrap();
    let orders = vec![Topic::Named("orders".into())];
    config.topics = Default::default();
    match kind {
        ConnectorKind::Sink => config.topics.reads = orders,
        ConnectorKind::Source => config.topics.writes = orders,
    }
    facts.config = Some(Arc::new(config));
    let mut cluster = ClusterRecord::empty(&"prod".into()).facts();
    cluster.connectors = [(facts.name.clone(), Arc::new(facts))].into();
    cluster
}

fn ends(second: i64, ends: &[i64]) -> Told {
    let each = (0..).zip(ends);
    Told::Ends(Ends {
        at: at(second),
        ends: each
            .clone()
            .map(|(partition, end)| (Isolation::ReadUncommitted, of(partition), *end))
            .collect(),
        starts: each.map(|(partition, _)| (of(partition), 0)).collect(),
        ..Ends::default()
    })
}

fn commits(second: i64, offsets: &[(i32, i64, u32)], standing: Option<Standing>) -> Told {
    let commit = |(partition, offset, commits): &(i32, i64, u32)| Commit {
        group: "connect-archive".into(),
        topic: "orders".into(),
        partition: *partition,
        offset: Some(*offset),
        committed_at_ms: None,
        commits: *commits,
    };
    let home = partition_of("connect-archive", 50).unwrap();
    Told::Commits(Commits {
        at: at(second),
        commits: offsets.iter().map(commit).collect(),
        standings: standing
            .map(|standing| ("connect-archive".into(), standing))
            .into_iter()
            .collect(),
        complete: [(home, at(second))].into(),
        partitions: 50,
    })
}

fn reading(gauges: &Gauges, name: &str, second: i64) -> Option<Reading> {
    let measures = gauges.measures(&"prod".into(), at(second));
    let measures: BTreeMap<&str, Reading> = measures
        .iter()
        .map(|(name, measures)| (name.as_str(), Reading::of(measures, at(second))))
        .collect();
    measures.get(name).cloned()
}

#[test]
fn a_sink_is_measured_from_when_all_that_its_group_committed_is_known() {
    let facts = facts("archive", ConnectorKind::Sink);
    let mut gauges = Gauges::new([&facts].into_iter());
    let wanted = gauges.wanted();
    assert!(wanted.groups.contains("connect-archive") && wanted.topics.contains_key("orders"));
    gauges.take(ends(0, &[100, 50]));
    gauges.take(commits(0, &[(0, 90, 0)], None));
    gauges.look(at(0));
    assert_eq!(
        reading(&gauges, "archive", 0),
        None,
        "its group may have committed more"
    );
    gauges.take(commits(1, &[(1, 50, 0)], Some(Standing::Complete)));
    gauges.look(at(1));
    let lag = reading(&gauges, "archive", 1).unwrap().lag.unwrap();
    assert_eq!((lag.records, lag.unknown_partitions), (10, 0));
    let table = gauges.partitions(&"prod".into(), &"archive".into(), at(1)).unwrap();
    let offsets: Vec<_> = table
        .iter()
        .map(|part| (part.committed, part.end, part.offsets))
        .collect();
    assert_eq!(
        offsets,
        [(Some(90), Some(100), Some(10)), (Some(50), Some(50), Some(0))]
    );
    gauges.take(commits(2, &[(0, 100, 1)], None));
    gauges.look(at(2));
    let caught_up = reading(&gauges, "archive", 2).unwrap();
    assert_eq!(caught_up.moved, Some(at(2)));
    let lag = caught_up.lag.unwrap();
    assert_eq!(
        (lag.records, lag.seconds(), lag.trend),
        (0, Some(0), Some(Trend::CaughtUp))
    );
}

#[test]
fn what_a_reader_found_is_told_to_the_sink_that_asked() {
    let facts = facts("archive", ConnectorKind::Sink);
    let mut gauges = Gauges::new([&facts].into_iter());
    gauges.take(ends(0, &[100]));
    gauges.take(commits(0, &[(0, 90, 0)], Some(Standing::Complete)));
    gauges.look(at(0));
    assert_eq!(
        gauges.questions(at(1)),
        [],
        "what is committed now need not be looked at"
    );
    let questions = gauges.questions(at(9));
    let question = questions.first().unwrap().clone();
    assert_eq!((question.from, question.end, questions.len()), (90, 100, 1));
    let found = Found::Record(Some(at(-290)));
    gauges.take(Told::Samples(vec![Sample { question, found }]));
    gauges.take(ends(10, &[100]));
    gauges.take(commits(10, &[], None));
    gauges.look(at(10));
    let lag = reading(&gauges, "archive", 10).unwrap().lag.unwrap();
    assert_eq!(lag.seconds(), Some(300));
    assert_eq!(gauges.questions(at(11)), [], "it is known");
}

#[test]
fn a_connector_that_is_deleted_or_refused_is_wanted_no_more_and_one_that_is_back_is_told_all() {
    let all = facts("archive", ConnectorKind::Sink);
    let mut gauges = Gauges::new([&all].into_iter());
    gauges.take(ends(0, &[100]));
    gauges.take(commits(0, &[(0, 90, 0)], Some(Standing::Complete)));
    let mut refused = all.clone();
    refused.about.same_as = Some("other".into());
    gauges.follow(&refused, &BTreeSet::new(), at(1));
    assert!(gauges.wanted().groups.is_empty());
    assert!(gauges.measures(&"prod".into(), at(1)).is_empty());
    gauges.follow(&all, &BTreeSet::new(), at(2));
    gauges.take(ends(2, &[100]));
    gauges.take(commits(2, &[(0, 90, 0)], Some(Standing::Complete)));
    gauges.look(at(2));
    assert_eq!(reading(&gauges, "archive", 2).unwrap().lag.unwrap().records, 10);
    let changed = [ConnectorName::from("archive")].into();
    let none = ClusterFacts {
        connectors: BTreeMap::new(),
        ..all.clone()
    };
    gauges.follow(&none, &changed, at(3));
    assert!(gauges.measures(&"prod".into(), at(3)).is_empty());
    // Nobody asked for what is wanted meanwhile, so that the group is still known.
    gauges.follow(&all, &changed, at(4));
    gauges.take(commits(4, &[], None));
    gauges.look(at(4));
    assert_eq!(reading(&gauges, "archive", 4).unwrap().lag.unwrap().records, 10);
}

#[test]
fn a_topic_that_was_made_anew_is_no_lag() {
    let facts = facts("archive", ConnectorKind::Sink);
    let mut gauges = Gauges::new([&facts].into_iter());
    gauges.take(ends(0, &[100]));
    gauges.take(commits(0, &[(0, 90, 0)], Some(Standing::Complete)));
    gauges.look(at(0));
    let Told::Ends(mut anew) = ends(60, &[20]) else {
        unreachable!()
    };
    anew.anew = vec!["orders".into()];
    gauges.take(Told::Ends(anew));
    gauges.take(commits(60, &[], None));
    gauges.look(at(60));
    let reading = reading(&gauges, "archive", 60).unwrap();
    assert_eq!(reading.lag, None, "{reading:?}");
    assert!(reading.why_unknown.is_some());
}

#[test]
fn a_source_moves_with_its_offsets_and_with_the_ends_of_its_topics() {
    let facts = facts("feed", ConnectorKind::Source);
    let mut gauges = Gauges::new([&facts].into_iter());
    assert!(gauges.wanted().topics.contains_key("orders"));
    gauges.take(ends(0, &[100]));
    gauges.look(at(0));
    gauges.take(ends(1, &[101]));
    gauges.look(at(1));
    assert_eq!(reading(&gauges, "feed", 1).unwrap().moved, Some(at(1)));
    let record = OffsetRecord {
        connector: "feed".into(),
        at: at(3),
        partition: json!({"filename": "a.txt"}),
        offset: Some(json!({"position": 7})),
    };
    gauges.take(Told::Offsets(Offsets {
        cluster: "prod".into(),
        records: vec![record],
        complete: Some(at(4)),
    }));
    gauges.look(at(4));
    let seen = reading(&gauges, "feed", 4).unwrap();
    assert_eq!(seen.moved, Some(at(3)));
    assert!(seen.position.is_some() && seen.lag.is_none() && seen.why_unknown.is_none());
}

#[test]
fn what_a_source_wrote_before_it_was_known_to_be_one_counts() {
    let known = facts("feed", ConnectorKind::Source);
    let unknown = ClusterFacts {
        connectors: Default::default(),
        ..known.clone()
    };
    let mut gauges = Gauges::new([&unknown].into_iter());
    let wrote = |second, position| OffsetRecord {
        connector: "feed".into(),
        at: at(second),
        partition: json!({"filename": "a.txt"}),
        offset: Some(json!({"position": position})),
    };
    gauges.take(Told::Offsets(Offsets {
        cluster: "prod".into(),
        records: vec![wrote(1, 7), wrote(2, 9)],
        complete: Some(at(4)),
    }));
    gauges.look(at(4));
    gauges.follow(&known, &["feed".into()].into(), at(5));
    gauges.look(at(6));
    let seen = reading(&gauges, "feed", 6).unwrap();
    assert!(seen.position.is_some_and(|position| position.contains('9')));
}
