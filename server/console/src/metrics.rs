//! The fleet's series in the Prometheus text format, rendered from the view.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use chrono::TimeDelta;
use model::facts::{Alive, WorkerFacts};
use model::fault::Fault;
use model::names::ClusterName;
use model::verdict::Health;
use telemetry::fleet::{self, Family};
use view::{Cluster, Connectors, Fleet, Staleness};

use crate::Console;
use crate::cluster::{alive, reachable};

/// Sample lines of each family, gathered over all clusters: the text format wants a family in one piece.
#[derive(Default)]
struct Samples(BTreeMap<&'static str, String>);

impl Samples {
    fn add(&mut self, family: Family, names: &[(&str, &str)], value: impl std::fmt::Display) {
        let text = self.0.entry(family.name).or_default();
        text.push_str(family.name);
        labels(text, names);
        let _ = writeln!(text, " {value}");
    }

    /// A line for each of these labels, all of the same value.
    fn add_all(&mut self, family: Family, labels: &[Box<str>], value: impl std::fmt::Display) {
        let text = self.0.entry(family.name).or_default();
        let end = format!(" {value}\n");
        for labels in labels {
            for part in [family.name, labels, &end] {
                text.push_str(part);
            }
        }
    }
}

fn labels(text: &mut String, names: &[(&str, &str)]) {
    for (index, (name, label)) in names.iter().enumerate() {
        text.push(if index == 0 { '{' } else { ',' });
        text.push_str(name);
        text.push_str("=\"");
        escape(text, label);
        text.push('"');
    }
    if !names.is_empty() {
        text.push('}');
    }
}

/// Label values escape backslash, quote and line feed, as the text format says.
fn escape(text: &mut String, label: &str) {
    for letter in label.chars() {
        match letter {
            '\\' => text.push_str("\\\\"),
            '"' => text.push_str("\\\""),
            '\n' => text.push_str("\\n"),
            other => text.push(other),
        }
    }
}

/// What the connectors of each cluster came to the last time, until one of them changes: twenty thousand connectors are
/// a hundred thousand lines, and a scrape finds nearly all of them as they were.
#[derive(Default)]
pub(crate) struct Rendered(Mutex<BTreeMap<ClusterName, Part>>);

/// The lines of one cluster's connectors.
#[derive(Clone)]
struct Part {
    /// Of which connectors. While it is held nothing else comes to lie at their address.
    of: Weak<Connectors>,
    /// Whether its cluster was silent, and whether what it told was stale.
    condition: (bool, bool),
    samples: Arc<Samples>,
    /// The labels of each connector, for lines whose value is another one at every scrape.
    labels: Arc<[Box<str>]>,
}

impl Rendered {
    fn part(&self, cluster: &Cluster, staleness: &Staleness) -> Part {
        let condition = (staleness.silent(&cluster.fresh), staleness.stale(&cluster.fresh));
        let mut parts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let known = parts.get(&cluster.name).filter(|part| {
            part.condition == condition && std::ptr::eq(part.of.as_ptr(), Arc::as_ptr(&cluster.connectors))
        });
        if let Some(part) = known {
            return part.clone();
        }
        let mut samples = Samples::default();
        let labels = connector_samples(&mut samples, cluster, staleness);
        let part = Part {
            of: Arc::downgrade(&cluster.connectors),
            condition,
            samples: Arc::new(samples),
            labels: labels.into(),
        };
        parts.insert(cluster.name.clone(), part.clone());
        part
    }

    fn retain(&self, fleet: &Fleet) {
        let mut parts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        parts.retain(|name, _| fleet.clusters.get(name).is_some_and(|cluster| !cluster.refused()));
    }
}

impl Console {
    /// The fleet's part of `/metrics`. Open on loopback, so it takes no actor; names and owners are in it, configs and
    /// traces are not.
    pub fn metrics(&self) -> String {
        let (fleet, staleness) = (self.fleet(), self.staleness());
        self.rendered.retain(&fleet);
        let mut samples = Samples::default();
        let mut parts = Vec::with_capacity(fleet.clusters.len());
        for cluster in fleet.clusters.values() {
            if let Some(same_as) = &cluster.about.same_as {
                let name = cluster.name.as_str();
                let names = [("cluster", name), ("same_as", same_as.as_str())];
                samples.add(fleet::CLUSTER_REACHABLE, &[("cluster", name)], 0);
                samples.add(fleet::CLUSTER_REFUSED, &names, 1);
                continue;
            }
            cluster_samples(&mut samples, cluster, &staleness);
            progress_samples(&mut samples, cluster, &staleness);
            for alike in fleet.alike(&cluster.name) {
                let names = [("cluster", cluster.name.as_str()), ("other", alike.other.as_str())];
                samples.add(fleet::CLUSTER_PERHAPS_SAME, &names, 1);
            }
            let part = self.rendered.part(cluster, &staleness);
            if let Some(age) = age(cluster, &staleness) {
                samples.add_all(fleet::CONNECTOR_OBSERVATION_AGE, &part.labels, age);
            }
            parts.push(part);
        }
        let lines = |family: Family| {
            let of_parts = parts.iter().filter_map(|part| part.samples.0.get(family.name));
            samples.0.get(family.name).into_iter().chain(of_parts)
        };
        let length: usize = fleet::FAMILIES.into_iter().flat_map(lines).map(String::len).sum();
        let mut text = String::with_capacity(length + (fleet::FAMILIES.len() << 8));
        for family in fleet::FAMILIES {
            if lines(family).next().is_some() {
                let _ = writeln!(text, "# HELP {} {}", family.name, family.help);
                let _ = writeln!(text, "# TYPE {} {}", family.name, family.kind);
                lines(family).for_each(|lines| text.push_str(lines));
            }
        }
        text
    }
}

fn cluster_samples(samples: &mut Samples, cluster: &Cluster, staleness: &Staleness) {
    let name = cluster.name.as_str();
    // Where nobody looks nothing tells whether it answers.
    if staleness.watched(&cluster.fresh) || cluster.refused() {
        let reachable = reachable(cluster, staleness);
        samples.add(fleet::CLUSTER_REACHABLE, &[("cluster", name)], u8::from(reachable));
    }
    if let Some(age) = age(cluster, staleness) {
        samples.add(fleet::CLUSTER_OBSERVATION_AGE, &[("cluster", name)], age);
    }
    for (source, at) in [("rest", cluster.fresh.rest), ("group", cluster.fresh.group)] {
        if let Some(age) = at.map(|at| seconds(staleness.now - at)) {
            samples.add(fleet::CLUSTER_SOURCE_AGE, &[("cluster", name), ("source", source)], age);
        }
    }
    // Of a cluster that never showed its connectors no count is known, and zeros would be counts.
    let listed = cluster.fresh.rest.is_some() || !cluster.connectors.is_empty();
    for (health, count) in cluster.totals(staleness).iter().filter(|_| listed) {
        samples.add(
            fleet::CLUSTER_CONNECTORS,
            &[("cluster", name), ("health", health.as_str())],
            count,
        );
    }
    let looked = staleness.watched(&cluster.fresh);
    let lives = |worker: &Arc<WorkerFacts>| alive(worker, looked);
    let count = |wanted: fn(Alive) -> bool| cluster.workers.iter().map(lives).filter(|alive| wanted(*alive)).count();
    for (word, workers) in [
        ("yes", count(|alive| alive == Alive::Yes)),
        ("no", count(Alive::gone)),
        ("unknown", count(|alive| alive == Alive::Unknown)),
    ] {
        samples.add(fleet::CLUSTER_WORKERS, &[("cluster", name), ("alive", word)], workers);
    }
    let mut faults: BTreeMap<(&str, &str), u32> = BTreeMap::new();
    for fault in cluster.faults.iter() {
        let Fault { domain, class, .. } = &**fault;
        *faults.entry((domain.as_str(), class.as_str())).or_default() += 1;
    }
    for ((domain, class), count) in faults {
        samples.add(
            fleet::FAULTS_OPEN,
            &[("cluster", name), ("domain", domain), ("class", class)],
            count,
        );
    }
}

/// How far connectors are. What was measured too long ago is not known any more.
fn progress_samples(samples: &mut Samples, cluster: &Cluster, staleness: &Staleness) {
    for connector in cluster.live() {
        let Some(reading) = cluster.current_reading(connector, staleness) else {
            continue;
        };
        let name = connector.facts().name.as_str();
        let ids = [("cluster", cluster.name.as_str()), ("connector", name)];
        if let Some(lag) = &reading.lag {
            if let Some(records) = lag.waiting() {
                samples.add(fleet::CONNECTOR_LAG_RECORDS, &ids, records);
            }
            if let Some(seconds) = lag.seconds() {
                samples.add(fleet::CONNECTOR_LAG_SECONDS, &ids, seconds);
            }
        }
        if let Some(freshness) = reading.freshness(staleness.now) {
            samples.add(fleet::CONNECTOR_FRESHNESS, &ids, freshness);
        }
    }
}

/// The lines of connectors that stay as they are until one changes; returns each connector's labels.
fn connector_samples(samples: &mut Samples, cluster: &Cluster, staleness: &Staleness) -> Vec<Box<str>> {
    let mut all = Vec::new();
    for connector in cluster.live() {
        let facts = connector.facts();
        let health: Health = staleness.health(&cluster.fresh, connector);
        let ids = [("cluster", cluster.name.as_str()), ("connector", facts.name.as_str())];
        let with = |name, label| [ids[0], ids[1], (name, label)];
        samples.add(fleet::CONNECTOR_HEALTHY, &ids, u8::from(!health.unhealthy()));
        samples.add(fleet::CONNECTOR_HEALTH, &with("health", health.as_str()), 1);
        let mut states: BTreeMap<&str, u32> = BTreeMap::new();
        // Where nothing recent was told no task's state is known.
        let known = health != Health::Unknown || !staleness.stale(&cluster.fresh);
        for task in facts.tasks.values().filter(|_| known) {
            *states.entry(task.state.as_str()).or_default() += 1;
        }
        let unstarted = u32::try_from(facts.unstarted.len()).unwrap_or(u32::MAX);
        if known && unstarted > 0 {
            states.insert("without_status", unstarted);
        }
        for (state, count) in states {
            let state = state.to_lowercase();
            samples.add(fleet::CONNECTOR_TASKS, &[ids[0], ids[1], ("state", &state)], count);
        }
        if let Some(owner) = connector.owner() {
            samples.add(fleet::CONNECTOR_OWNER, &with("team", owner.team.as_str()), 1);
        }
        let mut text = String::new();
        labels(&mut text, &ids);
        all.push(text.into_boxed_str());
    }
    all
}

/// Seconds since the cluster's connectors were listed.
fn age(cluster: &Cluster, staleness: &Staleness) -> Option<f64> {
    Some(seconds(staleness.now - cluster.fresh.rest?))
}

/// An age to the millisecond; never negative.
fn seconds(age: TimeDelta) -> f64 {
    #[expect(
        clippy::cast_precision_loss,
        reason = "milliseconds of an age are exact for 285,000 years"
    )]
    let age = age.num_milliseconds().max(0) as f64 / 1000.0;
    age
}
