//! Workers that die and are back under the same address before anybody saw them gone.

use model::observe::{GroupMembers, Seen};

use super::story::{Story, answered, connector, left_and_right, list, members, no_members, two_workers};

/// The group of a and b, where b is its `process`th one and owns what is named.
fn group(process: u32, state: &str, delay_ms: i32, owned: &[&str]) -> GroupMembers {
    let mut group = members(&["a", "b"], delay_ms);
    group.state = state.into();
    let b = &mut group.members[1];
    b.member_id = format!("connect-b-{process}").into();
    b.connectors = owned.iter().map(|name| (*name).into()).collect();
    b.tasks = owned.iter().map(|name| ((*name).into(), 0)).collect();
    group
}

fn running() -> Story {
    let mut story = two_workers();
    story.see(5, Seen::Members(group(1, "Stable", 0, &["right"])));
    story.news();
    assert_eq!(story.verdict("right"), "healthy 0 [healthy]");
    story
}

#[test]
fn what_a_worker_carried_that_was_killed_and_is_back_within_its_session_runs_nowhere() {
    let mut story = running();
    story.see(10, Seen::Members(group(2, "Stable", 20_000, &[])));
    assert_eq!(
        story.news(),
        [
            "10 worker b left dead",
            "10 worker b came again",
            "10 cluster rebalance of 2 led by a, delay 20000"
        ]
    );
    assert_eq!(story.verdict("right"), "unassigned 10 [unassigned]");
    assert_eq!(story.open(), ["worker infrastructure: right"]);
    assert!(
        story.reasons("right").contains("was not given its work back"),
        "{}",
        story.reasons("right")
    );
    assert_eq!(
        story.verdict("left"),
        "healthy 0 [healthy]",
        "nothing happened to the other"
    );
    story.see(12, list("a", &left_and_right("RUNNING a", "RUNNING b")));
    story.see(15, Seen::Members(group(2, "Stable", 20_000, &[])));
    assert_eq!(
        story.verdict("right"),
        "unassigned 10 [unassigned]",
        "REST only repeats what was"
    );
    story.see(30, Seen::Members(group(2, "Stable", 0, &["right"])));
    assert_eq!(story.verdict("right"), "healthy 30 [healthy]");
    assert!(story.open().is_empty());
}

#[test]
fn work_that_is_new_on_it_is_not_what_it_lost() {
    let mut story = running();
    story.see(10, Seen::Members(group(2, "Stable", 20_000, &[])));
    story.see(15, Seen::Members(group(2, "Stable", 15_000, &["made-since"])));
    assert_eq!(story.verdict("right"), "unassigned 10 [unassigned]");
}

#[test]
fn while_the_group_lists_both_processes_or_rebalances_nothing_is_lost_yet() {
    let mut story = running();
    let mut both = group(2, "PreparingRebalance", 0, &[]);
    both.members.push(group(1, "Stable", 0, &["right"]).members.remove(1));
    for look in [both, group(2, "PreparingRebalance", 0, &[])] {
        story.see(10, Seen::Members(look));
        assert!(!story.news().iter().any(|line| line.contains("left")));
        assert_eq!(story.verdict("right"), "healthy 0 [healthy]");
    }
    let mut partial = group(2, "Stable", 0, &[]);
    partial.partial = true;
    story.see(11, Seen::Members(partial));
    assert_eq!(
        story.verdict("right"),
        "healthy 0 [healthy]",
        "a partial answer proves nothing"
    );
    story.see(12, Seen::Members(group(2, "Stable", 20_000, &[])));
    assert_eq!(story.verdict("right"), "unassigned 12 [unassigned]");
}

#[test]
fn a_process_that_joins_anew_with_its_work_has_lost_nothing() {
    let mut story = running();
    story.see(10, Seen::Members(group(2, "Stable", 20_000, &["right"])));
    assert!(!story.news().iter().any(|line| line.contains("left")));
    assert_eq!(story.verdict("right"), "healthy 0 [healthy]");
    // From then on that is its id.
    story.see(15, Seen::Members(group(3, "Stable", 20_000, &[])));
    assert_eq!(story.verdict("right"), "unassigned 15 [unassigned]");
}

#[test]
fn one_that_was_seen_gone_is_told_of_once() {
    let mut story = running();
    story.see(10, Seen::Members(members(&["a"], 20_000)));
    assert_eq!(story.verdict("right"), "unassigned 10 [unassigned]");
    story.news();
    story.see(15, Seen::Members(group(2, "Stable", 20_000, &[])));
    let news = story.news();
    assert_eq!(
        news.iter().filter(|line| line.contains("worker b")).count(),
        1,
        "{news:?}"
    );
    assert_eq!(story.verdict("right"), "unassigned 10 [unassigned]");
}

#[test]
fn one_that_let_go_before_left_in_order() {
    let mut story = running();
    story.see(
        9,
        list(
            "a",
            &[
                connector("left", "RUNNING a", &["RUNNING a"]),
                connector("right", "UNASSIGNED b", &["RUNNING b"]),
            ],
        ),
    );
    story.news();
    story.see(10, Seen::Members(group(2, "Stable", 20_000, &[])));
    assert_eq!(story.news()[0], "10 worker b left in order");
    assert_eq!(story.verdict("right").split(' ').next(), Some("unassigned"));
}

#[test]
fn where_nothing_is_held_back_all_was_placed_at_once() {
    let mut story = running();
    story.see(10, Seen::Members(group(2, "Stable", 0, &[])));
    assert_eq!(story.verdict("right"), "healthy 0 [healthy]");
    assert!(!story.news().iter().any(|line| line.contains("left")));
}

#[test]
fn what_was_known_before_a_pause_is_not_compared_with_what_is_seen_after_it() {
    // Workers were rolled while nobody looked: the statuses known are from before.
    for second in [60, 3_600] {
        let mut story = running();
        story.see(second, Seen::Members(group(2, "Stable", 20_000, &["left"])));
        story.see(second + 1, list("a", &left_and_right("RUNNING b", "RUNNING a")));
        assert!(
            !story.news().iter().any(|line| line.contains("worker b left")),
            "after {second} s"
        );
        assert_eq!(story.worker("b").without_work_since, None);
    }
}

#[test]
fn of_two_workers_that_name_one_address_neither_is_the_others_successor() {
    let mut story = running();
    let mut two = group(1, "Stable", 0, &["right"]);
    two.members.push(group(2, "Stable", 0, &[]).members.remove(1));
    story.see(10, Seen::Members(two)).news();
    let mut others = group(3, "Stable", 20_000, &[]);
    others
        .members
        .push(group(2, "Stable", 20_000, &["right"]).members.remove(1));
    story.see(12, Seen::Members(others));
    assert_eq!(story.verdict("right"), "healthy 0 [healthy]");
    story.see(15, Seen::Members(group(2, "Stable", 20_000, &[])));
    assert!(!story.news().iter().any(|line| line.contains("worker b left")));
}

#[test]
fn one_that_was_told_gone_is_not_told_so_again_when_its_group_settles() {
    let mut story = running();
    story.see(10, Seen::Members(members(&["a"], 0)));
    story.see(12, Seen::Members(group(2, "PreparingRebalance", 0, &[])));
    story.news();
    assert_eq!(
        story.verdict("right"),
        "unassigned 10 [unassigned]",
        "nobody was given anything yet"
    );
    story.see(14, Seen::Members(group(2, "Stable", 20_000, &[])));
    assert!(!story.news().iter().any(|line| line.contains("worker b")));
    assert_eq!(
        story.verdict("right"),
        "unassigned 10 [unassigned]",
        "and it is held back now"
    );
    story.see(20, Seen::Members(group(2, "Stable", 0, &["right"])));
    assert_eq!(story.verdict("right").split(' ').next(), Some("healthy"));
}

#[test]
fn one_that_died_while_nobody_looked_is_compared_once_there_is_a_fresh_list() {
    let mut story = running();
    story.see(60, Seen::Members(group(2, "Stable", 300_000, &[])));
    assert_eq!(
        story.verdict("right").split(' ').next(),
        Some("healthy"),
        "nothing newer is known"
    );
    story.see(61, list("a", &left_and_right("RUNNING a", "RUNNING b")));
    story.see(65, Seen::Members(group(2, "Stable", 295_000, &[])));
    assert_eq!(story.verdict("right"), "unassigned 65 [unassigned]");
}

#[test]
fn another_workers_delay_that_is_over_holds_nothing_back_here() {
    let mut story = running();
    story
        .see(8, Seen::Members(group(1, "Stable", 20_000, &["right"])))
        .news();
    story.see(10, Seen::Members(group(2, "Stable", 0, &[])));
    assert_eq!(story.verdict("right"), "healthy 0 [healthy]");
}

#[test]
fn what_kafka_no_longer_tells_rests_on_rest_again() {
    let mut story = running();
    story.see(10, Seen::Members(group(2, "Stable", 20_000, &[])));
    assert_eq!(story.verdict("right"), "unassigned 10 [unassigned]");
    for second in (15..90).step_by(5) {
        story.see(second, no_members());
        story
            .see(second, answered("a", "4.3.1"))
            .see(second, answered("b", "4.3.1"));
        story.see(second + 1, list("a", &left_and_right("RUNNING a", "RUNNING b")));
    }
    assert_eq!(story.worker("b").member, None);
    assert!(
        story.verdict("right").starts_with("healthy"),
        "{}: {}",
        story.verdict("right"),
        story.reasons("right")
    );
}
