//! A sink that reads a topic, second by second: what is written, what it commits, and what is said of it.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, TimeDelta};
use model::Timestamp;
use model::facts::{
    Alive, ClusterAbout, ClusterFacts, ConnectorFacts, Freshness, InstanceFacts, UnitFacts, WorkerFacts,
};
use model::fold::fold;
use model::judge::{Measured, Progress, judge_moving, surroundings, worth_judging};
use model::lag::{BothLogs, NextRecord, TopicPartition};
use model::objective::Objective;
use model::observe::{ListedConfig, Observation, Source};
use model::progress::{Measures, Told, Watch};
use model::secrets::{FingerprintKey, RawConfig, mask};
use model::set_back::SetBack;
use model::settings::Settings;
use model::state::{ConnectorKind, State, TargetSource, TargetState};
use model::transition::Change;
use model::verdict::Verdict;

pub(crate) const NAME: &str = "archive";

/// A sink, its topic, and what is known of both.
pub(crate) struct Scene {
    /// Seconds since the story began.
    pub(crate) now: i64,
    /// When the story began, in seconds since 1970.
    pub(crate) begin: i64,
    pub(crate) facts: ClusterFacts,
    pub(crate) watch: Watch,
    pub(crate) logs: BothLogs,
    pub(crate) settings: Settings,
    pub(crate) objective: Objective,
    pub(crate) verdict: Option<Verdict>,
    /// Where the log of each partition of `orders` ends and begins, as far as it is looked at.
    pub(crate) ends: Vec<i64>,
    pub(crate) starts: Vec<i64>,
    /// What is true but not committed yet.
    pub(crate) read: Vec<i64>,
    pub(crate) committed: Vec<Option<i64>>,
    /// Whether Kafka tells of logs.
    pub(crate) kafka: bool,
    /// Whether it tells of commits.
    pub(crate) tail: bool,
    /// Whether the offset topic is read.
    pub(crate) offsets: bool,
    told_at: Timestamp,
    /// Whether it is judged only when that is due or worth it, and when.
    pub(crate) lazy: bool,
    pub(crate) due: Option<Timestamp>,
    judged_by: Option<Measures>,
    judged_facts: Option<Arc<ConnectorFacts>>,
    pub(crate) judgements: usize,
    /// Every verdict that differs from the one before: `12 stalled`.
    pub(crate) told: Vec<String>,
    /// What was lost, as told.
    pub(crate) lost: Vec<Change>,
    /// How often a row was written.
    pub(crate) rows: usize,
}

impl Scene {
    /// A sink of this config with one task, new at second 0, on a topic of so many empty partitions.
    pub(crate) fn new(partitions: usize, pairs: &[(&str, &str)]) -> Self {
        Self::begun(1_795_000_000, partitions, pairs)
    }

    pub(crate) fn begun(begin: i64, partitions: usize, pairs: &[(&str, &str)]) -> Self {
        let at = |second: i64| DateTime::from_timestamp(begin + second, 0).unwrap();
        let connector = connector(at(0), pairs);
        let facts = ClusterFacts {
            name: "orders".into(),
            about: ClusterAbout {
                reachable: true,
                reachable_since: Some(at(-60)),
                ..ClusterAbout::default()
            },
            workers: [("w1:8083".into(), Arc::new(worker(at(-60))))].into(),
            connectors: [(NAME.into(), Arc::new(connector))].into(),
            fresh: Freshness::default(),
            told: Default::default(),
        };
        let mut scene = Self {
            now: 0,
            begin,
            watch: Watch::new(&facts),
            facts,
            logs: BothLogs::default(),
            settings: Settings {
                stall_window: TimeDelta::seconds(30),
                ..Settings::default()
            },
            objective: Objective::default(),
            verdict: None,
            ends: vec![0; partitions],
            starts: vec![0; partitions],
            read: vec![0; partitions],
            committed: vec![None; partitions],
            kafka: true,
            tail: true,
            offsets: true,
            told_at: at(0),
            lazy: false,
            judgements: 0,
            due: None,
            judged_by: None,
            judged_facts: None,
            told: Vec::new(),
            lost: Vec::new(),
            rows: 0,
        };
        scene.baseline();
        scene
    }

    pub(crate) fn at(&self, second: i64) -> Timestamp {
        DateTime::from_timestamp(self.begin + second, 0).unwrap()
    }

    /// All that the group has committed is asked for.
    pub(crate) fn baseline(&mut self) {
        let at = self.at(self.now);
        let all = (0..).zip(&self.committed);
        let all: Vec<_> = all
            .filter_map(|(partition, offset)| Some((of(partition), (*offset)?)))
            .collect();
        if let Some(sink) = self.watch.sink(NAME) {
            sink.commits(at, &all);
        }
    }

    /// Records are written.
    pub(crate) fn write(&mut self, partition: usize, records: i64) {
        self.ends[partition] += records;
    }

    /// The sink has read all there is.
    pub(crate) fn read_all(&mut self) {
        self.read.clone_from(&self.ends);
    }

    /// It commits what it has read, where that is news.
    pub(crate) fn commit(&mut self) {
        let at = self.at(self.now);
        for partition in 0..self.read.len() {
            let read = self.read[partition];
            if read > 0 && self.committed[partition] != Some(read) {
                self.committed[partition] = Some(read);
                let of = of(i32::try_from(partition).unwrap());
                self.watch.sink(NAME).unwrap().committed(at, &of, Some(read));
            }
        }
    }

    /// The clock is set, and what is known with it, as servers do.
    pub(crate) fn jump(&mut self, by: i64) {
        let before = self.at(self.now);
        self.now += by;
        if let Some(back) = SetBack::noticed(before, self.at(self.now)) {
            back.facts(&mut self.facts);
            if let Some(verdict) = self.verdict.take() {
                let mut verdict = Arc::new(verdict);
                back.verdict(&mut verdict);
                self.verdict = Arc::into_inner(verdict);
            }
            self.due = Some(self.at(self.now));
            let connector = self.facts.connectors[NAME].clone();
            self.watch.connector(&self.facts.about, &connector);
        }
    }

    /// A second passes: everything is looked at and judged.
    pub(crate) fn pass(&mut self) {
        self.now += 1;
        self.see();
    }

    /// So many seconds pass, and each begins with `act`.
    pub(crate) fn for_seconds(&mut self, seconds: i64, mut act: impl FnMut(&mut Self, i64)) {
        for _ in 0..seconds {
            self.now += 1;
            let now = self.now;
            act(self, now);
            self.see();
        }
    }

    /// The time is this now; everything is looked at and judged.
    pub(crate) fn see(&mut self) {
        let at = self.at(self.now);
        if self.kafka {
            for (partition, (end, start)) in (0..).zip(self.ends.iter().zip(&self.starts)) {
                self.logs.uncommitted.ended(&"orders".into(), partition, at, *end);
                self.logs.uncommitted.started(&"orders".into(), partition, at, *start);
            }
        }
        if self.tail {
            self.told_at = at;
        }
        let told_at = self.told_at;
        let told = Told {
            commits: &|_| Some(told_at),
            offsets: self.offsets.then_some(told_at),
        };
        self.watch.look(at, &self.logs, &told);
        if let Some(seen) = self.watch.record(at) {
            let observation = Observation { at, answered: at, seen };
            let folded = fold(self.facts.clone(), &observation, &self.settings);
            self.facts = folded.facts;
            self.lost.extend(folded.transitions.into_iter().map(|told| told.change));
            self.rows += 1;
        }
        self.judge();
    }

    pub(crate) fn measures(&self) -> Option<Measures> {
        self.watch.measures(NAME, &self.logs, self.at(self.now))
    }

    pub(crate) fn judge(&mut self) {
        let at = self.at(self.now);
        let measures = self.measures();
        let due = self.due.is_some_and(|due| due <= at);
        if let (true, false, Some(previous)) = (self.lazy, due, &self.verdict) {
            let worth = match (&measures, &self.judged_by) {
                (Some(now), before) => worth_judging(now, before.as_ref(), &self.objective, previous),
                (None, before) => before.is_some(),
            };
            if !worth && self.judged_facts.as_ref() == self.facts.connectors.get(NAME) {
                return;
            }
        }
        self.judgements += 1;
        self.judged_by = measures.clone();
        self.judged_facts = self.facts.connectors.get(NAME).cloned();
        let progress = Progress {
            measured: measures.as_ref().map_or(Measured::Awaited, Measured::Now),
            objective: self.objective,
        };
        let (around, _) = surroundings(&self.facts, &self.settings, at);
        let connector = &self.facts.connectors[NAME];
        let previous = self.verdict.as_ref();
        let judged = judge_moving(&self.facts, connector, &around, &self.settings, progress, previous, at);
        let before = previous.map(|old| (old.health, old.activity));
        self.due = judged.valid_until;
        let now = (judged.verdict.health, judged.verdict.activity);
        if before.is_none_or(|before| before.0 != now.0) {
            self.told.push(format!("{} {}", self.now, now.0.as_str()));
        }
        assert_eq!(judged.verdict.health.unhealthy(), judged.verdict.diagnosis.is_some());
        if previous != Some(&judged.verdict) {
            self.rows += 1;
        }
        self.verdict = Some(judged.verdict);
    }

    /// What changed since this was asked last.
    pub(crate) fn news(&mut self) -> Vec<String> {
        std::mem::take(&mut self.told)
    }

    pub(crate) fn verdict(&self) -> &Verdict {
        self.verdict.as_ref().unwrap()
    }

    pub(crate) fn reason(&self) -> String {
        self.verdict().reasons[0].text.to_string()
    }

    /// The state of every task, since now, as the next list tells.
    pub(crate) fn state(&mut self, state: State, target: TargetState) {
        let at = self.at(self.now);
        let mut next = (*self.facts.connectors[NAME]).clone();
        next.target = Some((target, TargetSource::Inferred));
        for task in next
            .instance
            .iter_mut()
            .chain(next.tasks.iter_mut().map(|(_, task)| task))
        {
            (task.state, task.since) = (state.clone(), at);
        }
        self.put(next);
    }

    pub(crate) fn put(&mut self, next: ConnectorFacts) {
        self.watch.connector(&self.facts.about, &next);
        self.facts.connectors.insert(NAME.into(), Arc::new(next));
    }

    /// Another server takes over: what was measured is gone, and what is on record is not.
    pub(crate) fn take_over(&mut self) {
        let text = serde_json::to_string(&*self.facts.connectors[NAME]).unwrap();
        let read: ConnectorFacts = serde_json::from_str(&text).unwrap();
        assert_eq!(read, *self.facts.connectors[NAME]);
        self.facts.connectors.insert(NAME.into(), Arc::new(read));
        self.watch = Watch::new(&self.facts);
        self.logs = BothLogs::default();
    }

    /// Somebody who may read looks for the records that wait, of which there are none.
    pub(crate) fn look_and_find_nothing(&mut self) {
        let at = self.at(self.now);
        let (logs, ends) = (self.logs.clone(), self.ends.clone());
        let sink = self.watch.sink(NAME).unwrap();
        for (of, from) in sink.questions(&logs.uncommitted, at, TimeDelta::zero(), 100) {
            let until = ends[usize::try_from(of.partition).unwrap()];
            sink.found(&of, NextRecord::nothing(from, until));
        }
    }

    pub(crate) fn units(&self) -> Vec<UnitFacts> {
        let progress = self.facts.connectors[NAME].progress.clone();
        progress.map(|progress| progress.units).unwrap_or_default()
    }

    /// Its group commits, whatever it has read.
    pub(crate) fn committed(&mut self, of: &TopicPartition, offset: i64) {
        let at = self.at(self.now);
        self.watch.sink(NAME).unwrap().committed(at, of, Some(offset));
    }

    /// Which task reads which partition.
    pub(crate) fn assign(&mut self, tasks: &[u32]) {
        let tasks: BTreeMap<TopicPartition, u32> = (0..).map(of).zip(tasks.iter().copied()).collect();
        self.watch.sink(NAME).unwrap().assigned(tasks);
    }
}

pub(crate) fn of(partition: i32) -> TopicPartition {
    let topic = "orders".into();
    TopicPartition { topic, partition }
}

pub(crate) fn instance(since: Timestamp) -> InstanceFacts {
    InstanceFacts {
        state: State::Running,
        since,
        worker_id: "w1:8083".into(),
        trace: None,
        trace_id: None,
        version: None,
        failures: Vec::new(),
        source: Source::Rest,
        rest: None,
    }
}

fn connector(since: Timestamp, pairs: &[(&str, &str)]) -> ConnectorFacts {
    let pairs = pairs.iter().chain(&[("topics", "orders")]);
    let raw = RawConfig::new(
        pairs
            .map(|(key, value)| ((*key).into(), Some((*value).into())))
            .collect(),
    );
    let config: ListedConfig = mask(&raw, None, &FingerprintKey::new(b"a key of the test"));
    ConnectorFacts {
        name: NAME.into(),
        kind: Some(ConnectorKind::Sink),
        class: config.config.text("connector.class").map(Arc::from),
        config: Some(Arc::new(config)),
        target: Some((TargetState::Started, TargetSource::Inferred)),
        instance: Some(instance(since)),
        tasks: [(0, instance(since))].into_iter().collect(),
        unstarted: Default::default(),
        no_tasks_since: None,
        first_seen: since,
        status_missing: None,
        missing: None,
        deleted_at: None,
        progress: None,
    }
}

fn worker(since: Timestamp) -> WorkerFacts {
    WorkerFacts {
        id: "w1:8083".into(),
        alive: Alive::Yes,
        since,
        first_seen: since,
        evidence: "it is in its group".into(),
        version: None,
        ever_answered: true,
        answered_at: None,
        probe_failures: 0,
        failing_since: None,
        member: Some(true),
        member_id: None,
        without_work_since: None,
        unconfirmed_since: None,
        unnamed_since: None,
        health: None,
        plugins: None,
    }
}
