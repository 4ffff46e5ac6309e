//! The fleet's series in the Prometheus text format, rendered from the view.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use model::facts::Alive;
use model::fault::Fault;
use model::verdict::Health;
use telemetry::fleet::{self, Family};
use view::{Cluster, Staleness};

use crate::Console;

/// Sample lines of each family, gathered over all clusters: the text format wants a family in one piece.
#[derive(Default)]
struct Samples(BTreeMap<&'static str, String>);

impl Samples {
    fn add(&mut self, family: Family, labels: &[(&str, &str)], value: impl std::fmt::Display) {
        let text = self.0.entry(family.name).or_default();
        text.push_str(family.name);
        for (index, (name, label)) in labels.iter().enumerate() {
            let open = if index == 0 { '{' } else { ',' };
            let _ = write!(text, "{open}{name}=\"");
            escape(text, label);
            text.push('"');
        }
        let close = if labels.is_empty() { "" } else { "}" };
        let _ = writeln!(text, "{close} {value}");
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

impl Console {
    /// The fleet's part of `/metrics`. Open on loopback, so it takes no actor; names and owners are in it, configs and
    /// traces are not.
    pub fn metrics(&self) -> String {
        let (fleet, staleness) = (self.fleet(), self.staleness());
        let mut samples = Samples::default();
        for cluster in fleet.clusters.values() {
            cluster_samples(&mut samples, cluster, &staleness);
            connector_samples(&mut samples, cluster, &staleness);
        }
        let mut text = String::new();
        for family in fleet::FAMILIES {
            if let Some(lines) = samples.0.get(family.name) {
                let _ = writeln!(text, "# HELP {} {}", family.name, family.help);
                let _ = writeln!(text, "# TYPE {} {}", family.name, family.kind);
                text.push_str(lines);
            }
        }
        text
    }
}

fn cluster_samples(samples: &mut Samples, cluster: &Cluster, staleness: &Staleness) {
    let name = cluster.name.as_str();
    let reachable = cluster.about.reachable && staleness.watched(&cluster.fresh);
    samples.add(fleet::CLUSTER_REACHABLE, &[("cluster", name)], u8::from(reachable));
    if let Some(age) = age(cluster, staleness) {
        samples.add(fleet::CLUSTER_OBSERVATION_AGE, &[("cluster", name)], age);
    }
    for (health, count) in cluster.totals(staleness).iter() {
        samples.add(
            fleet::CLUSTER_CONNECTORS,
            &[("cluster", name), ("health", health.as_str())],
            count,
        );
    }
    let count = |alive: fn(Alive) -> bool| cluster.workers.iter().filter(|worker| alive(worker.alive)).count();
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

fn connector_samples(samples: &mut Samples, cluster: &Cluster, staleness: &Staleness) {
    let age = age(cluster, staleness);
    for connector in cluster.live() {
        let facts = connector.facts();
        let health: Health = staleness.health(&cluster.fresh, connector);
        let ids = [("cluster", cluster.name.as_str()), ("connector", facts.name.as_str())];
        let with = |name, label| [ids[0], ids[1], (name, label)];
        samples.add(fleet::CONNECTOR_HEALTHY, &ids, u8::from(!health.unhealthy()));
        samples.add(fleet::CONNECTOR_HEALTH, &with("health", health.as_str()), 1);
        if let Some(age) = age {
            samples.add(fleet::CONNECTOR_OBSERVATION_AGE, &ids, age);
        }
        let mut states: BTreeMap<&str, u32> = BTreeMap::new();
        // Where nothing recent was told no task's state is known.
        let known = health != Health::Unknown || !staleness.stale(&cluster.fresh);
        for task in facts.tasks.values().filter(|_| known) {
            *states.entry(task.state.as_str()).or_default() += 1;
        }
        for (state, count) in states {
            let state = state.to_lowercase();
            samples.add(fleet::CONNECTOR_TASKS, &[ids[0], ids[1], ("state", &state)], count);
        }
        if let Some(owner) = connector.owner() {
            samples.add(fleet::CONNECTOR_OWNER, &with("team", owner.team.as_str()), 1);
        }
    }
}

/// Seconds since the cluster's connectors were listed, to the millisecond; never negative.
fn age(cluster: &Cluster, staleness: &Staleness) -> Option<f64> {
    let age = staleness.now - cluster.fresh.rest?;
    #[expect(
        clippy::cast_precision_loss,
        reason = "milliseconds of an age are exact for 285,000 years"
    )]
    Some(age.num_milliseconds().max(0) as f64 / 1000.0)
}
