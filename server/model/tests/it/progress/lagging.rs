//! What moves and does not keep up.

use chrono::TimeDelta;
use model::lag::{Method, NextRecord, Place, Trend, Unknown};
use model::progress::Lag;
use model::verdict::{Activity, Health};

use super::scene::{NAME, Scene, of};

/// It reads `reads` records a second of `written`, and commits every five seconds.
fn throttled(scene: &mut Scene, seconds: i64, written: i64, reads: i64) {
    scene.for_seconds(seconds, |scene, second| {
        scene.write(0, written);
        scene.read[0] = (scene.read[0] + reads).min(scene.ends[0]);
        if second % 5 == 0 {
            scene.commit();
        }
    });
}

fn lag(scene: &Scene) -> Lag {
    scene.measures().unwrap().sink.unwrap().lag.unwrap()
}

#[test]
fn a_throttled_sink_is_lagging_within_a_minute_and_until_it_catches_up() {
    let mut scene = Scene::new(1, &[]);
    scene.objective.lag_records = Some(1_000);
    throttled(&mut scene, 120, 100, 100);
    throttled(&mut scene, 60, 1_000, 100);
    let news = scene.news();
    assert!(news.len() == 2 && news[1].ends_with("lagging"), "{news:?}");
    let lags = lag(&scene);
    assert_eq!((lags.records, lags.trend), (54_000, Some(Trend::FallingBehind)));
    let verdict = scene.verdict();
    let said = scene.reason();
    assert!(
        said.starts_with("It is ") && said.contains("more than the 1,000 that it may be"),
        "{said}"
    );
    assert!(verdict.tasks.values().all(|task| task.health == Health::Healthy));

    // The burst is over; it works it off.
    throttled(&mut scene, 300, 100, 300);
    assert_eq!(scene.verdict().health, Health::Healthy, "{:?}", scene.told);
    let lags = lag(&scene);
    assert_eq!(
        (lags.records <= 500, lags.trend),
        (true, Some(Trend::CaughtUp)),
        "{lags:?}"
    );
}

#[test]
fn the_way_to_catch_up_is_foretold() {
    let mut scene = Scene::new(1, &[]);
    scene.ends = vec![100_000];
    scene.read = vec![1];
    scene.commit();
    // 200 fewer each second.
    throttled(&mut scene, 100, 100, 300);
    let lags = lag(&scene);
    assert_eq!(lags.trend, Some(Trend::CatchingUp));
    let seconds = lags.caught_up_in.unwrap().num_seconds();
    assert!(
        (380..=420).contains(&seconds),
        "{} left at 200 a second, and not {seconds} s",
        lags.records
    );
    assert_eq!(lags.runway, None);
}

#[test]
fn a_lag_in_seconds_is_that_of_the_next_record() {
    let mut scene = Scene::new(2, &[]);
    throttled(&mut scene, 30, 10, 10);
    throttled(&mut scene, 100, 10, 0);
    let found = lag(&scene).seconds.unwrap();
    assert_eq!(
        (found.seconds, found.method, found.at_least),
        (100, Method::Interpolated, false)
    );
    let from = scene.committed[0].unwrap();
    let written = Some(scene.at(20));
    let next = NextRecord::there(from, written);
    scene.watch.sink(NAME).unwrap().found(&of(0), next);
    let found = lag(&scene).seconds.unwrap();
    assert_eq!((found.seconds, found.method), (110, Method::RecordTimestamp));
}

#[test]
fn records_will_be_lost_when_retention_arrives() {
    let mut scene = Scene::new(1, &[]);
    scene.objective.lag_seconds = Some(20);
    throttled(&mut scene, 30, 10, 10);
    scene
        .logs
        .uncommitted
        .retention(&"orders".into(), Some(TimeDelta::hours(1)));
    scene.settings.stall_window = TimeDelta::hours(2);
    throttled(&mut scene, 600, 10, 0);
    let lags = lag(&scene);
    assert_eq!(lags.trend, Some(Trend::Frozen));
    let (of, runway) = lags.runway.unwrap();
    assert_eq!(
        (of.partition, runway.left.num_minutes(), runway.by_retention),
        (0, 50, true)
    );
    let said: Vec<&str> = scene.verdict().reasons.iter().map(|reason| &*reason.text).collect();
    assert!(
        said.iter()
            .any(|text| text.contains("partition 0 will be deleted unread in")),
        "{said:?}"
    );
}

#[test]
fn without_an_objective_nothing_is_lagging() {
    let mut scene = Scene::new(1, &[]);
    throttled(&mut scene, 300, 1_000, 100);
    assert_eq!(scene.news(), ["1 healthy"]);
}

#[test]
fn an_objective_in_seconds_counts_as_well() {
    let mut scene = Scene::new(1, &[]);
    scene.objective.lag_seconds = Some(30);
    throttled(&mut scene, 120, 1_000, 100);
    assert_eq!(scene.verdict().health, Health::Lagging);
    assert!(
        scene.reason().contains("behind, more than the 30 s that it may be"),
        "{}",
        scene.reason()
    );
}

/// Of two partitions Kafka tells from now on only where the first ends.
fn half_in_sight(scene: &mut Scene, seconds: i64) {
    scene.kafka = false;
    scene.for_seconds(seconds, |scene, second| {
        let (at, end) = (scene.at(second), scene.ends[0]);
        scene.logs.uncommitted.ended(&"orders".into(), 0, at, end);
    });
}

/// A sink of two partitions that keeps up for a minute.
fn keeps_up() -> Scene {
    let mut scene = Scene::new(2, &[]);
    scene.for_seconds(60, |scene, second| {
        (0..2).for_each(|partition| scene.write(partition, 10));
        if second % 5 == 0 {
            scene.read_all();
            scene.commit();
        }
    });
    scene
}

#[test]
fn whoever_reached_an_end_that_is_not_told_any_more_has_not_caught_up() {
    let mut scene = keeps_up();
    half_in_sight(&mut scene, 35);
    let behind = lag(&scene);
    assert_eq!(
        (behind.records, behind.unknown_partitions, behind.trend),
        (0, 1, None),
        "more may have come"
    );
    assert_eq!(
        (scene.news(), scene.verdict().activity),
        (vec!["1 healthy".to_owned()], Activity::Unknown)
    );
    let (logs, at) = (scene.logs.clone(), scene.at(scene.now));
    let table = scene.watch.sink(NAME).unwrap().partitions(&logs.uncommitted, at);
    let places: Vec<Place> = table.iter().map(|line| line.place).collect();
    assert_eq!(places, [Place::CaughtUp, Place::Unknown(Unknown::EndUnseen)]);
    // The topic may not be described any more: what is committed there is not forgotten.
    scene.logs.uncommitted.forget("orders");
    scene.logs.uncommitted.ended(&"orders".into(), 0, at, scene.ends[0]);
    half_in_sight(&mut scene, 1);
    assert_eq!(lag(&scene).unknown_partitions, 1);
    scene.kafka = true;
    scene.pass();
    assert_eq!(lag(&scene).unknown_partitions, 0);
}

#[test]
fn what_waited_before_the_end_was_not_told_any_more_waits_still() {
    let mut scene = keeps_up();
    scene.for_seconds(20, |scene, _| scene.write(1, 10));
    half_in_sight(&mut scene, 60);
    assert_eq!(scene.news(), ["1 healthy", "91 stalled"]);
    let behind = lag(&scene);
    assert_eq!((behind.records, behind.unknown_partitions), (200, 1), "at least");
}
