//! Failures: seen, inferred, and crash loops made of either.

use model::fold::Touched;
use model::verdict::Class;

use super::story::{Story, connector, group_of, instance, list};

/// The whole list with the one task of `c` as said.
fn task(story: &mut Story, second: i64, words: &str) {
    story.see(second, list("a", &[connector("c", "RUNNING a", &[words])]));
}

fn running() -> Story {
    let mut story = Story::new();
    task(&mut story, 0, "RUNNING a");
    story.news();
    story
}

#[test]
fn one_failure_is_failed_and_its_restart_heals() {
    let mut story = running();
    task(&mut story, 5, "FAILED a boom");
    assert_eq!(story.news(), ["5 c/0 RUNNING>FAILED on a"]);
    assert_eq!(story.verdict("c"), "failed 5 [failed]");
    assert!(story.reasons("c").contains("boom"), "{}", story.reasons("c"));
    task(&mut story, 10, "RESTARTING a");
    assert_eq!(story.verdict("c"), "restarting 10 [restarting]");
    task(&mut story, 12, "RUNNING a");
    assert_eq!(
        story.news(),
        ["10 c/0 FAILED>RESTARTING on a", "12 c/0 RESTARTING>RUNNING on a"]
    );
    assert_eq!(story.verdict("c"), "healthy 12 [healthy]");
    let task = &story.verdicts["c"].tasks[&0];
    assert_eq!(task.root_cause, None, "what was mended is no cause of how it is now");
}

#[test]
fn a_crash_loop_seen_keeps_its_cause_while_the_task_runs_again() {
    let mut story = running();
    for (second, words) in [
        (10, "FAILED a boom"),
        (15, "RUNNING a"),
        (20, "FAILED a boom"),
        (25, "RUNNING a"),
    ] {
        task(&mut story, second, words);
    }
    assert_eq!(
        story.verdict("c"),
        "healthy 25 [healthy]",
        "two failures are no loop yet"
    );
    task(&mut story, 30, "FAILED a boom");
    assert_eq!(story.verdict("c"), "crash_looping 30 [crash_looping]");
    let cause = story.verdicts["c"].diagnosis.clone();
    assert!(
        cause.as_ref().is_some_and(|cause| cause.root_cause.contains("boom")),
        "{cause:?}"
    );
    let fault = story.faults[0].clone();
    task(&mut story, 35, "RUNNING a");
    assert_eq!(story.verdict("c"), "crash_looping 30 [crash_looping]");
    assert_eq!(
        story.verdicts["c"].diagnosis, cause,
        "the trace is gone, the cause is not"
    );
    assert!(
        story.verdicts["c"].tasks[&0]
            .root_cause
            .as_ref()
            .is_some_and(|cause| cause.contains("boom"))
    );
    assert_eq!(story.faults, [fault]);
    assert_eq!(story.news().len(), 6);
    story.judge(609);
    assert_eq!(story.verdict("c"), "crash_looping 30 [crash_looping]");
    story.judge(610);
    assert_eq!(
        story.verdict("c"),
        "healthy 610 [healthy]",
        "since the loop ended, not since the last restart"
    );
}

#[test]
fn a_crash_loop_is_inferred_from_changed_traces_alone() {
    let mut story = running();
    for (second, words) in [
        (5, "FAILED a one"),
        (10, "FAILED a one"),
        (15, "FAILED a two"),
        (20, "FAILED a three"),
    ] {
        task(&mut story, second, words);
    }
    assert_eq!(
        story.news(),
        [
            "5 c/0 RUNNING>FAILED on a",
            "15 c/0 FAILED>FAILED on a inferred",
            "20 c/0 FAILED>FAILED on a inferred"
        ]
    );
    assert_eq!(story.verdict("c"), "crash_looping 20 [crash_looping]");
}

#[test]
fn a_failure_on_another_worker_is_a_new_one() {
    let mut story = running();
    task(&mut story, 5, "FAILED a boom");
    task(&mut story, 10, "FAILED b boom");
    assert_eq!(
        story.news(),
        ["5 c/0 RUNNING>FAILED on a", "10 c/0 FAILED>FAILED on a>b inferred"]
    );
    assert_eq!(story.connector("c").tasks[&0].failures.len(), 2);
    assert_eq!(story.verdict("c"), "failed 5 [failed]");
}

#[test]
fn a_better_redaction_is_no_new_failure() {
    let mut story = running();
    task(&mut story, 5, "FAILED a boom for user=alice");
    story.news();
    let mut better = connector("c", "RUNNING a", &["FAILED a boom for user=alice"]);
    better.1.tasks.get_mut(&0).unwrap().trace = instance("FAILED a boom for user=***").trace;
    story.see(10, list("a", &[better.clone()]));
    assert!(story.news().is_empty());
    assert!(!story.touched.is_empty(), "the better text is kept");
    let task = &story.connector("c").tasks[&0];
    assert!(task.trace.as_ref().is_some_and(|trace| !trace.contains("alice")));
    assert_eq!((task.failures.len(), task.since), (1, super::story::at(5)));
    story.see(15, list("a", &[better]));
    assert_eq!(story.touched, Touched::default());
}

#[test]
fn a_partial_failure_is_degraded_and_a_failed_instance_is_failed() {
    let mut story = Story::new();
    let both = ["RUNNING a", "RUNNING b"];
    story.see(0, list("a", &[connector("c", "RUNNING a", &both)])).news();
    story.see(
        5,
        list("a", &[connector("c", "RUNNING a", &["RUNNING a", "FAILED b boom"])]),
    );
    assert_eq!(story.verdict("c"), "degraded 5 [healthy failed]");
    story.see(
        10,
        list("a", &[connector("c", "RUNNING a", &["FAILED a boom", "FAILED b boom"])]),
    );
    assert_eq!(story.verdict("c"), "failed 10 [failed failed]");
    story.see(15, list("a", &[connector("c", "FAILED a no such host", &both)]));
    assert_eq!(story.verdict("c"), "failed 10 [healthy healthy]");
    assert_eq!(story.news().last().unwrap(), "15 c/1 FAILED>RUNNING on b");
    assert_eq!(story.open(), ["connector unsure: c"]);
}

#[test]
fn a_failure_without_a_trace_says_so() {
    let mut story = running();
    task(&mut story, 5, "FAILED a");
    let diagnosis = story.verdicts["c"].diagnosis.clone().unwrap();
    assert_eq!(diagnosis.class, Class::Unknown);
    assert!(diagnosis.root_cause.contains("no trace"), "{diagnosis:?}");
    task(&mut story, 10, "FAILED a");
    assert_eq!(story.touched, Touched::default());
}

#[test]
fn what_a_degraded_connector_lost_with_its_worker_is_told_beside_what_failed() {
    let mut story = Story::new();
    let both = connector("c", "RUNNING a", &["FAILED a boom", "RUNNING b"]);
    story.see(0, group_of(&["a", "b"], 0)).see(0, list("a", &[both]));
    assert!(!story.reasons("c").contains("gone"), "{}", story.reasons("c"));
    story.see(5, group_of(&["a"], 20_000));
    assert_eq!(story.verdict("c"), "degraded 0 [failed unassigned]");
    assert!(
        story
            .reasons("c")
            .contains("Worker b is gone without a word; REST still says RUNNING for task 1 there"),
        "{}",
        story.reasons("c")
    );
}
