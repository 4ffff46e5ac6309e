//! The drawings that were asked for last: what leads where changes with configs and verdicts, and not with the second in
//! which somebody looks.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use model::facts::ClusterAbout;
use view::{Connectors, Fleet, Staleness, Topology};

use super::TopologyQuery;

/// Questions that are remembered.
const MOST: usize = 8;

/// The latest answers, each with what it was made of.
#[derive(Default)]
pub(crate) struct Latest(Mutex<VecDeque<Answer>>);

struct Answer {
    asked: TopologyQuery,
    of: Vec<Part>,
    topology: Arc<Topology>,
}

/// What a topology takes from one cluster. The parts are held, so that none is taken for another one that was put in its
/// place.
struct Part {
    connectors: Arc<Connectors>,
    about: Arc<ClusterAbout>,
    silent: bool,
}

impl Part {
    fn same(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.connectors, &other.connectors)
            && Arc::ptr_eq(&self.about, &other.about)
            && self.silent == other.silent
    }
}

fn parts(fleet: &Fleet, staleness: &Staleness) -> Vec<Part> {
    let clusters = fleet.clusters.values();
    let parts = clusters.map(|cluster| Part {
        connectors: cluster.connectors.clone(),
        about: cluster.about.clone(),
        silent: staleness.silent(&cluster.fresh),
    });
    parts.collect()
}

impl Latest {
    /// The topology that is asked for, made anew where anything that it shows has changed. Texts are searched for in what is
    /// measured too, which changes all the time: what is asked by one is made for each who asks.
    pub(super) fn get(
        &self,
        asked: &TopologyQuery,
        fleet: &Fleet,
        staleness: &Staleness,
        make: impl FnOnce() -> Topology,
    ) -> Arc<Topology> {
        if !asked.filter.text.is_empty() {
            return Arc::new(make());
        }
        let of = parts(fleet, staleness);
        let is = |known: &&Answer| {
            known.asked == *asked
                && known.of.len() == of.len()
                && known.of.iter().zip(&of).all(|(one, other)| one.same(other))
        };
        if let Some(known) = self.answers().iter().find(is) {
            return known.topology.clone();
        }
        let topology = Arc::new(make());
        let mut answers = self.answers();
        answers.retain(|known| known.asked != *asked);
        answers.push_front(Answer {
            asked: asked.clone(),
            of,
            topology: topology.clone(),
        });
        answers.truncate(MOST);
        topology
    }

    fn answers(&self) -> std::sync::MutexGuard<'_, VecDeque<Answer>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use chrono::TimeDelta;
    use testkit::samples;
    use view::{Cluster, Query};

    use super::*;

    #[test]
    fn a_topology_is_made_once_for_each_change_of_what_it_shows() {
        let record = samples::cluster();
        let now = record.fresh.rest.unwrap();
        let name = record.name.clone();
        let mut fleet = Fleet::default();
        fleet
            .clusters
            .insert(name.clone(), Arc::new(Cluster::new(record.clone(), 1)));
        let staleness = |seconds| Staleness {
            now: now + TimeDelta::seconds(seconds),
            limit: TimeDelta::seconds(60),
        };
        let (latest, made) = (Latest::default(), Cell::new(0));
        let ask = |asked: &TopologyQuery, fleet: &Fleet, seconds| {
            latest.get(asked, fleet, &staleness(seconds), || {
                made.set(made.get() + 1);
                Topology::default()
            });
            made.get()
        };
        let all = TopologyQuery::default();
        assert_eq!([ask(&all, &fleet, 0), ask(&all, &fleet, 1)], [1, 1]);
        // A heartbeat changes nothing that leads anywhere.
        let mut cluster = (*fleet.clusters[&name]).clone();
        cluster.fresh.rest = Some(now + TimeDelta::seconds(5));
        fleet.clusters.insert(name.clone(), Arc::new(cluster.clone()));
        assert_eq!(ask(&all, &fleet, 5), 1);
        let open = TopologyQuery {
            open: ["orders".into()].into(),
            ..all.clone()
        };
        assert_eq!(
            [ask(&open, &fleet, 5), ask(&open, &fleet, 5), ask(&all, &fleet, 5)],
            [2, 2, 2]
        );
        let one = vec![record.connectors[0].clone()];
        cluster.put_connectors(one, 2);
        fleet.clusters.insert(name.clone(), Arc::new(cluster));
        assert_eq!(
            [ask(&all, &fleet, 5), ask(&all, &fleet, 5)],
            [3, 3],
            "a connector changed"
        );
        assert_eq!(ask(&all, &fleet, 900), 4, "it has been silent");
        let searched = TopologyQuery {
            filter: Query {
                text: "lag:>5".to_owned(),
                ..Query::default()
            },
            ..all.clone()
        };
        assert_eq!([ask(&searched, &fleet, 5), ask(&searched, &fleet, 5)], [5, 6]);
    }
}
