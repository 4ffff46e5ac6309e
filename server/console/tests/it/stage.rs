//! A console over a fleet of the test's own making.

use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::TimeDelta;
use console::Console;
use engine::{ClusterSpec, FleetSpec, LiveLimits, LiveReads};
use model::Clock as _;
use model::actor::{Actor, Door, Right};
use model::facts::{ConnectorFacts, Freshness};
use model::record::{ClusterRecord, ConnectorRecord};
use model::verdict::Verdict;
use serde_json::{Value, json};
use store::Store;
use testkit::ManualClock;
use tokio::sync::{broadcast, watch};
use view::{Cluster, Fleet};

/// What a connector is made of.
pub struct Made {
    pub name: String,
    pub team: Option<String>,
    /// The verdict's words.
    pub health: &'static str,
    pub since: String,
}

/// A console whose fleet can be replaced.
pub struct Stage {
    pub console: Console,
    pub clock: ManualClock,
    fleet: watch::Sender<Arc<Fleet>>,
    spec: watch::Sender<Arc<FleetSpec>>,
    // Kept so that the console does not see them closed.
    _store: watch::Sender<Option<Store>>,
    _trouble: watch::Sender<Option<Arc<str>>>,
}

pub fn actor(rights: impl IntoIterator<Item = Right>) -> Actor {
    Actor {
        name: "somebody".into(),
        door: Door::Token,
        rights: rights.into_iter().collect::<BTreeSet<Right>>(),
    }
}

fn record(made: &Made) -> ConnectorRecord {
    let at = "2026-01-01T00:00:00Z";
    let instance =
        |state: &str, trace: Value| json!({ "state": state, "since": at, "worker_id": "w:8083", "trace": trace });
    let facts = json!({
        "name": made.name,
        "config": {"version": "aa", "config": {"connector.class": {"clear": "example.Sink"}}, "targets": []},
        "first_seen": at,
        "instance": instance("FAILED", json!("trace of the connector")),
        "tasks": { "0": instance("FAILED", json!("trace of the task")) },
    });
    let verdict = json!({ "health": made.health, "since": made.since, "reasons": [] });
    let facts: ConnectorFacts = serde_json::from_value(facts).unwrap();
    let verdict: Verdict = serde_json::from_value(verdict).unwrap();
    ConnectorRecord {
        facts: Arc::new(facts),
        verdict: Arc::new(verdict),
        owner: made.team.as_deref().map(|team| model::owner::Owner {
            team: team.into(),
            source: "a rule".into(),
        }),
    }
}

impl Stage {
    /// All clusters were heard just now.
    pub fn new(clusters: &[(&str, Vec<Made>)]) -> Self {
        let clock = ManualClock::default();
        let (fleet, fleet_receiver) = watch::channel(Arc::new(Fleet::default()));
        let (spec_sender, spec_receiver) = watch::channel(Arc::new(FleetSpec::default()));
        let (store, store_receiver) = watch::channel(None);
        let (trouble, trouble_receiver) = watch::channel(None);
        let events = broadcast::channel(16).0;
        let heard = Some(clock.now());
        let live = LiveReads::new(
            spec_receiver.clone(),
            fleet_receiver.clone(),
            Arc::new(clock.clone()),
            LiveLimits::default(),
        );
        let console = Console::new(
            fleet_receiver,
            spec_receiver,
            store_receiver,
            trouble_receiver,
            events,
            Arc::new(clock.clone()),
            live,
        );
        let stage = Self {
            console,
            clock,
            fleet,
            spec: spec_sender,
            _store: store,
            _trouble: trouble,
        };
        let clusters = clusters.iter().map(|(name, made)| {
            let mut cluster = ClusterRecord::empty(&(*name).into());
            cluster.connectors = made.iter().map(record).collect();
            cluster.fresh = Freshness {
                rest: heard,
                answered: heard,
                group: heard,
                tried: heard,
                ..Freshness::default()
            };
            ((*name).into(), Arc::new(Cluster::new(cluster, 1)))
        });
        stage.fleet.send_replace(Arc::new(Fleet {
            clusters: clusters.collect(),
            feed: 1,
            ..Fleet::default()
        }));
        stage
    }

    /// A cluster as it is recorded, in place of one of its name.
    pub fn put(&self, record: ClusterRecord) {
        let mut fleet = (**self.fleet.borrow()).clone();
        fleet
            .clusters
            .insert(record.name.clone(), Arc::new(Cluster::new(record, 2)));
        self.fleet.send_replace(Arc::new(fleet));
    }

    /// These clusters are configured.
    pub fn configure(&self, names: &[&str]) {
        let cluster = |name: &&str| ClusterSpec::new((**name).into(), vec![]);
        let clusters: Vec<ClusterSpec> = names.iter().map(cluster).collect();
        self.spec.send_modify(|spec| {
            *spec = Arc::new(FleetSpec {
                clusters,
                ..(**spec).clone()
            });
        });
    }

    /// A cluster is another one than before.
    pub fn turn(&self, cluster: &str, turn: impl FnOnce(&mut Cluster)) {
        let mut fleet = (**self.fleet.borrow()).clone();
        turn(Arc::make_mut(fleet.clusters.get_mut(cluster).unwrap()));
        self.fleet.send_replace(Arc::new(fleet));
    }

    /// Data counts as stale from another age on.
    pub fn stale_after(&self, limit: TimeDelta) {
        let mut spec = (**self.spec.borrow()).clone();
        spec.settings.stale_after = limit;
        self.spec.send_replace(Arc::new(spec));
    }

    /// A connector comes, or is replaced, or goes.
    pub fn change(&self, cluster: &str, put: &[Made], gone: &[&str]) {
        let mut fleet = (**self.fleet.borrow()).clone();
        let cluster = Arc::make_mut(fleet.clusters.get_mut(cluster).unwrap());
        let gone: Vec<_> = gone.iter().map(|name| (*name).into()).collect();
        cluster.forget_connectors(&gone);
        cluster.put_connectors(put.iter().map(record).collect(), 2);
        self.fleet.send_replace(Arc::new(fleet));
    }
}
