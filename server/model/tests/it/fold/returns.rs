//! A whole cluster that falls silent and is heard again: nothing is mended by silence, and nobody dies of old evidence.

use model::facts::Alive;
use model::observe::GapKind;

use super::story::{
    Story, answered, at, connector, group_of, left_and_right, list, members, no_list, no_members, silent, two_workers,
};

/// Nobody answers from `from` to `to`, the group emptied.
fn frozen(story: &mut Story, from: i64, to: i64) {
    for second in (from..to).step_by(5) {
        story.see(second, no_list(GapKind::TimedOut));
        story.see(second, group_of(if second < from + 10 { &["a", "b"] } else { &[] }, 0));
    }
}

#[test]
fn own_faults_outlast_the_silence_without_a_word_of_history() {
    let mut story = Story::new();
    let sick = left_and_right("RUNNING a", "FAILED b boom");
    story
        .see(0, group_of(&["a", "b"], 0))
        .see(0, list("a", &sick))
        .see(5, list("a", &sick));
    assert_eq!(story.fault_news(), ["0 opened connector unsure: right"]);
    let before = story.faults[0].clone();
    frozen(&mut story, 10, 120);
    assert_eq!(
        story.open(),
        ["connector unsure: right unheard", "cluster infrastructure: left, right"]
    );
    assert_eq!(
        story.faults[0].unheard_since,
        Some(at(20)),
        "the group had members until then"
    );
    story.fault_news();
    story.see(120, list("a", &sick)).see(121, group_of(&["a", "b"], 0));
    assert_eq!(story.verdict("right"), "failed 0 [failed]");
    assert_eq!(story.fault_news(), ["121 ended cluster infrastructure: left"]);
    assert_eq!(story.faults, [before], "the same fault as before, to the letter");
}

#[test]
fn an_own_fault_ends_as_the_cluster_is_heard_if_it_was_mended_meanwhile() {
    let mut story = Story::new();
    story.see(0, list("a", &left_and_right("RUNNING a", "FAILED b boom")));
    for second in (5..60).step_by(5) {
        story.see(second, no_list(GapKind::Refused));
    }
    story.fault_news();
    story.see(60, list("a", &left_and_right("RUNNING a", "RUNNING b")));
    assert_eq!(
        story.fault_news(),
        [
            "60 ended connector unsure: right",
            "60 ended cluster infrastructure: left, right"
        ]
    );
    let mut story = Story::new();
    story.see(0, list("a", &left_and_right("RUNNING a", "FAILED b boom")));
    for second in (5..60).step_by(5) {
        story.see(second, no_list(GapKind::Refused));
    }
    story.fault_news();
    story.facts.connectors.remove("right");
    story.judge(61);
    assert_eq!(
        story.fault_news(),
        ["61 ended connector unsure: right"],
        "what exists no more is in no fault"
    );
}

#[test]
fn a_frozen_cluster_that_returns_loses_no_worker_by_what_was_seen_before() {
    let mut story = two_workers();
    frozen(&mut story, 5, 100);
    assert_eq!(story.alive("a"), Alive::Dead);
    assert_eq!(story.verdict("left"), "unknown 45 [unknown]");
    story.fault_news();
    // The list comes first; nothing was heard of the group since it emptied.
    story.see(100, list("b", &left_and_right("RUNNING a", "RUNNING b")));
    assert_eq!(story.verdict("left"), "unknown 45 [unknown]");
    assert!(
        story.reasons("left").contains("not confirmed yet"),
        "{}",
        story.reasons("left")
    );
    assert!(story.fault_news().is_empty(), "no worker's fault flashes by");
    // They rejoin one after the other.
    let mut joining = members(&["b"], 0);
    joining.state = "PreparingRebalance".into();
    story.see(101, model::observe::Seen::Members(joining));
    assert_eq!(story.verdict("right"), "healthy 101 [healthy]");
    assert_eq!(story.verdict("left"), "unknown 45 [unknown]");
    story.see(106, group_of(&["a", "b"], 0));
    assert_eq!(story.verdict("left"), "healthy 106 [healthy]");
    assert_eq!(story.fault_news(), ["106 ended cluster infrastructure: left"]);
    assert!(story.worker("a").unconfirmed_since.is_none());
}

#[test]
fn who_was_dead_before_the_silence_is_no_healthier_after_it() {
    let mut story = two_workers();
    story.see(2, group_of(&["a"], 0));
    assert_eq!(story.verdict("right"), "unassigned 2 [unassigned]");
    story.see(5, list("a", &left_and_right("RUNNING a", "RUNNING b")));
    for second in (10..100).step_by(5) {
        story.see(second, no_list(GapKind::TimedOut));
        story.see(second, group_of(if second < 20 { &["a"] } else { &[] }, 0));
    }
    // The death of b came before the silence and stays a fault; that of a is the silence.
    assert_eq!(
        story.open(),
        [
            "worker infrastructure: right unheard",
            "cluster infrastructure: left, right"
        ]
    );
    story.fault_news();
    let mut healths = Vec::new();
    let rest = || list("a", &left_and_right("RUNNING a", "RUNNING b"));
    for (second, seen) in [
        (100, rest()),
        (101, group_of(&["a"], 0)),
        (105, rest()),
        (106, group_of(&["a"], 0)),
    ] {
        story.see(second, seen);
        healths.push(story.verdict("right"));
    }
    assert_eq!(
        healths,
        [
            "unknown 50 [unknown]",
            "unknown 50 [unknown]",
            "unknown 50 [unknown]",
            "unassigned 2 [unassigned]"
        ]
    );
    assert_eq!(
        story.fault_news(),
        ["106 ended cluster infrastructure: right"],
        "the fault of the dead worker goes on"
    );
}

#[test]
fn where_the_group_is_heard_first_who_is_not_back_yet_stays_in_doubt() {
    let mut story = two_workers();
    frozen(&mut story, 5, 100);
    story.fault_news();
    story.see(100, group_of(&["a"], 0));
    assert_eq!(
        story.verdict("left"),
        "unknown 45 [unknown]",
        "the group emptied meanwhile"
    );
    assert_eq!(story.verdict("right"), "unknown 45 [unknown]");
    assert!(story.fault_news().is_empty());
    story.see(101, list("a", &left_and_right("RUNNING a", "RUNNING b")));
    assert_eq!(story.verdict("right"), "unknown 45 [unknown]");
    // An interval after the list, which ended the silence.
    story.see(106, group_of(&["a"], 0));
    // It was lost when it was lost: nothing is known to have happened meanwhile.
    assert_eq!(story.verdict("right"), "unassigned 15 [unassigned]");
}

#[test]
fn without_kafka_a_probe_tells_who_is_back() {
    let mut story = Story::new();
    let rest = || list("a", &left_and_right("RUNNING a", "RUNNING b"));
    story
        .see(0, rest())
        .see(1, answered("a", "4.3.1"))
        .see(1, answered("b", "4.3.1"));
    for second in (5..60).step_by(5) {
        story
            .see(second, no_list(GapKind::Refused))
            .see(second, silent("a", GapKind::Refused))
            .see(second, silent("b", GapKind::Refused));
    }
    assert_eq!(story.alive("b"), Alive::Dead);
    story.fault_news();
    story.see(60, rest());
    // A probe that was under way as the cluster came back proves nothing.
    story.see(58, silent("b", GapKind::TimedOut));
    // Whoever gave the list is back.
    assert_eq!(story.verdict("left"), "healthy 60 [healthy]");
    assert_eq!(story.verdict("right"), "unknown 30 [unknown]");
    story
        .see(61, answered("a", "4.3.1"))
        .see(65, silent("b", GapKind::Refused));
    assert_eq!(story.verdict("left"), "healthy 60 [healthy]");
    assert_eq!(story.verdict("right"), "unassigned 15 [unassigned]");
    assert_eq!(
        story.fault_news(),
        [
            "65 opened worker infrastructure: right",
            "65 ended cluster infrastructure: right"
        ]
    );
}

#[test]
fn a_death_that_the_group_confirms_all_along_is_never_in_doubt() {
    let mut story = two_workers();
    for second in (5..120).step_by(5) {
        story
            .see(second, no_list(GapKind::TimedOut))
            .see(second, group_of(&["a"], 0));
    }
    story.fault_news();
    story.see(120, list("a", &left_and_right("RUNNING a", "RUNNING b")));
    assert_eq!(story.verdict("right"), "unassigned 5 [unassigned]");
    assert_eq!(
        story.fault_news(),
        ["120 ended cluster infrastructure: "],
        "that nobody could be asked"
    );
}

#[test]
fn the_cluster_answers_again_when_the_answer_came_though_its_states_are_older() {
    let mut story = Story::new();
    story
        .see(0, list("a", &left_and_right("RUNNING a", "RUNNING b")))
        .news();
    for second in (5..60).step_by(5) {
        story.see(second, no_list(GapKind::TimedOut));
    }
    story.news();
    story.see_late(60, 70, list("a", &left_and_right("RUNNING a", "FAILED b boom")));
    assert_eq!(
        story.news(),
        [
            "70 cluster reachable",
            "60 right RUNNING>FAILED on b",
            "60 right/0 RUNNING>FAILED on b"
        ]
    );
    assert_eq!(story.facts.about.reachable_since, Some(at(70)));
    assert_eq!(story.facts.fresh.as_of(), Some(at(60)));
    assert_eq!(story.facts.fresh.listed(), Some(at(70)));
    // The next silence is counted from the answer.
    story.see(95, no_list(GapKind::TimedOut)).judge(99);
    assert_eq!(story.verdict("left"), "healthy 70 [healthy]");
    story.judge(100);
    assert_eq!(story.verdict("left"), "unknown 100 [unknown]");
}

#[test]
fn a_gone_worker_that_asks_for_credentials_is_there() {
    let mut story = Story::new();
    story
        .see(0, list("a", &left_and_right("RUNNING a", "RUNNING b")))
        .see(1, answered("b", "4.3.1"))
        .news();
    for second in [5, 10, 15, 20] {
        story.see(second, silent("b", GapKind::Refused));
    }
    assert_eq!(story.alive("b"), Alive::Dead);
    story
        .see(25, silent("b", GapKind::Denied))
        .see(25, silent("a", GapKind::Denied));
    assert_eq!(story.news(), ["15 worker b left dead", "25 worker b came again"]);
    assert_eq!(story.alive("a"), Alive::Unknown, "nobody knows that it is a worker");
    for second in (30..90).step_by(5) {
        story.see(second, silent("b", GapKind::Denied));
    }
    assert_eq!(story.alive("b"), Alive::Yes, "wrong credentials are no death");
}

#[test]
fn a_line_of_evidence_names_no_gone_worker_without_saying_so() {
    let mut story = Story::new();
    let both = connector("both", "RUNNING a", &["FAILED a boom", "RUNNING b", "PAUSED b"]);
    story.see(0, group_of(&["a", "b"], 0)).see(0, list("a", &[both]));
    let evidence = |story: &Story| story.verdicts["both"].reasons[0].evidence.to_string();
    assert!(!evidence(&story).contains("gone"), "{}", evidence(&story));
    story.see(5, group_of(&["a"], 0));
    assert_eq!(
        evidence(&story),
        "connector RUNNING on a; task 0 FAILED on a; task 1 RUNNING on b, which is gone; task 2 PAUSED on b, which is gone"
    );
    assert_eq!(
        &*story.verdicts["both"].tasks[&2].text, "REST says PAUSED on b, which is gone",
        "it was asked to run"
    );
    assert_eq!(
        &*story.verdicts["both"].tasks[&1].text,
        "REST says RUNNING on b, which is gone"
    );
    story.see(10, no_members());
}

#[test]
fn who_is_not_in_a_group_that_rebalances_stays_in_doubt_however_long() {
    let mut story = two_workers();
    frozen(&mut story, 5, 100);
    story.see(100, list("b", &left_and_right("RUNNING a", "RUNNING b")));
    story.fault_news();
    let mut joining = members(&["b"], 0);
    joining.state = "PreparingRebalance".into();
    for second in [101, 106, 111] {
        story.see(second, model::observe::Seen::Members(joining.clone()));
        assert_eq!(story.verdict("left"), "unknown 45 [unknown]", "at {second}");
        assert_eq!(story.worker("a").unconfirmed_since, Some(at(100)));
    }
    story.see(112, group_of(&["b"], 0));
    assert!(story.worker("a").unconfirmed_since.is_none());
    assert!(
        story.verdict("left").starts_with("unassigned"),
        "{}",
        story.verdict("left")
    );
}
