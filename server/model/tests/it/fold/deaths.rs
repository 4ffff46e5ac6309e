//! Workers that die, leave and return.

use model::facts::Alive;
use model::observe::{GapKind, Seen, Source};

use super::story::{
    Story, answered, at, connector, group_of, left_and_right, list, members, no_list, no_members, silent, two_workers,
};

#[test]
fn a_killed_worker_is_gone_with_the_group_though_rest_says_running() {
    let mut story = two_workers();
    assert_eq!(story.verdict("right"), "healthy 0 [healthy]");
    story.see(10, group_of(&["a"], 0));
    assert_eq!(
        story.news(),
        ["10 worker b left dead", "10 cluster rebalance of 1 led by a, delay 0"]
    );
    assert_eq!(story.alive("b"), Alive::Dead);
    assert_eq!(story.verdict("right"), "unassigned 10 [unassigned]");
    assert_eq!(story.verdict("left"), "healthy 0 [healthy]");
    assert_eq!(story.open(), ["worker infrastructure: right"]);

    story.see(12, group_of(&["a"], 20_000));
    assert_eq!(story.news(), ["12 cluster rebalance of 1 led by a, delay 20000"]);
    assert_eq!(story.facts.about.group.as_ref().unwrap().delay_until, Some(at(32)));
    story.see(15, list("a", &left_and_right("RUNNING a", "RUNNING b")));
    assert!(story.news().is_empty(), "REST tells nothing new");
    assert_eq!(story.verdict("right"), "unassigned 10 [unassigned]");
    assert!(
        story.reasons("right").contains("REST still says RUNNING"),
        "{}",
        story.reasons("right")
    );
    assert!(story.reasons("right").contains("holds the lost work back until"));

    story.see(32, group_of(&["a"], 0));
    story.see(33, list("a", &left_and_right("RUNNING a", "RUNNING a")));
    assert_eq!(
        story.news(),
        [
            "32 cluster rebalance of 1 led by a, delay 0",
            "33 right RUNNING>RUNNING on b>a",
            "33 right/0 RUNNING>RUNNING on b>a"
        ]
    );
    assert_eq!(story.verdict("right"), "healthy 33 [healthy]");
    assert!(story.open().is_empty());
}

#[test]
fn what_rest_still_says_of_a_gone_worker_is_said_of_each_part() {
    let told = |parts: &[(&str, &[&str])]| {
        let mut story = two_workers();
        let list_of = parts
            .iter()
            .map(|(instance, tasks)| connector("right", instance, tasks));
        let all: Vec<_> = [connector("left", "RUNNING a", &["RUNNING a"])]
            .into_iter()
            .chain(list_of)
            .collect();
        story.see(5, list("a", &all));
        story.see(10, group_of(&["a"], 0));
        story.reasons("right")
    };
    for (instance, tasks, said) in [
        (
            "RUNNING b",
            &["RUNNING b"][..],
            "REST still says RUNNING for the connector and task 0 there",
        ),
        (
            "RUNNING b",
            &["UNASSIGNED b"],
            "REST still says RUNNING for the connector and UNASSIGNED for task 0 there",
        ),
        (
            "RUNNING a",
            &["RUNNING b", "UNASSIGNED b", "RUNNING b"],
            "REST still says RUNNING for tasks 0, 2 and UNASSIGNED for task 1 there",
        ),
    ] {
        let reasons = told(&[(instance, tasks)]);
        assert!(reasons.contains(said), "{reasons}");
    }
}

#[test]
fn an_orderly_exit_seen_in_rest_before_the_group_is_no_death() {
    let mut story = two_workers();
    let leaving = [
        connector("left", "RUNNING a", &["RUNNING a"]),
        connector("right", "UNASSIGNED b", &["RUNNING b"]),
    ];
    story.see(5, list("a", &leaving));
    assert_eq!(story.news(), ["5 right RUNNING>UNASSIGNED on b"]);
    assert_eq!(story.verdict("right"), "restarting 5 [healthy]");
    story.see(6, group_of(&["a"], 20_000));
    assert_eq!(
        story.news(),
        [
            "6 worker b left in order",
            "6 cluster rebalance of 1 led by a, delay 20000"
        ]
    );
    assert_eq!(story.alive("b"), Alive::GoneInOrder);
    assert_eq!(story.verdict("right"), "unassigned 6 [unassigned]");
    assert!(
        story.reasons("right").contains("left in order"),
        "{}",
        story.reasons("right")
    );
}

#[test]
fn one_connector_that_was_let_go_of_earlier_makes_no_orderly_exit() {
    let stray = || {
        let mut all = left_and_right("RUNNING a", "RUNNING b");
        all.push(connector("stray", "UNASSIGNED b", &[]));
        all.push(connector("hurt", "FAILED b", &[]));
        all
    };
    let mut story = two_workers();
    story.see(5, list("a", &stray())).see(6, group_of(&["a"], 20_000));
    assert_eq!(story.alive("b"), Alive::Dead);
    story.see(7, list("a", &stray()));
    assert_eq!(story.alive("b"), Alive::Dead, "nor does it put the death right");
    // What was moved elsewhere tells no more; what failed writes nothing when its worker exits.
    let mut moved = stray();
    moved[1] = connector("right", "RUNNING a", &["RUNNING a"]);
    let mut story = two_workers();
    story.see(5, list("a", &moved)).see(6, group_of(&["a"], 20_000));
    assert_eq!(story.alive("b"), Alive::GoneInOrder);
}

#[test]
fn tasks_tell_of_an_exit_where_the_worker_had_no_connector_instance() {
    let only_tasks = |task: &str| [connector("left", "RUNNING a", &["RUNNING a", task])];
    for (task, alive) in [("UNASSIGNED b", Alive::GoneInOrder), ("RUNNING b", Alive::Dead)] {
        let mut story = two_workers();
        story
            .see(1, list("a", &[connector("right", "RUNNING a", &["RUNNING a"])]))
            .see(5, list("a", &only_tasks(task)))
            .see(6, group_of(&["a"], 0));
        assert_eq!(story.alive("b"), alive, "{task}");
    }
}

#[test]
fn an_orderly_exit_seen_in_rest_after_the_group_puts_the_death_right() {
    let mut story = two_workers();
    story.see(6, group_of(&["a"], 20_000));
    assert_eq!(story.alive("b"), Alive::Dead);
    story.news();
    story.see(7, list("a", &left_and_right("RUNNING a", "UNASSIGNED b")));
    assert_eq!(
        story.news(),
        [
            "7 right RUNNING>UNASSIGNED on b",
            "7 right/0 RUNNING>UNASSIGNED on b",
            "7 worker b left in order"
        ]
    );
    assert_eq!(story.worker("b").since, at(6), "it left when it left");
    assert_eq!(story.verdict("right"), "unassigned 6 [unassigned]");
}

#[test]
fn all_workers_killed_is_unassigned_first_and_unknown_once_both_are_silent() {
    let mut story = two_workers();
    story.see(5, no_list(GapKind::Refused)).see(10, group_of(&[], 0));
    let news = story.news();
    assert_eq!(
        news,
        [
            "10 worker a left dead",
            "10 worker b left dead",
            "10 cluster rebalance of 0 led by none, delay 0"
        ]
    );
    assert_eq!(story.verdict("left"), "unassigned 10 [unassigned]");
    story.see(11, no_list(GapKind::Refused));
    assert_eq!(story.news(), ["11 cluster unreachable: Refused"]);
    story.see(39, no_list(GapKind::Refused)).see(39, group_of(&[], 0));
    assert_eq!(story.verdict("left"), "unassigned 10 [unassigned]");
    story.judge(41);
    // One moment for all of them, however often each was judged before: last heard at 10, and the limit is 30 s.
    assert_eq!(story.verdict("left"), "unknown 40 [unknown]");
    assert_eq!(story.verdict("right"), "unknown 40 [unknown]");
    assert_eq!(story.open(), ["cluster infrastructure: left, right"]);
    assert!(story.reasons("left").contains("its Connect group has no member"));

    story.see(100, group_of(&["a", "b"], 0));
    assert_eq!(
        story.news(),
        [
            "100 worker a came again",
            "100 worker b came again",
            "100 cluster rebalance of 2 led by a, delay 0"
        ]
    );
    // What ran before they died, they run no more until a list says so.
    assert_eq!(story.verdict("left"), "unknown 40 [unknown]");
    story.see(101, list("b", &left_and_right("RUNNING a", "RUNNING b")));
    assert_eq!(story.verdict("left"), "healthy 101 [healthy]");
    assert_eq!(story.news(), ["101 cluster reachable"]);
    assert!(story.open().is_empty());
}

#[test]
fn a_killed_leader_leaves_no_delay() {
    let mut story = two_workers();
    story.see(8, group_of(&["b"], 0));
    assert_eq!(
        story.news(),
        ["8 worker a left dead", "8 cluster rebalance of 1 led by b, delay 0"]
    );
    assert_eq!(story.verdict("left"), "unassigned 8 [unassigned]");
    assert!(!story.reasons("left").contains("holds the lost work back"));
    story.see(10, list("b", &left_and_right("RUNNING b", "RUNNING b")));
    assert_eq!(story.verdict("left"), "healthy 10 [healthy]");
}

#[test]
fn a_frozen_worker_that_returns_is_the_same_worker_again() {
    let mut story = two_workers();
    story.see(10, group_of(&["a"], 20_000));
    assert_eq!(story.verdict("right"), "unassigned 10 [unassigned]");
    let first = story.faults[0].id.clone();
    story.news();
    story.see(25, group_of(&["a", "b"], 0));
    assert_eq!(
        story.news(),
        ["25 worker b came again", "25 cluster rebalance of 2 led by a, delay 0"]
    );
    assert_eq!(
        story.verdict("right"),
        "healthy 25 [healthy]",
        "healthy since it returned, not since the start"
    );
    assert!(story.open().is_empty());
    story.see(60, group_of(&["a"], 20_000));
    assert_eq!(story.open(), ["worker infrastructure: right"]);
    assert_ne!(story.faults[0].id, first, "another death is another fault");
}

#[test]
fn a_second_death_has_a_delay_of_its_own() {
    let mut story = two_workers();
    story.see(10, group_of(&["a"], 20_000));
    story.see(40, group_of(&["a"], 20_000));
    assert_eq!(
        story.facts.about.group.as_ref().unwrap().delay_until,
        Some(at(60)),
        "a delay that is over explains nothing"
    );
}

#[test]
fn a_worker_that_died_before_anybody_watched_is_found_dead() {
    let mut story = two_workers();
    story.see(5, list("a", &[connector("old", "RUNNING z", &[])]));
    assert_eq!(story.alive("z"), Alive::Unknown);
    assert_eq!(story.verdict("old"), "healthy 5 []");
    story.news();
    story.see(6, group_of(&["a", "b"], 0));
    assert_eq!(story.news(), ["6 worker z left dead"]);
    assert_eq!(story.verdict("old"), "unassigned 6 []");
}

#[test]
fn an_older_answer_of_the_group_buries_nobody() {
    let mut story = two_workers();
    story.see(10, list("a", &[connector("new", "RUNNING c", &[])]));
    story.see(9, group_of(&["a", "b"], 0));
    assert_eq!(
        story.alive("c"),
        Alive::Unknown,
        "it was asked before the worker was heard of"
    );
}

#[test]
fn a_connector_is_not_older_than_itself_on_a_worker_long_gone() {
    let mut story = two_workers();
    story.see(10, group_of(&["a"], 0));
    story.see(60, list("a", &[connector("new", "RUNNING b", &["RUNNING b"])]));
    assert_eq!(story.verdict("new"), "unassigned 60 [unassigned]");
    story.see(65, group_of(&["a"], 0));
    assert_eq!(story.verdict("new"), "unassigned 60 [unassigned]");
}

#[test]
fn a_worker_that_returns_within_the_delay_runs_nothing_until_its_work_is_given_back() {
    let mut story = two_workers();
    story.see(10, group_of(&["a"], 20_000));
    assert_eq!(story.verdict("right"), "unassigned 10 [unassigned]");
    story.news();

    // It is back, the leader still holds the work back, and REST never said anything but RUNNING.
    story.see(14, group_of(&["a", "b"], 16_000));
    story.see(15, list("a", &left_and_right("RUNNING a", "RUNNING b")));
    assert_eq!(story.alive("b"), Alive::Yes);
    assert_eq!(story.verdict("right"), "unassigned 10 [unassigned]");
    assert!(
        story.reasons("right").contains("was not given its work back"),
        "{}",
        story.reasons("right")
    );
    assert_eq!(story.open(), ["worker infrastructure: right"]);
    assert_eq!(story.verdict("left"), "healthy 0 [healthy]");

    // The delay is over and the work placed: only the group tells, REST looks as it did all along.
    story.see(31, group_of(&["a", "b"], 0));
    assert_eq!(story.verdict("right"), "healthy 31 [healthy]");
    assert!(story.open().is_empty());
}

#[test]
fn a_group_that_emptied_holds_nothing_back() {
    let mut story = two_workers();
    story.see(10, group_of(&["a"], 300_000));
    let held = "The leader holds the lost work back";
    assert!(story.reasons("right").contains(held), "{}", story.reasons("right"));
    let holds = |story: &Story, second| story.facts.about.group.as_ref().unwrap().holds_until(at(second));
    assert_eq!((holds(&story, 309), holds(&story, 310)), (Some(at(310)), None));
    let mut empty = members(&[], 0);
    empty.state = "PreparingRebalance".into();
    story.see(15, Seen::Members(empty));
    let group = story.facts.about.group.as_ref().unwrap();
    assert_eq!((group.delay_until, group.holds_until(at(15))), (Some(at(310)), None));
    assert!(!story.reasons("right").contains(held), "{}", story.reasons("right"));
}

#[test]
fn who_told_of_a_death_stands_beside_it() {
    let told_by = |story: &Story| story.verdicts["right"].reasons[0].source;
    let mut story = two_workers();
    story.see(1, answered("a", "4.3.1")).see(2, answered("b", "4.3.1"));
    let mut by_group = story.clone();
    by_group.see(10, group_of(&["a"], 0));
    assert_eq!(told_by(&by_group), Source::Group);

    // The group was seen once, and tells no more: what its silence does not tell, probes do.
    for second in (5..40).step_by(5) {
        story
            .see(second, list("a", &left_and_right("RUNNING a", "RUNNING b")))
            .see(second, no_members());
    }
    for second in [40, 46, 52] {
        story.see(second, silent("b", GapKind::Refused));
    }
    assert_eq!(story.verdict("right"), "unassigned 52 [unassigned]");
    assert_eq!(told_by(&story), Source::Probe);
    story.see(55, list("a", &left_and_right("RUNNING a", "UNASSIGNED b")));
    assert_eq!(story.alive("b"), Alive::GoneInOrder);
    assert_eq!(told_by(&story), Source::Rest);
}

#[test]
fn a_cluster_that_hangs_whole_is_one_silence_and_nobody_s_death() {
    for kind in [GapKind::TimedOut, GapKind::Unreachable] {
        let rest = || list("a", &left_and_right("RUNNING a", "RUNNING b"));
        let mut story = Story::new();
        story
            .see(0, rest())
            .see(1, answered("a", "4.3.1"))
            .see(2, answered("b", "4.3.1"))
            .news();
        for second in (5..60).step_by(5) {
            story
                .see(second, no_list(kind))
                .see(second, silent("a", kind))
                .see(second + 1, silent("b", kind));
            let health = story.verdict("right");
            assert!(!health.starts_with("unassigned"), "{kind:?} at {second}: {health}");
        }
        assert_eq!(
            (story.alive("a"), story.alive("b")),
            (Alive::Yes, Alive::Yes),
            "{kind:?}"
        );
        assert_eq!(story.open(), ["cluster infrastructure: left, right"]);
        // It is heard again by one of them: whoever stays silent then is gone after the usual proof.
        for second in [60, 65, 70] {
            assert_eq!(story.alive("b"), Alive::Yes, "{kind:?} at {second}");
            story.see(second, rest()).see(second, silent("b", kind));
        }
        assert_eq!(story.alive("b"), Alive::Dead, "{kind:?}");
        assert_eq!(story.verdict("right"), "unassigned 70 [unassigned]");
    }
}

#[test]
fn one_worker_that_hangs_is_gone_while_another_one_answers() {
    let mut story = Story::new();
    story
        .see(0, list("a", &left_and_right("RUNNING a", "RUNNING b")))
        .see(1, answered("a", "4.3.1"))
        .see(2, answered("b", "4.3.1"))
        .news();
    // Lists may take long: that an address answers is enough.
    for second in [5, 10, 15] {
        story
            .see(second, answered("a", "4.3.1"))
            .see(second, silent("b", GapKind::TimedOut));
    }
    assert_eq!(story.alive("b"), Alive::Dead);
}
