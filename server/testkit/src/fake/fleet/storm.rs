//! Many tasks change their states in a short time.

use std::sync::{Arc, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use super::{FakeFleet, Refusal};
use crate::fake::traces;

/// Changes are made in bursts this far apart.
const BURST: Duration = Duration::from_millis(10);

/// How a storm went, or goes.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct StormReport {
    /// Whether it goes on.
    pub running: bool,
    /// Flips wanted in all.
    pub wanted: u64,
    /// Flips made.
    pub made: u64,
    /// Seconds it took so far.
    pub seconds: f64,
}

/// Every storm of one seed picks the same tasks: SplitMix64.
struct Chance(u64);

impl Chance {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^= bits >> 31;
        let bound = u64::try_from(bound).unwrap_or(u64::MAX).max(1);
        usize::try_from(bits % bound).unwrap_or(0)
    }
}

pub(super) fn begin(fleet: &Arc<FakeFleet>, per_second: u32, seconds: u32, seed: u64) -> Result<(), Refusal> {
    let tasks = tasks(fleet);
    if tasks.is_empty() || per_second == 0 {
        return Err(Refusal::Senseless("a storm needs tasks that run or failed, and a rate"));
    }
    let wanted = u64::from(per_second) * u64::from(seconds);
    {
        let mut report = fleet.storm.lock().unwrap_or_else(PoisonError::into_inner);
        if report.running {
            return Err(Refusal::Senseless("a storm is still running"));
        }
        *report = StormReport {
            running: true,
            wanted,
            ..StormReport::default()
        };
    }
    let fleet = fleet.clone();
    thread::Builder::new().spawn(move || rage(&fleet, &tasks, per_second, wanted, seed))?;
    Ok(())
}

fn rage(fleet: &FakeFleet, tasks: &[(String, String, u32)], per_second: u32, wanted: u64, seed: u64) {
    let (began, mut chance, mut made) = (Instant::now(), Chance(seed), 0_u64);
    while made < wanted {
        let due = began.elapsed().as_millis() * u128::from(per_second) / 1000;
        let due = u64::try_from(due).unwrap_or(u64::MAX).min(wanted);
        for _ in made..due {
            let (cluster, connector, task) = &tasks[chance.below(tasks.len())];
            flip(fleet, cluster, connector, *task);
        }
        made = due;
        let mut report = fleet.storm.lock().unwrap_or_else(PoisonError::into_inner);
        (report.made, report.seconds) = (made, began.elapsed().as_secs_f64());
        drop(report);
        thread::sleep(BURST);
    }
    fleet.storm.lock().unwrap_or_else(PoisonError::into_inner).running = false;
}

fn flip(fleet: &FakeFleet, cluster: &str, connector: &str, task: u32) {
    // Whoever deleted the connector meanwhile has taken its task from the storm.
    let Ok(cluster) = fleet.cluster(cluster) else { return };
    cluster.edit(connector, |connector| {
        if let Some(task) = connector.tasks.get_mut(&task) {
            let failed = task.state == "FAILED";
            (if failed { "RUNNING" } else { "FAILED" }).clone_into(&mut task.state);
            task.trace = (!failed).then(|| traces::BARE.to_owned());
        }
    });
}

/// Tasks that run or failed, of connectors whose instance runs.
fn tasks(fleet: &FakeFleet) -> Vec<(String, String, u32)> {
    let mut tasks = Vec::new();
    for (name, cluster) in fleet.clusters() {
        for connector in cluster.names().iter().filter_map(|name| cluster.connector(name)) {
            if connector.instance.is_none_or(|instance| instance.state != "RUNNING") {
                continue;
            }
            let flippable = connector
                .tasks
                .iter()
                .filter(|(_, task)| matches!(&*task.state, "RUNNING" | "FAILED"));
            tasks.extend(flippable.map(|(task, _)| (name.to_owned(), connector.name.clone(), *task)));
        }
    }
    tasks
}
