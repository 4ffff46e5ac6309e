//! Tasks that are configured and have no status, and tasks that do not follow a request to run.

use model::observe::Seen;

use super::story::{Story, connector, group_of, list};

fn seen(state: &str, tasks: &[&str], unstarted: Option<&[u32]>) -> Seen {
    let (name, mut listed) = connector("c", state, tasks);
    listed.unstarted = unstarted.map(<[u32]>::to_vec);
    list("a", &[(name, listed)])
}

#[test]
fn a_task_whose_start_does_not_end_is_no_connector_without_tasks() {
    let mut story = Story::new();
    story.see(0, seen("RUNNING a", &[], Some(&[0])));
    assert_eq!(story.verdict("c"), "restarting 0 [restarting]");
    story.see(9, seen("RUNNING a", &[], Some(&[0])));
    assert_eq!(story.verdict("c"), "restarting 0 [restarting]");
    story.judge(10);
    assert_eq!(story.verdict("c"), "unknown 0 [unknown]");
    let why = story.reasons("c");
    assert!(
        why.contains("Task 0 of 1 has no status") && why.contains("start has not finished"),
        "{why}"
    );
    assert_eq!(story.open(), ["connector unsure: c"]);
    story.see(20, seen("RUNNING a", &["RUNNING a"], Some(&[])));
    assert_eq!(story.verdict("c"), "healthy 20 [healthy]");
    assert!(story.open().is_empty());
}

#[test]
fn some_tasks_that_run_do_not_make_healthy_the_ones_that_never_began() {
    let mut story = Story::new();
    let two = ["RUNNING a", "RUNNING a"];
    story.see(0, seen("RUNNING a", &two, Some(&[])));
    assert_eq!(story.verdict("c"), "healthy 0 [healthy healthy]");
    story.see(5, seen("RUNNING a", &two, Some(&[2, 3])));
    assert_eq!(
        story.verdict("c"),
        "restarting 5 [healthy healthy restarting restarting]"
    );
    // A list without the configured tasks does not make them vanish, and one of them starts.
    story.see(8, seen("RUNNING a", &["RUNNING a", "RUNNING a", "RUNNING a"], None));
    story.judge(15);
    assert_eq!(story.verdict("c"), "unknown 5 [healthy healthy healthy unknown]");
    assert!(story.reasons("c").contains("Task 3 of 4"), "{}", story.reasons("c"));
}

#[test]
fn one_failed_task_beside_one_that_never_began_is_not_every_task() {
    let mut story = Story::new();
    story.see(0, seen("RUNNING a", &["FAILED a boom"], Some(&[1])));
    story.judge(20);
    assert_eq!(story.verdict("c"), "degraded 0 [failed unknown]");
}

#[test]
fn without_tasks_that_are_configured_it_has_none() {
    let mut story = Story::new();
    story.see(0, seen("RUNNING a", &[], Some(&[])));
    story.judge(10);
    assert_eq!(story.verdict("c"), "no_tasks 10 []");
}

#[test]
fn a_connector_that_fails_as_it_is_resumed_has_failed() {
    for asked in ["STOPPED a", "PAUSED a"] {
        let mut story = Story::new();
        story.see(0, seen(asked, &[], Some(&[])));
        story.news();
        story.see(5, seen("FAILED a boom", &[], Some(&[])));
        assert_eq!(story.verdict("c"), "failed 5 []", "{asked}");
        assert_eq!(story.news().len(), 1, "nobody is said to have asked for anything");
        assert_eq!(story.open().len(), 1, "{asked}");
        // Restarted, it is on its way, and nobody has asked it to rest.
        story.see(10, seen("UNASSIGNED a", &[], Some(&[])));
        assert_eq!(story.verdict("c").split(' ').next(), Some("restarting"), "{asked}");
        story.see(30, seen("UNASSIGNED a", &[], Some(&[])));
        assert_eq!(story.verdict("c").split(' ').next(), Some("unassigned"), "{asked}");
        story.see(31, seen("RUNNING a", &["RUNNING a"], Some(&[])));
        assert_eq!(story.verdict("c").split(' ').next(), Some("healthy"), "{asked}");
        assert!(!story.news().iter().any(|line| line.contains("target")), "{asked}");
    }
}

#[test]
fn a_task_that_was_paused_on_a_worker_that_is_gone_runs_nowhere_once_it_is_resumed() {
    let mut story = Story::new();
    let tasks = ["PAUSED a", "PAUSED b"];
    story
        .see(0, group_of(&["a", "b"], 0))
        .see(1, seen("PAUSED a", &tasks, Some(&[])));
    story.see(5, group_of(&["a"], 20_000));
    assert_eq!(story.verdict("c"), "paused 1 [paused paused]", "nobody waits for it");
    story.see(10, seen("RUNNING a", &["RUNNING a", "PAUSED b"], Some(&[])));
    assert_eq!(story.verdict("c").split(' ').next(), Some("unassigned"));
    assert_eq!(story.verdicts["c"].tasks[&1].health.as_str(), "unassigned");
    assert_eq!(story.open(), ["worker infrastructure: c"]);
}

#[test]
fn a_task_that_does_not_follow_a_request_to_run_is_not_on_its_way_for_ever() {
    let mut story = Story::new();
    story
        .see(0, group_of(&["a"], 0))
        .see(1, seen("PAUSED a", &["PAUSED a"], Some(&[])));
    story.see(10, seen("RUNNING a", &["PAUSED a"], Some(&[])));
    assert_eq!(story.verdict("c").split(' ').next(), Some("restarting"));
    story.judge(20);
    assert_eq!(story.verdict("c").split(' ').next(), Some("unknown"));
    assert!(
        story
            .reasons("c")
            .contains("Task 0 of 1 does not run while the connector does"),
        "{}",
        story.reasons("c")
    );
}

#[test]
fn a_task_that_follows_a_pause_slowly_makes_nothing_unknown_of_the_others() {
    let mut story = Story::new();
    story
        .see(0, group_of(&["a", "b"], 0))
        .see(1, seen("RUNNING a", &["RUNNING a", "RUNNING b"], Some(&[])));
    story.see(5, seen("PAUSED a", &["PAUSED a", "RUNNING b"], Some(&[])));
    story.judge(30);
    assert_eq!(
        story.verdict("c").split(' ').next(),
        Some("healthy"),
        "{}",
        story.reasons("c")
    );
    story.see(31, group_of(&["b"], 20_000));
    assert_eq!(
        story.verdicts["c"].tasks[&0].health.as_str(),
        "paused",
        "it was not asked to run"
    );
}

#[test]
fn a_task_that_never_began_is_judged_again_by_itself_whatever_else_is_wrong() {
    let mut story = Story::new();
    story.see(0, seen("RUNNING a", &["FAILED a boom"], Some(&[1])));
    assert_eq!(story.verdict("c"), "degraded 0 [failed restarting]");
    let (around, _) = model::judge::surroundings(&story.facts, &story.settings, super::story::at(0));
    let judged = model::judge::judge(
        &story.facts,
        story.connector("c"),
        &around,
        &story.settings,
        None,
        super::story::at(0),
    );
    assert_eq!(judged.valid_until, Some(super::story::at(10)));
}

#[test]
fn tasks_that_are_paused_before_their_connector_says_so_do_not_fail_to_follow() {
    let mut story = Story::new();
    story
        .see(0, group_of(&["a"], 0))
        .see(1, seen("RUNNING a", &["RUNNING a"], Some(&[])));
    story.see(5, seen("RUNNING a", &["PAUSED a"], Some(&[])));
    story.judge(30);
    assert_eq!(
        story.verdict("c").split(' ').next(),
        Some("unknown"),
        "nothing runs, and nobody says why"
    );
    let why = story.reasons("c");
    assert!(
        why.contains("Task 0 of 1 does not run while") && !why.contains("request"),
        "{why}"
    );
    story.see(31, seen("PAUSED a", &["PAUSED a"], Some(&[])));
    assert_eq!(story.verdict("c").split(' ').next(), Some("paused"));
}
