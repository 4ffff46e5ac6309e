//! All connectors of a cluster, measured together.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::TimeDelta;

use super::measures::Measures;
use super::sink::SinkGauge;
use super::source::SourceGauge;
use crate::Timestamp;
use crate::facts::{ClusterAbout, ClusterFacts, ConnectorFacts, ProgressFacts};
use crate::lag::BothLogs;
use crate::names::ConnectorName;
use crate::observe::Seen;
use crate::state::ConnectorKind;

/// What is measured of one connector.
#[derive(Clone, Debug)]
pub enum Gauge {
    /// Of a sink.
    Sink(Box<SinkGauge>),
    /// Of a source.
    Source(Box<SourceGauge>),
}

/// As of when what was told is complete.
#[derive(Clone, Copy)]
pub struct Told<'a> {
    /// Of a group: when its commits were known to be complete last, by its tail or by asking for them. `None`: they are not.
    pub commits: &'a dyn Fn(&str) -> Option<Timestamp>,
    /// The same of the topic with the offsets of sources; `None` where it is not read, and only logs tell of them.
    pub offsets: Option<Timestamp>,
}

/// What is measured of the connectors of one Connect cluster.
#[derive(Clone, Debug, Default)]
pub struct Watch {
    gauges: BTreeMap<ConnectorName, Gauge>,
    /// The median of the rhythms of its sinks: workers of a cluster are set up alike.
    usual: Option<TimeDelta>,
}

impl Watch {
    /// Begins to measure all connectors that exist.
    pub fn new(cluster: &ClusterFacts) -> Self {
        let mut watch = Self::default();
        for connector in cluster.connectors.values() {
            watch.connector(&cluster.about, connector);
        }
        watch
    }

    /// A connector is new, or its config or states changed, or it was deleted. Returns whether its group is to be watched
    /// anew: it is another one than before.
    pub fn connector(&mut self, cluster: &ClusterAbout, connector: &ConnectorFacts) -> bool {
        let name = &connector.name;
        if connector.deleted_at.is_some() {
            return self.gauges.remove(name).is_some();
        }
        match (connector.kind, self.gauges.get_mut(name)) {
            (Some(ConnectorKind::Sink), Some(Gauge::Sink(sink))) => return sink.connector(cluster, connector),
            (Some(ConnectorKind::Source), Some(Gauge::Source(source))) => source.connector(connector),
            (Some(ConnectorKind::Sink), _) => {
                let sink = Gauge::Sink(Box::new(SinkGauge::new(cluster, connector)));
                self.gauges.insert(name.clone(), sink);
                return true;
            }
            (Some(ConnectorKind::Source), _) => {
                let source = Gauge::Source(Box::new(SourceGauge::new(connector)));
                self.gauges.insert(name.clone(), source);
            }
            (None, _) => {}
        }
        false
    }

    /// A connector is known no more.
    pub fn forget(&mut self, name: &ConnectorName) {
        self.gauges.remove(name);
    }

    /// All gauges.
    pub fn gauges(&self) -> impl Iterator<Item = (&ConnectorName, &Gauge)> {
        self.gauges.iter()
    }

    /// The groups whose commits are wanted, each with the sinks that read as it.
    pub fn groups(&self) -> BTreeMap<Arc<str>, Vec<ConnectorName>> {
        let mut groups: BTreeMap<Arc<str>, Vec<ConnectorName>> = BTreeMap::new();
        for (name, gauge) in &self.gauges {
            if let Gauge::Sink(sink) = gauge
                && let Some(group) = sink.group()
            {
                groups.entry(group.clone()).or_default().push(name.clone());
            }
        }
        groups
    }

    /// The gauge of a sink.
    pub fn sink(&mut self, name: &str) -> Option<&mut SinkGauge> {
        match self.gauges.get_mut(name)? {
            Gauge::Sink(sink) => Some(sink),
            Gauge::Source(_) => None,
        }
    }

    /// The gauge of a source.
    pub fn source(&mut self, name: &str) -> Option<&mut SourceGauge> {
        match self.gauges.get_mut(name)? {
            Gauge::Source(source) => Some(source),
            Gauge::Sink(_) => None,
        }
    }

    /// Looks at all of them, about once a second. What was told as of an earlier moment is looked at as of then, and what is
    /// not told completely not at all: commits that were missed are no standstill.
    pub fn look(&mut self, at: Timestamp, logs: &BothLogs, told: &Told<'_>) {
        let mut rhythms = Vec::new();
        for gauge in self.gauges.values_mut() {
            match gauge {
                Gauge::Sink(sink) => {
                    let commits = match sink.group() {
                        Some(group) => (told.commits)(group),
                        None => Some(at),
                    };
                    if let Some(commits) = commits {
                        sink.look(commits.min(at), logs.of(sink.isolation()));
                    }
                    rhythms.extend(sink.rhythm());
                }
                Gauge::Source(source) => source.look(at, &logs.uncommitted, told.offsets),
            }
        }
        let middle = rhythms.len() / 2;
        self.usual = match rhythms.is_empty() {
            true => self.usual,
            false => Some(*rhythms.select_nth_unstable(middle).1),
        };
    }

    /// What the judge reads of one connector; `None` before it was looked at.
    pub fn measures(&self, name: &str, logs: &BothLogs, now: Timestamp) -> Option<Measures> {
        match self.gauges.get(name)? {
            Gauge::Sink(sink) => sink.measures(logs.of(sink.isolation()), now, self.usual),
            Gauge::Source(source) => source.measures(),
        }
    }

    /// What is to be put on record, about every ten seconds; `None` where nothing is.
    pub fn record(&mut self, at: Timestamp) -> Option<Seen> {
        let mut all: BTreeMap<ConnectorName, ProgressFacts> = BTreeMap::new();
        for (name, gauge) in &mut self.gauges {
            let record = match gauge {
                Gauge::Sink(sink) => sink.record(at),
                Gauge::Source(source) => source.record(at),
            };
            all.extend(record.map(|record| (name.clone(), record)));
        }
        (!all.is_empty()).then_some(Seen::Progressed(all))
    }
}
