//! What the first lists after a silence do not show, and what proofs that come late say of it.

use model::facts::Alive;
use model::judge::last_true;
use model::observe::GapKind;
use model::verdict::{Health, Verdict};

use super::story::{
    Story, answered, at, connector, group_of, left_and_right, list, names, no_list, no_members, silent, two_workers,
};

/// Two workers whose own addresses answer, nobody of whom lists anything from second 5 to 60.
fn silent_for_a_minute(kind: GapKind) -> Story {
    let mut story = two_workers();
    story.see(1, answered("a", "4.3.1")).see(2, answered("b", "4.3.1"));
    for second in (5..60).step_by(5) {
        story.see(second, no_list(kind)).see(second, no_members());
    }
    assert_eq!(story.verdict("right"), "unknown 30 [unknown]", "{kind:?}");
    story.news();
    story.fault_news();
    story
}

/// A list of `left` alone, and a plain one like it.
fn only_left(story: &mut Story, second: i64, by: &str) {
    story
        .see(second, list(by, &[connector("left", "RUNNING a", &["RUNNING a"])]))
        .see(second, names(by, &["left"]));
}

#[test]
fn what_was_deleted_in_a_silence_stays_unknown_until_that_is_proven_and_is_no_fault_of_its_own() {
    for kind in [GapKind::Refused, GapKind::TimedOut, GapKind::Busy, GapKind::Starting] {
        let mut story = silent_for_a_minute(kind);
        only_left(&mut story, 60, "a");
        assert_eq!(story.verdict("left"), "healthy 60 [healthy]");
        assert_eq!(story.verdict("right"), "unknown 30 [unknown]", "{kind:?}");
        assert_eq!(
            story.reasons("right"),
            "The cluster is heard again, and this connector was not seen since; whether it was deleted is not proven yet"
        );
        assert_eq!(story.open(), ["cluster infrastructure: right"]);
        only_left(&mut story, 65, "b");
        assert!(story.news().contains(&"65 right deleted by outside".to_owned()));
        assert_eq!(
            story.fault_news(),
            ["65 ended cluster infrastructure: right"],
            "{kind:?}"
        );
    }
}

#[test]
fn what_was_missing_before_the_silence_has_its_time_anew() {
    let mut story = two_workers();
    only_left(&mut story, 3, "a");
    for second in (5..60).step_by(5) {
        story.see(second, no_list(GapKind::Refused)).see(second, no_members());
    }
    story.fault_news();
    story.see(60, list("a", &[connector("left", "RUNNING a", &["RUNNING a"])]));
    assert_eq!(story.open(), ["cluster infrastructure: right"]);
    story.see(61, names("b", &["left"]));
    assert_eq!(story.fault_news(), ["61 ended cluster infrastructure: right"]);
}

#[test]
fn a_deletion_in_a_silence_whose_proof_is_late_is_told_at_the_stale_limit_from_the_first_list() {
    let mut story = silent_for_a_minute(GapKind::Busy);
    only_left(&mut story, 60, "a");
    story.judge(89);
    assert_eq!(story.open(), ["cluster infrastructure: right"]);
    story.judge(90);
    assert_eq!(story.open(), ["connector unsure: right"]);
    assert_eq!(
        story.reasons("right"),
        "This connector is listed no more; that it was deleted is not proven yet"
    );
    assert_eq!(story.verdict("right"), "unknown 30 [unknown]");
}

#[test]
fn a_status_that_vanished_in_a_silence_is_told_once_no_deletion_is_left_to_be_proven() {
    let mut story = silent_for_a_minute(GapKind::Refused);
    let only = [connector("left", "RUNNING a", &["RUNNING a"])];
    story.see(60, list("a", &only)).see(61, names("a", &["left", "right"]));
    let status = |story: &Story| story.connector("right").status_missing.clone().unwrap();
    assert!(!status(&story).named, "named too early may be a deletion");
    story.judge(74);
    assert_eq!(story.open(), ["cluster infrastructure: right"]);
    story.see(75, names("a", &["left", "right"]));
    assert!(status(&story).named);
    assert_eq!(
        story.reasons("right"),
        "The workers know this connector, but its status has vanished"
    );
    assert_eq!(story.open(), ["connector unsure: right"]);
    story.see(80, list("a", &left_and_right("RUNNING a", "RUNNING b")));
    assert_eq!(story.connector("right").status_missing, None);
    assert!(story.open().is_empty());
}

#[test]
fn a_plain_list_that_comes_late_calls_nothing_well_again() {
    let mut story = two_workers();
    story.see(1, answered("a", "4.3.1")).see(2, answered("b", "4.3.1"));
    story.see(4, list("a", &left_and_right("RUNNING a", "FAILED b boom")));
    let only = [connector("left", "RUNNING a", &["RUNNING a"])];
    story.see(5, list("a", &only)).see(15, list("a", &only));
    assert_eq!(story.judge(20).verdict("right"), "unknown 5 [unknown]");
    for second in [20, 25, 30] {
        story.see(second, list("a", &only)).see(second, names("a", &["left"]));
        assert_eq!(story.verdict("right"), "unknown 5 [unknown]", "{second}");
    }
    story.see(31, names("b", &["left"]));
    assert!(!story.verdicts.contains_key("right"), "deleted");
}

#[test]
fn a_worker_that_died_after_the_last_list_lived_as_of_it() {
    let mut story = two_workers();
    story.see(1, answered("a", "4.3.1"));
    for second in (5..45).step_by(5) {
        only_left(&mut story, second, "a");
        if second == 25 {
            story.see(25, group_of(&["a"], 0));
        }
    }
    assert_eq!(story.alive("b"), Alive::Dead);
    let unknown = Verdict {
        health: Health::Unknown,
        ..story.verdicts["left"].clone()
    };
    let last = |story: &Story| {
        let last = last_true(&story.facts, story.connector("right"), &story.settings, &unknown);
        last.map(|last| (last.health, last.since))
    };
    assert_eq!(last(&story), Some((Health::Healthy, at(0))));
    // It comes back, and is not given its work back: nor is that of the time of the last list.
    story.see(50, group_of(&["a", "b"], 60_000));
    assert_eq!(story.worker("b").without_work_since, Some(at(25)));
    assert_eq!(last(&story), Some((Health::Healthy, at(0))));
}

#[test]
fn a_worker_that_was_gone_at_the_last_list_is_gone_as_of_it() {
    let mut story = two_workers();
    story
        .see(1, answered("a", "4.3.1"))
        .see(3, group_of(&["a"], 0))
        .see(4, list("a", &left_and_right("RUNNING a", "RUNNING b")));
    for second in [5, 10] {
        only_left(&mut story, second, "a");
    }
    assert!(story.connector("right").deleted_at.is_some());
    let unknown = Verdict {
        health: Health::Unknown,
        ..story.verdicts["left"].clone()
    };
    let last = last_true(&story.facts, story.connector("right"), &story.settings, &unknown);
    assert_eq!(last.map(|last| last.health), Some(Health::Unassigned));
}

#[test]
fn one_silence_is_one_moment_for_all_of_its_cluster() {
    let mut story = two_workers();
    story.see(1, no_members());
    for second in (5..30).step_by(5) {
        story.see(second, answered("b", "4.3.1"));
    }
    for second in [30, 35, 40] {
        story
            .see(second, no_members())
            .see(second, silent("b", GapKind::Refused));
    }
    assert_eq!(story.verdict("right"), "unassigned 40 [unassigned]");
    // A list was asked for all the while, and gave up only now.
    story.see(41, no_list(GapKind::TimedOut));
    assert_eq!(story.verdict("left"), "unknown 30 [unknown]");
    assert_eq!(story.verdict("right"), "unknown 30 [unknown]");
}
