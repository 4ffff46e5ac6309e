//! What is gone for long enough is forgotten, and nothing else.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use model::Timestamp;
use model::facts::ClusterFacts;
use model::fold::{self, Touched, forget};
use model::names::WorkerId;

use super::story::{Story, answered, at, connector, group_of, left_and_right, list, names, two_workers};

fn forgotten(facts: &mut ClusterFacts, story: &Story, second: i64) -> Touched {
    forget(facts, &BTreeSet::new(), &story.settings, at(second))
}

fn left_behind(facts: &ClusterFacts) -> BTreeMap<WorkerId, Timestamp> {
    fold::left_behind(facts.workers.values(), facts.connectors.values().map(Arc::as_ref))
}

#[test]
fn a_gone_worker_is_kept_for_its_retention_and_as_long_as_a_status_names_it() {
    let mut story = two_workers();
    story
        .see(1, answered("b", "4.3.1"))
        .see(10, group_of(&["a"], 0))
        .see(10, list("a", &left_and_right("RUNNING a", "RUNNING b")));
    let hour = 3600;
    let mut facts = story.facts.clone();
    assert!(forgotten(&mut facts, &story, 10 + hour).is_empty(), "a status names it");
    story.see(20, list("a", &left_and_right("RUNNING a", "RUNNING a")));
    let mut facts = story.facts.clone();
    assert!(forgotten(&mut facts, &story, 9 + hour).is_empty());
    let touched = forgotten(&mut facts, &story, 10 + hour);
    assert_eq!(touched.workers, ["b".into()].into());
    assert!(touched.about, "nor does the cluster tell what its address answered");
    assert_eq!(facts.workers.len(), 1, "who lives stays");
    assert!(facts.about.addresses.is_empty());
    assert!(facts.fresh.asked.is_empty(), "nor when it was asked for that");
    assert!(forgotten(&mut facts, &story, 11 + hour).is_empty());
}

#[test]
fn who_comes_back_in_time_is_not_forgotten() {
    let mut story = two_workers();
    story
        .see(10, group_of(&["a"], 0))
        .see(20, list("a", &left_and_right("RUNNING a", "RUNNING a")))
        .see(3000, group_of(&["a", "b"], 0))
        .see(3100, group_of(&["a"], 0));
    let mut facts = story.facts.clone();
    assert!(forgotten(&mut facts, &story, 4000).is_empty(), "it left again");
    assert_eq!(forgotten(&mut facts, &story, 6700).workers.len(), 1);
}

#[test]
fn a_deleted_connector_is_kept_for_thirty_days_and_what_names_only_it_goes_with_it() {
    let mut story = two_workers();
    story
        .see(
            0,
            list(
                "a",
                &[
                    connector("left", "RUNNING a", &[]),
                    connector("right", "RUNNING b", &[]),
                ],
            ),
        )
        .see(5, group_of(&["a"], 0))
        .see(10, names("a", &["left"]))
        .see(20, names("a", &["left"]));
    assert!(story.connector("right").deleted_at.is_some());
    let mut facts = story.facts.clone();
    assert_eq!(
        forgotten(&mut facts, &story, 3700).workers.len(),
        1,
        "a deleted connector's status is no live one"
    );
    let days = 30 * 86_400;
    assert!(forgotten(&mut facts, &story, 19 + days).is_empty());
    assert_eq!(
        forgotten(&mut facts, &story, 20 + days).connectors,
        ["right".into()].into()
    );
    assert_eq!(facts.connectors.len(), 1);
}

#[test]
fn who_answers_but_ran_only_what_was_deleted_is_left_behind_and_forgotten() {
    let mut story = Story::new();
    let both = [
        connector("left", "RUNNING a", &[]),
        connector("right", "RUNNING b", &[]),
    ];
    story
        .see(0, list("a", &both))
        .see(1, answered("a", "4.3.1"))
        .see(1, answered("b", "4.3.1"))
        .see(5, list("a", &[connector("left", "RUNNING a", &[])]))
        .see(10, names("a", &["left"]));
    assert!(left_behind(&story.facts).is_empty(), "it may still run it");
    story.see(20, names("b", &["left"]));
    assert!(story.connector("right").deleted_at.is_some());
    assert_eq!(left_behind(&story.facts), [("b".into(), at(20))].into());
    let mut facts = story.facts.clone();
    let hour = 3600;
    assert!(forgotten(&mut facts, &story, 19 + hour).workers.is_empty());
    assert_eq!(forgotten(&mut facts, &story, 20 + hour).workers, ["b".into()].into());

    // In the group it runs what the group gives it, and without any status nobody carries on.
    let mut member = story.clone();
    member.see(30, group_of(&["a", "b"], 0));
    assert!(left_behind(&member.facts).is_empty());
    story
        .see(30, list("a", &[]))
        .see(40, names("a", &[]))
        .see(50, names("b", &[]));
    assert_eq!(left_behind(&story.facts).len(), 2);
    let mut facts = story.facts.clone();
    assert!(forgotten(&mut facts, &story, 60 + hour).is_empty());
}

#[test]
fn who_lost_its_work_to_others_is_not_left_behind() {
    let mut story = Story::new();
    story
        .see(1, list("a", &left_and_right("RUNNING a", "RUNNING b")))
        .see(2, answered("b", "4.3.1"))
        .see(20, list("a", &left_and_right("RUNNING a", "RUNNING a")));
    assert!(left_behind(&story.facts).is_empty());
    let mut facts = story.facts.clone();
    assert!(forgotten(&mut facts, &story, 20 + 86_400).is_empty());
}

#[test]
fn of_deleted_connectors_only_so_many_are_kept_the_last_ones() {
    let mut story = two_workers();
    story.see(5, list("a", &left_and_right("RUNNING a", "RUNNING b")));
    let mut facts = story.facts.clone();
    let one = facts.connectors["left"].clone();
    for number in 0..10_003 {
        let mut connector = (*one).clone();
        connector.name = format!("gone-{number}").into();
        connector.deleted_at = Some(at(10 + number / 2));
        facts.connectors.insert(connector.name.clone(), connector.into());
    }
    let touched = forgotten(&mut facts, &story, 10_000);
    let first: Vec<&str> = touched.connectors.iter().map(|name| name.as_str()).collect();
    assert_eq!(first, ["gone-0", "gone-1", "gone-2"]);
    assert_eq!(facts.connectors.len(), 10_002, "who exists stays");
    assert!(forgotten(&mut facts, &story, 10_000).is_empty());
}
