//! What somebody asked for: pause, stop, resume, more and fewer tasks.

use super::story::{Story, connector, group_of, left_and_right, list, two_workers};

fn seen(story: &mut Story, second: i64, state: &str, tasks: &[&str]) {
    story.see(second, list("a", &[connector("c", state, tasks)]));
}

fn running() -> Story {
    let mut story = Story::new();
    seen(&mut story, 0, "RUNNING a", &["RUNNING a"]);
    story.news();
    story
}

#[test]
fn pause_stop_and_resume_are_told_by_the_states() {
    let mut story = running();
    seen(&mut story, 5, "PAUSED a", &["RUNNING a"]);
    assert_eq!(
        story.news(),
        ["5 c RUNNING>PAUSED on a", "5 c target STARTED>PAUSED by outside"]
    );
    assert_eq!(story.verdict("c"), "paused 5 [healthy]");
    seen(&mut story, 7, "PAUSED a", &["PAUSED a"]);
    assert_eq!(story.verdict("c"), "paused 5 [paused]");
    seen(&mut story, 20, "STOPPED a", &[]);
    assert_eq!(
        story.news(),
        [
            "7 c/0 RUNNING>PAUSED on a",
            "20 c PAUSED>STOPPED on a",
            "20 c target PAUSED>STOPPED by outside",
            "20 c/0 task removed"
        ]
    );
    assert_eq!(story.verdict("c"), "stopped 20 []");
    assert!(story.open().is_empty());
    seen(&mut story, 60, "RUNNING a", &[]);
    assert_eq!(
        story.news(),
        ["60 c STOPPED>RUNNING on a", "60 c target STOPPED>STARTED by outside"]
    );
    seen(&mut story, 62, "RUNNING a", &["RUNNING a"]);
    assert_eq!(story.news(), ["62 c/0 new>RUNNING on a"]);
    assert_eq!(story.verdict("c"), "healthy 60 [healthy]");
}

#[test]
fn a_paused_connector_whose_task_runs_on_is_not_paused_for_ever() {
    let mut story = running();
    seen(&mut story, 5, "PAUSED a", &["RUNNING a"]);
    story.judge(14);
    assert_eq!(story.verdict("c"), "paused 5 [healthy]");
    story.judge(15);
    assert_ne!(story.verdicts["c"].health.as_str(), "paused");
}

#[test]
fn a_paused_connector_that_is_moved_stays_paused() {
    let mut story = two_workers();
    let paused = |state: &str| left_and_right("RUNNING a", &format!("{state} b"));
    story.see(5, list("a", &paused("PAUSED")));
    story.see(100, list("a", &paused("UNASSIGNED")));
    story.see(101, group_of(&["a"], 20_000));
    story.judge(120);
    assert_eq!(story.verdict("right"), "paused 5 [unassigned]", "nobody waits for it");
    assert!(story.open().is_empty());
}

#[test]
fn tasks_come_and_go() {
    let mut story = running();
    seen(&mut story, 5, "RUNNING a", &["RUNNING a", "UNASSIGNED b"]);
    assert_eq!(story.news(), ["5 c/1 new>UNASSIGNED on b"]);
    assert_eq!(story.verdict("c"), "restarting 5 [healthy restarting]");
    seen(&mut story, 8, "RUNNING a", &["RUNNING a", "RUNNING b"]);
    assert_eq!(story.verdict("c"), "healthy 8 [healthy healthy]");
    seen(&mut story, 10, "RUNNING a", &["RUNNING a"]);
    assert_eq!(story.news(), ["8 c/1 UNASSIGNED>RUNNING on b", "10 c/1 task removed"]);
    seen(&mut story, 20, "RUNNING a", &[]);
    assert_eq!(story.verdict("c"), "healthy 8 []", "for a moment");
    story.judge(30);
    assert_eq!(story.verdict("c"), "no_tasks 20 []");
    assert_eq!(story.open(), ["connector connector: c"]);
    seen(&mut story, 40, "RUNNING a", &["RUNNING a"]);
    assert_eq!(story.verdict("c"), "healthy 40 [healthy]");
}

#[test]
fn unassigned_passes_within_the_grace_and_not_beyond() {
    let mut story = running();
    seen(&mut story, 5, "UNASSIGNED a", &["UNASSIGNED a"]);
    story.judge(14);
    assert_eq!(story.verdict("c"), "restarting 5 [restarting]");
    story.judge(15);
    assert_eq!(story.verdict("c"), "unassigned 5 [unassigned]");
    assert_eq!(story.open(), ["cluster infrastructure: c"]);
    let stuck = ["c", "d", "e"].map(|name| connector(name, "UNASSIGNED a", &["UNASSIGNED b"]));
    story.see(16, list("a", &stuck)).judge(26);
    assert_eq!(
        story.open(),
        ["cluster infrastructure: c, d, e"],
        "a stuck rebalance is one fault"
    );
}

#[test]
fn a_state_of_the_future_is_not_painted_green() {
    let mut story = running();
    seen(&mut story, 5, "RUNNING a", &["HIBERNATING a"]);
    assert_eq!(story.verdict("c"), "unknown 5 [unknown]");
    assert!(story.reasons("c").contains("HIBERNATING"));
}
