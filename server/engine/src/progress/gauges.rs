//! All that is measured of the connectors of one unit: fed with what Kafka tells and with the facts, asked once a second.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::TimeDelta;
use model::Timestamp;
use model::facts::{ClusterFacts, ConnectorFacts};
use model::lag::{BothLogs, Isolation, NextRecord};
use model::names::{ClusterName, ConnectorName};
use model::observe::Seen;
use model::progress::{Gauge, Measures, PartitionLag, Told as Known, Watch};
use model::set_back::SetBack;
use model::topics::Topic;

use super::book::{Book, News};
use super::early::Early;
use super::told::{Commits, Ends, Found, Offsets, Question, Sample, Told, Wanted};

/// A commit stands for so long before the next record is looked for: what is read now need not be sampled.
const STILL: TimeDelta = TimeDelta::seconds(2);
/// Records that are looked for at a time: of one sink, and of all together.
const OF_SINK: usize = 8;
const OF_ALL: usize = 64;

/// What is measured of one cluster.
struct Gauged {
    watch: Watch,
    /// Whether it is another configured cluster again, and so is not measured.
    refused: bool,
    /// The groups of its sinks, each with the sinks that read as it; worked out when it is needed.
    groups: Option<BTreeMap<Arc<str>, Vec<ConnectorName>>>,
    /// Topics that sources say they write, by name.
    written: BTreeMap<ConnectorName, Vec<Arc<str>>>,
    /// What was written of connectors of which it is not known yet that they are sources.
    early: Early,
    /// As of when the offsets of its sources are known.
    offsets: Option<Timestamp>,
}

/// What is measured of the connectors of one unit.
pub(crate) struct Gauges {
    clusters: BTreeMap<ClusterName, Gauged>,
    logs: BothLogs,
    book: Book,
    looked: Option<Timestamp>,
}

impl Gauges {
    /// Begins with the clusters of a unit as they are recorded. A refused one is measured by nobody.
    pub(crate) fn new<'a>(clusters: impl Iterator<Item = &'a ClusterFacts>) -> Self {
        let gauged = clusters.map(|facts| (facts.name.clone(), Gauged::new(facts)));
        Self {
            clusters: gauged.collect(),
            logs: BothLogs::default(),
            book: Book::default(),
            looked: None,
        }
    }

    /// The clusters that are measured.
    pub(crate) fn clusters(&self) -> impl Iterator<Item = &ClusterName> {
        self.clusters.keys()
    }

    /// These connectors are others than before, or there no more.
    pub(crate) fn follow(&mut self, facts: &ClusterFacts, changed: &BTreeSet<ConnectorName>, now: Timestamp) {
        let Some(gauged) = self.clusters.get_mut(&facts.name) else {
            return;
        };
        if gauged.refused != facts.about.same_as.is_some() {
            *gauged = Gauged::new(facts);
            for name in facts.connectors.keys() {
                gauged.tell_all(name, &self.book, now);
            }
            return;
        }
        for name in changed {
            let Some(connector) = facts.connectors.get(name) else {
                gauged.forget(name);
                continue;
            };
            if gauged.follow(facts, connector) {
                gauged.tell_all(name, &self.book, now);
            }
        }
    }

    /// Takes in what Kafka told.
    pub(crate) fn take(&mut self, told: Told) {
        match told {
            Told::Commits(commits) => self.commits(commits),
            Told::Ends(ends) => self.ends(ends),
            Told::Samples(samples) => self.samples(samples),
            Told::Offsets(offsets) => self.offsets(offsets),
        }
    }

    fn commits(&mut self, told: Commits) {
        let at = told.at;
        let news = self.book.note(told);
        if news.is_empty() {
            return;
        }
        for gauged in self.clusters.values_mut() {
            let groups = gauged.groups.take().unwrap_or_else(|| gauged.watch.groups());
            for news in &news {
                let (News::Moved(group, ..) | News::Answered(group)) = news;
                for name in groups.get(group).into_iter().flatten() {
                    match (news, gauged.watch.sink(name.as_str())) {
                        (News::Moved(_, of, offset), Some(sink)) => sink.committed(at, of, *offset),
                        (News::Answered(_), Some(_)) => gauged.tell_all(name, &self.book, at),
                        (_, None) => {}
                    }
                }
            }
            gauged.groups = Some(groups);
        }
    }

    fn ends(&mut self, told: Ends) {
        let at = told.at;
        for topic in &told.anew {
            self.logs.uncommitted.forget(topic);
            self.logs.committed.forget(topic);
        }
        for (isolation, of, end) in told.ends {
            let logs = match isolation {
                Isolation::ReadUncommitted => &mut self.logs.uncommitted,
                Isolation::ReadCommitted => &mut self.logs.committed,
            };
            logs.ended(&of.topic, of.partition, at, end);
        }
        for (of, start) in told.starts {
            for logs in [&mut self.logs.uncommitted, &mut self.logs.committed] {
                if logs.log(&of).is_some() {
                    logs.started(&of.topic, of.partition, at, start);
                }
            }
        }
        for gauged in self.clusters.values_mut().filter(|_| !told.topics.is_empty()) {
            let names: Vec<ConnectorName> = gauged.watch.gauges().map(|(name, _)| name.clone()).collect();
            for name in names {
                if let Some(sink) = gauged.watch.sink(name.as_str()) {
                    told.topics.iter().for_each(|topic| sink.topic(topic));
                }
            }
        }
    }

    fn samples(&mut self, samples: Vec<Sample>) {
        for Sample { question, found } in samples {
            let gauged = self.clusters.get_mut(&question.cluster);
            let Some(sink) = gauged.and_then(|gauged| gauged.watch.sink(question.sink.as_str())) else {
                continue;
            };
            let next = match found {
                Found::Record(written) => NextRecord::there(question.from, written),
                Found::Nothing => NextRecord::nothing(question.from, question.end),
            };
            sink.found(&question.of, next);
        }
    }

    fn offsets(&mut self, told: Offsets) {
        let Some(gauged) = self.clusters.get_mut(&told.cluster) else {
            return;
        };
        for record in told.records {
            if let Some(source) = gauged.watch.source(record.connector.as_str()) {
                source.offset(record.at, &record.partition, record.offset.as_ref());
            } else if gauged.watch.sink(record.connector.as_str()).is_none() {
                gauged.early.keep(record);
            }
        }
        gauged.offsets = told.complete;
    }

    /// Looks at everything. A clock that was set back takes what was seen with it.
    pub(crate) fn look(&mut self, now: Timestamp) {
        if let Some(back) = self.looked.and_then(|looked| SetBack::noticed(looked, now)) {
            self.logs.uncommitted.set_back(back.now, back.by);
            self.logs.committed.set_back(back.now, back.by);
        }
        self.looked = Some(now);
        let (logs, book) = (&self.logs, &self.book);
        for gauged in self.clusters.values_mut() {
            let known = Known {
                commits: &|group| book.as_of(group),
                offsets: gauged.offsets,
            };
            gauged.watch.look(now, logs, &known);
        }
    }

    /// What is measured of the connectors of a cluster.
    pub(crate) fn measures(&self, cluster: &ClusterName, now: Timestamp) -> BTreeMap<ConnectorName, Measures> {
        let Some(gauged) = self.clusters.get(cluster) else {
            return BTreeMap::new();
        };
        let names = gauged.watch.gauges().map(|(name, _)| name);
        names
            .filter_map(|name| Some((name.clone(), gauged.watch.measures(name.as_str(), &self.logs, now)?)))
            .collect()
    }

    /// What is to be put on record of a cluster, about every ten seconds.
    pub(crate) fn record(&mut self, cluster: &ClusterName, now: Timestamp) -> Option<Seen> {
        self.clusters.get_mut(cluster)?.watch.record(now)
    }

    /// Every partition of a sink; `None` for what is no sink that is measured here.
    pub(crate) fn partitions(
        &self,
        cluster: &ClusterName,
        name: &ConnectorName,
        now: Timestamp,
    ) -> Option<Vec<PartitionLag>> {
        let mut gauges = self.clusters.get(cluster)?.watch.gauges();
        let (_, gauge) = gauges.find(|(known, _)| *known == name)?;
        match gauge {
            Gauge::Sink(sink) => Some(sink.partitions(self.logs.of(sink.isolation()), now)),
            Gauge::Source(_) => None,
        }
    }

    /// What is to be asked of Kafka. Groups and logs that nobody wants any more are forgotten.
    pub(crate) fn wanted(&mut self) -> Wanted {
        let mut wanted = Wanted::default();
        for gauged in self.clusters.values() {
            for (_, gauge) in gauged.watch.gauges() {
                let Gauge::Sink(sink) = gauge else { continue };
                wanted.groups.extend(sink.group().cloned());
                for topic in sink.topics() {
                    wanted.read(topic, sink.isolation());
                }
            }
            for topic in gauged.written.values().flatten() {
                wanted.read(topic, Isolation::ReadUncommitted);
            }
        }
        self.book.want(|group| wanted.groups.contains(group));
        for (isolation, logs) in [
            (Isolation::ReadUncommitted, &mut self.logs.uncommitted),
            (Isolation::ReadCommitted, &mut self.logs.committed),
        ] {
            let needed = |topic: &Arc<str>| wanted.topics.get(topic).is_some_and(|read| read.contains(&isolation));
            let left: Vec<Arc<str>> = logs.topics().filter(|topic| !needed(topic)).cloned().collect();
            left.iter().for_each(|topic| logs.forget(topic));
        }
        wanted
    }

    /// The records that are to be looked for, those of which the commit is oldest first for each sink.
    pub(crate) fn questions(&self, now: Timestamp) -> Vec<Question> {
        let mut questions = Vec::new();
        for (cluster, gauged) in &self.clusters {
            for (name, gauge) in gauged.watch.gauges() {
                let Gauge::Sink(sink) = gauge else { continue };
                let isolation = sink.isolation();
                let logs = self.logs.of(isolation);
                for (of, from) in sink.questions(logs, now, STILL, OF_SINK) {
                    let Some(end) = logs.log(&of).and_then(|log| log.end()) else {
                        continue;
                    };
                    let question = Question {
                        cluster: cluster.clone(),
                        sink: name.clone(),
                        isolation,
                        of,
                        from,
                        end,
                    };
                    questions.push(question);
                }
            }
        }
        // Where there are too many, others come to their turn each time.
        let all = questions.len();
        let turn = usize::try_from(now.timestamp().unsigned_abs()).unwrap_or(0);
        if all > OF_ALL {
            questions.rotate_left(turn.wrapping_mul(OF_ALL) % all);
        }
        questions.truncate(OF_ALL);
        questions
    }
}

impl Gauged {
    fn new(facts: &ClusterFacts) -> Self {
        let mut gauged = Self {
            watch: Watch::default(),
            refused: facts.about.same_as.is_some(),
            groups: None,
            written: BTreeMap::new(),
            early: Early::default(),
            offsets: None,
        };
        for connector in facts.connectors.values() {
            gauged.follow(facts, connector);
        }
        gauged
    }

    /// Returns whether a sink has to be told anew what its group committed.
    fn follow(&mut self, facts: &ClusterFacts, connector: &ConnectorFacts) -> bool {
        let name = &connector.name;
        self.groups = None;
        if self.refused || connector.deleted_at.is_some() {
            self.forget(name);
            return false;
        }
        let config = connector.config.as_deref();
        let writes = config.map(|config| config.topics.writes.as_slice()).unwrap_or_default();
        let named = writes.iter().filter_map(|topic| match topic {
            Topic::Named(name) => Some(name.clone()),
            Topic::Pattern(_) | Topic::Prefix(_) => None,
        });
        match named.collect::<Vec<_>>() {
            named if named.is_empty() => drop(self.written.remove(name)),
            named => drop(self.written.insert(name.clone(), named)),
        }
        let anew = self.watch.connector(&facts.about, connector);
        if connector.kind.is_some() {
            for record in self.early.take(name) {
                if let Some(source) = self.watch.source(name.as_str()) {
                    source.offset(record.at, &record.partition, record.offset.as_ref());
                }
            }
        }
        anew
    }

    fn forget(&mut self, name: &ConnectorName) {
        self.watch.forget(name);
        self.groups = None;
        self.written.remove(name);
    }

    fn tell_all(&mut self, name: &ConnectorName, book: &Book, at: Timestamp) {
        let Some(sink) = self.watch.sink(name.as_str()) else {
            return;
        };
        if let Some(all) = sink.group().and_then(|group| book.all(group)) {
            sink.commits(at, &all);
        }
    }
}

impl Wanted {
    fn read(&mut self, topic: &Arc<str>, isolation: Isolation) {
        match self.topics.get_mut(topic) {
            Some(read) => drop(read.insert(isolation)),
            None => drop(self.topics.insert(topic.clone(), [isolation].into())),
        }
    }
}

#[cfg(test)]
#[path = "gauges_tests.rs"]
mod tests;
