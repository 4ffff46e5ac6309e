//! What must hold whatever is seen, in any order: total, repeatable, and never without evidence.

use std::collections::{BTreeMap, BTreeSet};

use model::fault::Fault;
use model::fold::fold;
use model::judge::{judge, surroundings};
use model::names::{ConnectorName, WorkerId};
use model::observe::{GapKind, GroupMembers, HealthAnswer, Observation, Seen, WorkerAnswer, WorkerSlow};
use model::record::Entry;
use model::verdict::Health;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};

use super::story::{
    Story, answered, at, configured, connector, list, members, names, no_list, no_members, quick, silent,
};

const WORKERS: [&str; 3] = ["a", "b", "c"];
const CONNECTORS: [&str; 3] = ["x", "y", "z"];
const STATES: [&str; 6] = ["RUNNING", "UNASSIGNED", "PAUSED", "STOPPED", "RESTARTING", "ODD"];

fn worker() -> impl Strategy<Value = &'static str> {
    select(&WORKERS[..])
}

/// `FAILED b boom` and the like.
fn words() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => (select(&STATES[..]), worker()).prop_map(|(state, on)| format!("{state} {on}")),
        3 => worker().prop_map(|on| format!("RUNNING {on}")),
        2 => (worker(), select(&["boom", "bang"][..])).prop_map(|(on, text)| format!("FAILED {on} {text}")),
        1 => worker().prop_map(|on| format!("FAILED {on}")),
    ]
}

fn listed() -> impl Strategy<Value = Seen> {
    let one = || (words(), prop::collection::vec(words(), 0..3), 0..4_u8, any::<bool>());
    let each = subsequence(&CONNECTORS[..], 0..=3)
        .prop_flat_map(move |names| (Just(names.clone()), prop::collection::vec(one(), names.len())));
    (worker(), each).prop_map(|(by, (names, each))| {
        let connectors = names.iter().zip(&each).map(|(name, (state, tasks, config, status))| {
            let tasks: Vec<&str> = tasks.iter().map(String::as_str).collect();
            let mut listed = connector(name, state, &tasks);
            if !status {
                listed.1.instance = None;
            }
            // Two are configured, or it is not told.
            if *config != 3 {
                let tasks = &listed.1.tasks;
                listed.1.unstarted = Some((0..2).filter(|task| !tasks.contains_key(task)).collect());
            }
            match config {
                0 => listed,
                version => configured(listed, &[("api.key", &version.to_string())]),
            }
        });
        list(by, &connectors.collect::<Vec<_>>())
    })
}

fn group() -> impl Strategy<Value = GroupMembers> {
    let who = subsequence(&WORKERS[..], 0..=3);
    (who, select(&[0, 20_000][..]), any::<bool>(), any::<bool>()).prop_map(|(who, delay, partial, settled)| {
        let mut group = members(&who, delay);
        group.partial = partial;
        if !settled {
            group.state = "PreparingRebalance".into();
            for member in &mut group.members {
                (member.leader, member.delay_ms) = (None, None);
            }
        }
        group
    })
}

fn seen() -> impl Strategy<Value = Seen> {
    let kinds = [
        GapKind::Refused,
        GapKind::Busy,
        GapKind::Starting,
        GapKind::NotConnect,
        GapKind::Denied,
    ];
    let kind = move || select(kinds.to_vec());
    prop_oneof![
        6 => listed(),
        1 => worker().prop_map(|by| Seen::ListedUnchanged { by: by.into() }),
        3 => (worker(), subsequence(&CONNECTORS[..], 0..=3)).prop_map(|(by, known)| names(by, &known)),
        4 => group().prop_map(Seen::Members),
        2 => (worker(), select(&["4.3.1", "3.9.1"][..])).prop_map(|(id, version)| answered(id, version)),
        1 => (worker(), select(&["kafka-1", "kafka-2"][..])).prop_map(|(id, kafka)| match answered(id, "4.3.1") {
            Seen::Answered(answer) => Seen::Answered(WorkerAnswer { kafka_cluster_id: Some(kafka.into()), ..answer }),
            other => other,
        }),
        2 => (worker(), kind()).prop_map(|(id, kind)| silent(id, kind)),
        1 => worker().prop_map(|id| Seen::Slow(WorkerSlow {
            worker: id.into(),
            health: Some(HealthAnswer { ready: true, word: "healthy".into(), message: "".into() }),
            plugins: None,
        })),
        2 => kind().prop_map(no_list),
        1 => Just(no_members()),
    ]
}

/// Looks with their times, in order.
fn looks() -> impl Strategy<Value = Vec<(i64, Seen)>> {
    prop::collection::vec((0..9_i64, seen()), 1..40).prop_map(|looks| {
        let mut second = 0;
        let later = looks.into_iter().map(|(wait, seen)| {
            second += wait;
            (second, seen)
        });
        later.collect()
    })
}

fn told(looks: &[(i64, Seen)]) -> Story {
    let mut story = Story::new();
    story.settings = quick();
    for (second, seen) in looks {
        story.see(*second, seen.clone());
    }
    story
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_replay_gives_the_same_history(looks in looks()) {
        let (first, second) = (told(&looks), told(&looks));
        prop_assert_eq!(first.facts, second.facts);
        prop_assert_eq!(first.history, second.history);
        prop_assert_eq!(first.verdicts, second.verdicts);
        prop_assert_eq!(first.faults, second.faults);
    }

    #[test]
    fn what_is_recorded_reads_back_as_it_was(looks in looks()) {
        fn again<T: serde::Serialize + serde::de::DeserializeOwned>(kept: &T) -> T {
            serde_json::from_str(&serde_json::to_string(kept).unwrap()).unwrap()
        }
        let story = told(&looks);
        prop_assert_eq!(again(&story.history), story.history);
        prop_assert_eq!(again(&story.verdicts), story.verdicts);
        prop_assert_eq!(again(&story.facts.about), story.facts.about);
        for fault in story.faults {
            prop_assert_eq!(again(&Entry::FaultOpened((*fault).clone())), Entry::FaultOpened((*fault).clone()));
        }
        for worker in story.facts.workers.into_values() {
            prop_assert_eq!(again(&*worker), (*worker).clone());
        }
        for connector in story.facts.connectors.into_values() {
            prop_assert_eq!(again(&*connector), (*connector).clone());
        }
    }

    /// A failed probe is left out: each one counts.
    #[test]
    fn the_same_look_twice_changes_nothing_more(looks in looks()) {
        let mut story = told(&[]);
        for (second, seen) in looks {
            story.see(second, seen.clone());
            if matches!(seen, Seen::Silent { .. }) {
                continue;
            }
            let observation = Observation { at: at(second), answered: at(second), seen };
            let again = fold(story.facts.clone(), &observation, &story.settings);
            prop_assert!(again.transitions.is_empty(), "{:?}", again.transitions);
            prop_assert!(again.touched.is_empty(), "{:?}", again.touched);
        }
    }

    #[test]
    fn what_differs_is_touched_and_what_is_touched_differs(looks in looks()) {
        let mut facts = told(&[]).facts;
        for (second, seen) in looks {
            let observation = Observation { at: at(second), answered: at(second), seen };
            let before = facts.clone();
            let folded = fold(facts, &observation, &quick());
            facts = folded.facts;
            prop_assert_eq!(before.about != facts.about, folded.touched.about);
            let workers: BTreeSet<WorkerId> = facts.workers.iter()
                .filter(|(id, worker)| before.workers.get(*id) != Some(worker)).map(|(id, _)| id.clone()).collect();
            prop_assert_eq!(workers, folded.touched.workers);
            let connectors: BTreeSet<ConnectorName> = facts.connectors.iter()
                .filter(|(name, known)| before.connectors.get(*name) != Some(known)).map(|(name, _)| name.clone()).collect();
            prop_assert_eq!(connectors, folded.touched.connectors);
            prop_assert!(folded.transitions.iter().all(|transition| transition.at == at(second)));
        }
    }

    #[test]
    fn times_lie_between_first_seen_and_now(looks in looks()) {
        let mut story = told(&[]);
        for (second, seen) in looks {
            story.see(second, seen);
            for worker in story.facts.workers.values() {
                prop_assert!(worker.first_seen <= worker.since && worker.since <= at(second), "{worker:?}");
            }
            for connector in story.facts.connectors.values() {
                for instance in connector.instance.iter().chain(connector.tasks.values()) {
                    prop_assert!(connector.first_seen <= instance.since && instance.since <= at(second), "{connector:?}");
                    prop_assert!(instance.failures.is_sorted());
                }
            }
            for (name, verdict) in &story.verdicts {
                let tasks = verdict.tasks.values().map(|task| task.since);
                let first_seen = story.facts.connectors[name].first_seen;
                prop_assert!(
                    tasks.chain([verdict.since]).all(|since| first_seen <= since && since <= at(second)),
                    "{name}: {verdict:?}"
                );
                prop_assert!(verdict.reasons.iter().all(|reason| reason.as_of <= at(second)), "{name}: {verdict:?}");
            }
        }
    }

    #[test]
    fn every_verdict_has_its_reasons_and_every_unhealthy_one_its_diagnosis(looks in looks()) {
        let mut story = told(&[]);
        for (second, seen) in looks {
            story.see(second, seen);
            for verdict in story.verdicts.values() {
                prop_assert!(!verdict.reasons.is_empty());
                prop_assert!(verdict.reasons.iter().all(|reason| !reason.text.is_empty() && !reason.evidence.is_empty()));
                prop_assert_eq!(verdict.diagnosis.is_some(), verdict.health.unhealthy(), "{:?}", verdict);
                let known = verdict.diagnosis.iter().all(|d| !d.root_cause.is_empty() && !d.why.is_empty());
                prop_assert!(known, "{:?}", verdict.diagnosis);
            }
        }
    }

    /// Until `valid_until` the passing of time alone changes no health, and the verdict before never does.
    #[test]
    fn a_verdict_holds_as_long_as_it_says(looks in looks(), wait in 1..700_i64, odd in select(&Health::ALL[..])) {
        let story = told(&looks);
        let now = at(looks.last().map_or(0, |(second, _)| *second));
        let later = now + chrono::TimeDelta::seconds(wait);
        let (around, around_until) = surroundings(&story.facts, &story.settings, now);
        let (around_later, _) = surroundings(&story.facts, &story.settings, later);
        prop_assert!(around_until.is_none_or(|until| until > now));
        if around_until.is_none_or(|until| later < until) {
            prop_assert_eq!(&around, &around_later);
        }
        for connector in story.facts.connectors.values().filter(|c| c.deleted_at.is_none()) {
            let first = judge(&story.facts, connector, &around, &story.settings, None, now);
            prop_assert!(first.valid_until.is_none_or(|until| until > now));
            let mut before = first.verdict.clone();
            before.health = odd;
            let again = judge(&story.facts, connector, &around, &story.settings, Some(&before), now);
            prop_assert_eq!(again.verdict.health, first.verdict.health);
            let healths = |judged: &model::judge::Judged| -> (Health, BTreeMap<u32, Health>) {
                let tasks = judged.verdict.tasks.iter().map(|(number, task)| (*number, task.health));
                (judged.verdict.health, tasks.collect())
            };
            if first.valid_until.is_none_or(|until| later < until) {
                let still = judge(&story.facts, connector, &around, &story.settings, Some(&first.verdict), later);
                prop_assert_eq!(healths(&still), healths(&first), "after {} s", wait);
                prop_assert_eq!(still.verdict.since, first.verdict.since);
            }
        }
    }

    #[test]
    fn every_unhealthy_connector_is_in_exactly_one_fault_whose_id_stays(looks in looks()) {
        let mut story = told(&[]);
        for (second, seen) in looks {
            let before = story.faults.clone();
            story.see(second, seen);
            let mut members: BTreeMap<&ConnectorName, usize> = BTreeMap::new();
            let (unheard, heard): (Vec<_>, Vec<_>) = story.faults.iter().partition(|fault| fault.unheard_since.is_some());
            for fault in unheard {
                let unknown = |name: &ConnectorName| story.verdicts.get(name).is_some_and(|v| v.health == Health::Unknown);
                prop_assert!(fault.members.iter().any(unknown), "silence alone keeps it: {:?}", fault);
            }
            for name in heard.iter().flat_map(|fault| &fault.members) {
                *members.entry(name).or_default() += 1;
            }
            let unhealthy = story.verdicts.iter().filter(|(_, verdict)| verdict.health.unhealthy());
            let wanted: BTreeMap<&ConnectorName, usize> = unhealthy.map(|(name, _)| (name, 1)).collect();
            prop_assert_eq!(members, wanted, "deleted ones, too, are in none");
            let ids: BTreeSet<&str> = story.faults.iter().map(|fault| &*fault.id).collect();
            prop_assert_eq!(ids.len(), story.faults.len());
            // That the workers of a cluster cannot be asked is a fault beside others of the cluster.
            let key = |fault: &Fault| (fault.scope.clone(), fault.unlisted_since.is_some());
            for fault in &story.faults {
                prop_assert!(fault.ended_at.is_none() && fault.opened_at <= at(second));
                if let Some(old) = before.iter().find(|old| key(old) == key(fault)) {
                    prop_assert_eq!((&old.id, old.opened_at), (&fault.id, fault.opened_at));
                }
            }
        }
    }
}
