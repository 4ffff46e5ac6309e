//! A cluster told look by look: times are seconds since the story began.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

use chrono::{DateTime, TimeDelta};
use model::Timestamp;
use model::facts::{Alive, ClusterFacts, ConnectorFacts, WorkerFacts};
use model::fault::Fault;
use model::fold::{Touched, fold};
use model::grouping::group;
use model::judge::{judge, surroundings};
use model::names::{ConnectorName, WorkerId};
use model::observe::{
    Gap, GapKind, GroupMember, GroupMembers, Listed, ListedConnector, ListedInstance, Observation, Seen, WorkerAnswer,
};
use model::secrets::{Fingerprint, FingerprintKey, RawConfig, mask};
use model::settings::Settings;
use model::state::{ConnectorKind, State};
use model::transition::{Change, Subject, Transition};
use model::verdict::Verdict;

/// What is known, what happened and what it means, so far.
#[derive(Clone)]
pub(crate) struct Story {
    pub(crate) facts: ClusterFacts,
    pub(crate) settings: Settings,
    pub(crate) history: Vec<Transition>,
    pub(crate) verdicts: BTreeMap<ConnectorName, Verdict>,
    pub(crate) faults: Vec<Arc<Fault>>,
    pub(crate) touched: Touched,
    /// Every opening and end of a fault: `12 opened worker b: right`.
    pub(crate) ends: Vec<String>,
    told: usize,
}

pub(crate) fn at(second: i64) -> Timestamp {
    DateTime::from_timestamp(1_795_000_000 + second, 0).unwrap()
}

fn second(moment: Timestamp) -> i64 {
    (moment - at(0)).num_seconds()
}

impl Story {
    pub(crate) fn new() -> Self {
        Self {
            facts: ClusterFacts {
                name: "orders".into(),
                about: Default::default(),
                workers: BTreeMap::new(),
                connectors: BTreeMap::new(),
                fresh: Default::default(),
                told: Default::default(),
            },
            settings: Settings::default(),
            history: Vec::new(),
            verdicts: BTreeMap::new(),
            faults: Vec::new(),
            touched: Touched::default(),
            ends: Vec::new(),
            told: 0,
        }
    }

    /// One look, folded and judged at once.
    pub(crate) fn see(&mut self, second: i64, seen: Seen) -> &mut Self {
        self.see_late(second, second, seen)
    }

    /// One look whose answer took its time.
    pub(crate) fn see_late(&mut self, asked: i64, second: i64, seen: Seen) -> &mut Self {
        let observation = Observation {
            at: at(asked),
            answered: at(second),
            seen,
        };
        let folded = fold(self.facts.clone(), &observation, &self.settings);
        self.facts = folded.facts;
        self.touched = folded.touched;
        self.history.extend(folded.transitions);
        self.judge(second)
    }

    /// Judges everything at a moment without a look.
    pub(crate) fn judge(&mut self, second: i64) -> &mut Self {
        let now = at(second);
        let (around, _) = surroundings(&self.facts, &self.settings, now);
        let live = self.facts.connectors.values().filter(|c| c.deleted_at.is_none());
        self.verdicts = live
            .map(|connector| {
                let before = self.verdicts.get(&connector.name);
                let judged = judge(&self.facts, connector, &around, &self.settings, before, now);
                (connector.name.clone(), judged.verdict)
            })
            .collect();
        let grouping = group(&self.facts.name, &self.verdicts, &around, &self.faults, now);
        let told = [("opened", &grouping.opened), ("ended", &grouping.ended)];
        let told = told
            .iter()
            .flat_map(|(word, faults)| faults.iter().map(move |fault| (word, fault)));
        self.ends
            .extend(told.map(|(word, fault)| format!("{second} {word} {}", words(fault))));
        self.faults = grouping.open;
        self
    }

    /// The transitions since this was asked last, one a line: `12 worker b left dead`.
    pub(crate) fn news(&mut self) -> Vec<String> {
        let news = self.history.iter().skip(self.told).map(line).collect();
        self.told = self.history.len();
        news
    }

    /// Health and since of a connector, and the healths of its tasks: `unassigned 12 [healthy unassigned]`.
    pub(crate) fn verdict(&self, name: &str) -> String {
        let verdict = &self.verdicts[name];
        let tasks: Vec<&str> = verdict.tasks.values().map(|task| task.health.as_str()).collect();
        format!(
            "{} {} [{}]",
            verdict.health.as_str(),
            second(verdict.since),
            tasks.join(" ")
        )
    }

    /// Every reason of a connector's verdict.
    pub(crate) fn reasons(&self, name: &str) -> String {
        let texts = self.verdicts[name].reasons.iter().map(|reason| &*reason.text);
        texts.collect::<Vec<_>>().join("; ")
    }

    pub(crate) fn connector(&self, name: &str) -> &ConnectorFacts {
        &self.facts.connectors[name]
    }

    pub(crate) fn worker(&self, id: &str) -> &WorkerFacts {
        &self.facts.workers[&WorkerId::from(id)]
    }

    pub(crate) fn alive(&self, id: &str) -> Alive {
        self.worker(id).alive
    }

    /// The open faults: `worker b: a, c`, with `unheard` where nobody can tell whether it still holds.
    pub(crate) fn open(&self) -> Vec<String> {
        let unheard = |fault: &Fault| if fault.unheard_since.is_some() { " unheard" } else { "" };
        let words = self
            .faults
            .iter()
            .map(|fault| format!("{}{}", words(fault), unheard(fault)));
        words.collect()
    }

    /// The openings and ends of faults since this was asked last.
    pub(crate) fn fault_news(&mut self) -> Vec<String> {
        std::mem::take(&mut self.ends)
    }
}

fn words(fault: &Fault) -> String {
    let members: Vec<&str> = fault.members.iter().map(ConnectorName::as_str).collect();
    format!(
        "{} {}: {}",
        fault.scope.kind(),
        fault.domain.as_str(),
        members.join(", ")
    )
}

fn line(transition: &Transition) -> String {
    let mut line = second(transition.at).to_string();
    match &transition.subject {
        Subject::Cluster => line.push_str(" cluster"),
        Subject::Worker(id) => drop(write!(line, " worker {id}")),
        Subject::Connector(name) => drop(write!(line, " {name}")),
        Subject::Task(name, number) => drop(write!(line, " {name}/{number}")),
    }
    let words = match &transition.change {
        Change::ConnectorAppeared { again: false } => "appeared".to_owned(),
        Change::ConnectorAppeared { again: true } => "appeared again".to_owned(),
        Change::ConnectorDeleted => "deleted".to_owned(),
        Change::State {
            from,
            to,
            from_worker,
            worker,
            inferred,
            ..
        } => {
            let from = from.as_ref().map_or("new", State::as_str);
            let moved = from_worker.as_ref().map_or(String::new(), |old| format!("{old}>"));
            let inferred = if *inferred { " inferred" } else { "" };
            format!("{from}>{to} on {moved}{worker}{inferred}")
        }
        Change::TaskRemoved => "task removed".to_owned(),
        Change::Config { from: None, .. } => "first config".to_owned(),
        Change::Config { keys, .. } => format!("config {keys:?}"),
        Change::Target { from, to } => {
            format!("target {}>{}", from.map_or("none", |from| from.as_str()), to.as_str())
        }
        Change::WorkerCame { again: false } => "came".to_owned(),
        Change::WorkerCame { again: true } => "came again".to_owned(),
        Change::WorkerLeft { in_order: true, .. } => "left in order".to_owned(),
        Change::WorkerLeft { in_order: false, .. } => "left dead".to_owned(),
        Change::WorkerVersion { from, to } => format!("version {from}>{to}"),
        Change::Rebalance {
            members,
            leader,
            delay_ms,
        } => {
            let leader = leader.as_ref().map_or("none", WorkerId::as_str);
            format!("rebalance of {members} led by {leader}, delay {delay_ms}")
        }
        Change::Reachable => "reachable".to_owned(),
        Change::Unreachable { gap } => format!("unreachable: {}", gap.text),
        Change::KafkaCluster { from, to } => format!("kafka {from}>{to}"),
        Change::Refused { same_as } => format!("refused, same as {same_as}"),
        Change::Admitted => "admitted".to_owned(),
        Change::RecordsLost {
            topic,
            partition,
            from,
            until,
        } => format!("lost {from}..{until} of {topic}-{partition}"),
        Change::RecordingGap { .. } => "recording gap".to_owned(),
        Change::Other => "something newer".to_owned(),
    };
    let _ = write!(line, " {words}");
    if let Some(actor) = &transition.actor {
        let _ = write!(line, " by {actor}");
    }
    line
}

/// A state on a worker, with the text of its trace: `"RUNNING a"`, `"FAILED a boom"`.
pub(crate) fn instance(words: &str) -> ListedInstance {
    let mut words = words.splitn(3, ' ');
    let state = State::parse(words.next().unwrap());
    let worker_id = WorkerId::from(words.next().unwrap());
    let trace = words.next();
    ListedInstance {
        state,
        worker_id,
        trace: trace.map(|text| format!("org.apache.kafka.connect.errors.ConnectException: {text}").into()),
        trace_id: trace.map(Fingerprint::from_hex),
        version: None,
    }
}

/// A connector whose instance and tasks stand as said.
pub(crate) fn connector(name: &str, state: &str, tasks: &[&str]) -> (ConnectorName, ListedConnector) {
    let listed = ListedConnector {
        unstarted: None,
        kind: Some(ConnectorKind::Sink),
        config: None,
        instance: Some(instance(state)),
        tasks: (0..).zip(tasks.iter().map(|words| instance(words))).collect(),
    };
    (name.into(), listed)
}

/// The same with a config, masked without definitions.
pub(crate) fn configured(
    (name, mut listed): (ConnectorName, ListedConnector),
    pairs: &[(&str, &str)],
) -> (ConnectorName, ListedConnector) {
    let raw = RawConfig::new(
        pairs
            .iter()
            .map(|(key, value)| ((*key).into(), Some((*value).into())))
            .collect(),
    );
    listed.config = Some(Arc::new(mask(&raw, None, &FingerprintKey::new(b"a key of the test"))));
    (name, listed)
}

pub(crate) fn list(by: &str, connectors: &[(ConnectorName, ListedConnector)]) -> Seen {
    Seen::Listed(Listed {
        by: by.into(),
        connectors: connectors.iter().cloned().collect(),
    })
}

pub(crate) fn names(by: &str, names: &[&str]) -> Seen {
    Seen::Named {
        by: by.into(),
        names: names.iter().map(|name| (*name).into()).collect(),
    }
}

/// A stable group led by the first of its members.
pub(crate) fn members(workers: &[&str], delay_ms: i32) -> GroupMembers {
    let member = |(index, id): (usize, &&str)| GroupMember {
        member_id: format!("connect-{id}-uuid").into(),
        worker_id: (*id).into(),
        url: format!("http://{id}/").into(),
        leader: Some(index == 0),
        leader_url: workers.first().map(|leader| format!("http://{leader}/").into()),
        delay_ms: Some(delay_ms),
        connectors: Vec::new(),
        tasks: Vec::new(),
    };
    GroupMembers {
        group_id: "connect-orders".into(),
        state: if workers.is_empty() { "Empty" } else { "Stable" }.into(),
        partial: false,
        kafka_cluster_id: None,
        members: workers.iter().enumerate().map(member).collect(),
    }
}

pub(crate) fn group_of(workers: &[&str], delay_ms: i32) -> Seen {
    Seen::Members(members(workers, delay_ms))
}

pub(crate) fn gap(kind: GapKind) -> Gap {
    Gap {
        kind,
        text: format!("{kind:?}").into(),
    }
}

pub(crate) fn no_list(kind: GapKind) -> Seen {
    Seen::ListMissing(gap(kind))
}

pub(crate) fn no_members() -> Seen {
    Seen::MembersMissing(gap(GapKind::TimedOut))
}

pub(crate) fn answered(address: &str, version: &str) -> Seen {
    Seen::Answered(WorkerAnswer {
        address: address.into(),
        version: version.into(),
        kafka_cluster_id: Some("kafka-1".into()),
    })
}

pub(crate) fn silent(address: &str, kind: GapKind) -> Seen {
    Seen::Silent {
        address: address.into(),
        gap: gap(kind),
    }
}

/// Two connectors on two workers, `left` on a, `right` on b, seen whole at second 0 and with no news left.
pub(crate) fn two_workers() -> Story {
    let mut story = Story::new();
    story
        .see(0, group_of(&["a", "b"], 0))
        .see(0, list("a", &left_and_right("RUNNING a", "RUNNING b")));
    story.news();
    story
}

/// `left` and `right`, each with one task beside its instance.
pub(crate) fn left_and_right(left: &str, right: &str) -> Vec<(ConnectorName, ListedConnector)> {
    vec![connector("left", left, &[left]), connector("right", right, &[right])]
}

/// Settings that a property may vary.
pub(crate) fn quick() -> Settings {
    Settings {
        interval: TimeDelta::seconds(2),
        stale_after: TimeDelta::seconds(10),
        ..Settings::default()
    }
}
