//! Who lives where Kafka is asked no more, or for another group: what it said of the one before proves nothing.

use model::facts::Alive;
use model::observe::{GroupMembers, Seen};

use super::story::{Story, group_of, two_workers};

fn membership(story: &Story) -> Vec<Option<bool>> {
    story.facts.workers.values().map(|worker| worker.member).collect()
}

#[test]
fn of_a_cluster_without_kafka_nobody_is_in_a_group_or_out_of_it() {
    let mut story = two_workers();
    story.see(5, group_of(&["a", "b"], 0)).see(10, group_of(&["a"], 0));
    assert_eq!(membership(&story), [Some(true), Some(false)]);
    let told = story.history.len();
    story.see(15, Seen::Ungrouped);
    assert_eq!(membership(&story), [None, None]);
    assert!(story.facts.about.group.is_none() && story.facts.fresh.group.is_none());
    let alive = |id: &str| story.facts.workers[id].alive;
    assert_eq!(
        (alive("a"), alive("b").gone()),
        (Alive::Unknown, true),
        "nobody asked them since"
    );
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
        ..super::story::members(&[], 0)
    };
    story.see(10, Seen::Members(mistyped));
    assert_eq!(membership(&story), [None, None]);
    assert!(story.facts.workers.values().all(|worker| !worker.alive.gone()));
    assert_eq!(story.history.len(), told, "{:?}", story.history);
    // And back.
    story.see(15, group_of(&["a", "b"], 0));
    assert_eq!(membership(&story), [Some(true), Some(true)]);
}
