//! How evenly a cluster's tasks lie on its workers, and which connector runs where.

use std::collections::BTreeMap;

use model::facts::Alive;
use model::names::{ConnectorName, TeamName, WorkerId};
use model::verdict::Health;
use view::{Cluster, Staleness};

use super::WorkerItem;

/// Connectors on one part of the assignment.
pub(super) const PART: usize = 400;

/// How evenly tasks lie on the workers that live.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Load {
    /// Living workers.
    pub workers: usize,
    /// Tasks that REST says they run.
    pub tasks: u32,
    /// Those of the one that runs most.
    pub most: u32,
    /// Tasks that REST still places on workers that are gone.
    pub left_behind: u32,
}

impl Load {
    pub(super) fn of(workers: &[WorkerItem]) -> Self {
        let living = || workers.iter().filter(|worker| worker.alive == Alive::Yes);
        let gone = workers.iter().filter(|worker| worker.alive.gone());
        Self {
            workers: living().count(),
            tasks: living().map(|worker| worker.tasks).sum(),
            most: living().map(|worker| worker.tasks).max().unwrap_or(0),
            left_behind: gone.map(|worker| worker.tasks).sum(),
        }
    }

    /// The tasks of a living worker if all had as many.
    pub fn mean(&self) -> Option<f64> {
        (self.workers > 0).then(|| f64::from(self.tasks) / self.workers as f64)
    }

    /// The tasks of the most loaded living worker over the mean of all living ones: 1 when they lie evenly. `None` while
    /// no worker is known to live, or none of them runs a task.
    pub fn skew(&self) -> Option<f64> {
        let mean = self.mean().filter(|mean| *mean > 0.0)?;
        Some(f64::from(self.most) / mean)
    }
}

/// Which connectors run where, a part of them: what is on workers that are gone first, then by name.
#[derive(Clone, Debug, Default)]
pub struct Assignment {
    /// The connectors of this part.
    pub lines: Vec<AssignmentLine>,
    /// The number of this part, from 1 on.
    pub part: usize,
    /// How many parts there are.
    pub parts: usize,
    /// Connectors of all parts.
    pub all: usize,
}

/// Where a connector runs, as REST says.
#[derive(Clone, Debug)]
pub struct AssignmentLine {
    /// The connector.
    pub name: ConnectorName,
    /// Its health to show.
    pub health: Health,
    /// Its owner.
    pub team: Option<TeamName>,
    /// What each worker runs of it.
    pub places: BTreeMap<WorkerId, Placed>,
}

/// What a worker runs of a connector.
#[derive(Clone, Debug, Default)]
pub struct Placed {
    /// Whether it runs the connector instance.
    pub instance: bool,
    /// The tasks, by number, with their health to show.
    pub tasks: Vec<(u32, Health)>,
}

impl Assignment {
    pub(super) fn of(cluster: &Cluster, part: usize, staleness: &Staleness) -> Self {
        let gone = |id: &WorkerId| {
            let known = cluster.workers.iter().find(|worker| worker.id == *id);
            known.is_some_and(|worker| worker.alive.gone())
        };
        let mut all: Vec<_> = cluster.live().collect();
        // Names are in order already, and the sort is a stable one.
        all.sort_by_cached_key(|connector| {
            !connector
                .facts()
                .instances()
                .any(|(_, instance)| gone(&instance.worker_id))
        });
        let parts = all.len().div_ceil(PART).max(1);
        let part = part.clamp(1, parts);
        let lines = all.iter().skip((part - 1) * PART).take(PART).map(|connector| {
            let shown = staleness.health(&cluster.fresh, connector);
            let overtaken = shown != connector.verdict().health;
            let mut places: BTreeMap<WorkerId, Placed> = BTreeMap::new();
            for (task, instance) in connector.facts().instances() {
                let place = places.entry(instance.worker_id.clone()).or_default();
                let Some(task) = task else {
                    place.instance = true;
                    continue;
                };
                let recorded = connector.verdict().tasks.get(&task).map(|verdict| verdict.health);
                let health = recorded.filter(|_| !overtaken).unwrap_or(Health::Unknown);
                place.tasks.push((task, health));
            }
            AssignmentLine {
                name: connector.facts().name.clone(),
                health: shown,
                team: connector.owner().map(|owner| owner.team.clone()),
                places,
            }
        });
        Self {
            lines: lines.collect(),
            part,
            parts,
            all: all.len(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_skew_is_the_most_loaded_living_worker_over_the_mean() {
        let load = |workers, tasks, most| Load {
            workers,
            tasks,
            most,
            left_behind: 9,
        };
        assert_eq!(load(3, 12, 4).skew(), Some(1.0));
        assert_eq!(load(4, 20, 10).skew(), Some(2.0));
        // Of nothing there is no skew, and none of what nobody is known to run.
        assert_eq!(load(0, 0, 0).skew(), None);
        assert_eq!(load(3, 0, 0).skew(), None);
    }
}
