//! What happens in the demo while somebody looks: records flow, one connector is restarted over and over, workers die
//! and come back, a config is edited. After four minutes it begins again.

use std::collections::BTreeMap;
use std::fs::OpenOptions;
use std::io::Write;
use std::time::Duration;

use tokio::time::{Instant, interval, sleep_until, timeout};

use super::connectors::{CRASH_LOOP, EDITED, RETURNS};
use crate::cluster::ConnectCluster;
use crate::error::Doing;
use crate::{Lab, Result};

/// Something that happens to the fleet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Event {
    KillWorker,
    SecondLegacyWorker,
    EditConfig,
    WorkerReturns,
    LegacyWorkerLeaves,
    LegacyWorkerReturns,
}

impl Event {
    /// Every one, in no order.
    #[cfg(test)]
    const ALL: [Self; 6] = [
        Self::KillWorker,
        Self::SecondLegacyWorker,
        Self::EditConfig,
        Self::WorkerReturns,
        Self::LegacyWorkerLeaves,
        Self::LegacyWorkerReturns,
    ];

    /// What is attempted, as it follows "could not".
    fn act(self) -> &'static str {
        match self {
            Self::KillWorker => "kill a worker of the cluster orders",
            Self::SecondLegacyWorker => "start a second worker of the cluster legacy",
            Self::EditConfig => "edit the config of a connector",
            Self::WorkerReturns => "bring the killed worker back",
            Self::LegacyWorkerLeaves => "stop a worker of the cluster legacy in order",
            Self::LegacyWorkerReturns => "bring the stopped worker of the cluster legacy back",
        }
    }
}

/// When, in seconds after the fleet stands. `orders` waits 120 s for a lost worker, so that what it carried can be looked at.
const EVENTS: &[(u64, Event)] = &[
    (30, Event::KillWorker),
    (50, Event::SecondLegacyWorker),
    (70, Event::EditConfig),
    (125, Event::WorkerReturns),
    (170, Event::LegacyWorkerLeaves),
    (200, Event::LegacyWorkerReturns),
];
/// The time between two restarts of the connector that crashes 5 s after each.
const RESTARTS: Duration = Duration::from_secs(10);
const ROUND: Duration = Duration::from_secs(240);

/// Runs the demo's life for ever. What fails is said and does not end it: the audience may be playing with the fleet.
pub async fn run(lab: &Lab, orders: &ConnectCluster, legacy: &ConnectCluster) {
    tokio::join!(records(lab), restarts(orders), events(lab, orders, legacy));
}

async fn events(lab: &Lab, orders: &ConnectCluster, legacy: &ConnectCluster) {
    let start = Instant::now();
    let mut killed = None;
    for round in 0u32.. {
        for (second, event) in EVENTS {
            sleep_until(start + ROUND * round + Duration::from_secs(*second)).await;
            let outcome = match event {
                Event::KillWorker => kill_worker(orders).await.map(|(name, line)| {
                    killed = Some(name);
                    line
                }),
                Event::WorkerReturns => worker_returns(orders, killed.take()).await,
                Event::SecondLegacyWorker if legacy.workers().len() == 1 => legacy
                    .add_worker()
                    .await
                    .map(|worker| format!("{} joined the cluster legacy", worker.name())),
                Event::SecondLegacyWorker => continue,
                Event::EditConfig => edit_config(orders, round).await,
                Event::LegacyWorkerLeaves => legacy_leaves(legacy).await,
                Event::LegacyWorkerReturns => legacy_returns(legacy).await,
            };
            match outcome {
                Ok(line) => lab.progress().say(line),
                Err(error) => lab.progress().say(format!("could not {}: {error}", event.act())),
            }
        }
    }
}

/// Kills the worker whose death is most instructive: not the leader (whose work would move at once), not the one with
/// the crash loop, and with as many running tasks as there are.
async fn kill_worker(orders: &ConnectCluster) -> Result<(String, String)> {
    let list = orders.request("GET", "/connectors?expand=status", None).await?.json();
    let mut running: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut crash_loop_on = String::new();
    for (connector, entry) in list.as_object().into_iter().flatten() {
        for task in entry["status"]["tasks"].as_array().into_iter().flatten() {
            let worker = task["worker_id"].as_str().unwrap_or_default().to_owned();
            if connector == CRASH_LOOP {
                crash_loop_on = worker;
            } else if task["state"] == "RUNNING" {
                running.entry(worker).or_default().push(connector.clone());
            }
        }
    }
    let leader = orders.leader().map(|leader| leader.id());
    let carried = |id: &str| running.get(id).map_or(0, Vec::len);
    let victim = orders
        .workers()
        .into_iter()
        .filter(|worker| worker.is_running() && Some(worker.id()) != leader)
        .max_by_key(|worker| (worker.id() != crash_loop_on, carried(&worker.id())));
    let victim = victim.ok_or_else(|| crate::Error::Usage("there is no worker to spare".to_owned()))?;
    victim.kill()?;
    let carried = running.remove(&victim.id()).unwrap_or_default().join(", ");
    let line = format!(
        "killed worker {} ({}); REST goes on saying RUNNING for: {carried}",
        victim.name(),
        victim.id()
    );
    Ok((victim.name().to_owned(), line))
}

async fn worker_returns(orders: &ConnectCluster, killed: Option<String>) -> Result<String> {
    let Some(name) = killed else {
        return Ok("no worker has to come back".to_owned());
    };
    let worker = orders.worker(&name)?;
    if !worker.is_running() {
        worker.start().await?;
    }
    Ok(format!("worker {name} came back"))
}

async fn edit_config(orders: &ConnectCluster, round: u32) -> Result<String> {
    let throughput = if round.is_multiple_of(2) { "8" } else { "5" };
    orders.edit_connector(EDITED, &[("throughput", throughput)]).await?;
    Ok(format!(
        "edited {EDITED}: throughput is now {throughput} records a second"
    ))
}

async fn legacy_leaves(legacy: &ConnectCluster) -> Result<String> {
    let leader = legacy.leader().map(|leader| leader.id());
    let follower = legacy
        .workers()
        .into_iter()
        .find(|worker| worker.is_running() && Some(worker.id()) != leader);
    let follower = follower.ok_or_else(|| crate::Error::Usage("legacy has no worker to spare".to_owned()))?;
    follower.stop().await?;
    Ok(format!("worker {} left the cluster legacy in order", follower.name()))
}

async fn legacy_returns(legacy: &ConnectCluster) -> Result<String> {
    for worker in legacy.workers().iter().filter(|worker| !worker.is_running()) {
        worker.start().await?;
    }
    Ok("the cluster legacy is complete again".to_owned())
}

async fn restarts(orders: &ConnectCluster) {
    let mut beat = interval(RESTARTS);
    let path = format!("/connectors/{CRASH_LOOP}/tasks/0/restart");
    loop {
        beat.tick().await;
        // Refused in a rebalance, unanswered by a frozen leader: the next one comes soon.
        drop(timeout(Duration::from_secs(8), orders.call("POST", &path, None)).await);
    }
}

async fn records(lab: &Lab) {
    let mut beat = interval(Duration::from_secs(1));
    let mut well = true;
    for number in 1u64.. {
        beat.tick().await;
        let outcome = feed(lab, number).await;
        // One line when the flow stops, and one when it goes on.
        match (&outcome, well) {
            (Err(error), true) => lab.progress().say(format!("the flow of records stopped: {error}")),
            (Ok(()), false) => lab.progress().say("records flow again"),
            _ => {}
        }
        well = outcome.is_ok();
    }
}

async fn feed(lab: &Lab, number: u64) -> Result<()> {
    append(lab, "shipments.txt", &format!("shipment {number} left Hamburg"))?;
    if number.is_multiple_of(3) {
        append(
            lab,
            "inventory.txt",
            &format!("sku {}: {} pieces", 1000 + number % 50, number % 97),
        )?;
    }
    for partition in [0, 1] {
        lab.produce(RETURNS, Some(partition), None, Some(&format!("return {number}")))
            .await?;
    }
    Ok(())
}

/// Appends a line to a file that a file source reads.
pub(super) fn append(lab: &Lab, file: &str, line: &str) -> Result<()> {
    let path = lab.sub_directory("files")?.join(file);
    let mut file = OpenOptions::new()
        .create(true)
        .append(true)
        .open(&path)
        .doing(|| format!("opening {}", path.display()))?;
    writeln!(file, "{line}").doing(|| format!("writing {}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_fails_is_told_in_words() {
        for event in Event::ALL {
            let name = format!("{event:?}");
            assert!(!event.act().contains(&name) && event.act().contains(' '), "{name}");
        }
    }

    #[test]
    fn events_come_in_order_within_a_round_and_within_the_rebalance_delay() {
        assert!(EVENTS.is_sorted_by_key(|(second, _)| *second));
        assert!(EVENTS.iter().all(|(second, _)| Duration::from_secs(*second) < ROUND));
        let at = |event| {
            EVENTS
                .iter()
                .find(|(_, e)| *e == event)
                .map_or(0, |(second, _)| *second)
        };
        assert!(at(Event::WorkerReturns) - at(Event::KillWorker) < super::super::REBALANCE_DELAY.as_secs());
    }
}
