//! What cannot be seen: neither green, nor zero, nor deleted.

use model::facts::Alive;
use model::observe::{GapKind, Seen};

use super::story::{
    Story, answered, connector, group_of, left_and_right, list, no_list, no_members, silent, two_workers,
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
    for second in (5..60).step_by(5) {
        story
            .see(second, Seen::Members(partial.clone()))
            .see(second, list("a", &left_and_right("RUNNING a", "RUNNING b")));
    }
    assert_eq!(story.news(), ["5 worker c came"]);
    assert_eq!(story.alive("b"), Alive::Yes);
    assert_eq!(story.verdict("right"), "healthy 0 [healthy]");
}

#[test]
fn busy_workers_are_reachable_ones() {
    let mut story = Story::new();
    story
        .see(0, list("a", &left_and_right("RUNNING a", "RUNNING b")))
        .news();
    for second in (5..90).step_by(5) {
        story.see(second, no_list(GapKind::Busy));
    }
    assert!(story.news().is_empty(), "409 and 500 are answers");
    assert!(story.facts.about.reachable);
    assert_eq!(story.verdict("left"), "healthy 0 [healthy]");
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
    assert_eq!(story.verdict("left"), "unknown 0 [unknown]");
    assert_eq!(story.verdict("right"), "unknown 0 [unknown]");
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
