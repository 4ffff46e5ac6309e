//! The exam of the judge: every case of `verdicts.toml`, whose head explains the keys.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;

use chrono::{DateTime, TimeDelta};
use model::Timestamp;
use model::facts::{
    Alive, ClusterAbout, ClusterFacts, ConnectorFacts, Freshness, GroupFacts, InstanceFacts, WorkerFacts,
};
use model::judge::{Judged, judge, surroundings};
use model::names::WorkerId;
use model::observe::{Gap, GapKind, Source};
use model::settings::Settings;
use model::state::{State, TargetSource, TargetState};
use model::verdict::{Activity, Health, Verdict};
use serde::Deserialize;

#[derive(Deserialize)]
struct Exam {
    case: Vec<Case>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    name: String,
    connector: Option<Instance>,
    tasks: Vec<Instance>,
    failures_s_ago: Vec<i64>,
    rest_silent_s: i64,
    group_empty_s: Option<i64>,
    target: Option<String>,
    without_tasks_s: Option<i64>,
    delay_left_s: Option<i64>,
    grace: i64,
    stale_after: i64,
    expect: Option<String>,
    expect_any: Option<Vec<String>>,
    expect_tasks: Option<Vec<String>>,
    flips_in_s: Option<i64>,
    #[serde(rename = "note")]
    _note: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Instance {
    state: String,
    worker: String,
    worker_alive: Option<bool>,
    since_s: i64,
    #[serde(default)]
    failures_s_ago: Vec<i64>,
}

fn now() -> Timestamp {
    DateTime::from_timestamp(1_795_000_000, 0).unwrap()
}

fn ago(seconds: i64) -> Timestamp {
    now() - TimeDelta::seconds(seconds)
}

impl Instance {
    fn facts(&self, more: &[i64]) -> InstanceFacts {
        let mut failures: Vec<Timestamp> = self.failures_s_ago.iter().chain(more).map(|s| ago(*s)).collect();
        failures.sort();
        InstanceFacts {
            state: State::parse(&self.state),
            since: ago(self.since_s),
            worker_id: self.worker.as_str().into(),
            trace: None,
            trace_id: None,
            version: None,
            failures,
            source: Source::Rest,
            rest: None,
        }
    }

    fn worker(&self) -> WorkerFacts {
        WorkerFacts {
            id: self.worker.as_str().into(),
            alive: match self.worker_alive {
                Some(true) => Alive::Yes,
                Some(false) => Alive::Dead,
                None => Alive::Unknown,
            },
            since: ago(self.since_s.min(10)),
            first_seen: ago(3600),
            evidence: "as the case says".into(),
            version: None,
            ever_answered: false,
            answered_at: None,
            probe_failures: 0,
            failing_since: None,
            member: self.worker_alive,
            health: None,
            plugins: None,
            without_work_since: None,
            member_id: None,
            unconfirmed_since: None,
            unnamed_since: None,
        }
    }
}

impl Case {
    fn settings(&self) -> Settings {
        Settings {
            grace: TimeDelta::seconds(self.grace),
            stale_after: TimeDelta::seconds(self.stale_after),
            ..Settings::default()
        }
    }

    fn connector(&self) -> ConnectorFacts {
        let instance_failed = self
            .connector
            .as_ref()
            .is_some_and(|instance| instance.state == "FAILED");
        let of_instance = instance_failed || self.tasks.is_empty();
        let none: &[i64] = &[];
        let all: &[i64] = &self.failures_s_ago;
        let (instance, task) = if of_instance { (all, none) } else { (none, all) };
        assert!(
            task.is_empty() || self.tasks.len() == 1,
            "{}: whose failures?",
            self.name
        );
        let target = self.target.as_deref().map(|word| match word {
            "started" => TargetState::Started,
            "paused" => TargetState::Paused,
            "stopped" => TargetState::Stopped,
            other => panic!("{}: target {other}", self.name),
        });
        // Without the config topic the fold concludes the target from the connector's state.
        let inferred = || match self.connector.as_ref()?.state.as_str() {
            "PAUSED" => Some(TargetState::Paused),
            "STOPPED" => Some(TargetState::Stopped),
            "RUNNING" => Some(TargetState::Started),
            _ => None,
        };
        let running = self
            .connector
            .as_ref()
            .is_some_and(|instance| instance.state == "RUNNING");
        ConnectorFacts {
            name: "c".into(),
            kind: None,
            class: None,
            config: None,
            target: target
                .map(|target| (target, TargetSource::ConfigTopic))
                .or_else(|| inferred().map(|target| (target, TargetSource::Inferred))),
            instance: self.connector.as_ref().map(|facts| facts.facts(instance)),
            tasks: (0..).zip(self.tasks.iter().map(|facts| facts.facts(task))).collect(),
            no_tasks_since: self.without_tasks_s.filter(|_| running).map(ago),
            first_seen: ago(3600),
            status_missing: None,
            unstarted: Default::default(),
            missing: None,
            deleted_at: None,
            progress: None,
        }
    }

    fn cluster(&self, connector: &ConnectorFacts) -> ClusterFacts {
        let instances = self.connector.iter().chain(&self.tasks);
        let workers: BTreeMap<WorkerId, Arc<WorkerFacts>> = instances
            .map(|instance| (instance.worker.as_str().into(), Arc::new(instance.worker())))
            .collect();
        let interval = Settings::default().interval.num_seconds();
        let silent = self.rest_silent_s > interval;
        let group = self.group_empty_s.map(|empty| GroupFacts {
            group_id: "connect-c".into(),
            state: if empty > 0 { "Empty" } else { "Stable" }.into(),
            leader: None,
            members: BTreeSet::new(),
            empty_since: (empty > 0).then(|| ago(empty)),
            inhabited: true,
            members_since: None,
            delay_until: self.delay_left_s.map(|left| ago(-left)),
            rebalances: 0,
        });
        ClusterFacts {
            name: "cluster".into(),
            about: ClusterAbout {
                reachable: !silent,
                reachable_since: Some(ago(3600)),
                gap: silent.then(|| Gap {
                    kind: GapKind::Refused,
                    text: "w1:8083 refuses connections".into(),
                }),
                group,
                ..ClusterAbout::default()
            },
            workers,
            connectors: [(connector.name.clone(), Arc::new(connector.clone()))].into(),
            fresh: Freshness {
                rest: Some(ago(self.rest_silent_s)),
                answered: Some(ago(self.rest_silent_s)),
                group: self.group_empty_s.map(|_| now()),
                tried: Some(now()),
                ..Freshness::default()
            },
            told: Default::default(),
        }
    }

    fn judged(&self, previous: Option<&Verdict>, at: Timestamp) -> (Judged, Option<Timestamp>) {
        let connector = self.connector();
        let cluster = self.cluster(&connector);
        let settings = self.settings();
        let (around, until) = surroundings(&cluster, &settings, at);
        (judge(&cluster, &connector, &around, &settings, previous, at), until)
    }

    fn check(&self, wrong: &mut String) {
        let (judged, until) = self.judged(None, now());
        let verdict = &judged.verdict;
        let mut say = |text: String| {
            let _ = writeln!(wrong, "{}: {text}; reasons {:?}", self.name, verdict.reasons);
        };
        let health = verdict.health.as_str();
        let wanted: Vec<&str> = self
            .expect
            .iter()
            .chain(self.expect_any.iter().flatten())
            .map(String::as_str)
            .collect();
        if !wanted.contains(&health) {
            say(format!("{health} instead of {wanted:?}"));
        }
        if let Some(expected) = &self.expect_tasks {
            let tasks: Vec<&str> = verdict.tasks.values().map(|task| task.health.as_str()).collect();
            if tasks != *expected {
                say(format!("tasks {tasks:?} instead of {expected:?}"));
            }
        }
        if let Some(flips) = self.flips_in_s {
            let next = judged.valid_until.into_iter().chain(until).min();
            if next.is_none_or(|next| next > ago(-flips - 1)) {
                say(format!("valid until {next:?}, but it flips in {flips} s"));
            }
            let later = self.judged(Some(verdict), ago(-flips - 1)).0.verdict.health;
            if later == verdict.health {
                say(format!("still {health} after {} s", flips + 1));
            }
        }
        if verdict.reasons.first().is_none_or(|reason| !reason.text.contains(' ')) {
            say("no sentence says why".into());
        }
        if verdict.health.unhealthy() != verdict.diagnosis.is_some() {
            say(format!("diagnosis {:?}", verdict.diagnosis));
        }
        if verdict.activity != Activity::Unknown {
            say(format!("activity {:?}", verdict.activity));
        }
        for before in Health::ALL {
            let previous = Verdict {
                health: before,
                ..verdict.clone()
            };
            let again = self.judged(Some(&previous), now()).0.verdict.health;
            if again != verdict.health {
                say(format!("{} when it was {}", again.as_str(), before.as_str()));
            }
        }
    }
}

#[test]
fn an_instance_is_left_where_its_connector_is_unassigned_and_no_task_elsewhere_is_the_reason() {
    let left = |health: Health, tasks: &[(Health, &str)]| {
        let tasks = tasks.iter().map(|(health, worker)| (Some(*health), *worker));
        health.leaves_instance("a:1", tasks)
    };
    use Health::{Failed, Healthy, Unassigned};
    assert!(
        left(Unassigned, &[(Healthy, "b:1")]),
        "its worker is back without its work"
    );
    assert!(left(Unassigned, &[(Unassigned, "b:1"), (Unassigned, "a:1")]));
    assert!(!left(Unassigned, &[(Unassigned, "b:1"), (Healthy, "a:1")]));
    assert!(!left(Failed, &[]) && left(Unassigned, &[]));
}

#[test]
fn every_scenario_gets_the_verdict_that_was_agreed() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/verdicts.toml");
    let exam: Exam = toml::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
    let mut wrong = String::new();
    for case in &exam.case {
        assert!(case.expect.is_some() != case.expect_any.is_some(), "{}", case.name);
        case.check(&mut wrong);
    }
    assert!(exam.case.len() >= 56, "the exam shrank to {} cases", exam.case.len());
    assert!(wrong.is_empty(), "\n{wrong}");
}
