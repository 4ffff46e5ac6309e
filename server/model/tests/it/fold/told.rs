//! What the status and config topics tell, beside lists that say it earlier, later or otherwise.

use std::collections::BTreeSet;
use std::sync::Arc;

use model::facts::{Alive, ClusterFacts};
use model::fold::forget;
use model::internal::{ConfigSaid, ConfigSeen, ConfigsSeen, InternalTopic, StatusSeen, StatusesSeen, TopicSeen};
use model::observe::{GapKind, ListedConfig, Seen, Source};
use model::secrets::{Definitions, FingerprintKey, KeyDefinition, RawConfig, mask};
use model::state::{TargetSource, TargetState};

use super::story::{Story, at, connector, gap, group_of, instance, left_and_right, list, names, two_workers};

/// `c` or `c/0`, as written at a second in a generation; no words for a tombstone.
fn record(place: &str, second: i64, generation: i64, words: Option<&str>) -> StatusSeen {
    let (name, task) = match place.split_once('/') {
        Some((name, task)) => (name, task.parse().ok()),
        None => (place, None),
    };
    StatusSeen {
        connector: name.into(),
        task,
        at: at(second),
        generation: Some(generation),
        status: words.map(instance),
    }
}

fn whole(statuses: Vec<StatusSeen>) -> Seen {
    Seen::Statuses(StatusesSeen { whole: true, statuses })
}

fn then(statuses: Vec<StatusSeen>) -> Seen {
    Seen::Statuses(StatusesSeen { whole: false, statuses })
}

fn says(name: &str, second: i64, said: ConfigSaid) -> ConfigSeen {
    ConfigSeen {
        connector: name.into(),
        at: at(second),
        said,
    }
}

fn configs(whole: bool, configs: Vec<ConfigSeen>) -> Seen {
    Seen::Configs(ConfigsSeen { whole, configs })
}

fn config(value: &str) -> ConfigSaid {
    let raw = RawConfig::new([("connector.class".to_owned(), Some(value.to_owned()))].into());
    ConfigSaid::Config(Some(masked(&raw)))
}

fn masked(raw: &RawConfig) -> Arc<ListedConfig> {
    Arc::new(mask(raw, None, &FingerprintKey::new(b"a key of the test")))
}

fn topic(kind: InternalTopic, gapped: bool) -> Seen {
    Seen::Topic(TopicSeen {
        kind,
        name: Some("connect-x".into()),
        gap: gapped.then(|| gap(GapKind::Denied)),
    })
}

/// `c` with one task on a, listed at 0, and a status topic that says the same.
fn told() -> Story {
    let mut story = Story::new();
    story
        .see(0, group_of(&["a", "b"], 0))
        .see(0, list("a", &[connector("c", "RUNNING a", &["RUNNING a"])]));
    story.see(
        1,
        whole(vec![
            record("c", -60, 3, Some("RUNNING a")),
            record("c/0", -60, 3, Some("RUNNING a")),
        ]),
    );
    story.see(1, topic(InternalTopic::Status, false));
    story.news();
    story
}

#[test]
fn a_status_is_a_fact_as_it_is_written_and_names_its_source() {
    let mut story = told();
    assert_eq!(
        story.connector("c").tasks[&0].source,
        Source::Rest,
        "it was listed first"
    );
    story.see(9, then(vec![record("c/0", 8, 3, Some("FAILED a boom"))]));
    assert_eq!(story.news(), ["8 c/0 RUNNING>FAILED on a"]);
    assert_eq!(story.verdict("c"), "failed 8 [failed]");
    assert_eq!(story.verdicts["c"].reasons[0].source, Source::StatusTopic);
    assert_eq!(story.history.last().unwrap().source, Source::StatusTopic);
    // Another beginning tells the same once more, which is no news.
    story.see(
        20,
        whole(vec![
            record("c", -60, 3, Some("RUNNING a")),
            record("c/0", 8, 3, Some("FAILED a boom")),
        ]),
    );
    assert!(story.news().is_empty());
}

#[test]
fn every_record_of_a_key_counts_and_none_comes_before_what_it_follows() {
    let mut story = told();
    let failures = (0..3).flat_map(|n| {
        [
            record("c/0", 10 + n * 4, 3, Some("FAILED a boom")),
            // The clock of the worker that starts it again is behind.
            record("c/0", 5, 3, Some("RUNNING a")),
        ]
    });
    story.see(30, then(failures.collect()));
    let news = story.news();
    assert_eq!(news.len(), 6, "{news:?}");
    assert_eq!(news[1], "10 c/0 FAILED>RUNNING on a");
    assert_eq!(story.verdict("c"), "crash_looping 18 [crash_looping]");
    // One whose clock is ahead is believed to have written as its record came.
    story.see(40, then(vec![record("c/0", 400, 3, Some("PAUSED a"))]));
    assert_eq!(story.news(), ["40 c/0 RUNNING>PAUSED on a"]);
}

#[test]
fn the_word_with_which_an_earlier_owner_lets_go_may_come_late() {
    let mut story = told();
    story.see(10, then(vec![record("c/0", 10, 5, Some("RUNNING b"))]));
    assert_eq!(story.news(), ["10 c/0 RUNNING>RUNNING on a>b"]);
    story.see(11, then(vec![record("c/0", 9, 3, Some("UNASSIGNED a"))]));
    assert!(story.news().is_empty());
    // Its own owner lets go in the same generation, and a group that was made anew counts from one again.
    story.see(12, then(vec![record("c/0", 12, 5, Some("UNASSIGNED b"))]));
    story.see(13, then(vec![record("c/0", 13, 1, Some("RUNNING a"))]));
    assert_eq!(
        story.news(),
        ["12 c/0 RUNNING>UNASSIGNED on b", "13 c/0 UNASSIGNED>RUNNING on b>a"]
    );
}

#[test]
fn while_the_topic_is_known_wholly_a_list_that_says_otherwise_is_shown_beside_it() {
    let mut story = told();
    story.see(10, then(vec![record("c/0", 10, 3, Some("FAILED a boom"))]));
    story.news();
    // Asked for before the record came: it is only older.
    story.see_late(9, 11, list("a", &[connector("c", "RUNNING a", &["RUNNING a"])]));
    assert_eq!(story.connector("c").tasks[&0].rest, None);
    story.see(15, list("a", &[connector("c", "RUNNING a", &["RUNNING a"])]));
    assert!(story.news().is_empty());
    assert_eq!(story.verdict("c"), "failed 10 [failed]");
    assert_eq!(story.connector("c").tasks[&0].rest_state().as_str(), "RUNNING");
    let evidence = &story.verdicts["c"].reasons[0].evidence;
    assert!(
        evidence.contains("task 0 FAILED on a (REST says RUNNING)"),
        "{evidence}"
    );
    // Once something of the topic may be missing the next list is believed.
    story.see(20, topic(InternalTopic::Status, true));
    assert!(story.news().is_empty() && story.touched.about);
    story.see(25, list("a", &[connector("c", "RUNNING a", &["RUNNING a"])]));
    assert_eq!(story.news(), ["25 c/0 FAILED>RUNNING on a"]);
    assert_eq!(story.connector("c").tasks[&0].rest, None);
}

#[test]
fn tasks_that_are_removed_stay_removed_whatever_an_older_list_shows() {
    let mut story = told();
    story.see(10, then(vec![record("c/0", 10, 3, None)]));
    assert_eq!(story.news(), ["10 c/0 task removed"]);
    story.see_late(9, 11, list("a", &[connector("c", "RUNNING a", &["RUNNING a"])]));
    assert!(story.news().is_empty());
    assert_eq!(story.verdict("c"), "healthy 0 []");
}

#[test]
fn a_topic_that_was_made_anew_hides_no_failed_task() {
    let mut story = told();
    let failed = [connector("c", "RUNNING a", &["FAILED a boom"])];
    story.see(5, then(vec![record("c/0", 5, 3, Some("FAILED a boom"))]));
    assert_eq!(story.verdict("c"), "failed 5 [failed]");
    story.news();
    // The workers remember what the new topic does not hold.
    story.see(10, whole(vec![record("c", 10, 3, Some("RUNNING a"))]));
    story.see(12, list("a", &failed));
    assert!(story.news().is_empty());
    assert_eq!(story.verdict("c"), "failed 5 [failed]");
}

#[test]
fn a_run_that_ends_after_the_next_one_began_does_not_make_its_task_unassigned_for_good() {
    let mut story = Story::new();
    let running = [connector("c", "RUNNING a", &["RUNNING a"])];
    story.see(0, group_of(&["a"], 0)).see(0, list("a", &running));
    story.see(
        1,
        whole(vec![
            record("c", 0, 3, Some("RUNNING a")),
            record("c/0", 0, 3, Some("RUNNING a")),
        ]),
    );
    story.news();
    story.see(5, then(vec![record("c/0", 5, 3, Some("UNASSIGNED a"))]));
    assert_eq!(story.news(), ["5 c/0 RUNNING>UNASSIGNED on a"]);
    // A list that comes at once may not know of an exit in order yet.
    story.see(6, list("a", &running));
    assert!(story.news().is_empty());
    story.see(12, group_of(&["a"], 0)).see(12, list("a", &running));
    assert_eq!(story.news(), ["12 c/0 UNASSIGNED>RUNNING on a"]);
    assert!(story.verdict("c").starts_with("healthy"), "{}", story.verdict("c"));
}

#[test]
fn nothing_is_made_of_records_of_connectors_that_do_not_exist() {
    let mut story = told();
    story.see(
        10,
        then(vec![
            record("gone", 10, 3, Some("RUNNING a")),
            record("gone/0", 10, 3, Some("FAILED a boom")),
        ]),
    );
    assert!(story.news().is_empty() && story.touched.is_empty());
    // Once it is known to exist its last words count.
    story.see(
        11,
        configs(true, vec![says("c", 0, config("C")), says("gone", 9, config("G"))]),
    );
    story.news();
    story.see(
        12,
        list(
            "a",
            &[
                connector("c", "RUNNING a", &["RUNNING a"]),
                connector("gone", "RUNNING a", &["RUNNING a"]),
            ],
        ),
    );
    assert_eq!(story.verdict("gone"), "failed 12 [failed]");
}

#[test]
fn an_orderly_exit_that_rest_hides_is_told_by_the_topic() {
    let mut story = two_workers();
    let words = |words| {
        ["left", "left/0"]
            .map(|place| record(place, 1, 3, Some(words)))
            .to_vec()
    };
    let mut all = words("RUNNING a");
    all.extend(["right", "right/0"].map(|place| record(place, 1, 3, Some("RUNNING b"))));
    story.see(2, whole(all)).see(2, topic(InternalTopic::Status, false));
    story.news();
    story.see(
        10,
        then(
            ["right", "right/0"]
                .map(|place| record(place, 10, 3, Some("UNASSIGNED b")))
                .to_vec(),
        ),
    );
    // The connector's word is not held back; that of its task is.
    let mut listed = left_and_right("RUNNING a", "UNASSIGNED b");
    listed[1].1.tasks.insert(0, instance("RUNNING b"));
    story.see(11, list("a", &listed));
    assert_eq!(story.connector("right").tasks[&0].state.as_str(), "UNASSIGNED");
    story.see(12, group_of(&["a"], 300_000));
    assert_eq!(story.alive("b"), Alive::GoneInOrder);
    assert_eq!(story.verdict("right"), "unassigned 12 [unassigned]");
}

#[test]
fn what_is_asked_past_signalbox_is_known_as_it_is_written() {
    let mut story = told();
    story.see(
        2,
        configs(
            true,
            vec![says("c", -9, config("C")), says("c", -9, ConfigSaid::Tasks(1))],
        ),
    );
    story.see(2, topic(InternalTopic::Config, false));
    assert_eq!(
        story.connector("c").target,
        Some((TargetState::Started, TargetSource::ConfigTopic))
    );
    story.news();
    story.see(
        10,
        configs(false, vec![says("c", 9, ConfigSaid::Target(Some(TargetState::Paused)))]),
    );
    assert_eq!(story.news(), ["9 c target STARTED>PAUSED by outside"]);
    assert_eq!(story.verdict("c"), "healthy 0 [healthy]", "nobody followed yet");
    story.see(
        11,
        then(vec![
            record("c", 11, 3, Some("PAUSED a")),
            record("c/0", 11, 3, Some("PAUSED a")),
        ]),
    );
    assert_eq!(story.verdict("c"), "paused 11 [paused]");
    assert_eq!(story.verdicts["c"].reasons[0].source, Source::ConfigTopic);
    // What was asked is not concluded from states any more.
    story.see(
        20,
        configs(
            false,
            vec![says("c", 20, ConfigSaid::Target(Some(TargetState::Started)))],
        ),
    );
    story.see(21, list("a", &[connector("c", "PAUSED a", &["PAUSED a"])]));
    assert_eq!(
        story.connector("c").target,
        Some((TargetState::Started, TargetSource::ConfigTopic))
    );
}

#[test]
fn connectors_come_and_go_with_their_configs() {
    let mut story = told();
    story.see(2, configs(true, vec![says("c", -9, config("C"))]));
    story.see(2, topic(InternalTopic::Config, false));
    story.news();
    story.see(
        10,
        configs(
            false,
            vec![
                says("new", 9, ConfigSaid::Target(Some(TargetState::Stopped))),
                says("new", 9, config("N")),
                says("new", 10, ConfigSaid::Tasks(2)),
            ],
        ),
    );
    assert_eq!(
        story.news(),
        ["9 new appeared by outside", "9 new first config by outside"]
    );
    assert_eq!(story.connector("new").target.unwrap().0, TargetState::Stopped);
    assert_eq!(story.connector("new").unstarted.len(), 2);
    story.see(
        20,
        configs(
            false,
            vec![says("c", 20, config("D")), says("c", 21, ConfigSaid::Config(None))],
        ),
    );
    assert_eq!(
        story.news(),
        [
            "20 c config {\"connector.class\"} by outside",
            "20 c deleted by outside"
        ]
    );
    // Workers that read the topic late list and name it for a while.
    story.see(22, list("a", &[connector("c", "RUNNING a", &["RUNNING a"])]));
    story.see(22, names("a", &["c", "new"]));
    assert!(story.news().is_empty());
    story.see(30, configs(false, vec![says("c", 30, config("D"))]));
    assert_eq!(
        story.news(),
        ["30 c appeared again by outside", "30 c first config by outside"]
    );
}

#[test]
fn lists_alone_delete_nobody_whose_config_the_topic_holds() {
    let mut story = told();
    story.see(2, configs(true, vec![says("c", -9, config("C"))]));
    story.see(2, topic(InternalTopic::Config, false));
    story.news();
    for second in [10, 20, 30] {
        story.see(second, names(if second == 20 { "b" } else { "a" }, &[]));
    }
    assert!(story.news().is_empty());
    story.see(40, topic(InternalTopic::Config, true));
    for second in [50, 60] {
        story.see(second, names(if second == 50 { "a" } else { "b" }, &[]));
    }
    assert_eq!(story.news(), ["60 c deleted by outside"]);
}

#[test]
fn how_a_topic_stands_is_on_record_with_the_moment_since_when() {
    let mut story = told();
    let since = |story: &Story| story.facts.about.topics[&InternalTopic::Status].since;
    assert_eq!(since(&story), at(1));
    story.see(5, topic(InternalTopic::Status, false));
    assert!(story.touched.is_empty());
    story.see(10, topic(InternalTopic::Status, true));
    assert!(story.touched.about);
    assert_eq!(since(&story), at(10));
    // Kafka's word is no look at the cluster's workers.
    assert_eq!(story.facts.fresh.tried, Some(at(0)));
    story.see(20, Seen::Stands { by: "a".into() });
    assert_eq!(
        (story.facts.fresh.rest, story.facts.fresh.tried),
        (Some(at(20)), Some(at(20)))
    );
}

/// A config with a clear value, or with it masked, as `C`.
fn shown(kind: Option<&str>) -> Arc<ListedConfig> {
    let pairs = [("connector.class", "C"), ("api.mode", "Bulk-Word-7")];
    let raw = RawConfig::new(pairs.map(|(key, value)| (key.into(), Some(value.into()))).into());
    let definitions = kind.map(|kind| Definitions {
        keys: [(
            "api.mode".into(),
            KeyDefinition {
                kind: kind.into(),
                ..KeyDefinition::default()
            },
        )]
        .into(),
    });
    Arc::new(mask(
        &raw,
        definitions.as_ref(),
        &FingerprintKey::new(b"a key of the test"),
    ))
}

/// `c` listed with that config, its task failed by a trace that quotes it.
fn listed_failed(kind: Option<&str>) -> Seen {
    let mut failed = connector("c", "RUNNING a", &["FAILED a refused:Bulk-Word-7"]);
    failed.1.config = Some(shown(kind));
    list("a", &[failed])
}

#[test]
fn a_config_that_the_topic_repeats_stays_as_readable_as_lists_showed_it_and_so_do_its_traces() {
    let mut story = Story::new();
    story
        .see(0, group_of(&["a", "b"], 0))
        .see(0, listed_failed(Some("STRING")));
    // Nothing is known of plugins yet by whoever reads the topic after a start.
    story.see(
        1,
        configs(true, vec![says("c", -9, ConfigSaid::Config(Some(shown(None))))]),
    );
    let c = story.connector("c");
    assert_eq!(c.config.as_ref().unwrap().config.text("api.mode"), Some("Bulk-Word-7"));
    assert!(c.tasks[&0].trace.as_ref().unwrap().contains("Bulk-Word-7"));
}

#[test]
fn what_turns_out_to_be_a_secret_is_quoted_by_no_last_word_of_the_topic() {
    let mut story = Story::new();
    story
        .see(0, group_of(&["a", "b"], 0))
        .see(0, listed_failed(Some("STRING")));
    let word = record("c/0", 1, 3, Some("FAILED a refused:Bulk-Word-7"));
    story.see(1, whole(vec![record("c", -60, 3, Some("RUNNING a")), word]));
    story.see(1, topic(InternalTopic::Status, false));
    story.see(5, listed_failed(Some("PASSWORD")));
    // A list that was asked for earlier says nothing of the failure: the topic's word stands.
    let mut late = connector("c", "RUNNING a", &["RUNNING a"]);
    late.1.config = Some(shown(Some("PASSWORD")));
    story.see(6, list("a", &[late]));
    let task = &story.connector("c").tasks[&0];
    let trace = task.trace.clone().unwrap();
    assert!(trace.contains("refused:") && !trace.contains("Bulk"), "{trace}");
}

#[test]
fn no_word_is_kept_of_who_was_deleted_long_ago_or_was_never_there() {
    let mut story = told();
    story.see(
        2,
        configs(
            true,
            vec![
                says("c", -9, config("C")),
                says("other", -9, config("C")),
                says("ancient", -9, ConfigSaid::Config(None)),
            ],
        ),
    );
    story.see(3, then(vec![record("ancient", -90, 3, Some("RUNNING a"))]));
    story.see(4, configs(false, vec![says("c", 4, ConfigSaid::Config(None))]));
    let words = |facts: &ClusterFacts| {
        let words = format!("{:?}", facts.told);
        ["\"c\"", "other", "ancient"].map(|name| words.contains(name))
    };
    let mut facts = story.facts.clone();
    assert_eq!(words(&facts), [true; 3]);
    forget(&mut facts, &BTreeSet::new(), &story.settings, at(60));
    assert_eq!(words(&facts), [true, true, false], "lists may name it for a while");
    forget(&mut facts, &BTreeSet::new(), &story.settings, at(5 + 30 * 86_400));
    assert_eq!(words(&facts), [false, true, false]);
}
