//! Who lives where Kafka is asked no more, or for another group: what it said of the one before proves nothing.

use model::facts::{Alive, WorkerFacts};
use model::internal::{InternalTopic, TopicSeen};
use model::observe::{GapKind, GroupMembers, Seen};

use super::story::{Story, answered, group_of, left_and_right, list, members, no_members, silent, two_workers};

fn membership(story: &Story) -> Vec<Option<bool>> {
    story.facts.workers.values().map(|worker| worker.member).collect()
}

#[test]
fn of_a_cluster_without_kafka_nobody_is_in_a_group_or_out_of_it() {
    let mut story = two_workers();
    story.see(5, group_of(&["a", "b"], 0)).see(10, group_of(&["a"], 0));
    assert_eq!(membership(&story), [Some(true), Some(false)]);
    let told = story.history.len();
    story.see(12, no_members());
    assert!(story.facts.about.group_gap.is_some());
    story.see(15, Seen::Ungrouped);
    assert_eq!(membership(&story), [None, None]);
    assert!(story.facts.about.group.is_none() && story.facts.fresh.group.is_none());
    let alive = |id: &str| story.facts.workers[id].alive;
    assert_eq!(
        (alive("a"), alive("b")),
        (Alive::Unknown, Alive::Unknown),
        "nobody ever asked them"
    );
    assert!(story.facts.about.group_gap.is_none());
    let forgotten = |worker: &WorkerFacts| worker.member_id.is_none() && worker.without_work_since.is_none();
    assert!(story.facts.workers.values().all(|worker| forgotten(worker)));
    assert_eq!(story.history.len(), told, "nobody came or went by it");
    // Once is enough.
    let before = story.facts.clone();
    story.see(20, Seen::Ungrouped);
    assert_eq!(story.facts, before);
}

#[test]
fn who_is_not_in_a_group_that_was_not_asked_for_before_is_not_gone() {
    let mut story = two_workers();
    story.see(5, group_of(&["a", "b"], 0));
    let told = story.history.len();
    let mistyped = GroupMembers {
        group_id: "connect-ordres".into(),
        ..members(&[], 0)
    };
    story.see(10, Seen::Members(mistyped));
    assert_eq!(membership(&story), [None, None]);
    assert!(story.facts.workers.values().all(|worker| !worker.alive.gone()));
    assert_eq!(story.history.len(), told, "{:?}", story.history);
    // And back.
    story.see(15, group_of(&["a", "b"], 0));
    assert_eq!(membership(&story), [Some(true), Some(true)]);
}

#[test]
fn of_who_was_gone_by_the_group_its_own_address_tells_where_it_ever_answered() {
    let mut story = two_workers();
    story
        .see(1, answered("a", "4.3.1"))
        .see(1, answered("b", "4.3.1"))
        .see(5, group_of(&["a", "b"], 0))
        .see(8, answered("a", "4.3.1"))
        .see(9, silent("b", GapKind::Refused))
        .see(10, group_of(&["a"], 0))
        .see(15, Seen::Ungrouped);
    let evidence = story.worker("b").evidence.clone();
    assert!(story.alive("b").gone());
    assert!(
        !evidence.contains("Kafka is not asked"),
        "{evidence}: that is not why it is gone"
    );
    // What it answered before Kafka told last says nothing of now.
    assert_eq!(story.alive("a"), Alive::Unknown);
    story.see(20, answered("a", "4.3.1")).see(21, answered("b", "4.3.1"));
    assert_eq!((story.alive("a"), story.alive("b")), (Alive::Yes, Alive::Yes));
    // Whoever answered since is not doubted.
    let mut story = two_workers();
    story
        .see(5, group_of(&["a", "b"], 0))
        .see(6, answered("a", "4.3.1"))
        .see(7, Seen::Ungrouped);
    assert_eq!((story.alive("a"), story.alive("b")), (Alive::Yes, Alive::Unknown));
    assert!(story.worker("a").evidence.ends_with("; its address answers"));
}

#[test]
fn an_address_that_fails_since_kafka_told_proves_no_life() {
    let mut story = two_workers();
    story
        .see(1, answered("a", "4.3.1"))
        .see(5, group_of(&["a", "b"], 0))
        .see(6, silent("a", GapKind::Refused))
        .see(7, Seen::Ungrouped);
    assert_eq!(story.alive("a"), Alive::Unknown);
    let evidence = &story.worker("a").evidence;
    assert!(evidence.ends_with(", and its address does not answer"), "{evidence}");
}

#[test]
fn behind_an_ingress_nobody_stays_gone_by_a_group_that_was_another_ones() {
    let mut story = Story::new();
    let both = || list("ingress", &left_and_right("RUNNING a", "RUNNING b"));
    story.see(0, answered("ingress", "4.3.1")).see(0, both());
    story.see(5, group_of(&["c", "d"], 0)).see(10, Seen::Ungrouped);
    for second in (15..120).step_by(5) {
        story.see(second, both());
        story.see(second, silent("a", GapKind::Unreachable));
        story.see(second, silent("b", GapKind::Unreachable));
    }
    assert!(
        story.verdict("right").starts_with("healthy"),
        "{}",
        story.verdict("right")
    );
}

#[test]
fn a_group_that_nobody_was_ever_in_tells_nothing_while_workers_answer() {
    let mut story = Story::new();
    story.see(0, answered("a", "4.3.1")).see(5, group_of(&[], 0));
    assert!(story.facts.about.group_gap.is_none(), "nobody listed yet");
    story.see(6, list("a", &[])).see(10, group_of(&[], 0));
    assert!(
        story.facts.about.group_gap.is_some(),
        "also where there is no connector"
    );
    story
        .see(11, list("a", &left_and_right("RUNNING a", "RUNNING b")))
        .see(12, group_of(&[], 0));
    let gap = story.facts.about.group_gap.clone().unwrap();
    assert!(
        gap.text.contains("has no member") && gap.text.contains("`group_id`"),
        "{}",
        gap.text
    );
    assert_eq!(membership(&story), [None, None]);
    story.see(15, group_of(&["a", "b"], 0));
    assert!(story.facts.about.group_gap.is_none());
    assert_eq!(membership(&story), [Some(true), Some(true)]);
    // One that they were in is theirs, and they left it.
    story.see(20, group_of(&[], 0));
    assert!(story.facts.about.group_gap.is_none());
    assert_eq!(membership(&story), [Some(false), Some(false)]);
    story.see(25, no_members());
    assert!(story.facts.about.group_gap.is_some());
}

#[test]
fn a_group_that_had_members_is_theirs_also_after_kafka_was_away() {
    let mut story = two_workers();
    story.see(0, answered("a", "4.3.1")).see(0, group_of(&["a", "b"], 0));
    let all = || list("a", &left_and_right("RUNNING a", "RUNNING b"));
    for second in (5..60).step_by(5) {
        story.see(second, all()).see(second, no_members());
    }
    assert_eq!(membership(&story), [None, None]);
    for second in (60..80).step_by(5) {
        story.see(second, all()).see(second, group_of(&[], 0));
        assert!(story.facts.about.group_gap.is_none(), "{second}");
    }
}

#[test]
fn topics_that_nobody_reads_any_more_are_not_said_to_tell_anything() {
    let mut story = two_workers();
    let told = TopicSeen {
        kind: InternalTopic::Status,
        name: Some("connect-status".into()),
        gap: None,
    };
    story.see(5, Seen::Topic(told));
    assert_eq!(story.facts.about.topics.len(), 1);
    story.see(10, Seen::Ungrouped);
    assert!(story.facts.about.topics.is_empty());
}
