//! Workers: versions, membership, and addresses that are something else.

use model::facts::Alive;
use model::observe::{GapKind, HealthAnswer, Plugin, Seen, WorkerSlow};

use super::story::{Story, answered, at, connector, group_of, left_and_right, list, members, silent, two_workers};

#[test]
fn the_version_is_the_lowest_of_the_living_workers() {
    let mut story = two_workers();
    story.see(1, answered("a", "4.3.1")).see(1, answered("b", "3.10.2"));
    assert_eq!(story.facts.about.version.as_deref(), Some("3.10.2"));
    story.see(5, answered("b", "3.9.1"));
    assert_eq!(story.news(), ["5 worker b version 3.10.2>3.9.1"]);
    assert_eq!(story.facts.about.version.as_deref(), Some("3.9.1"));
    story.see(10, group_of(&["a"], 0));
    assert_eq!(
        story.facts.about.version.as_deref(),
        Some("4.3.1"),
        "what is gone holds nobody back"
    );
    assert_eq!(story.verdict("left"), "healthy 0 [healthy]");
}

#[test]
fn an_address_that_is_no_connect_worker_is_told_and_makes_no_worker() {
    let mut story = Story::new();
    story.see(0, silent("web:80", GapKind::NotConnect));
    assert!(story.news().is_empty());
    assert!(story.facts.workers.is_empty());
    assert_eq!(story.facts.about.addresses["web:80"].as_ref(), "NotConnect");
    assert!(story.touched.about);
    story.see(5, silent("web:80", GapKind::NotConnect));
    assert!(story.touched.is_empty());
}

#[test]
fn whoever_answers_at_a_workers_address_otherwise_proves_no_death_and_no_life() {
    for kind in [
        GapKind::NotConnect,
        GapKind::Unreadable,
        GapKind::Tls,
        GapKind::Forbidden,
        GapKind::Starting,
        GapKind::Other,
    ] {
        let mut story = Story::new();
        story
            .see(0, list("a", &left_and_right("RUNNING a", "RUNNING b")))
            .see(1, answered("b", "4.3.1"))
            .news();
        for second in [5, 10] {
            story.see(second, silent("b", kind));
        }
        assert_eq!(
            story.worker("b").alive,
            Alive::Yes,
            "{kind:?}: it may be so for a moment"
        );
        story.see(15, silent("b", kind));
        assert_eq!(story.worker("b").alive, Alive::Unknown, "{kind:?}");
        let evidence = &story.worker("b").evidence;
        let told = match kind {
            GapKind::NotConnect => "something else answers at its address: ",
            _ => "its address answers, and not as a worker that is ready does: ",
        };
        assert!(evidence.starts_with(told), "{evidence}");
        // Whoever is only not known to live has neither left nor come, however long it goes on.
        for second in [20, 25, 30] {
            story.see(second, silent("b", kind));
            assert_eq!(story.worker("b").alive, Alive::Unknown, "{kind:?}");
        }
        assert!(
            story.touched.is_empty(),
            "{kind:?}: nothing is written anew while nothing changes"
        );
        assert_eq!(
            story.verdict("right"),
            "healthy 0 [healthy]",
            "{kind:?}: REST says that it runs"
        );
        story.see(35, answered("b", "4.3.1"));
        assert_eq!(story.worker("b").alive, Alive::Yes);
        assert!(story.news().is_empty(), "{kind:?}");
        // Silence proves a death, counted from its own beginning.
        story
            .see(40, silent("b", kind))
            .see(45, silent("b", kind))
            .see(50, silent("b", kind));
        story
            .see(55, silent("b", GapKind::Refused))
            .see(60, silent("b", GapKind::Refused));
        assert_eq!(story.worker("b").alive, Alive::Unknown, "{kind:?}");
        story.see(65, silent("b", GapKind::Refused));
        assert_eq!(story.worker("b").alive, Alive::Dead, "{kind:?}");
    }
}

#[test]
fn an_address_that_answers_is_told_even_when_it_is_no_advertised_one() {
    let mut story = two_workers();
    story.see(5, answered("ingress:443", "4.3.1"));
    assert_eq!(story.facts.workers.len(), 2);
    assert!(story.facts.about.addresses["ingress:443"].contains("4.3.1"));
}

fn of_kafka_2(address: &str) -> Seen {
    let Seen::Answered(mut other) = answered(address, "9.9.9") else {
        unreachable!()
    };
    other.kafka_cluster_id = Some("kafka-2".into());
    Seen::Answered(other)
}

#[test]
fn another_kafka_cluster_behind_an_address_is_told_and_taken_for_nobody() {
    let mut story = two_workers();
    story.see(1, answered("a", "4.3.1")).news();
    let (about, worker) = (story.facts.about.clone(), story.worker("a").clone());
    story.see(5, of_kafka_2("a"));
    assert!(story.news().is_empty());
    assert_eq!(story.worker("a"), &worker);
    let words = story.facts.about.addresses["a"].clone();
    assert_eq!(
        &*words,
        "answers as Kafka Connect 9.9.9 of another Kafka cluster, kafka-2"
    );
    assert_eq!(story.facts.about.kafka_cluster_id, about.kafka_cluster_id);
    assert_eq!(story.facts.about.version.as_deref(), Some("4.3.1"));
    story.see(10, answered("a", "4.3.1"));
    assert_eq!(
        story.facts.about, about,
        "it is back, and nothing is left of the stranger"
    );
}

#[test]
fn a_cluster_without_connectors_may_have_its_kafka_made_anew() {
    let mut story = Story::new();
    story.see(0, answered("a", "4.3.1")).see(5, of_kafka_2("a"));
    assert_eq!(story.news(), ["5 cluster kafka kafka-1>kafka-2"]);
    assert_eq!(story.facts.about.kafka_cluster_id.as_deref(), Some("kafka-2"));
}

#[test]
fn a_third_worker_joins() {
    let mut story = two_workers();
    let mut joining = members(&["a", "b", "c"], 0);
    joining.state = "PreparingRebalance".into();
    for member in &mut joining.members {
        member.leader = None;
        member.delay_ms = None;
    }
    story.see(5, Seen::Members(joining));
    assert_eq!(story.news(), ["5 worker c came"]);
    assert_eq!(
        story.facts.about.group.as_ref().unwrap().leader,
        Some("a".into()),
        "while a rebalance runs the assignments say nothing"
    );
    story.see(10, group_of(&["a", "b", "c"], 0));
    assert_eq!(story.news(), ["10 cluster rebalance of 3 led by a, delay 0"]);
    assert_eq!(story.facts.about.group.as_ref().unwrap().rebalances, 1);
    story.see(15, group_of(&["a", "b", "c"], 0));
    assert!(story.touched.is_empty());
}

#[test]
fn a_worker_that_answers_outside_the_group_runs_nothing() {
    let mut story = two_workers();
    story.see(5, group_of(&["a"], 0)).news();
    story.see(6, answered("b", "4.3.1"));
    assert!(story.news().is_empty());
    assert_eq!(story.alive("b"), Alive::Dead);
    assert_eq!(story.verdict("right"), "unassigned 5 [unassigned]");
}

#[test]
fn health_and_plugins_are_kept_until_better_ones_come() {
    let mut story = two_workers();
    let plugin = Plugin {
        class: "org.example.Sink".into(),
        kind: "sink".into(),
        version: Some("1".into()),
    };
    let ready = HealthAnswer {
        ready: true,
        word: "healthy".into(),
        message: "".into(),
    };
    let slow = WorkerSlow {
        worker: "a".into(),
        health: Some(ready.clone()),
        plugins: Some(vec![plugin].into()),
    };
    story.see(5, Seen::Slow(slow.clone()));
    assert!(story.touched.workers.contains("a"));
    let nothing = WorkerSlow {
        health: None,
        plugins: None,
        ..slow.clone()
    };
    story.see(65, Seen::Slow(nothing));
    assert!(story.touched.is_empty());
    assert_eq!(story.worker("a").health, Some(ready));
    story.see(
        70,
        Seen::Slow(WorkerSlow {
            worker: "z".into(),
            ..slow
        }),
    );
    assert!(story.touched.is_empty(), "nobody has heard of z");
}

#[test]
fn statuses_name_workers_before_the_group_does() {
    let mut story = Story::new();
    story.see(0, list("a", &[connector("c", "RUNNING a", &["RUNNING b"])]));
    assert_eq!(story.alive("b"), Alive::Unknown);
    story.see(1, group_of(&["a", "b"], 0));
    assert_eq!((story.alive("a"), story.alive("b")), (Alive::Yes, Alive::Yes));
    assert_eq!(story.news(), ["0 c appeared by outside"]);
}

#[test]
fn a_worker_whose_address_gives_lists_lives_however_late_it_answers_probes() {
    let mut story = Story::new();
    let listing = left_and_right("RUNNING a", "RUNNING b");
    story
        .see(0, list("a", &listing))
        .see(1, answered("a", "4.3.1"))
        .see(1, answered("b", "4.3.1"))
        .news();
    for second in (5..60).step_by(5) {
        story.see(second, silent("a", GapKind::TimedOut));
        story.see(second, list("a", &listing));
        assert_eq!(story.worker("a").alive, Alive::Yes, "after {second} s");
    }
    assert_eq!(story.verdict("left"), "healthy 0 [healthy]");
    assert!(story.news().is_empty());
    // One that was taken for dead is not.
    for second in [60, 65, 70, 75] {
        story.see(second, silent("a", GapKind::TimedOut));
        story.see(second, list("b", &listing));
    }
    assert_eq!(story.worker("a").alive, Alive::Dead);
    story.see_late(74, 80, list("a", &listing));
    assert_eq!(story.worker("a").alive, Alive::Yes);
    assert_eq!(story.worker("a").since, at(80), "when it answered");
    assert_eq!(story.verdict("left"), "healthy 80 [healthy]");
}

#[test]
fn a_worker_that_gives_a_list_that_names_nobody_lives_and_is_not_marked_as_forgotten() {
    let mut partial = members(&[], 0);
    (partial.partial, partial.state) = (true, "PreparingRebalance".into());
    let mut story = Story::new();
    story
        .see(0, group_of(&["b"], 0))
        .see(0, answered("b", "4.3.1"))
        .see(0, list("a", &[]))
        .see(6, list("a", &[]))
        .see(11, Seen::Members(partial))
        .see(11, list("b", &[]));
    assert_eq!(story.worker("b").unnamed_since, None);
    story.see(11, list("b", &[]));
    assert!(story.touched.is_empty(), "{:?}", story.touched);
}
