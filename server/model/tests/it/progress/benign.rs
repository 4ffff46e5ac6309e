//! What looks like a stall and is none.

use chrono::TimeDelta;
use model::lag::{Place, Trend};
use model::state::{State, TargetState};
use model::verdict::{Activity, Health};

use super::scene::Scene;

/// A sink that reads all at once and commits every `flush` seconds, with `rate` records a second for partition 0.
fn runs(scene: &mut Scene, seconds: i64, flush: i64, rate: i64) {
    scene.for_seconds(seconds, |scene, second| {
        scene.write(0, rate);
        if second % flush == 0 {
            scene.read_all();
            scene.commit();
        }
    });
}

#[test]
fn a_sawtooth_is_neither_a_lag_nor_a_stall() {
    for (flush, learn) in [(5, 0), (60, 0), (300, 0)] {
        let mut scene = Scene::new(3, &[]);
        // Nothing is known of a first flush interval that is longer than Kafka's default, three times over.
        scene.settings.stall_window = TimeDelta::seconds(if flush == 300 { 400 } else { 30 });
        runs(&mut scene, 2 * flush, flush, 100);
        scene.settings.stall_window = TimeDelta::seconds(30);
        scene.objective.lag_records = Some(10);
        runs(&mut scene, 6 * flush, flush, 100);
        assert_eq!(scene.news(), ["1 healthy"], "flush interval {flush} s, {learn}");
        assert_eq!(scene.verdict().activity, Activity::Active);
        let lag = scene.measures().unwrap().sink.unwrap().lag.unwrap();
        assert_eq!(lag.trend, Some(Trend::CaughtUp), "flush interval {flush} s: {lag:?}");
    }
}

#[test]
fn a_sink_that_ran_before_anybody_looked_has_ten_minutes_to_show_its_rhythm() {
    let mut scene = Scene::new(1, &[]);
    let mut known = (*scene.facts.connectors["archive"]).clone();
    scene.facts.about.reachable_since = Some(known.first_seen);
    scene.settings.stall_window = TimeDelta::minutes(2);
    known.first_seen = scene.at(0);
    scene.put(known);
    scene.committed = vec![Some(1)];
    scene.baseline();
    runs(&mut scene, 1_500, 300, 10);
    assert_eq!(scene.news(), ["1 healthy"]);
}

#[test]
fn a_topic_without_new_records_makes_its_sink_idle() {
    let mut scene = Scene::new(6, &[]);
    runs(&mut scene, 20, 5, 10);
    assert_eq!(scene.verdict().activity, Activity::Active);
    runs(&mut scene, 120, 5, 0);
    assert_eq!(
        (scene.news(), scene.verdict().activity),
        (vec!["1 healthy".to_owned()], Activity::Idle)
    );
    let said = scene.verdict().reasons.last().unwrap();
    assert!(
        said.text.contains("Nothing waits") && said.evidence.contains("connect-archive"),
        "{said:?}"
    );
    // It wakes up.
    runs(&mut scene, 6, 5, 10);
    assert_eq!(
        (scene.verdict().health, scene.verdict().activity),
        (Health::Healthy, Activity::Active)
    );
}

#[test]
fn a_producer_that_pauses_and_a_short_standstill_are_no_stalls() {
    let mut scene = Scene::new(1, &[]);
    for _ in 0..4 {
        runs(&mut scene, 20, 5, 10);
        runs(&mut scene, 90, 5, 0);
    }
    // What it writes to takes nothing for less than the stall window.
    runs(&mut scene, 20, 5, 10);
    scene.for_seconds(25, |scene, _| scene.write(0, 10));
    runs(&mut scene, 20, 5, 10);
    assert_eq!(scene.news(), ["1 healthy"]);
}

#[test]
fn markers_of_transactions_are_no_lag() {
    // Each commit of a transaction leaves a marker behind the last record, which Connect never commits.
    let mut scene = Scene::new(2, &[]);
    scene.objective.lag_records = Some(0);
    scene.for_seconds(40, |scene, second| {
        if second % 5 == 0 {
            scene.read_all();
            scene.commit();
        }
        scene.write(0, 10);
    });
    // The last transaction: its records are read and committed, its marker stays.
    scene.read_all();
    scene.ends[0] += 1;
    scene.pass();
    scene.commit();
    scene.for_seconds(200, |_, _| {});
    assert_eq!(scene.news(), ["1 healthy"]);
    let lag = |scene: &Scene| scene.measures().unwrap().sink.unwrap().lag.unwrap();
    assert_eq!((lag(&scene).records, lag(&scene).trend), (0, Some(Trend::CaughtUp)));
    let partitions = |scene: &mut Scene| {
        let (logs, now) = (scene.logs.uncommitted.clone(), scene.at(scene.now));
        scene.watch.sink("archive").unwrap().partitions(&logs, now)
    };
    let shown = partitions(&mut scene);
    assert_eq!(
        (shown[0].place, shown[0].offsets),
        (Place::CaughtUp, Some(1)),
        "Kafka's own tool says 1"
    );

    // A hundred aborted records are behind it: only who may read can tell.
    scene.ends[0] += 100;
    scene.pass();
    assert_eq!(lag(&scene).records, 101);
    scene.look_and_find_nothing();
    scene.for_seconds(200, |_, _| {});
    assert_eq!((lag(&scene).records, scene.news()), (0, Vec::new()));
}

#[test]
fn a_pause_with_a_backlog_and_its_end_are_no_stall() {
    let mut scene = Scene::new(1, &[]);
    runs(&mut scene, 30, 5, 100);
    scene.state(State::Paused, TargetState::Paused);
    scene.for_seconds(600, |scene, _| scene.write(0, 100));
    scene.state(State::Running, TargetState::Started);
    // It needs a while to join its group and to read the first batch.
    scene.for_seconds(20, |scene, _| scene.write(0, 100));
    scene.for_seconds(200, |scene, second| {
        scene.write(0, 100);
        if second % 5 == 0 {
            scene.read[0] = (scene.read[0] + 3_000).min(scene.ends[0]);
            scene.commit();
        }
    });
    assert_eq!(scene.news(), ["1 healthy", "31 paused", "631 healthy"]);
}

#[test]
fn a_restart_gives_it_the_stall_window_anew() {
    let mut scene = Scene::new(1, &[]);
    runs(&mut scene, 30, 5, 100);
    scene.for_seconds(25, |scene, _| scene.write(0, 100));
    scene.state(State::Running, TargetState::Started);
    scene.for_seconds(29, |scene, _| scene.write(0, 100));
    assert_eq!(scene.news(), ["1 healthy"]);
    scene.for_seconds(3, |scene, _| scene.write(0, 100));
    assert_eq!(scene.news(), ["85 stalled"]);
}

#[test]
fn a_rebalance_of_its_group_is_no_stall_unless_it_does_not_end() {
    let mut scene = Scene::new(1, &[]);
    runs(&mut scene, 30, 5, 100);
    let rebalance = |scene: &mut Scene, second: i64| {
        scene.write(0, 100);
        let at = scene.at(second);
        scene.watch.sink("archive").unwrap().rebalancing(at, true);
    };
    scene.for_seconds(200, rebalance);
    assert_eq!(scene.news(), ["1 healthy"]);
    scene.for_seconds(200, rebalance);
    assert_eq!(scene.verdict().health, Health::Stalled);
    let at = scene.at(scene.now);
    scene.watch.sink("archive").unwrap().rebalancing(at, false);
    runs(&mut scene, 6, 5, 100);
    assert_eq!(scene.verdict().health, Health::Healthy);
}

#[test]
fn a_marker_that_falls_off_its_log_is_no_loss() {
    let mut scene = Scene::new(1, &[]);
    runs(&mut scene, 30, 5, 10);
    scene.ends[0] += 1;
    scene.for_seconds(1, |_, _| {});
    scene.look_and_find_nothing();
    scene.for_seconds(120, |_, _| {});
    scene.starts = scene.ends.clone();
    scene.for_seconds(120, |_, _| {});
    assert_eq!((scene.lost.len(), scene.news()), (0, vec!["1 healthy".to_owned()]));
}

#[test]
fn records_that_were_read_may_fall_off_their_log() {
    let mut scene = Scene::new(2, &[]);
    runs(&mut scene, 30, 5, 100);
    scene.starts = scene.ends.clone();
    scene.for_seconds(120, |_, _| {});
    assert_eq!(scene.news(), ["1 healthy"]);
    let (logs, now) = (scene.logs.uncommitted.clone(), scene.at(scene.now));
    let shown = scene.watch.sink("archive").unwrap().partitions(&logs, now);
    assert!(
        shown
            .iter()
            .all(|partition| partition.place == Place::CaughtUp && partition.lost.is_none()),
        "{shown:?}"
    );
}

#[test]
fn a_topic_that_was_made_anew_is_unknown_until_its_sink_commits_again() {
    let mut scene = Scene::new(1, &[]);
    runs(&mut scene, 30, 5, 100);
    scene.ends = vec![5];
    scene.for_seconds(120, |_, _| {});
    assert_eq!(
        (scene.news(), scene.verdict().activity),
        (vec!["1 healthy".to_owned()], Activity::Unknown)
    );
    assert_eq!(scene.measures().unwrap().sink.unwrap().lag, None);
    scene.committed = vec![Some(5)];
    scene.committed(&super::scene::of(0), 5);
    scene.for_seconds(120, |_, _| {});
    assert_eq!((scene.news(), scene.verdict().activity), (Vec::new(), Activity::Idle));
}

#[test]
fn a_partition_that_appears_is_unknown_until_it_is_committed() {
    let mut scene = Scene::new(1, &[]);
    runs(&mut scene, 30, 5, 100);
    scene.ends.push(40);
    scene.starts.push(0);
    scene.for_seconds(60, |scene, second| {
        scene.write(0, 100);
        if second % 5 == 0 {
            scene.read[0] = scene.ends[0];
            scene.commit();
        }
    });
    let lag = scene.measures().unwrap().sink.unwrap().lag.unwrap();
    assert_eq!(
        (lag.unknown_partitions, scene.news()),
        (1, vec!["1 healthy".to_owned()])
    );
}

#[test]
fn a_clock_that_jumps_does_no_harm() {
    for by in [3_600, -3_600, 40, -40] {
        let mut scene = Scene::new(1, &[]);
        runs(&mut scene, 31, 5, 100);
        scene.jump(by);
        runs(&mut scene, 120, 5, 100);
        let told = scene.news();
        assert_eq!(told, ["1 healthy"], "by {by} s");
        // And a true stall is seen all the same.
        scene.for_seconds(45, |scene, _| scene.write(0, 100));
        assert_eq!(scene.verdict().health, Health::Stalled, "by {by} s");
    }
}

#[test]
fn without_kafka_nothing_is_stalled() {
    let mut scene = Scene::new(1, &[]);
    runs(&mut scene, 30, 5, 100);
    scene.kafka = false;
    scene.for_seconds(300, |_, _| {});
    assert_eq!(
        (scene.news(), scene.verdict().activity),
        (vec!["1 healthy".to_owned()], Activity::Unknown)
    );
    scene.kafka = true;
    scene.ends[0] += 90_000;
    runs(&mut scene, 20, 5, 100);
    assert_eq!(
        scene.news(),
        Vec::<String>::new(),
        "the time in which nobody could look does not count"
    );
}

#[test]
fn commits_that_nobody_tells_of_are_not_missed() {
    let mut scene = Scene::new(1, &[]);
    runs(&mut scene, 30, 5, 100);
    scene.tail = false;
    scene.for_seconds(300, |scene, _| scene.write(0, 100));
    assert_eq!(
        (scene.news(), scene.verdict().activity),
        (vec!["1 healthy".to_owned()], Activity::Unknown)
    );
    // They are told of again, and it moved all the while.
    scene.tail = true;
    runs(&mut scene, 60, 5, 100);
    assert_eq!((scene.news(), scene.verdict().activity), (Vec::new(), Activity::Active));
}

#[test]
fn commits_that_are_asked_for_now_and_then_tell_it_later() {
    let mut scene = Scene::new(1, &[]);
    runs(&mut scene, 30, 5, 100);
    for _ in 0..6 {
        scene.tail = false;
        runs(&mut scene, 14, 5, 100);
        scene.tail = true;
        runs(&mut scene, 1, 5, 100);
    }
    assert_eq!(scene.news(), ["1 healthy"]);
    for _ in 0..6 {
        scene.tail = false;
        scene.for_seconds(14, |scene, _| scene.write(0, 100));
        scene.tail = true;
        scene.for_seconds(1, |scene, _| scene.write(0, 100));
    }
    let told = scene.news();
    assert!(matches!(told.as_slice(), [one] if one.ends_with("stalled")), "{told:?}");
}

#[test]
fn as_which_group_a_sink_reads_may_be_hidden() {
    let mut scene = Scene::new(1, &[("consumer.override.group.id", "${env:GROUP}")]);
    scene.for_seconds(300, |scene, _| scene.write(0, 100));
    assert_eq!(
        (scene.news(), scene.verdict().activity),
        (vec!["1 healthy".to_owned()], Activity::Unknown)
    );
    let said = scene.verdict().reasons.last().unwrap();
    assert!(said.text.contains("hidden in its config"), "{said:?}");
}

#[test]
fn what_was_unknown_is_judged_again_as_soon_as_it_is_told() {
    let mut scene = Scene::new(1, &[]);
    scene.lazy = true;
    runs(&mut scene, 30, 5, 100);
    scene.for_seconds(90, |_, _| {});
    assert_eq!(scene.verdict().activity, Activity::Idle);
    scene.kafka = false;
    scene.for_seconds(60, |_, _| {});
    assert_eq!(scene.verdict().activity, Activity::Unknown);
    scene.kafka = true;
    scene.for_seconds(2, |_, _| {});
    assert_eq!(
        (scene.verdict().activity, scene.news()),
        (Activity::Idle, vec!["1 healthy".to_owned()])
    );
    assert!(scene.judgements < 40, "{} in three minutes", scene.judgements);
}

#[test]
fn a_sink_that_gathers_records_is_judged_by_its_own_rhythm_only() {
    let mut scene = Scene::new(
        1,
        &[
            ("connector.class", "io.confluent.connect.s3.S3SinkConnector"),
            ("flush.size", "10000"),
        ],
    );
    scene.for_seconds(9_000, |scene, second| {
        scene.write(0, 1);
        if second % 3_000 == 0 {
            scene.read_all();
            scene.commit();
        }
    });
    assert_eq!(scene.news(), ["1 healthy"]);
}

#[test]
fn a_sink_that_keeps_its_offsets_elsewhere_says_so() {
    let mut scene = Scene::new(
        1,
        &[("connector.class", "io.confluent.connect.hdfs3.Hdfs3SinkConnector")],
    );
    scene.for_seconds(1_200, |scene, _| scene.write(0, 100));
    assert_eq!(
        (scene.news(), scene.verdict().activity),
        (vec!["1 healthy".to_owned()], Activity::Unknown)
    );
    let said = scene.verdict().reasons.last().unwrap();
    assert!(
        said.text.contains("keeps its offsets elsewhere") && said.evidence.contains("names of its files"),
        "{said:?}"
    );
}

#[test]
fn commits_of_a_topic_that_was_taken_out_of_the_config_wait_for_nobody() {
    let mut scene = Scene::new(1, &[]);
    let other = model::lag::TopicPartition {
        topic: "before".into(),
        partition: 0,
    };
    scene.committed(&other, 4);
    scene.for_seconds(300, |scene, second| {
        let at = scene.at(second);
        scene.logs.uncommitted.ended(&"before".into(), 0, at, second * 10);
    });
    assert_eq!(scene.news(), ["1 healthy"]);
}
