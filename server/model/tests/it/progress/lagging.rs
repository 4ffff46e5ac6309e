//! What moves and does not keep up.

use chrono::TimeDelta;
use model::lag::{Method, NextRecord, Trend};
use model::progress::Lag;
use model::verdict::Health;

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
