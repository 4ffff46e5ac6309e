//! What is gone for long enough is forgotten, and nothing else.

use model::facts::ClusterFacts;
use model::fold::{Touched, forget};

use super::story::{Story, answered, at, connector, group_of, left_and_right, list, names, two_workers};

fn forgotten(facts: &mut ClusterFacts, story: &Story, second: i64) -> Touched {
    forget(facts, &story.settings, at(second))
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
