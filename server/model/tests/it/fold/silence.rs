//! What cannot be seen: neither green, nor zero, nor deleted.

use model::advice;
use model::facts::Alive;
use model::observe::{Gap, GapKind, GroupMembers, Seen};
use model::verdict::Class;

use super::story::{
    Story, answered, connector, group_of, left_and_right, list, members, no_list, no_members, silent, two_workers,
};

#[test]
fn rest_unreachable_while_the_group_lives_keeps_what_was_known() {
    let mut story = two_workers();
    for second in (5..120).step_by(5) {
        story
            .see(second, no_list(GapKind::TimedOut))
            .see(second, group_of(&["a", "b"], 0));
    }
    assert_eq!(story.news(), ["15 cluster unreachable: TimedOut"]);
    assert!(!story.facts.about.reachable);
    assert_eq!(story.verdict("left"), "healthy 0 [healthy]");
}

#[test]
fn the_group_unseen_while_rest_lives_leaves_verdicts_to_rest() {
    let mut story = two_workers();
    story.see(1, answered("a", "4.3.1"));
    for second in (5..60).step_by(5) {
        story
            .see(second, list("a", &left_and_right("RUNNING a", "RUNNING b")))
            .see(second, answered("a", "4.3.1"))
            .see(second, no_members());
    }
    assert!(story.news().is_empty());
    assert_eq!(story.alive("a"), Alive::Yes, "its address answers");
    assert_eq!(
        story.alive("b"),
        Alive::Unknown,
        "its address never answered, which proves nothing"
    );
    assert_eq!(story.verdict("right"), "healthy 0 [healthy]");
    assert!(
        story.reasons("right").contains("not known"),
        "the verdict says on what it rests: {}",
        story.reasons("right")
    );
}

#[test]
fn what_a_worker_answered_before_kafka_fell_silent_says_nothing_of_now() {
    let mut story = two_workers();
    for second in [1, 2] {
        let worker = if second == 1 { "a" } else { "b" };
        story.see(second, answered(worker, "4.3.1"));
    }
    story.see(3, group_of(&["a", "b"], 0)).news();
    for second in (5..35).step_by(5) {
        story
            .see(second, list("a", &left_and_right("RUNNING a", "RUNNING b")))
            .see(second, no_members());
    }
    story.see(32, answered("a", "4.3.1")).see(35, no_members());
    assert_eq!(story.alive("a"), Alive::Yes, "it was asked since");
    assert_eq!(story.alive("b"), Alive::Unknown);
    assert!(story.facts.workers["b"].evidence.ends_with("was not asked since"));
    let mut answers = story.clone();
    answers.see(36, answered("b", "4.3.1"));
    assert_eq!(answers.alive("b"), Alive::Yes);
    assert!(answers.news().is_empty(), "who was not known to be gone has not come");
    for second in [36, 41, 46] {
        story.see(second, silent("b", GapKind::Refused));
    }
    assert_eq!(story.alive("b"), Alive::Dead);
    assert_eq!(story.verdict("right"), "unassigned 46 [unassigned]");
}

#[test]
fn who_was_gone_may_answer_again_while_kafka_is_unseen() {
    let mut story = two_workers();
    story.see(10, group_of(&["a"], 0));
    story.see(45, no_members()).news();
    assert_eq!(story.alive("b"), Alive::Dead);
    story.see(50, answered("b", "4.3.1"));
    assert_eq!(story.news(), ["50 worker b came again"]);
    assert_eq!(story.alive("b"), Alive::Yes);
}

#[test]
fn partial_answers_prove_who_is_there_and_never_who_is_not() {
    let mut story = two_workers();
    let mut partial = super::story::members(&["a", "c"], 0);
    partial.partial = true;
    let half = |story: &mut Story, seconds: std::ops::Range<i64>| {
        for second in seconds.step_by(5) {
            story
                .see(second, Seen::Members(partial.clone()))
                .see(second, answered("b", "4.3.1"))
                .see(second, list("a", &left_and_right("RUNNING a", "RUNNING b")));
        }
    };
    half(&mut story, 5..15);
    assert_eq!(
        story.facts.about.group_gap, None,
        "a rebalance may hide them for a moment"
    );
    half(&mut story, 15..60);
    assert_eq!(story.news(), ["5 worker c came"]);
    assert_eq!(story.alive("b"), Alive::Yes);
    assert_eq!(story.verdict("right"), "healthy 0 [healthy]");
    let gap = story.facts.about.group_gap.clone().unwrap();
    assert_eq!(gap.kind, GapKind::Partial);
    // Beyond the stale limit membership proves nothing, but of those that are listed.
    let member = |story: &Story, id| story.worker(id).member;
    assert_eq!(
        (member(&story, "a"), member(&story, "b"), member(&story, "c")),
        (Some(true), None, Some(true))
    );
    story.see(60, super::story::group_of(&["a", "b", "c"], 0));
    assert_eq!(
        (story.facts.about.group_gap.clone(), member(&story, "b")),
        (None, Some(true))
    );
}

#[test]
fn busy_workers_are_reachable_ones() {
    let mut story = Story::new();
    story
        .see(0, list("a", &left_and_right("RUNNING a", "RUNNING b")))
        .news();
    for second in (5..30).step_by(5) {
        story.see(second, no_list(GapKind::Busy));
    }
    assert_eq!(story.verdict("left"), "healthy 0 [healthy]");
    assert!(story.open().is_empty());
    for second in (30..90).step_by(5) {
        story.see(second, no_list(GapKind::Busy));
    }
    assert!(story.news().is_empty(), "409 and 500 are answers");
    assert!(story.facts.about.reachable);
}

#[test]
fn busy_beyond_the_stale_limit_is_unknown_and_one_fault_of_workers_that_live() {
    let mut story = two_workers();
    story
        .see(1, answered("a", "4.3.1"))
        .see(1, answered("b", "4.3.1"))
        .see(1, no_members());
    for second in (5..100).step_by(5) {
        story
            .see(second, no_members())
            .see(second, no_list(GapKind::Busy))
            .see(second, silent("a", GapKind::Busy))
            .see(second, answered("b", "4.3.1"));
    }
    assert_eq!(story.verdict("left"), "unknown 30 [unknown]");
    assert!(
        story
            .reasons("left")
            .starts_with("The workers of orders answer, but have been too busy"),
        "{}",
        story.reasons("left")
    );
    assert_eq!(story.open(), ["cluster infrastructure: left, right"]);
    assert_eq!(story.faults[0].class, Class::Worker);
    let steps = advice::of_fault(&story.faults[0]).join(" ");
    assert!(
        steps.contains("rebalance does not end") && !steps.contains("Start"),
        "{steps}"
    );
    assert!(
        story.alive("a") == Alive::Yes && story.alive("b") == Alive::Yes,
        "busy is no death"
    );
    story.news();
    // Of busy workers one dies: that is known, and not in doubt when lists come again.
    story.fault_news();
    for second in [100, 105, 110, 115] {
        story
            .see(second, no_list(GapKind::Busy))
            .see(second, silent("b", GapKind::Refused));
    }
    assert_eq!(story.news(), ["110 worker b left dead"]);
    story.see(120, list("a", &left_and_right("RUNNING a", "RUNNING b")));
    assert_eq!(story.verdict("left"), "healthy 120 [healthy]");
    assert_eq!(story.verdict("right"), "unassigned 110 [unassigned]");
}

#[test]
fn a_group_with_members_speaks_for_busy_workers_too() {
    let mut story = two_workers();
    for second in (5..120).step_by(5) {
        story
            .see(second, no_list(GapKind::Busy))
            .see(second, group_of(&["a", "b"], 0));
    }
    assert_eq!(story.verdict("left"), "healthy 0 [healthy]");
    assert!(story.open().is_empty());
}

#[test]
fn a_worker_that_was_lost_stays_lost_beside_busy_ones() {
    let mut story = two_workers();
    story.see(10, group_of(&["a"], 0)).see(20, no_members());
    assert_eq!(story.open(), ["worker infrastructure: right"]);
    for second in (25..80).step_by(5) {
        story.see(second, no_list(GapKind::Busy)).see(second, no_members());
    }
    assert_eq!(
        story.open(),
        [
            "worker infrastructure: right unheard",
            "cluster infrastructure: left, right"
        ]
    );
}

#[test]
fn busy_workers_end_a_silence_and_leave_who_was_gone_in_doubt() {
    let mut story = Story::new();
    story
        .see(0, list("a", &left_and_right("RUNNING a", "RUNNING b")))
        .see(1, answered("a", "4.3.1"))
        .see(1, answered("b", "4.3.1"));
    for second in (5..60).step_by(5) {
        story
            .see(second, no_list(GapKind::Refused))
            .see(second, silent("a", GapKind::Refused))
            .see(second, silent("b", GapKind::Refused));
    }
    assert_eq!(story.alive("b"), Alive::Dead);
    story.see(61, no_list(GapKind::Busy));
    assert!(story.worker("b").unconfirmed_since.is_some());
    assert!(!story.worker("b").surely_gone());
}

#[test]
fn what_never_listed_anything_is_told_of_too() {
    for (kind, said) in [
        (GapKind::Busy, "The workers of orders answer, but"),
        (GapKind::Starting, "No worker of orders is ready: "),
        (GapKind::Other, "No worker of orders lists its connectors: "),
        (GapKind::Refused, "No worker of orders answers: "),
    ] {
        let mut story = Story::new();
        for second in (0..60).step_by(5) {
            story.see(second, no_list(kind));
        }
        assert_eq!(story.open(), ["cluster infrastructure: "], "{kind:?}");
        let cause = &story.faults[0].root_cause;
        assert!(cause.starts_with(said), "{cause}");
        assert_eq!(story.faults[0].class, Class::Worker, "{kind:?}");
        assert!(!advice::of_fault(&story.faults[0]).is_empty());
    }
}

#[test]
fn silence_beyond_the_stale_limit_is_unknown_and_ends_with_the_next_list() {
    let mut story = Story::new();
    story.see(-5, list("a", &left_and_right("RUNNING a", "FAILED b boom")));
    story
        .see(0, list("a", &left_and_right("RUNNING a", "FAILED b boom")))
        .news();
    assert_eq!(story.open(), ["connector unsure: right"]);
    for second in (5..30).step_by(5) {
        story.see(second, no_list(GapKind::Refused));
    }
    assert_eq!(story.news(), ["15 cluster unreachable: Refused"]);
    assert_eq!(story.verdict("left"), "healthy -5 [healthy]");
    story.judge(30);
    assert_eq!(story.verdict("left"), "unknown 30 [unknown]");
    assert_eq!(story.verdict("right"), "unknown 30 [unknown]");
    assert_eq!(
        story.open(),
        ["connector unsure: right unheard", "cluster infrastructure: left, right"]
    );
    story.see(60, list("a", &left_and_right("RUNNING a", "FAILED b boom")));
    assert_eq!(story.news(), ["60 cluster reachable"]);
    assert_eq!(story.verdict("left"), "healthy 60 [healthy]");
    // Nothing is known to have happened meanwhile: it is failed since it was.
    assert_eq!(story.verdict("right"), "failed -5 [failed]");
    assert_eq!(story.open(), ["connector unsure: right"]);
}

#[test]
fn what_an_address_said_is_as_old_as_the_question() {
    let mut story = two_workers();
    story
        .see(1, answered("a", "4.3.1"))
        .see(2, silent("b", GapKind::Refused));
    story.see(61, answered("a", "4.3.1"));
    let asked = |story: &Story, id: &str| story.facts.fresh.asked.get(&model::names::WorkerId::from(id)).copied();
    let about = story.facts.about.clone();
    assert_eq!(asked(&story, "a"), Some(super::story::at(61)));
    assert_eq!(
        asked(&story, "b"),
        None,
        "of which nothing is told either: {:?}",
        about.addresses
    );
    story.see(90, silent("a", GapKind::TimedOut));
    assert_eq!(asked(&story, "a"), Some(super::story::at(90)));
}

#[test]
fn a_server_that_was_away_does_not_blame_the_cluster() {
    let mut story = Story::new();
    story
        .see(0, list("a", &left_and_right("RUNNING a", "RUNNING b")))
        .news();
    story.judge(600).see(601, answered("a", "4.3.1"));
    assert_eq!(
        story.verdict("left"),
        "healthy 0 [healthy]",
        "nobody looked, so nobody failed to answer"
    );
}

#[test]
fn without_kafka_only_an_address_that_answered_before_can_die() {
    let mut story = Story::new();
    story
        .see(0, list("a", &left_and_right("RUNNING a", "RUNNING b")))
        .see(1, answered("b", "4.3.1"));
    story.news();
    for second in [5, 8, 11] {
        story
            .see(second, silent("a", GapKind::Unreachable))
            .see(second, silent("b", GapKind::Refused));
    }
    assert!(story.news().is_empty(), "three probes, but not over ten seconds");
    story
        .see(15, silent("a", GapKind::Unreachable))
        .see(15, silent("b", GapKind::Refused));
    assert_eq!(story.news(), ["15 worker b left dead"]);
    assert_eq!(story.alive("a"), Alive::Unknown);
    assert_eq!(story.verdict("right"), "unassigned 15 [unassigned]");
    assert_eq!(story.verdict("left"), "healthy 0 [healthy]");
    story.see(20, answered("b", "4.3.1"));
    assert_eq!(story.news(), ["20 worker b came again"]);
    assert_eq!(story.verdict("right"), "healthy 20 [healthy]");
}

#[test]
fn an_empty_group_proves_nothing_of_workers_that_never_were_in_it() {
    let mut story = Story::new();
    story
        .see(0, list("a", &[connector("left", "RUNNING a", &["RUNNING a"])]))
        .see(1, answered("a", "4.3.1"))
        .see(2, group_of(&[], 0))
        .see(40, list("a", &[connector("left", "RUNNING a", &["RUNNING a"])]));
    assert_eq!(
        story.alive("a"),
        Alive::Yes,
        "another group id was configured, it seems"
    );
    assert_eq!(story.verdict("left"), "healthy 0 [healthy]");
}

#[test]
fn workers_that_cannot_read_their_config_topic_are_told_so_and_not_as_in_a_rebalance() {
    let mut story = two_workers();
    let text = "a: the worker could not answer for now: Request timed out. The worker is currently reading to the end of \
                the config topic, which began at 2026-11-18T11:06:45Z";
    for second in (5..60).step_by(5) {
        let (kind, text) = (GapKind::Busy, text.into());
        story
            .see(second, no_members())
            .see(second, Seen::ListMissing(Gap { kind, text }));
    }
    let reasons = story.reasons("left");
    assert!(
        reasons.contains("cannot read their config topic to its end") && !reasons.contains("rebalance"),
        "{reasons}"
    );
    assert_eq!(story.faults[0].class, Class::Kafka);
    let steps = advice::of_fault(&story.faults[0]).join(" ");
    assert!(steps.contains("Kafka is up") && !steps.contains("rebalance"), "{steps}");
}

#[test]
fn a_group_in_another_kafka_cluster_speaks_for_nobody_here() {
    let mut story = two_workers();
    let kafka = |id: &str| {
        let mut group = super::story::members(&["a", "b"], 0);
        group.kafka_cluster_id = Some(id.into());
        Seen::Members(group)
    };
    let known = story.facts.about.kafka_cluster_id.clone();
    story.see(1, answered("a", "4.3.1"));
    let id = story.facts.about.kafka_cluster_id.clone().or(known).unwrap();
    story.see(2, kafka(&id));
    assert_eq!(story.facts.about.group_gap, None);
    story.news();
    for second in (5..60).step_by(5) {
        story
            .see(second, no_list(GapKind::NotConnect))
            .see(second, kafka("another"));
    }
    let gap = story.facts.about.group_gap.clone().unwrap();
    assert!(gap.text.contains("another") && gap.text.contains(&*id), "{}", gap.text);
    // The last word about it was that of its own group.
    assert_eq!(story.verdict("left"), "unknown 32 [unknown]");
    assert!(!story.news().iter().any(|line| line.contains("deleted")));
    story
        .see(60, kafka(&id))
        .see(60, list("a", &left_and_right("RUNNING a", "RUNNING b")));
    assert_eq!(story.facts.about.group_gap, None);
    assert_eq!(story.verdict("left"), "healthy 60 [healthy]");
}

#[test]
fn of_a_cluster_that_was_never_listed_silence_counts_from_the_first_look() {
    let mut story = Story::new();
    story.see(0, group_of(&["a"], 0)).see(5, group_of(&[], 0));
    story.see(14, no_list(GapKind::Refused)).judge(43);
    assert!(story.open().is_empty(), "{:?}", story.open());
    story.judge(44);
    assert_eq!(story.open(), ["cluster infrastructure: "]);
    assert_eq!(story.faults[0].opened_at, super::story::at(14));
}

#[test]
fn a_cluster_that_is_refused_no_more_is_admitted_until_it_is_listed() {
    let mut story = two_workers();
    story.see(5, Seen::SameAs(Some("payments".into())));
    assert!(!story.facts.about.admitted);
    story.see(10, Seen::SameAs(None)).see(11, no_list(GapKind::Refused));
    assert!(story.facts.about.admitted);
    story.see(15, list("a", &left_and_right("RUNNING a", "RUNNING b")));
    assert!(!story.facts.about.admitted);
}

#[test]
fn workers_that_answer_and_list_nothing_while_kafka_answers_nothing_wait_for_kafka() {
    for (kafka, workers, class) in [
        (true, true, Class::Kafka),
        (true, false, Class::Network),
        (false, true, Class::Network),
    ] {
        let mut story = two_workers();
        story.see(1, answered("a", "4.3.1"));
        for second in (5..60).step_by(5) {
            story.see(second, no_list(GapKind::TimedOut));
            match workers {
                true => story.see(second, answered("a", "4.3.1")),
                false => story.see(second, silent("a", GapKind::TimedOut)),
            };
            let denied = Seen::MembersMissing(Gap {
                kind: GapKind::Denied,
                text: "no right to DESCRIBE the group".into(),
            });
            let frozen = Seen::MembersMissing(Gap {
                kind: GapKind::TimedOut,
                text: "no answer within 1 s".into(),
            });
            story.see(second, if kafka { frozen } else { denied });
        }
        let fault = story.faults.first().expect("nothing is heard of the cluster");
        assert_eq!(fault.class, class, "Kafka silent: {kafka}, a worker answers: {workers}");
        let steps = advice::of_fault(fault).join(" ");
        assert_eq!(steps.contains("brokers"), class == Class::Kafka, "{steps}");
        assert_eq!(
            story.reasons("left").contains("Kafka answers nothing either"),
            class == Class::Kafka
        );
    }
}

#[test]
fn a_group_that_is_seen_empty_after_nobody_told_of_it_says_nothing_of_until_when_it_had_members() {
    let quiet = |story: &mut Story, second| story.see(second, no_list(GapKind::Refused)).verdict("right");
    // A power cut took Kafka too, and it is back before the workers.
    let mut story = two_workers();
    for second in (5..120).step_by(5) {
        quiet(&mut story, second);
        story.see(second, no_members());
    }
    assert!(story.verdict("right").starts_with("unknown 30"));
    for second in (120..200).step_by(5) {
        quiet(&mut story, second);
        story.see(second, group_of(&[], 0));
        assert!(
            story.verdict("right").starts_with("unknown 30"),
            "{second}: {}",
            story.verdict("right")
        );
    }
    // Another group is asked of a silent cluster, and nobody is in that one either.
    let mut story = two_workers();
    for second in (5..120).step_by(5) {
        quiet(&mut story, second);
        story.see(second, group_of(&[], 0));
    }
    let before = story.verdict("right");
    assert!(before.starts_with("unknown"), "{before}");
    let other = GroupMembers {
        group_id: "connect-billing".into(),
        ..members(&[], 0)
    };
    for second in (120..200).step_by(5) {
        quiet(&mut story, second);
        story.see(second, Seen::Members(other.clone()));
        assert_eq!(story.verdict("right"), before, "{second}");
    }
}
