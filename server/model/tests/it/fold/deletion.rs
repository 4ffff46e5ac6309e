//! What is gone from lists, and what only seems so.

use chrono::TimeDelta;
use model::judge::{judge, last_true, surroundings};
use model::observe::GapKind;
use model::verdict::{Health, Verdict};

use super::story::{
    Story, answered, at, configured, connector, group_of, left_and_right, list, names, no_list, no_members, two_workers,
};

/// Two workers whose addresses answer.
fn answering() -> Story {
    let mut story = two_workers();
    story.see(1, answered("a", "4.3.1")).see(1, answered("b", "4.3.1"));
    story
}

fn only_left() -> Vec<(model::names::ConnectorName, model::observe::ListedConnector)> {
    vec![connector("left", "RUNNING a", &["RUNNING a"])]
}

#[test]
fn an_expanded_list_deletes_nothing_and_what_it_lacks_is_not_seen_any_more() {
    let mut story = answering();
    for second in (5..60).step_by(5) {
        story
            .see(second, list("a", &only_left()))
            .see(second, list("b", &only_left()));
        let expected = if second < 20 {
            "healthy 0 [healthy]"
        } else {
            "unknown 5 [unknown]"
        };
        assert_eq!(story.verdict("right"), expected, "{second}");
    }
    assert!(story.news().is_empty());
    assert_eq!(story.verdict("left"), "healthy 0 [healthy]");
}

#[test]
fn a_status_that_vanishes_makes_unknown_after_a_while_and_comes_back() {
    let mut story = answering();
    let missing = |story: &Story| story.connector("right").status_missing.clone();
    for second in (5..60).step_by(5) {
        story
            .see(second, list("a", &only_left()))
            .see(second, names("a", &["left", "right"]));
        let status = missing(&story).unwrap();
        assert_eq!(status.since, at(5));
        assert_eq!(status.named, second >= 20, "named too early may be a deletion");
    }
    assert_eq!(story.verdict("right"), "unknown 5 [unknown]");
    assert_eq!(
        story.reasons("right"),
        "The workers know this connector, but its status has vanished"
    );
    assert_eq!(story.open(), ["connector unsure: right"]);
    assert!(story.news().is_empty());
    story.see(60, list("a", &only_left()));
    assert!(story.touched.is_empty(), "nothing is written while it stays so");
    story.see(65, list("a", &left_and_right("RUNNING a", "RUNNING b")));
    assert_eq!(missing(&story), None);
    assert_eq!(story.verdict("right"), "healthy 65 [healthy]");
    assert!(story.open().is_empty() && story.news().is_empty());
}

#[test]
fn the_verdict_on_a_vanished_status_comes_without_a_look() {
    let mut story = answering();
    story.see(5, list("a", &only_left()));
    let (right, now) = (story.connector("right"), at(6));
    let (around, _) = surroundings(&story.facts, &story.settings, now);
    let judged = judge(&story.facts, right, &around, &story.settings, None, now);
    assert_eq!(judged.valid_until, Some(at(20)));
    assert_eq!(story.judge(19).verdict("right"), "healthy 0 [healthy]");
    assert_eq!(story.judge(20).verdict("right"), "unknown 5 [unknown]");
}

#[test]
fn the_time_for_a_deletion_is_the_grace_or_three_looks() {
    let mut story = answering();
    story.settings.interval = TimeDelta::seconds(1);
    story.see(5, list("a", &only_left()));
    assert_eq!(story.judge(14).verdict("right"), "healthy 0 [healthy]");
    assert_eq!(story.judge(15).verdict("right"), "unknown 5 [unknown]");
}

#[test]
fn a_status_that_cannot_be_read_has_vanished_too() {
    let mut story = answering();
    let mut unread = left_and_right("RUNNING a", "RUNNING b");
    unread[1].1.instance = None;
    unread[1].1.tasks.clear();
    story.see(5, list("a", &unread)).see(20, list("a", &unread));
    assert_eq!(story.verdict("right"), "unknown 5 [unknown]");
}

#[test]
fn the_list_of_a_worker_outside_the_group_hides_no_status() {
    let mut story = answering();
    story
        .see(4, group_of(&["a"], 0))
        .see(5, list("b", &[]))
        .see(30, list("b", &[]));
    assert_eq!(story.connector("left").status_missing, None);
    assert_eq!(story.verdict("left"), "healthy 0 [healthy]");
}

#[test]
fn a_deletion_does_not_pass_through_unknown() {
    let mut story = answering();
    for (second, by) in [(5, "a"), (10, "b")] {
        story
            .see(second, list(by, &only_left()))
            .see(second, names(by, &["left"]));
        let seen = story.verdicts.get("right").map(|verdict| verdict.health.as_str());
        assert_eq!(seen, (second < 10).then_some("healthy"));
    }
    assert_eq!(story.news(), ["10 right deleted by outside"]);
    assert_eq!(story.connector("right").missing, None);
}

#[test]
fn a_deletion_whose_proof_is_late_is_called_so_once_the_last_states_are_stale() {
    let mut story = answering();
    for second in (5..50).step_by(5) {
        story
            .see(second, list("a", &only_left()))
            .see(second, names("a", &["left"]));
        let expected = match second < 35 {
            true => "healthy 0 [healthy]",
            false => "unknown 5 [unknown]",
        };
        assert_eq!(story.verdict("right"), expected, "{second}");
    }
    assert_eq!(
        story.reasons("right"),
        "This connector is listed no more; that it was deleted is not proven yet"
    );
    let unknown = story.verdicts["right"].clone();
    let last = |story: &Story| last_true(&story.facts, story.connector("right"), &story.settings, &unknown);
    assert_eq!(last(&story), None, "it is not deleted yet");

    story.see(50, names("b", &["left"]));
    assert_eq!(story.news(), ["50 right deleted by outside"]);
    let last = last(&story).unwrap();
    assert_eq!((last.health, last.since), (Health::Healthy, at(0)));
}

#[test]
fn the_last_true_verdict_is_of_the_time_when_it_was_seen_last() {
    let mut story = answering();
    story.see(4, list("a", &left_and_right("RUNNING a", "FAILED b boom")));
    for second in (5..45).step_by(5) {
        story
            .see(second, list("a", &only_left()))
            .see(second, names("a", &["left"]));
    }
    // Its worker dies after it was seen last, and no other one is left to be asked.
    story.see(45, group_of(&["a"], 0)).see(45, names("a", &["left"]));
    let unknown = Verdict {
        health: Health::Unknown,
        ..story.verdicts["left"].clone()
    };
    let last = |name: &str, verdict: &Verdict| {
        let last = last_true(&story.facts, story.connector(name), &story.settings, verdict);
        last.map(|verdict| verdict.health)
    };
    assert_eq!(last("right", &unknown), Some(Health::Failed));
    assert_eq!(last("right", &story.verdicts["left"]), None, "what was seen counts");
    assert_eq!(last("left", &unknown), None, "it is not deleted");
}

#[test]
fn what_was_deleted_while_its_cluster_was_silent_does_not_become_healthy_once_more() {
    let mut story = answering();
    for second in (5..60).step_by(5) {
        story.see(second, no_list(GapKind::Refused)).see(second, no_members());
    }
    assert_eq!(story.verdict("right"), "unknown 30 [unknown]");
    story.see(60, list("a", &only_left())).see(60, names("a", &["left"]));
    assert_eq!(story.verdict("left"), "healthy 60 [healthy]");
    assert_eq!(story.verdict("right"), "unknown 30 [unknown]", "nobody saw it since");
    let unknown = story.verdicts["right"].clone();
    story.news();
    story.see(65, names("b", &["left"]));
    assert_eq!(story.news(), ["65 right deleted by outside"]);
    let last = last_true(&story.facts, story.connector("right"), &story.settings, &unknown);
    assert_eq!(last.unwrap().health, Health::Healthy);
}

#[test]
fn what_returns_before_its_deletion_is_proven_was_not_deleted() {
    let mut story = answering();
    let with = |topics: &str| {
        let right = connector("right", "RUNNING b", &["RUNNING b"]);
        vec![
            connector("left", "RUNNING a", &["RUNNING a"]),
            configured(right, &[("topics", topics)]),
        ]
    };
    story.see(2, list("a", &with("orders"))).news();
    let gone = |story: &mut Story, second| {
        story
            .see(second, list("a", &only_left()))
            .see(second, names("a", &["left"]));
        assert!(story.connector("right").missing.is_some());
    };
    gone(&mut story, 5);
    story.see(9, list("a", &with("orders")));
    assert!(
        story.news().is_empty(),
        "one list is no proof, and nothing else differs"
    );
    gone(&mut story, 15);
    story.see(19, list("a", &with("invoices")));
    assert_eq!(story.news(), ["19 right config {\"topics\"} by outside"]);
    assert_eq!(story.connector("right").first_seen, at(0));
    // The first of two lists counts no more once the connector was seen in between.
    story.see(21, names("b", &["left"]));
    assert!(story.news().is_empty());
    assert_eq!(story.verdict("right"), "healthy 0 [healthy]");
}

#[test]
fn a_failed_connector_that_is_deleted_is_in_no_fault() {
    let mut story = answering();
    story.see(4, list("a", &left_and_right("RUNNING a", "FAILED b boom")));
    assert_eq!(story.open().len(), 1);
    for (second, by) in [(5, "a"), (10, "b")] {
        story
            .see(second, list(by, &only_left()))
            .see(second, names(by, &["left"]));
    }
    assert!(story.open().is_empty());
}

#[test]
fn two_lists_of_two_workers_an_interval_apart_delete() {
    let mut story = answering();
    story.see(10, names("a", &["left"]));
    assert!(story.connector("right").missing.is_some());
    story.see(12, names("b", &["left"]));
    assert!(story.news().is_empty(), "less than an interval");
    story.see(16, names("a", &["left"]));
    assert!(story.news().is_empty(), "the same worker again");
    story.see(20, names("b", &["left"]));
    assert_eq!(story.news(), ["20 right deleted by outside"]);
    assert!(!story.verdicts.contains_key("right"));
    assert!(story.facts.connectors.contains_key("right"), "kept, marked");
    story.see(25, names("a", &["left"]));
    assert!(story.news().is_empty() && story.touched.is_empty());
}

#[test]
fn the_empty_list_of_a_starting_worker_deletes_nothing() {
    let mut story = answering();
    for second in (10..60).step_by(10) {
        story
            .see(second, names("b", &[]))
            .see(second + 1, names("a", &["left", "right"]))
            .see(second + 5, names("b", &[]));
    }
    assert!(story.news().is_empty());
    assert_eq!(story.verdicts.len(), 2);
}

#[test]
fn a_worker_outside_the_group_deletes_nothing() {
    let mut story = Story::new();
    story
        .see(0, group_of(&["a"], 0))
        .see(0, list("a", &left_and_right("RUNNING a", "RUNNING a")))
        .see(10, group_of(&[], 0))
        .news();
    story.see(20, names("a", &[])).see(40, names("a", &[]));
    assert!(
        story.news().is_empty(),
        "it restarts and has not joined: its list says nothing"
    );
}

#[test]
fn where_one_worker_lives_its_two_lists_suffice() {
    let mut story = Story::new();
    story
        .see(0, group_of(&["a"], 0))
        .see(0, list("a", &left_and_right("RUNNING a", "RUNNING a")))
        .see(1, answered("a", "4.3.1"))
        .news();
    story.see(10, names("a", &["left"])).see(14, names("a", &["left"]));
    assert!(story.news().is_empty());
    story.see(15, names("a", &["left"]));
    assert_eq!(story.news(), ["15 right deleted by outside"]);
}

#[test]
fn where_one_address_answers_for_all_its_two_lists_suffice() {
    let mut story = two_workers();
    story.see(1, answered("ingress:443", "4.3.1"));
    story.see(10, names("ingress:443", &["left"]));
    story.see(15, names("ingress:443", &["left"]));
    assert_eq!(
        story.news(),
        ["15 right deleted by outside"],
        "no worker but this address can ever be asked"
    );
}

#[test]
fn what_reappears_begins_anew() {
    let mut story = answering();
    story.see(10, names("a", &["left"])).see(16, names("b", &["left"]));
    story.news();
    story.see(30, list("a", &left_and_right("RUNNING a", "FAILED a boom")));
    assert_eq!(story.news(), ["30 right appeared again by outside"]);
    let right = story.connector("right");
    assert_eq!(right.first_seen, at(30));
    assert!(right.deleted_at.is_none() && right.missing.is_none());
    assert_eq!(story.verdict("right"), "failed 30 [failed]");
}

#[test]
fn a_name_without_status_is_unknown_until_its_status_comes() {
    let mut story = two_workers();
    story.see(5, names("a", &["left", "right", "new"]));
    assert_eq!(story.news(), ["5 new appeared by outside"]);
    assert_eq!(story.verdict("new"), "unknown 5 []");
    assert_eq!(story.open(), ["connector unsure: new"]);
    story.see(6, list("a", &[connector("new", "RUNNING a", &["RUNNING b"])]));
    assert_eq!(story.news(), ["6 new new>RUNNING on a", "6 new/0 new>RUNNING on b"]);
    assert_eq!(story.verdict("new"), "healthy 6 [healthy]");
}
