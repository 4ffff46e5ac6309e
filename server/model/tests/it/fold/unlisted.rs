//! Workers that live in their group while none of them can be asked: what was listed last stands, and that is told.

use model::advice;
use model::cause::Cause;
use model::observe::{Gap, GapKind, Seen};
use model::verdict::{Class, Domain};

use super::story::{Story, answered, at, group_of, left_and_right, list, no_list, no_members, silent, two_workers};

/// REST away since second 0 while the group lives, until a second.
fn away(kind: GapKind, until: i64) -> Story {
    let mut story = two_workers();
    further(&mut story, kind, 5, until);
    story
}

fn further(story: &mut Story, kind: GapKind, from: i64, until: i64) {
    for second in (from..until).step_by(5) {
        story.see(second, no_list(kind)).see(second, group_of(&["a", "b"], 0));
    }
}

#[test]
fn what_stands_is_told_as_standing_until_a_list_comes() {
    let mut story = away(GapKind::TimedOut, 30);
    assert!(story.open().is_empty(), "{:?}", story.open());
    story.judge(30);
    assert_eq!(story.fault_news(), ["30 opened cluster infrastructure: "]);
    assert_eq!(story.verdict("left"), "healthy 0 [healthy]", "no verdict is touched");
    let fault = story.faults[0].clone();
    assert_eq!((fault.domain, fault.class), (Domain::Infrastructure, Class::Network));
    assert_eq!((fault.opened_at, fault.unlisted_since), (at(0), Some(at(0))));
    let (lives, listed) = (true, true);
    assert_eq!(fault.cause, Some(Cause::Unlisted { lives, listed }));
    let since = at(0).format("%H:%M:%S");
    assert_eq!(
        *fault.root_cause,
        *format!(
            "No worker of orders answers at its REST address since {since} UTC (TimedOut), though its Connect group has \
             2 members: the verdicts shown rest on what was last listed then"
        )
    );
    further(&mut story, GapKind::TimedOut, 35, 300);
    assert!(story.fault_news().is_empty(), "it stays one and the same");
    story.see(300, list("a", &left_and_right("RUNNING a", "RUNNING b")));
    assert_eq!(story.fault_news(), ["300 ended cluster infrastructure: "]);
    assert!(story.faults.is_empty());
}

#[test]
fn the_gap_says_of_what_kind_it_is_and_what_to_do() {
    for (kind, class, step) in [
        (
            GapKind::Refused,
            Class::Network,
            "answers at w1:8083: the workers themselves live.",
        ),
        (GapKind::Tls, Class::Network, "answers at w1:8083"),
        (
            GapKind::Denied,
            Class::Auth,
            "Correct the credentials that Signalbox uses for the workers at w1:8083.",
        ),
        (GapKind::NotConnect, Class::Config, "Check what answers at w1:8083"),
        (GapKind::Other, Class::Worker, "Read the log of the worker at w1:8083"),
    ] {
        let mut story = two_workers();
        for second in (5..60).step_by(5) {
            let gap = Gap {
                kind,
                text: "w1:8083: it says why".into(),
            };
            story
                .see(second, Seen::ListMissing(gap))
                .see(second, group_of(&["a", "b"], 0));
        }
        assert_eq!(story.open(), ["cluster infrastructure: "], "{kind:?}");
        assert_eq!(story.faults[0].class, class, "{kind:?}");
        let steps = advice::of_fault(&story.faults[0]).join(" ");
        assert!(
            steps.contains(step) && !steps.contains("Start the workers"),
            "{kind:?}: {steps}"
        );
    }
}

#[test]
fn busy_workers_alone_make_no_such_fault_and_end_none() {
    let story = away(GapKind::Busy, 120);
    assert!(
        story.open().is_empty(),
        "a rebalance puts lists off: {:?}",
        story.open()
    );
    let mut story = away(GapKind::Refused, 60);
    story.fault_news();
    further(&mut story, GapKind::Busy, 60, 90);
    assert!(story.fault_news().is_empty());
    assert_eq!(story.open(), ["cluster infrastructure: "]);
}

#[test]
fn what_was_never_listed_though_its_group_lives_is_told_too() {
    let mut story = Story::new();
    further(&mut story, GapKind::Refused, 0, 30);
    assert!(story.open().is_empty());
    further(&mut story, GapKind::Refused, 30, 60);
    assert_eq!(story.fault_news(), ["30 opened cluster infrastructure: "]);
    assert!(story.faults[0].root_cause.ends_with(": what it runs was never listed"));
    let (lives, listed) = (true, false);
    assert_eq!(story.faults[0].cause, Some(Cause::Unlisted { lives, listed }));
    story.see(60, list("a", &left_and_right("RUNNING a", "RUNNING b")));
    assert!(story.faults.is_empty());
}

#[test]
fn one_fault_tells_of_the_way_to_the_workers_and_then_of_their_silence() {
    let mut story = away(GapKind::Refused, 60);
    let id = story.faults[0].id.clone();
    story.fault_news();
    // Kafka is away too: after the stale limit nothing is known.
    for second in (60..120).step_by(5) {
        story.see(second, no_list(GapKind::Refused)).see(second, no_members());
        assert_eq!(story.faults.len(), 1, "at {second}: {:?}", story.open());
        assert_eq!(story.faults[0].id, id, "at {second}");
        let silent = story.faults[0].unlisted_since.is_none();
        assert_eq!(silent, second >= 85, "at {second}");
        let said = &story.faults[0].root_cause;
        assert!(
            silent || said.contains("though its Connect group had 2 members when Kafka last told"),
            "{said}"
        );
        assert_eq!(story.verdict("left").starts_with("unknown"), silent, "at {second}");
    }
    assert_eq!(story.open(), ["cluster infrastructure: left, right"]);
    // Kafka tells again that they live: what was listed stands as it did.
    further(&mut story, GapKind::Refused, 120, 140);
    assert_eq!(story.open(), ["cluster infrastructure: "]);
    assert_eq!((&story.faults[0].id, story.faults[0].opened_at), (&id, at(0)));
    assert!(story.fault_news().is_empty(), "it never ended");
    story.see(140, list("a", &left_and_right("RUNNING a", "RUNNING b")));
    assert_eq!(story.fault_news(), ["140 ended cluster infrastructure: "]);
}

#[test]
fn workers_that_die_while_nobody_can_ask_them_are_the_same_fault() {
    let mut story = away(GapKind::Refused, 60);
    let id = story.faults[0].id.clone();
    story.fault_news();
    for second in (60..120).step_by(5) {
        story
            .see(second, group_of(&[], 0))
            .see(second, no_list(GapKind::Refused));
        assert_eq!(story.open(), ["cluster infrastructure: left, right"], "at {second}");
        assert_eq!(story.faults[0].id, id, "at {second}");
    }
    assert!(story.verdict("left").starts_with("unknown"));
    assert!(story.fault_news().is_empty());
    // Without anything to run nobody is hit by the loss; the fault goes on all the same.
    let mut story = Story::new();
    story.see(0, group_of(&["a", "b"], 0)).see(0, list("a", &[]));
    further(&mut story, GapKind::Refused, 5, 60);
    story.fault_news();
    for second in (60..120).step_by(5) {
        story
            .see(second, group_of(&[], 0))
            .see(second, no_list(GapKind::Refused));
        assert_eq!(story.open(), ["cluster infrastructure: "], "at {second}");
    }
    assert!(story.fault_news().is_empty());
}

#[test]
fn a_server_that_was_away_goes_on_with_the_fault_that_it_left() {
    let mut story = away(GapKind::Refused, 60);
    let id = story.faults[0].id.clone();
    story.fault_news();
    // Nobody looks for ten minutes.
    further(&mut story, GapKind::Refused, 661, 720);
    assert!(story.fault_news().is_empty());
    assert_eq!(story.faults[0].id, id);
    assert!(!story.history.iter().any(|change| change.at > at(60)));

    // One that left a healthy cluster counts from its return.
    let mut story = two_workers();
    further(&mut story, GapKind::Refused, 601, 625);
    assert!(story.open().is_empty(), "{:?}", story.open());
    further(&mut story, GapKind::Refused, 625, 640);
    assert_eq!(story.faults[0].unlisted_since, Some(at(601)));
}

#[test]
fn work_that_nobody_takes_is_a_fault_beside_it() {
    let mut story = two_workers();
    story
        .see(5, list("a", &left_and_right("RUNNING a", "UNASSIGNED b")))
        .judge(15);
    assert_eq!(story.open(), ["cluster infrastructure: right"]);
    let own = story.faults[0].id.clone();
    further(&mut story, GapKind::Refused, 20, 60);
    assert_eq!(
        story.open(),
        ["cluster infrastructure: right", "cluster infrastructure: "],
        "they are two things"
    );
    assert_eq!(story.faults[0].id, own);
    story.fault_news();
    story.see(60, list("a", &left_and_right("RUNNING a", "RUNNING b")));
    assert_eq!(story.fault_news().len(), 2);
    story
        .see(61, answered("a", "4.3.1"))
        .see(61, silent("b", GapKind::Refused));
    assert!(story.open().is_empty());
}
