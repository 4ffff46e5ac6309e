//! Many changes in a short time: what store and feed take, and when everything is told.

use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use serde_json::Value;
use testkit::fake::fleet::Order;

use crate::Result;
use crate::machine::{postgres_seconds, processor_seconds, resident_mb};
use crate::psql::{number, sizes};
use crate::rig::{Rig, patience};
use crate::sse::Readers;
use crate::table::Table;

/// Rows that the storm's changes of states made.
pub(crate) struct Growth {
    /// Changes of states recorded.
    pub(crate) changes: f64,
    /// Rows of history, these included.
    pub(crate) history: f64,
    /// Rows of the feed.
    pub(crate) feed: f64,
}

pub(crate) async fn measure(rig: &Rig<'_>, table: &mut Table) -> Result<Growth> {
    let readers = Readers::open(rig.address, &rig.bearer, 1).await?;
    let before = sizes(&rig.arguments.database)?;
    let pid = rig.pid();
    let spent = || (processor_seconds(pid), postgres_seconds(rig.database()));
    let (began, used) = (Instant::now(), spent());
    rig.order(&Order::Storm {
        per_second: rig.arguments.storm,
        seconds: rig.arguments.seconds,
        seed: 1,
    })
    .await?;
    let mut memory: f64 = 0.0;
    let storm = loop {
        tokio::time::sleep(Duration::from_millis(100)).await;
        memory = memory.max(resident_mb(pid));
        let storm = rig.storm().await?;
        if !storm.running {
            break storm;
        }
        patience(began, "the end of the storm")?;
    };
    let ended = Instant::now();
    while failed_in_fleet(rig).await? != failed_told(rig).await? {
        memory = memory.max(resident_mb(pid));
        patience(ended, "the end of what the storm left")?;
        tokio::time::sleep(Duration::from_millis(250)).await;
    }
    let (drained, whole) = (ended.elapsed().as_secs_f64(), began.elapsed().as_secs_f64());
    let after_use = spent();
    let after = sizes(&rig.arguments.database)?;
    let grown = |name: &str| number(&after, name) - number(&before, name);
    let kinds: Vec<String> = after
        .keys()
        .filter(|name| name.starts_with("kind_") && grown(name) > 0.0)
        .map(|name| format!("{} {}", grown(name), name.trim_start_matches("kind_")))
        .collect();
    table.row(
        format!(
            "storm of {} flips of tasks in {:.1} s ({:.0} a second)",
            storm.made,
            storm.seconds,
            storm.made as f64 / storm.seconds.max(0.001)
        ),
        format!(
            "{:.0} rows of history ({}) and {:.0} of the feed: {:.0} rows a second until all was shown",
            grown("history_rows"),
            kinds.join(", "),
            grown("feed_rows"),
            (grown("history_rows") + grown("feed_rows")) / whole
        ),
        "",
    );
    table.row(
        "from the storm's end until every state shown is the fleet's",
        format!("{drained:.1} s"),
        &format!("{} s", rig.arguments.interval + 1),
    );
    table.row(
        "CPU and memory from the storm's beginning until then",
        format!(
            "Signalbox {:.1} CPU s, Postgres {:.1} CPU s in {whole:.0} s; {memory:.0} MB at most",
            after_use.0 - used.0,
            after_use.1 - used.1
        ),
        "",
    );
    table.row(
        "one reader of events meanwhile",
        format!(
            "{} events, told {} times to begin anew",
            readers.events.load(Ordering::Relaxed),
            readers.resets.load(Ordering::Relaxed)
        ),
        "",
    );
    Ok(Growth {
        changes: grown("kind_state"),
        history: grown("history_rows"),
        feed: grown("feed_rows"),
    })
}

/// Failed tasks in the fleet.
async fn failed_in_fleet(rig: &Rig<'_>) -> Result<u64> {
    let clusters = rig.fleet_json("/clusters").await?;
    let clusters = clusters.as_object().ok_or("no clusters")?;
    Ok(clusters
        .values()
        .filter_map(|cluster| cluster["tasks"].get("FAILED").and_then(Value::as_u64))
        .sum())
}

/// Failed tasks that Signalbox tells of.
async fn failed_told(rig: &Rig<'_>) -> Result<u64> {
    let text = rig.get("/metrics").await?;
    let text = String::from_utf8_lossy(&text);
    let failed = text
        .lines()
        .filter(|line| line.starts_with("signalbox_connector_tasks{") && line.contains("state=\"failed\""));
    Ok(failed
        .filter_map(|line| line.rsplit_once(' ')?.1.parse::<u64>().ok())
        .sum())
}
