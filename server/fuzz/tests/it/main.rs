#![expect(clippy::expect_used, reason = "a test fails by panicking")]
//! Every target keeps its promises for its seeds and for 20,000 inputs made of them, the same ones every time.

use std::sync::{Mutex, PoisonError};

use fuzz::{Run, targets};

/// Memory is counted for the whole process, so targets take turns.
static TURN: Mutex<()> = Mutex::new(());

fn keeps_its_promises(name: &str) {
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    let target = targets()
        .into_iter()
        .find(|target| target.name == name)
        .expect("a target");
    let mut run = Run::start(target, 1).expect("the seeds are harmless");
    let seeds = run.executions();
    assert!(seeds >= 4, "{name} has {seeds} seeds");
    for number in 0..20_000 {
        if let Err(finding) = run.step() {
            panic!(
                "{name}, damaged input {number}: {}\n{:?}",
                finding.what,
                String::from_utf8_lossy(&finding.input)
            );
        }
    }
    // Damage that always ends the same way would prove nothing.
    assert!(run.outcomes() >= 5, "{name}: {} outcomes", run.outcomes());
}

#[test]
fn expanded_lists() {
    keeps_its_promises("expanded");
}

#[test]
fn plain_lists() {
    keeps_its_promises("names");
}

#[test]
fn roots() {
    keeps_its_promises("root");
}

#[test]
fn healths() {
    keeps_its_promises("health");
}

#[test]
fn lists_of_plugins() {
    keeps_its_promises("plugins");
}

#[test]
fn definitions_of_keys() {
    keeps_its_promises("definitions");
}

#[test]
fn refusals() {
    keeps_its_promises("refusals");
}

#[test]
fn metadata_of_members() {
    keeps_its_promises("metadata");
}

#[test]
fn assignments_of_leaders() {
    keeps_its_promises("assignment");
}

#[test]
fn records_of_status_topics() {
    keeps_its_promises("status");
}

#[test]
fn records_of_config_topics() {
    keeps_its_promises("config");
}

#[test]
fn records_of_offset_topics() {
    keeps_its_promises("offset");
}

#[test]
fn keys_of_commits() {
    keeps_its_promises("offset-key");
}

#[test]
fn values_of_commits() {
    keeps_its_promises("offset-value");
}

#[test]
fn every_target_is_tested() {
    let source = include_str!("main.rs");
    for target in targets() {
        assert!(
            source.contains(&format!("promises(\"{}\")", target.name)),
            "{}",
            target.name
        );
    }
}
