//! Nobody looked for a while: that says nothing of the cluster.

use model::facts::Alive;
use model::names::ConnectorName;
use model::observe::GapKind;
use model::set_back::SetBack;

use super::story::{answered, at, connector, left_and_right, list, names, no_list, no_members, silent, two_workers};

#[test]
fn one_failed_look_after_nobody_looked_makes_nothing_unknown() {
    for kind in [GapKind::Busy, GapKind::Refused] {
        let mut story = two_workers();
        story.see(5, list("a", &left_and_right("RUNNING a", "RUNNING b")));
        story.see(3_610, no_list(kind)).see(3_611, no_members());
        assert_eq!(story.verdict("left"), "healthy 0 [healthy]", "{kind:?}");
        assert!(story.fault_news().is_empty() && story.news().is_empty(), "{kind:?}");
        assert!(story.facts.about.reachable);
        for second in (3_615..3_640).step_by(5) {
            story.see(second, no_list(kind)).see(second, no_members());
            assert_eq!(story.verdict("left"), "healthy 0 [healthy]", "{kind:?} {second}");
        }
        story.see(3_640, no_list(kind));
        assert_eq!(story.verdict("left"), "unknown 3640 [unknown]", "{kind:?}");
        assert_eq!(story.faults[0].opened_at, at(3_610), "from when somebody looked again");
        story.see(3_645, list("a", &left_and_right("RUNNING a", "RUNNING b")));
        assert_eq!(story.verdict("left"), "healthy 3645 [healthy]");
    }
}

#[test]
fn a_silence_goes_on_while_nobody_looks() {
    let mut story = two_workers();
    for second in (5..60).step_by(5) {
        story.see(second, no_list(GapKind::Refused)).see(second, no_members());
    }
    assert_eq!(story.verdict("left"), "unknown 30 [unknown]");
    story.fault_news();
    story.see(600, no_list(GapKind::Refused));
    assert_eq!(story.verdict("left"), "unknown 30 [unknown]");
    assert!(story.fault_news().is_empty(), "the same silence");
    assert_eq!(story.facts.fresh.resumed, None);
}

#[test]
fn slow_looks_are_no_pauses() {
    let mut story = two_workers();
    story.settings.interval = chrono::TimeDelta::seconds(40);
    for second in [40, 80, 120] {
        story.see(second, no_list(GapKind::Refused));
    }
    assert_eq!(story.facts.fresh.resumed, None);
    assert_eq!(story.verdict("left"), "unknown 30 [unknown]");
}

#[test]
fn a_clock_that_is_set_back_moves_what_counts_from_a_pause_and_from_a_silence() {
    let mut story = two_workers();
    story.see(7_200, list("a", &left_and_right("RUNNING a", "RUNNING b")));
    for second in (7_205..7_300).step_by(5) {
        story.see(second, no_list(GapKind::Refused)).see(second, no_members());
    }
    story.see(7_300, list("a", &left_and_right("RUNNING a", "RUNNING b")[..1]));
    assert_eq!(story.facts.fresh.resumed, Some(at(7_200)));
    assert_eq!(
        story.connector("right").status_missing.as_ref().unwrap().first_list(),
        at(7_300)
    );
    let by = chrono::TimeDelta::seconds(3_600);
    let back = SetBack::of(at(3_700), by);
    let touched = back.facts(&mut story.facts);
    assert!(touched.connectors.contains(&ConnectorName::from("right")));
    assert_eq!(story.facts.fresh.resumed, Some(at(3_600)));
    assert_eq!(
        story.connector("right").status_missing.as_ref().unwrap().first_list(),
        at(3_700)
    );
}

#[test]
fn a_clock_that_is_set_forward_proves_no_deletion() {
    let mut story = two_workers();
    story.see(1, answered("a", "4.3.1")).see(2, answered("b", "4.3.1"));
    let only = [connector("left", "RUNNING a", &["RUNNING a"])];
    story.see(5, list("a", &only)).see(5, names("a", &["left"])).news();
    story.see(3_606, names("b", &["left"]));
    assert!(story.news().is_empty(), "a second later by another clock");
    story.see(3_611, names("b", &["left"]));
    assert!(story.news().is_empty(), "the same worker's");
    story.see(3_612, names("a", &["left"]));
    assert_eq!(story.news(), ["3612 right deleted by outside"]);
}

#[test]
fn a_second_worker_whose_address_fails_is_waited_for_by_no_proof() {
    let mut story = two_workers();
    story.see(1, answered("a", "4.3.1")).see(2, answered("b", "4.3.1"));
    story.see(3, silent("b", GapKind::Refused));
    assert_eq!(story.alive("b"), Alive::Yes, "the group has it");
    assert!(!story.worker("b").can_be_asked());
    story.see(5, names("a", &["left"])).see(10, names("a", &["left"]));
    assert_eq!(story.news(), ["10 right deleted by outside"]);
}
