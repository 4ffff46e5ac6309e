//! The crowd and what happens to it.

use std::collections::BTreeSet;

use testkit::fake::{FakeCluster, Script, Version, populate};

#[test]
fn the_crowd_is_the_same_every_time_and_partly_ill() {
    let first = FakeCluster::start(Version::V4_3_1, 3).unwrap();
    let second = FakeCluster::start(Version::V4_3_1, 3).unwrap();
    populate(&first, 200, 2);
    populate(&second, 200, 2);
    assert_eq!(first.names(), second.names());
    assert_eq!(first.names().len(), 200);
    let states: BTreeSet<String> = first
        .names()
        .iter()
        .filter_map(|name| Some(first.connector(name)?.instance?.state))
        .collect();
    let expected = ["FAILED", "PAUSED", "RUNNING", "STOPPED"];
    assert_eq!(states.iter().map(String::as_str).collect::<Vec<_>>(), expected);
}

#[test]
fn one_round_of_the_script_leaves_the_crowd_as_it_was() {
    let mut cluster = FakeCluster::start(Version::V3_9_1, 3).unwrap();
    populate(&cluster, 40, 2);
    let mut script = Script::default();
    script.next(&mut cluster).unwrap();
    let before = cluster.names();
    let mut happened = Vec::new();
    for _ in 0..60 {
        happened.extend(script.next(&mut cluster).unwrap());
    }
    assert_eq!(cluster.names(), before);
    for what in [
        "created",
        "killed",
        "placed elsewhere",
        "deleted",
        "back",
        "edited",
        "task 0 failed",
    ] {
        assert!(happened.iter().any(|line| line.contains(what)), "{what}: {happened:?}");
    }
}
