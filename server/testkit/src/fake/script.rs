//! Something happens all the time: a script that repeats every 60 steps.

use std::io;

use super::cluster::FakeCluster;
use super::connector::FakeConnector;
use super::traces;

/// Steps after which the script begins anew.
const CYCLE: u64 = 60;
/// The connector that is created, edited and deleted.
const VISITOR: &str = "trial/new source";
/// The connector that fails again and again.
const LOOPER: &str = "analytics-crash-loop";

/// Changes a cluster step by step: a connector that crash-loops, one that comes and goes, a worker that dies and
/// returns with its work placed elsewhere meanwhile, edits of configs.
#[derive(Debug, Default)]
pub struct Script {
    step: u64,
}

impl Script {
    /// Makes the next step and says what happened, if anything did.
    ///
    /// # Errors
    /// When a worker's port was taken while it was down.
    pub fn next(&mut self, cluster: &mut FakeCluster) -> io::Result<Option<String>> {
        let step = self.step % CYCLE;
        self.step += 1;
        self.crash_loop(cluster);
        let dying = cluster.workers() - 1;
        Ok(match step {
            5 => {
                cluster.put(FakeConnector::source(VISITOR, 1));
                Some(format!("{VISITOR}: created"))
            }
            10 | 40 => edit_some(cluster, self.step),
            15 => fail_some(cluster),
            20 if dying > 0 => {
                cluster.kill(dying);
                Some(format!("worker {}: killed", cluster.worker_id(dying)))
            }
            26 if dying > 0 => {
                cluster.reassign(dying, 0);
                Some(format!("work of {}: placed elsewhere", cluster.worker_id(dying)))
            }
            30 => {
                cluster.delete(VISITOR);
                Some(format!("{VISITOR}: deleted"))
            }
            35 => restart_some(cluster),
            45 if dying > 0 => {
                cluster.revive(dying)?;
                Some(format!("worker {}: back", cluster.worker_id(dying)))
            }
            48 if dying > 0 => {
                cluster.balance();
                Some("work spread over all workers".to_owned())
            }
            _ => None,
        })
    }

    /// Fails at every third step and is restarted at the next.
    fn crash_loop(&self, cluster: &FakeCluster) {
        if cluster.connector(LOOPER).is_none() {
            cluster.put(FakeConnector::source(LOOPER, 1));
        }
        match self.step % 3 {
            0 => cluster.set_state(LOOPER, Some(0), "FAILED", Some(traces::BARE)),
            1 => cluster.set_state(LOOPER, Some(0), "RUNNING", None),
            _ => false,
        };
    }
}

fn some_sink(cluster: &FakeCluster) -> Option<String> {
    cluster.names().into_iter().find(|name| name.contains("jdbc-sink"))
}

fn edit_some(cluster: &FakeCluster, step: u64) -> Option<String> {
    let name = some_sink(cluster)?;
    cluster.edit(&name, |connector| {
        connector
            .config
            .insert("batch.size".to_owned(), (step * 10).to_string());
    });
    Some(format!("{name}: config edited"))
}

fn fail_some(cluster: &FakeCluster) -> Option<String> {
    let name = some_sink(cluster)?;
    cluster.set_state(&name, Some(0), "FAILED", Some(traces::DATABASE_AWAY));
    Some(format!("{name}: task 0 failed"))
}

fn restart_some(cluster: &FakeCluster) -> Option<String> {
    let name = some_sink(cluster)?;
    cluster.set_state(&name, Some(0), "RUNNING", None);
    Some(format!("{name}: task 0 restarted"))
}
