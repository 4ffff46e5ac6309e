//! What each panel of the dashboard has to show, worked out from answers of the API.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde_json::Value;

use super::Labels;
use super::dashboard::Query;

/// Between a scrape, its query and an answer of the API ages grow by so many seconds at most.
const AGES: f64 = 15.0;
/// Panels that show the largest show so many.
const LARGEST: usize = 10;
const UNHEALTHY: [&str; 8] = [
    "crash_looping",
    "failed",
    "degraded",
    "stalled",
    "unassigned",
    "no_tasks",
    "lagging",
    "unknown",
];

/// The samples of a query.
pub struct Wanted {
    pub samples: BTreeMap<Labels, f64>,
    /// By how much a value may differ.
    pub tolerance: f64,
    /// How many of them are shown, the largest.
    pub most: usize,
}

impl Wanted {
    fn exactly(samples: BTreeMap<Labels, f64>) -> Self {
        Self {
            samples,
            tolerance: 0.0,
            most: usize::MAX,
        }
    }

    fn one(value: f64) -> Self {
        Self::exactly(BTreeMap::from([(Labels::new(), value)]))
    }

    /// How many there are with the same labels.
    fn counts(all: impl IntoIterator<Item = Labels>) -> Self {
        let mut counts: BTreeMap<Labels, f64> = BTreeMap::new();
        all.into_iter()
            .for_each(|labels| *counts.entry(labels).or_default() += 1.0);
        Self::exactly(counts)
    }

    fn ages(self) -> Self {
        Self {
            tolerance: AGES,
            ..self
        }
    }

    fn largest(self) -> Self {
        Self { most: LARGEST, ..self }
    }
}

/// Labels of these names and values.
fn labels(pairs: &[(&str, &Value)]) -> Labels {
    let word = |value: &Value| {
        value
            .as_str()
            .unwrap_or_else(|| panic!("{value} is no word"))
            .to_owned()
    };
    pairs
        .iter()
        .map(|(name, value)| ((*name).to_owned(), word(value)))
        .collect()
}

fn items(answer: &Value) -> Vec<Value> {
    assert!(answer["next_cursor"].is_null(), "more than one page: {answer:#}");
    answer["items"]
        .as_array()
        .unwrap_or_else(|| panic!("{answer:#}"))
        .clone()
}

fn age(at: &Value) -> f64 {
    let at: DateTime<Utc> = at.as_str().unwrap().parse().unwrap();
    (Utc::now() - at).as_seconds_f64()
}

fn ids(connector: &Value) -> [(&str, &Value); 2] {
    [("cluster", &connector["cluster"]), ("connector", &connector["name"])]
}

fn unhealthy(connector: &Value) -> bool {
    UNHEALTHY.iter().any(|word| connector["health"]["verdict"] == *word)
}

/// What a query of the dashboard is to show. A panel that is not named here is one that nobody compares.
pub fn wanted(query: &Query, api: &impl Fn(&str) -> Value) -> Wanted {
    let connectors = || items(&api("/api/v1/connectors?limit=1000"));
    let clusters = || items(&api("/api/v1/clusters"));
    let faults = || items(&api("/api/v1/faults"));
    let system = || api("/api/v1/system");
    let count = |number: usize| Wanted::one(number as f64);
    let number = |connector: &Value, value: &Value| Some((labels(&ids(connector)), value.as_f64()?));
    match (query.panel.as_str(), query.letter.as_str()) {
        ("Connectors", _) => count(connectors().len()),
        ("Need a person", _) => count(connectors().iter().filter(|one| unhealthy(one)).count()),
        ("Open faults", _) => count(faults().len()),
        ("Clusters that do not answer", _) => count(clusters().iter().filter(|one| one["reachable"] == false).count()),
        ("Workers that are gone", _) => {
            let clusters = clusters();
            let workers = clusters.iter().filter_map(|one| one["workers"].as_array()).flatten();
            count(workers.filter(|worker| worker["alive"] == false).count())
        }
        ("Oldest look", _) => {
            let oldest = clusters().iter().map(|one| age(&one["as_of"])).fold(0.0, f64::max);
            Wanted::one(oldest).ages()
        }
        ("Connectors by health", _) => {
            let totals = api("/api/v1/connectors?limit=1")["totals"].clone();
            let of = |(health, count): (&String, &Value)| {
                let health = Value::from(health.as_str());
                (labels(&[("health", &health)]), count.as_f64().unwrap())
            };
            Wanted::exactly(totals.as_object().unwrap().iter().map(of).collect())
        }
        ("Need a person, by team", "A") => {
            let mut teams = BTreeMap::new();
            for one in connectors().iter().filter(|one| one["owner"].is_object()) {
                let team = labels(&[("team", &one["owner"]["team"])]);
                *teams.entry(team).or_default() += f64::from(u8::from(unhealthy(one)));
            }
            Wanted::exactly(teams)
        }
        ("Need a person, by team", _) => {
            let connectors = connectors();
            let unowned = connectors.iter().filter(|one| one["owner"].is_null());
            match unowned.clone().count() {
                0 => Wanted::exactly(BTreeMap::new()),
                _ => count(unowned.filter(|one| unhealthy(one)).count()),
            }
        }
        ("Connectors that need a person", _) => {
            let connectors = connectors();
            let with = |one: &Value| {
                let [cluster, name] = ids(one);
                labels(&[cluster, name, ("health", &one["health"]["verdict"])])
            };
            Wanted::counts(connectors.iter().filter(|one| unhealthy(one)).map(with))
        }
        ("Need a person, by cluster", _) => {
            let mut clusters = BTreeMap::new();
            for one in &connectors() {
                let cluster = labels(&[("cluster", &one["cluster"])]);
                *clusters.entry(cluster).or_default() += f64::from(u8::from(unhealthy(one)));
            }
            Wanted::exactly(clusters)
        }
        ("Records that wait", _) => {
            let of = |one: &Value| number(one, &one["lag"]["records"]);
            Wanted::exactly(connectors().iter().filter_map(of).collect()).largest()
        }
        ("Age of the oldest record that waits", _) => {
            let of = |one: &Value| number(one, &one["lag"]["seconds"]);
            Wanted::exactly(connectors().iter().filter_map(of).collect())
                .ages()
                .largest()
        }
        ("Age of the newest change that was read", _) => {
            let of = |one: &Value| number(one, &one["freshness"]["seconds"]);
            Wanted::exactly(connectors().iter().filter_map(of).collect())
                .ages()
                .largest()
        }
        ("Tasks by state", _) => {
            let connectors = connectors();
            let tasks = |one: &Value| {
                let of = |task: &Value| Value::from(task["rest_state"].as_str().unwrap().to_lowercase());
                let states = one["tasks"].as_array().unwrap().iter().map(of);
                let unstarted = one["unstarted_tasks"].as_array().unwrap();
                let unstarted = unstarted.iter().map(|_| Value::from("without_status"));
                states
                    .chain(unstarted)
                    .map(|state| labels(&[("state", &state)]))
                    .collect::<Vec<_>>()
            };
            Wanted::counts(connectors.iter().flat_map(tasks))
        }
        ("Open faults by class", _) => {
            let of = |fault: &Value| labels(&[("domain", &fault["domain"]), ("class", &fault["class"])]);
            Wanted::counts(faults().iter().map(of))
        }
        ("Workers", _) => {
            let mut all: BTreeMap<Labels, f64> = BTreeMap::new();
            for (word, value) in [
                ("yes", Value::Bool(true)),
                ("no", Value::Bool(false)),
                ("unknown", Value::Null),
            ] {
                let clusters = clusters();
                let workers = clusters.iter().filter_map(|one| one["workers"].as_array()).flatten();
                let number = workers.filter(|worker| worker["alive"] == value).count();
                all.insert(labels(&[("alive", &word.into())]), number as f64);
            }
            Wanted::exactly(all)
        }
        ("Age of what each source told", _) => {
            let system = system();
            let fresh = system["freshness"].as_array().unwrap().iter();
            let of = |one: &Value| {
                let at = one["as_of"].is_string().then(|| age(&one["as_of"]))?;
                Some((labels(&[("cluster", &one["cluster"]), ("source", &one["source"])]), at))
            };
            Wanted::exactly(fresh.filter_map(of).collect()).ages()
        }
        ("Units that are watched", _) => {
            let system = system();
            let leases = system["leases"].as_array().unwrap().iter();
            let of = |one: &Value| {
                (
                    labels(&[("unit", &one["unit"])]),
                    f64::from(u8::from(one["held"] == true)),
                )
            };
            Wanted::exactly(leases.map(of).collect())
        }
        ("Servers", _) => count(live(&system()).len()),
        ("Servers with a database", _) => match system()["database"].is_object() {
            true => count(live(&system()).len()),
            false => Wanted::one(0.0),
        },
        ("Versions", _) => Wanted::counts(
            live(&system())
                .iter()
                .map(|one| labels(&[("version", &one["version"])])),
        ),
        (panel, letter) => panic!("nobody compares {panel} {letter}"),
    }
}

fn live(system: &Value) -> Vec<Value> {
    let servers = system["servers"].as_array().unwrap().iter();
    servers.filter(|one| one["live"] == true).cloned().collect()
}
