//! The Prometheus text, as a scraper asks for it.

use std::time::Instant;

use crate::Result;
use crate::latency::Latencies;
use crate::machine::processor_seconds;
use crate::rig::Rig;
use crate::table::Table;
use crate::wire::Connection;

const SCRAPES: u32 = 20;

pub(crate) async fn measure(rig: &Rig<'_>, table: &mut Table) -> Result<()> {
    for (how, headers) in [
        ("", rig.bearer.clone()),
        (", compressed", format!("{}accept-encoding: gzip\r\n", rig.bearer)),
    ] {
        let mut connection = Connection::open(rig.address).await?;
        let mut latencies = Latencies::default();
        let mut bytes = 0;
        let before = processor_seconds(rig.pid());
        for _ in 0..SCRAPES {
            let began = Instant::now();
            let answer = connection.ask("GET", "/metrics", &headers, "").await?;
            latencies.push(began.elapsed());
            if answer.status != 200 {
                return Err(format!("/metrics answered {}", answer.status).into());
            }
            bytes = answer.body.len();
        }
        let spent = (processor_seconds(rig.pid()) - before) * 1000.0 / f64::from(SCRAPES);
        table.row(
            format!("`/metrics`{how}"),
            format!(
                "{}; {spent:.0} ms CPU each, polling included; {:.1} MB",
                latencies.text(),
                bytes as f64 / 1e6
            ),
            "300 ms",
        );
    }
    Ok(())
}
