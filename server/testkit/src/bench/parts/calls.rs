//! Calls that a cluster gets in one interval, whoever watches Signalbox.

use std::time::Duration;

use testkit::fake::fleet::Counts;
use tokio::task::JoinSet;

use crate::Result;
use crate::rig::Rig;
use crate::sse::Readers;
use crate::table::Table;
use crate::wire::Connection;

/// Intervals over which calls are counted: more than a minute of them, in which the plain list comes once.
const INTERVALS: u64 = 13;
/// People who look.
const VIEWERS: usize = 20;

pub(crate) async fn measure(rig: &Rig<'_>, table: &mut Table) -> Result<()> {
    let interval = Duration::from_secs(rig.arguments.interval);
    // What follows a start (definitions of plugins, for example) is no calm.
    tokio::time::sleep(interval * 3).await;
    let calm = count(rig, table, "nobody looks").await?;
    let readers = Readers::open(rig.address, &rig.bearer, VIEWERS).await?;
    let mut viewers = JoinSet::new();
    for number in 0..VIEWERS {
        let (address, bearer) = (rig.address, rig.bearer.clone());
        viewers.spawn(async move {
            let Ok(mut connection) = Connection::open(address).await else {
                return;
            };
            for target in ["/", "/connectors", "/clusters/fake-1", "/api/v1/connectors"]
                .into_iter()
                .cycle()
                .skip(number)
            {
                if connection.ask("GET", target, &bearer, "").await.is_err() {
                    return;
                }
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
        });
    }
    let watched = count(rig, table, "20 people look, each with a stream and a page a second").await?;
    drop((viewers, readers));
    let lists = |counts: &Counts| counts.paths.get(LIST).copied().unwrap_or(0);
    let (calm, watched) = (lists(&calm), lists(&watched));
    table.row(
        "expanded lists in the same time, with over without viewers",
        format!("{watched} over {calm}"),
        "the same",
    );
    Ok(())
}

const LIST: &str = "GET /connectors?expand=info&expand=status";

async fn count(rig: &Rig<'_>, table: &mut Table, who: &str) -> Result<Counts> {
    let seconds = rig.arguments.interval * INTERVALS;
    rig.counts().await?;
    tokio::time::sleep(Duration::from_secs(seconds)).await;
    let counts = rig.counts().await?;
    let per = f64::from(rig.arguments.clusters) * INTERVALS as f64;
    let share = |times: u64| times as f64 / per;
    let mut paths: Vec<(&String, &u64)> = counts.paths.iter().collect();
    paths.sort_by_key(|(_, times)| std::cmp::Reverse(**times));
    let paths: Vec<String> = paths
        .iter()
        .take(4)
        .map(|(path, times)| format!("{:.2} `{path}`", share(**times)))
        .collect();
    table.row(
        format!("calls per cluster and interval, {who}"),
        format!("{:.2}: {}", share(counts.total), paths.join(", ")),
        "1 expanded list",
    );
    Ok(counts)
}
