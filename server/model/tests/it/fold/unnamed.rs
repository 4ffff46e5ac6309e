//! Workers that statuses named and nobody ever heard: they leave by themselves, told nothing, and are never too many.

use std::collections::BTreeSet;

use model::Timestamp;
use model::facts::Alive;
use model::fold::{Touched, forget};
use model::names::{ConnectorName, WorkerId};
use model::observe::{GapKind, ListedConnector};

use super::story::{Story, answered, at, connector, group_of, list, no_members, silent, two_workers};

const HOUR: i64 = 3600;

/// A look at one connector that runs on this worker, whose address nobody here can reach.
fn runs_on(story: &mut Story, second: i64, worker: &str) {
    let running = format!("RUNNING {worker}");
    story
        .see(second, list("ingress", &[connector("lines", &running, &[&running])]))
        .see(second, silent(worker, GapKind::TimedOut));
}

fn forgotten(story: &mut Story, second: i64) -> Touched {
    let touched = forget(&mut story.facts, &BTreeSet::new(), &story.settings, at(second));
    story.judge(second);
    touched
}

fn workers(story: &Story) -> Vec<&str> {
    story.facts.workers.keys().map(WorkerId::as_str).collect()
}

fn unnamed_since(story: &Story, id: &str) -> Option<Timestamp> {
    story.worker(id).unnamed_since
}

#[test]
fn each_pod_behind_an_ingress_leaves_an_hour_after_nothing_named_it_any_more() {
    let mut story = Story::new();
    for number in 0..200 {
        runs_on(&mut story, number * 5, &format!("pod{number}"));
    }
    assert_eq!(story.facts.workers.len(), 200);
    assert!(
        story
            .facts
            .workers
            .values()
            .all(|worker| worker.alive == Alive::Unknown)
    );
    let before = (story.verdict("lines"), story.history.len());
    // The first of them is named no more since second 5.
    assert!(forgotten(&mut story, 4 + HOUR).is_empty());
    let touched = forgotten(&mut story, 5 + HOUR);
    assert_eq!(touched.workers, ["pod0".into()].into());
    // Who was just being asked leaves nothing behind either.
    story.see(6 + HOUR, silent("pod0", GapKind::TimedOut));
    assert!(story.facts.about.addresses.contains_key("pod0"));
    forgotten(&mut story, 60 * 24 * HOUR);
    assert_eq!(workers(&story), ["pod199"], "a status names it");
    assert!(story.facts.about.addresses.is_empty() && story.facts.fresh.asked.is_empty());
    assert_eq!(
        (story.verdict("lines"), story.history.len()),
        before,
        "nothing is told of them"
    );
}

#[test]
fn who_is_named_again_has_all_of_its_time_anew() {
    let mut story = Story::new();
    runs_on(&mut story, 0, "one");
    runs_on(&mut story, 10, "two");
    assert_eq!(unnamed_since(&story, "one"), Some(at(10)));
    runs_on(&mut story, 3000, "one");
    assert_eq!(unnamed_since(&story, "one"), None);
    runs_on(&mut story, 3010, "two");
    assert!(forgotten(&mut story, 3009 + HOUR).is_empty());
    assert_eq!(forgotten(&mut story, 3010 + HOUR).workers, ["one".into()].into());
    // It is one like any other when it comes back.
    story.news();
    runs_on(&mut story, 9000, "one");
    story.see(9001, answered("one", "4.3.1"));
    let news = story.news();
    assert_eq!(
        news.last().map(String::as_str),
        Some("9001 worker one came"),
        "{news:?}"
    );
}

#[test]
fn whoever_may_matter_stays() {
    let mut story = Story::new();
    for (number, pod) in ["lives", "configured", "ghost", "last"].iter().enumerate() {
        runs_on(&mut story, number as i64 * 10, pod);
    }
    story.see(50, answered("lives", "4.3.1"));
    let configured = [WorkerId::from("configured")].into();
    let now = at(50 + 2 * HOUR);
    forget(&mut story.facts, &configured, &story.settings, now);
    assert_eq!(workers(&story), ["configured", "last", "lives"]);

    // A worker that is dead stays for its time, and as long as work sits on it.
    let mut story = two_workers();
    story.see(10, group_of(&["a"], 0));
    assert!(forgotten(&mut story, 10 * HOUR).is_empty());
    assert_eq!((workers(&story), unnamed_since(&story, "b")), (vec!["a", "b"], None));
}

#[test]
fn the_last_members_of_a_group_stay_until_kafka_tells_again() {
    let mut story = Story::new();
    story
        .see(0, group_of(&["a", "idle"], 0))
        .see(0, list("a", &[connector("lines", "RUNNING a", &[])]))
        .see(100, no_members());
    assert_eq!(story.alive("idle"), Alive::Unknown);
    forgotten(&mut story, 101);
    assert_eq!(unnamed_since(&story, "idle"), Some(at(101)), "seen without a list too");
    forgotten(&mut story, 10 * HOUR);
    assert_eq!(workers(&story), ["a", "idle"]);
    story.news();
    story.see(11 * HOUR, group_of(&["a", "idle"], 0));
    assert_eq!(story.news(), [""; 0], "it had never gone");
}

/// So many connectors, each on a worker of its own.
fn many(round: usize, count: usize) -> Vec<(ConnectorName, ListedConnector)> {
    let one = |number| {
        let running = format!("RUNNING round{round}-{number:04}");
        connector(&format!("c{number:04}"), &running, &[])
    };
    (0..count).map(one).collect()
}

#[test]
fn whatever_lists_name_only_so_many_workers_are_kept_and_a_gap_says_so() {
    let mut story = Story::new();
    story.see(0, group_of(&["a", "b"], 0)).see(60, no_members());
    for round in 0..5 {
        let second = 61 + round as i64 * 5;
        story.see(second, list("a", &many(round, 2_000)));
        let others = story.facts.workers.len();
        assert!((500..=1_002).contains(&others), "{others}");
        let gap = story.facts.about.workers_gap.clone().expect("more are named");
        assert!(
            gap.text.contains("more workers than the 1000 that are kept"),
            "{}",
            gap.text
        );
        assert!(story.touched.about == (round == 0), "it is told once");
        let touched = forgotten(&mut story, second);
        assert!(!touched.workers.is_empty() || round == 0);
    }
    assert!(
        story.facts.workers.contains_key("round4-0000"),
        "there is room for those that are named now"
    );
    // Once lists are as they should be all that they name are known, and the rest leave by themselves.
    let few = many(9, 3);
    story.see(100, list("a", &few)).see(100, list("a", &few));
    let gone: Vec<String> = (3..2_000).map(|number| format!("c{number:04}")).collect();
    for name in &gone {
        story.facts.connectors.remove(name.as_str());
    }
    forgotten(&mut story, 101);
    story.see(105, list("a", &few));
    assert_eq!(story.facts.about.workers_gap, None);
    forgotten(&mut story, 110 + HOUR);
    let named = |round: usize| {
        workers(&story)
            .into_iter()
            .filter(move |id| id.starts_with(&format!("round{round}")))
    };
    assert_eq!((0..9).map(|round| named(round).count()).sum::<usize>(), 0);
    assert_eq!(named(9).count(), 3);
    assert!(
        !story
            .history
            .iter()
            .any(|told| format!("{told:?}").contains("Worker(\"round")),
        "nobody came or left"
    );
}

#[test]
fn members_of_the_group_are_kept_however_many_names_lists_make_up() {
    let mut story = Story::new();
    story.see(0, list("a", &many(0, 1_500)));
    assert_eq!(story.facts.workers.len(), 1_000);
    let members: Vec<String> = (0..300).map(|number| format!("member{number}")).collect();
    let members: Vec<&str> = members.iter().map(String::as_str).collect();
    story.see(5, group_of(&members, 0));
    let living = story.facts.workers.values().filter(|worker| worker.alive == Alive::Yes);
    assert_eq!(living.count(), 300);
}
