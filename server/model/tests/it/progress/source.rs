//! Sources.

use std::sync::Arc;

use chrono::TimeDelta;
use model::cause::{Cause, Stall};
use model::facts::ConnectorFacts;
use model::judge::{Measured, Progress, judge_moving, surroundings};
use model::progress::Watch;
use model::secrets::{FingerprintKey, RawConfig, mask};
use model::state::ConnectorKind;
use model::topics::Topic;
use model::verdict::{Activity, Class, Health};
use serde_json::{Value, json};

use super::scene::{NAME, Scene};

/// A source of this class in place of the sink, which writes these topics.
fn source(class: &str, writes: &[&str]) -> Scene {
    let mut scene = Scene::new(1, &[]);
    let pairs = [("connector.class".to_owned(), Some(class.to_owned()))];
    let mut config = mask(
        &RawConfig::new(pairs.into()),
        None,
        &FingerprintKey::new(b"a key of the test"),
    );
    config.topics.writes = writes.iter().map(|name| Topic::Named((*name).into())).collect();
    let facts = ConnectorFacts {
        kind: Some(ConnectorKind::Source),
        class: Some(class.into()),
        config: Some(Arc::new(config)),
        ..(*scene.facts.connectors[NAME]).clone()
    };
    scene.facts.connectors.insert(NAME.into(), Arc::new(facts));
    scene.watch = Watch::new(&scene.facts);
    scene
}

fn offset(scene: &mut Scene, partition: &Value, offset: &Value) {
    let at = scene.at(scene.now);
    scene.watch.source(NAME).unwrap().offset(at, partition, Some(offset));
}

#[test]
fn a_source_is_active_while_its_offsets_change_and_idle_when_they_do_not() {
    let mut scene = source("org.apache.kafka.connect.file.FileStreamSourceConnector", &[]);
    scene.for_seconds(60, |scene, second| {
        if second % 5 == 0 {
            offset(scene, &json!({"filename": "/in"}), &json!({"position": second * 100}));
        }
    });
    assert_eq!(scene.verdict().activity, Activity::Active);
    let measures = scene.measures().unwrap().source.unwrap();
    assert_eq!(measures.position.as_deref(), Some("/in: byte 6,000, 500 bytes further"));
    scene.for_seconds(120, |_, _| {});
    assert_eq!(
        (scene.news(), scene.verdict().activity),
        (vec!["1 healthy".to_owned()], Activity::Idle)
    );
}

#[test]
fn a_source_whose_topics_grow_is_active() {
    let mut scene = source("com.example.TickSourceConnector", &["orders"]);
    scene.for_seconds(60, |scene, _| scene.write(0, 1));
    assert_eq!(scene.verdict().activity, Activity::Active);
    scene.for_seconds(90, |_, _| {});
    assert_eq!(scene.verdict().activity, Activity::Idle);
}

#[test]
fn of_a_source_of_which_nothing_is_seen_nothing_is_said() {
    let mut scene = source("com.example.TickSourceConnector", &[]);
    scene.offsets = false;
    scene.for_seconds(300, |_, _| {});
    assert_eq!(
        (scene.news(), scene.verdict().activity),
        (vec!["1 healthy".to_owned()], Activity::Unknown)
    );
    assert_eq!(scene.measures(), None, "nobody told anything of it");
    // Where the offset topic is read, a source that wrote nothing there for a while is idle.
    scene.offsets = true;
    scene.for_seconds(2, |_, _| {});
    assert_eq!(scene.verdict().activity, Activity::Unknown);
    scene.for_seconds(30, |_, _| {});
    assert_eq!(scene.verdict().activity, Activity::Idle);
}

#[test]
fn a_source_of_which_kafka_tells_nothing_any_more_is_not_idle() {
    let mut scene = source("com.example.TickSourceConnector", &["orders"]);
    scene.for_seconds(60, |scene, second| {
        scene.write(0, 1);
        offset(scene, &json!({"filename": "/in"}), &json!({"position": second}));
    });
    assert_eq!(scene.verdict().activity, Activity::Active);
    // It writes on, and nobody sees it.
    (scene.kafka, scene.offsets) = (false, false);
    let mut said = Vec::new();
    scene.for_seconds(600, |scene, _| {
        scene.write(0, 1);
        said.push(scene.verdict().activity);
    });
    said.dedup();
    assert_eq!(said, [Activity::Active, Activity::Unknown]);
    assert_eq!(
        (scene.news(), scene.measures().unwrap().as_of),
        (vec!["1 healthy".to_owned()], scene.at(60)),
        "it is as old as the last look"
    );
    (scene.kafka, scene.offsets) = (true, true);
    scene.pass();
    assert_eq!(scene.verdict().activity, Activity::Active, "it moved meanwhile");
    scene.for_seconds(40, |_, _| {});
    assert_eq!(scene.verdict().activity, Activity::Idle);
}

#[test]
fn a_source_of_whose_logs_some_are_not_seen_is_not_idle() {
    let mut scene = source("com.example.TickSourceConnector", &["orders"]);
    scene.ends = vec![0; 2];
    scene.starts = vec![0; 2];
    scene.offsets = false;
    scene.for_seconds(90, |_, _| {});
    assert_eq!(scene.verdict().activity, Activity::Idle);
    scene.kafka = false;
    scene.for_seconds(60, |scene, second| {
        let at = scene.at(second);
        scene.logs.uncommitted.ended(&"orders".into(), 0, at, 0);
    });
    assert_eq!(scene.verdict().activity, Activity::Unknown);
    assert_eq!(scene.measures().unwrap().as_of, scene.at(150));
}

fn beating() -> Scene {
    source("org.apache.kafka.connect.mirror.MirrorHeartbeatConnector", &[])
}

#[test]
fn a_source_whose_heartbeats_stay_away_is_stalled() {
    let mut scene = beating();
    let beat = |scene: &mut Scene, second: i64| {
        offset(scene, &json!({"sourceClusterAlias": "a"}), &json!({"offset": 0}));
        assert!(second > 0);
    };
    scene.for_seconds(120, beat);
    assert_eq!(
        (scene.news(), scene.verdict().activity),
        (vec!["1 healthy".to_owned()], Activity::Active)
    );
    scene.for_seconds(40, |_, _| {});
    assert_eq!(scene.news(), ["150 stalled"]);
    assert_eq!(
        scene.reason(),
        "No heartbeat for 30 s although it is set to send one every 1 s"
    );
    let diagnosis = scene.verdict().diagnosis.clone().unwrap();
    assert_eq!(
        (diagnosis.class, diagnosis.cause),
        (Class::Source, Some(Cause::Stalled(Stall::Heartbeats)))
    );
    scene.for_seconds(2, beat);
    assert_eq!(scene.verdict().health, Health::Healthy);
}

#[test]
fn heartbeats_are_missed_on_while_kafka_tells_nothing() {
    let mut scene = source("org.apache.kafka.connect.mirror.MirrorHeartbeatConnector", &["orders"]);
    scene.for_seconds(60, |scene, _| {
        offset(scene, &json!({"sourceClusterAlias": "a"}), &json!({"offset": 0}));
    });
    scene.for_seconds(40, |_, _| {});
    assert_eq!(scene.news(), ["1 healthy", "90 stalled"]);
    // The offset topic is gone first, and the logs a little later.
    scene.offsets = false;
    scene.for_seconds(2, |_, _| {});
    scene.kafka = false;
    scene.for_seconds(300, |_, _| {});
    assert_eq!((scene.news(), scene.verdict().health), (vec![], Health::Stalled));
}

#[test]
fn heartbeats_that_never_came_are_not_missed() {
    let mut scene = beating();
    scene.for_seconds(900, |_, _| {});
    assert_eq!(scene.news(), ["1 healthy"]);
}

#[test]
fn freshness_is_the_age_of_the_newest_change_that_was_read() {
    let mut scene = source("io.debezium.connector.postgresql.PostgresConnector", &[]);
    let read_until = (scene.begin - 7) * 1_000_000;
    offset(
        &mut scene,
        &json!({"server": "shop"}),
        &json!({"lsn": 26_377_776, "ts_usec": read_until}),
    );
    scene.pass();
    let source = scene.measures().unwrap().source.unwrap();
    assert_eq!(source.freshness(scene.at(scene.now)), Some(8));
    assert_eq!(source.freshness(scene.at(-99)), Some(0));
    assert_eq!(source.position.as_deref(), Some("LSN 0/1927E30"));
}

#[test]
fn a_worker_whose_clock_is_ahead_does_not_keep_its_source_active() {
    let mut scene = source("org.apache.kafka.connect.file.FileStreamSourceConnector", &[]);
    let ahead = scene.at(3_600);
    let gauge = scene.watch.source(NAME).unwrap();
    gauge.offset(ahead, &json!({"filename": "/in"}), Some(&json!({"position": 9})));
    scene.for_seconds(90, |_, _| {});
    assert_eq!(scene.verdict().activity, Activity::Idle);
}

#[test]
fn offsets_from_before_tell_when_it_moved_last() {
    let mut scene = source("org.apache.kafka.connect.file.FileStreamSourceConnector", &[]);
    let hour_ago = scene.at(-3_600);
    let gauge = scene.watch.source(NAME).unwrap();
    gauge.offset(hour_ago, &json!({"filename": "/in"}), Some(&json!({"position": 9})));
    scene.for_seconds(60, |_, _| {});
    assert_eq!(
        (scene.measures().unwrap().moved(), scene.verdict().activity),
        (Some(hour_ago), Activity::Idle)
    );
}

#[test]
fn what_is_measured_of_another_is_not_asked_for() {
    let scene = beating();
    let (around, _) = surroundings(&scene.facts, &scene.settings, scene.at(5));
    let progress = Progress {
        measured: Measured::Never,
        ..Progress::default()
    };
    let connector = &scene.facts.connectors[NAME];
    let judged = judge_moving(
        &scene.facts,
        connector,
        &around,
        &scene.settings,
        progress,
        None,
        scene.at(5),
    );
    assert_eq!(
        (judged.verdict.health, judged.verdict.activity),
        (Health::Healthy, Activity::Unknown)
    );
    assert_eq!(judged.valid_until, None::<model::Timestamp>);
    assert!(scene.settings.stall_window > TimeDelta::zero());
}

#[test]
fn a_source_has_passed_on_what_came_to_the_topics_that_it_writes() {
    let mut scene = source("org.example.OrdersSource", &["orders"]);
    scene.write(0, 70);
    scene.for_seconds(5, |_, _| {});
    let before = scene.measures().unwrap().passed;
    assert_eq!(before, Some(0), "what was there before");
    scene.for_seconds(5, |scene, _| scene.write(0, 100));
    assert_eq!(scene.measures().unwrap().passed, Some(500));
    let mut nothing = source("org.example.OrdersSource", &[]);
    offset(&mut nothing, &json!({"a": 1}), &json!({"b": 1}));
    nothing.for_seconds(5, |_, _| {});
    assert_eq!(nothing.measures().and_then(|measures| measures.passed), None);
}
