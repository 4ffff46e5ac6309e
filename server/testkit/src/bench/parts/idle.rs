//! What watching costs while nothing changes.

use std::time::{Duration, Instant};

use crate::Result;
use crate::machine::{most_resident_mb, postgres_seconds, processor_seconds, resident_mb};
use crate::rig::Rig;
use crate::table::Table;

pub(crate) async fn measure(rig: &Rig<'_>, table: &mut Table) -> Result<()> {
    let (pid, fleet) = (rig.pid(), rig.fleet.pid());
    let spent = || {
        (
            processor_seconds(pid),
            postgres_seconds(rig.database()),
            processor_seconds(fleet),
        )
    };
    let lasting = Duration::from_secs_f64(rig.arguments.minutes * 60.0);
    let (began, before) = (Instant::now(), spent());
    let mut memory = Vec::new();
    while began.elapsed() < lasting {
        tokio::time::sleep(Duration::from_secs(1)).await;
        memory.push(resident_mb(pid));
    }
    let (seconds, after) = (began.elapsed().as_secs_f64(), spent());
    let mean = memory.iter().sum::<f64>() / memory.len().max(1) as f64;
    let most = memory.iter().copied().fold(0.0, f64::max);
    let text = |before: f64, after: f64| {
        let used = after - before;
        format!("{used:.1} CPU s in {seconds:.0} s: {:.3} processors", used / seconds)
    };
    table.row("polling, CPU of Signalbox", text(before.0, after.0), "0.5 processors");
    table.row(
        "polling, resident memory of Signalbox",
        format!(
            "{mean:.0} MB mean, {most:.0} MB at most, {:.0} MB at most since its start",
            most_resident_mb(pid)
        ),
        "400 MB",
    );
    table.row("polling, CPU of its Postgres connections", text(before.1, after.1), "");
    table.row("polling, CPU of the simulated fleet", text(before.2, after.2), "");
    Ok(())
}
