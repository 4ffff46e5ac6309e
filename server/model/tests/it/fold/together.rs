//! Workers that are lost together: one event, one fault, from its beginning.

use model::observe::{GapKind, Seen};

use super::story::{Story, answered, connector, group_of, left_and_right, list, members, no_list, silent, two_workers};

#[test]
fn all_workers_lost_at_once_are_one_fault_at_once_and_the_same_in_silence() {
    let mut story = two_workers();
    story.see(5, no_list(GapKind::Refused)).see(10, group_of(&[], 0));
    assert_eq!(story.open(), ["cluster infrastructure: left, right"]);
    assert_eq!(story.fault_news(), ["10 opened cluster infrastructure: left, right"]);
    assert!(
        story.faults[0]
            .root_cause
            .starts_with("all workers of the cluster were lost, the last one at "),
        "{}",
        story.faults[0].root_cause
    );
    assert_eq!(story.verdict("left"), "unassigned 10 [unassigned]");
    let id = story.faults[0].id.clone();
    for second in (15..60).step_by(5) {
        story
            .see(second, no_list(GapKind::Refused))
            .see(second, group_of(&[], 0));
    }
    assert!(story.verdict("left").starts_with("unknown"));
    assert_eq!(story.faults[0].id, id, "it goes on as the silence of the cluster");
    assert!(story.fault_news().is_empty());
}

#[test]
fn whoever_left_a_look_earlier_is_part_of_it() {
    let mut story = two_workers();
    story.see(5, no_list(GapKind::Refused)).see(10, group_of(&["b"], 0));
    assert_eq!(story.open(), ["worker infrastructure: left"], "one was lost so far");
    story.see(15, group_of(&[], 0));
    assert_eq!(story.open(), ["cluster infrastructure: left, right"]);
    assert_eq!(
        story.fault_news(),
        ["10 opened worker infrastructure: left"],
        "which went on as it"
    );
}

#[test]
fn members_that_answer_no_more_are_not_waited_for() {
    let three = || {
        let mut story = Story::new();
        let connectors: Vec<_> = ["a", "b", "c"]
            .iter()
            .map(|on| connector(on, &format!("RUNNING {on}"), &[&format!("RUNNING {on}")]))
            .collect();
        story
            .see(0, group_of(&["a", "b", "c"], 0))
            .see(0, list("a", &connectors));
        for worker in ["a", "b", "c"] {
            story.see(1, answered(worker, "4.3.1"));
        }
        story
    };
    // Two have left; the third is a member until its session ends.
    let mut story = three();
    story
        .see(5, no_list(GapKind::Refused))
        .see(6, silent("c", GapKind::Refused));
    story.see(10, group_of(&["c"], 0));
    assert_eq!(story.open(), ["cluster infrastructure: a, b"]);
    assert!(
        story.faults[0].root_cause.ends_with("2 of 3 are gone"),
        "{}",
        story.faults[0].root_cause
    );
    let id = story.faults[0].id.clone();
    story.see(15, group_of(&[], 0));
    assert_eq!(story.open(), ["cluster infrastructure: a, b, c"]);
    assert_eq!(story.faults[0].id, id);
    // The third answers: two workers are lost, each by itself.
    let mut story = three();
    story.see(5, no_list(GapKind::Refused)).see(10, group_of(&["c"], 0));
    assert_eq!(story.open(), ["worker infrastructure: a", "worker infrastructure: b"]);
}

#[test]
fn a_worker_that_only_restarts_is_no_fault_of_its_cluster() {
    // Alone in its cluster.
    let mut story = Story::new();
    story
        .see(0, group_of(&["a"], 0))
        .see(0, list("a", &[connector("left", "RUNNING a", &["RUNNING a"])]))
        .see(5, no_list(GapKind::Refused))
        .see(10, group_of(&[], 0));
    assert_eq!(story.open(), ["worker infrastructure: left"]);
    story
        .see(15, group_of(&["a"], 0))
        .see(16, list("a", &[connector("left", "RUNNING a", &["RUNNING a"])]));
    assert!(story.open().is_empty());
    // Beside one that was lost while others still answered.
    let mut story = two_workers();
    story.see(5, group_of(&["a"], 0));
    for second in (10..60).step_by(5) {
        story.see(second, list("a", &left_and_right("RUNNING a", "RUNNING b")));
    }
    story.see(60, no_list(GapKind::Refused)).see(60, group_of(&[], 0));
    assert_eq!(
        story.open(),
        ["worker infrastructure: right", "worker infrastructure: left"]
    );
}

#[test]
fn the_only_worker_that_is_lost_is_one_fault_from_its_death_through_the_silence_to_its_return() {
    let mut story = Story::new();
    let all = || list("a", &[connector("left", "RUNNING a", &["RUNNING a"])]);
    story
        .see(0, group_of(&["a"], 0))
        .see(0, all())
        .see(1, answered("a", "4.3.1"));
    let gone = |story: &mut Story, second| {
        story
            .see(second, no_list(GapKind::Refused))
            .see(second, silent("a", GapKind::Refused))
            .see(second, group_of(&[], 0));
    };
    for second in (5..60).step_by(5) {
        gone(&mut story, second);
    }
    assert_eq!(story.open(), ["cluster infrastructure: left"]);
    assert_eq!(story.fault_news(), ["5 opened worker infrastructure: left"]);
    story
        .see(61, answered("a", "4.3.1"))
        .see(65, group_of(&["a"], 0))
        .see(66, all());
    assert_eq!(story.fault_news(), ["66 ended cluster infrastructure: left"]);
    // Two that died one after the other are two until nothing is heard, and then the first one.
    let mut story = two_workers();
    story.see(5, group_of(&["a"], 0));
    for second in (10..60).step_by(5) {
        story.see(second, list("a", &left_and_right("RUNNING a", "RUNNING b")));
    }
    story.fault_news();
    for second in (60..120).step_by(5) {
        story
            .see(second, no_list(GapKind::Refused))
            .see(second, group_of(&[], 0));
    }
    assert_eq!(
        story.open(),
        [
            "worker infrastructure: right unheard",
            "cluster infrastructure: left, right"
        ]
    );
    assert_eq!(story.fault_news(), ["60 opened worker infrastructure: left"]);
}

#[test]
fn workers_that_return_one_after_the_other_stay_one_fault_until_a_list_comes() {
    let mut story = Story::new();
    let on = |worker: &str| connector(worker, &format!("RUNNING {worker}"), &[&format!("RUNNING {worker}")]);
    let all = || list("a", &[on("a"), on("b"), on("c")]);
    story.see(0, group_of(&["a", "b", "c"], 0)).see(0, all());
    story.see(5, no_list(GapKind::Refused)).see(10, group_of(&[], 0));
    story.fault_news();
    story.see(15, group_of(&["a"], 0));
    assert_eq!(story.open(), ["cluster infrastructure: b, c"]);
    story.see(20, group_of(&["a", "b", "c"], 0));
    assert_eq!(story.open(), ["cluster infrastructure: "], "nobody says what runs");
    assert!(
        story.faults[0]
            .root_cause
            .ends_with(" they come back, and none has listed its connectors yet"),
        "{}",
        story.faults[0].root_cause
    );
    story.see(21, all());
    assert!(story.open().is_empty());
    assert_eq!(story.fault_news(), ["21 ended cluster infrastructure: "]);
}

#[test]
fn two_workers_that_return_and_are_never_listed_stay_one_fault_in_silence_too() {
    let mut story = two_workers();
    story.see(5, no_list(GapKind::Refused)).see(10, group_of(&[], 0));
    assert_eq!(story.fault_news(), ["10 opened cluster infrastructure: left, right"]);
    let id = story.faults[0].id.clone();
    for (second, back, members) in [
        (15, ["a"].as_slice(), "right"),
        (20, &["a", "b"], ""),
        (25, &["a", "b"], ""),
        // One falls again: it is still the same event.
        (26, &["b"], "left"),
        (28, &["a", "b"], ""),
        (35, &["a", "b"], "left, right"),
        (40, &["a", "b"], "left, right"),
    ] {
        story
            .see(second, no_list(GapKind::Refused))
            .see(second, group_of(back, 0));
        assert_eq!(
            story.open(),
            [format!("cluster infrastructure: {members}")],
            "at {second}"
        );
        assert_eq!(story.faults[0].id, id);
    }
    assert!(story.verdict("left").starts_with("unknown"));
    assert!(story.fault_news().is_empty());
    story.see(41, list("a", &left_and_right("RUNNING a", "RUNNING b")));
    assert_eq!(story.fault_news(), ["41 ended cluster infrastructure: left, right"]);
}

#[test]
fn who_was_lost_before_keeps_its_own_fault_while_the_others_return() {
    let mut story = Story::new();
    let on = |worker: &str| connector(worker, &format!("RUNNING {worker}"), &[&format!("RUNNING {worker}")]);
    let all = || list("a", &[on("a"), on("b"), on("c")]);
    story.see(0, group_of(&["a", "b", "c"], 0)).see(0, all());
    for second in (5..60).step_by(5) {
        story.see(second, group_of(&["a", "b"], 0)).see(second, all());
    }
    story.see(60, no_list(GapKind::Refused)).see(60, group_of(&[], 0));
    story.fault_news();
    let own = "worker infrastructure: c".to_owned();
    assert_eq!(story.open(), [own.clone(), "cluster infrastructure: a, b".to_owned()]);
    for (second, back, members) in [(65, ["b"].as_slice(), "a"), (70, &["a", "b"], "")] {
        story
            .see(second, no_list(GapKind::Refused))
            .see(second, group_of(back, 0));
        assert_eq!(
            story.open(),
            [own.clone(), format!("cluster infrastructure: {members}")]
        );
    }
    assert!(story.fault_news().is_empty());
}

#[test]
fn whose_death_is_in_doubt_was_not_lost_together_with_another() {
    let mut story = two_workers();
    for second in (5..95).step_by(5) {
        let there: &[&str] = if second < 80 { &[] } else { &["a", "b"] };
        story
            .see(second, no_list(GapKind::Refused))
            .see(second, group_of(there, 0));
    }
    // Still silent, it loses one of those that are back; then a list comes, which puts that death in doubt.
    story.see(96, no_list(GapKind::Refused)).see(98, group_of(&["b"], 0));
    story.see(100, list("b", &left_and_right("RUNNING a", "RUNNING b")));
    assert_eq!(story.worker("a").unconfirmed_since, Some(super::story::at(100)));
    story.see(101, group_of(&[], 0));
    assert_eq!(
        story.open(),
        ["cluster infrastructure: left", "worker infrastructure: right"]
    );
}

#[test]
fn a_cluster_that_restarts_as_a_whole_opens_no_fault_of_a_single_worker_as_its_group_settles() {
    // They may leave one after the other, so that work was held back before.
    for delay_ms in [0, 300_000] {
        whole_restart(delay_ms);
    }
}

fn whole_restart(delay_ms: i32) {
    let mut story = two_workers();
    story.see(5, no_list(GapKind::Refused));
    if delay_ms > 0 {
        story.see(8, group_of(&["b"], delay_ms));
    }
    story.see(10, group_of(&[], 0));
    story.fault_news();
    assert_eq!(story.open(), ["cluster infrastructure: left, right"]);
    let mut joining = members(&["a", "b"], 0);
    joining.state = "PreparingRebalance".into();
    story.see(15, Seen::Members(joining));
    story.see(18, list("a", &left_and_right("RUNNING a", "RUNNING b")));
    story.see(20, group_of(&["a", "b"], 0));
    let news = story.fault_news();
    assert_eq!(news.len(), 1, "{news:?}");
    assert!(news[0].contains("ended cluster infrastructure"), "{news:?}");
    assert_eq!(story.verdict("right").split(' ').next(), Some("healthy"));
}
