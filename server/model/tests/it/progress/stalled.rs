//! What stands though it is RUNNING.

use chrono::TimeDelta;
use model::cause::{Cause, Stall};
use model::facts::{Alive, WorkerFacts};
use model::verdict::{Activity, Class, Domain, Health};

use super::scene::{NAME, Scene, instance};

/// Runs well for a while, with a commit every five seconds.
fn well(scene: &mut Scene, seconds: i64) {
    scene.for_seconds(seconds, |scene, second| {
        for partition in 0..scene.ends.len() {
            scene.write(partition, 10);
        }
        if second % 5 == 0 {
            scene.read_all();
            scene.commit();
        }
    });
}

#[test]
fn a_sink_whose_target_takes_nothing_is_stalled_after_the_window() {
    let mut scene = Scene::new(6, &[]);
    well(&mut scene, 30);
    // Committed at 30 s; records come for three partitions.
    scene.for_seconds(45, |scene, _| (0..3).for_each(|partition| scene.write(partition, 100)));
    assert_eq!(scene.news(), ["1 healthy", "61 stalled"]);
    let verdict = scene.verdict();
    assert_eq!((verdict.health, verdict.since), (Health::Stalled, scene.at(31)));
    assert_eq!(
        scene.reason(),
        "No commit for 31 s although 9,300 records wait in 3 of 6 partitions of orders"
    );
    assert_eq!(&*verdict.reasons[0].evidence, "task 0 is on w1:8083, which answers");
    let task = verdict.tasks.get(&0).unwrap();
    assert_eq!(task.health, Health::Stalled);
    assert!(
        task.text.contains("RUNNING on w1:8083; nothing moves since"),
        "{}",
        task.text
    );
    let diagnosis = verdict.diagnosis.as_ref().unwrap();
    assert_eq!((diagnosis.domain, diagnosis.class), (Domain::Connector, Class::Target));
    assert_eq!(diagnosis.cause, Some(Cause::Stalled(Stall::Commits)));

    // What is told stands for a minute, and is told anew later.
    scene.for_seconds(20, |scene, _| scene.write(0, 100));
    assert!(scene.reason().starts_with("No commit for 31 s"));
    scene.for_seconds(40, |scene, _| scene.write(0, 100));
    assert_eq!(
        scene.reason(),
        "No commit for 1 min 31 s although 18,100 records wait in 3 of 6 partitions of orders"
    );
    let rows = scene.rows;
    scene.for_seconds(3_600, |scene, _| scene.write(0, 1));
    assert!(scene.rows - rows < 40, "{} rows in an hour", scene.rows - rows);

    // It moves again.
    scene.read_all();
    scene.commit();
    scene.pass();
    assert_eq!(
        (scene.verdict().health, scene.verdict().activity),
        (Health::Healthy, Activity::Active)
    );
}

#[test]
fn one_commit_after_its_start_tells_its_rhythm() {
    let mut scene = Scene::new(1, &[]);
    scene.write(0, 5);
    scene.for_seconds(5, |_, _| {});
    scene.read_all();
    scene.commit();
    scene.for_seconds(20, |_, _| {});
    scene.for_seconds(40, |scene, _| scene.write(0, 100));
    assert_eq!(scene.news(), ["1 healthy", "56 stalled"]);
}

#[test]
fn the_window_is_three_of_its_own_commit_intervals_where_that_is_more() {
    let mut scene = Scene::new(1, &[]);
    scene.for_seconds(600, |scene, second| {
        scene.write(0, 10);
        if second % 60 == 0 {
            scene.read_all();
            scene.commit();
        }
    });
    scene.for_seconds(179, |scene, _| scene.write(0, 10));
    assert_eq!(scene.news(), ["1 healthy"]);
    scene.for_seconds(3, |scene, _| scene.write(0, 10));
    assert!(
        matches!(scene.news().as_slice(), [told] if told.ends_with("stalled")),
        "{:?}",
        scene.told
    );
}

#[test]
fn an_objective_sets_the_window() {
    let mut scene = Scene::new(1, &[]);
    scene.objective.stall_window = Some(TimeDelta::seconds(90));
    well(&mut scene, 30);
    scene.for_seconds(89, |scene, _| scene.write(0, 10));
    assert_eq!(scene.news(), ["1 healthy"]);
    scene.for_seconds(2, |scene, _| scene.write(0, 10));
    assert_eq!(scene.news(), ["121 stalled"]);
}

#[test]
fn one_task_of_two_that_stands_is_named() {
    let mut scene = Scene::new(4, &[]);
    let mut facts = (*scene.facts.connectors[NAME]).clone();
    let mut other = instance(scene.at(0));
    other.worker_id = "w2:8083".into();
    facts.tasks.insert(1, other);
    scene.put(facts);
    let mut second = (*scene.facts.workers["w1:8083"]).clone();
    second.id = "w2:8083".into();
    scene.facts.workers.insert("w2:8083".into(), second.into());
    scene.assign(&[0, 0, 1, 1]);
    well(&mut scene, 30);
    let half = |scene: &mut Scene, second: i64| {
        (0..4).for_each(|partition| scene.write(partition, 10));
        if second % 5 == 0 {
            scene.read[..2].copy_from_slice(&scene.ends.clone()[..2]);
            scene.commit();
        }
    };
    scene.for_seconds(40, half);
    assert_eq!(scene.news(), ["1 healthy", "61 stalled"]);
    assert_eq!(
        scene.reason(),
        "No commit for 31 s by task 1 although 620 records wait in all 2 partitions of orders"
    );
    assert_eq!(
        &*scene.verdict().reasons[0].evidence,
        "task 1 is on w2:8083, which answers"
    );
    let tasks: Vec<Health> = scene.verdict().tasks.values().map(|task| task.health).collect();
    assert_eq!(tasks, [Health::Healthy, Health::Stalled]);
    assert_eq!(
        scene.verdict().diagnosis.as_ref().unwrap().domain,
        Domain::Unsure,
        "its worker is as suspect"
    );

    // It is thrown out of its group, and the other one reads all.
    scene.assign(&[0, 0, 0, 0]);
    well(&mut scene, 10);
    assert_eq!(scene.verdict().health, Health::Healthy);
}

#[test]
fn a_sink_that_never_commits_is_stalled_once_records_came_while_somebody_looked() {
    let mut scene = Scene::new(2, &[]);
    scene.ends = vec![1_000, 1_000];
    scene.for_seconds(600, |_, _| {});
    assert_eq!(
        scene.news(),
        ["1 healthy"],
        "what was there before may have been there for anybody"
    );
    assert_eq!(scene.verdict().activity, Activity::Unknown);
    scene.for_seconds(240, |scene, _| scene.write(0, 10));
    assert_eq!(scene.news(), ["781 stalled"]);
    assert!(
        scene
            .reason()
            .starts_with("It has never committed an offset although 1,810 records came since"),
        "{}",
        scene.reason()
    );
    let diagnosis = scene.verdict().diagnosis.clone().unwrap();
    assert_eq!(
        (diagnosis.domain, diagnosis.cause),
        (Domain::Unsure, Some(Cause::Stalled(Stall::NeverCommitted)))
    );
}

#[test]
fn where_workers_may_be_gone_nobody_is_accused() {
    let mut scene = Scene::new(1, &[]);
    well(&mut scene, 30);
    let lost = WorkerFacts {
        alive: Alive::Unknown,
        member: None,
        ..(*scene.facts.workers["w1:8083"]).clone()
    };
    scene.facts.workers.insert("w1:8083".into(), lost.into());
    scene.for_seconds(40, |scene, _| scene.write(0, 100));
    let verdict = scene.verdict();
    assert_eq!(verdict.health, Health::Stalled);
    assert_eq!(verdict.diagnosis.as_ref().unwrap().domain, Domain::Unsure);
    assert_eq!(
        &*verdict.reasons[0].evidence,
        "task 0 is on w1:8083, of which nothing is heard"
    );
}

#[test]
fn records_that_were_deleted_unread_are_told_exactly() {
    let mut scene = Scene::new(1, &[]);
    well(&mut scene, 30);
    let committed = scene.committed[0].unwrap();
    scene.for_seconds(600, |scene, _| scene.write(0, 10));
    scene.starts[0] = committed + 4_000;
    scene.for_seconds(2, |_, _| {});
    scene.read_all();
    scene.commit();
    scene.pass();
    let (logs, now) = (scene.logs.uncommitted.clone(), scene.at(scene.now));
    let lost = scene.watch.sink(NAME).unwrap().partitions(&logs, now)[0].lost.unwrap();
    assert_eq!(
        (lost.from, lost.until, lost.records()),
        (committed, committed + 4_000, 4_000)
    );
    let told = scene
        .lost
        .iter()
        .map(|change| format!("{change:?}"))
        .collect::<Vec<_>>();
    assert_eq!(told.len(), 2, "as it is noticed, and when it reads on: {told:?}");
    let until = committed + 4_000;
    assert!(
        told[1].contains(&format!("from: {committed}, until: {until}")),
        "{told:?}"
    );
    // It is on record, and told no more.
    scene.take_over();
    scene.baseline();
    scene.for_seconds(60, |_, _| {});
    assert_eq!(scene.lost.len(), 2);
}
