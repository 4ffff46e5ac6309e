//! From a change in the fleet to the readers of events.

use std::time::{Duration, Instant};

use testkit::fake::fleet::Order;

use crate::Result;
use crate::latency::Latencies;
use crate::rig::{Rig, patience};
use crate::sse::Readers;
use crate::table::Table;

/// Changes for each number of readers.
const CHANGES: usize = 20;

pub(crate) async fn measure(rig: &Rig<'_>, table: &mut Table) -> Result<()> {
    for readers in [1, 500] {
        let mut streams = Readers::open(rig.address, &rig.bearer, readers).await?;
        let (mut whole, mut after_look) = (Latencies::default(), Latencies::default());
        for number in 0..CHANGES {
            let cluster = format!("fake-{}", number % usize::from(rig.arguments.clusters) + 1);
            let connector = healthy(rig, &cluster, number).await?;
            // Changes come at all moments of the interval.
            let part = Duration::from_secs(rig.arguments.interval) * u32::try_from(number)? / u32::try_from(CHANGES)?;
            tokio::time::sleep(part).await;
            while streams.heard.try_recv().is_ok() {}
            let began = Instant::now();
            rig.order(&Order::Fail {
                cluster: cluster.clone(),
                connector: connector.clone(),
                task: Some(0),
                trace: None,
            })
            .await?;
            let last = last_heard(&mut streams, readers, &cluster, &connector, began).await?;
            let took = last.duration_since(began);
            let seen = rig.fleet_json(&format!("/clusters/{cluster}")).await?;
            let shown = seen["shown_after_ms"].as_u64().ok_or("the fleet was not asked")?;
            whole.push(took);
            after_look.push(took.saturating_sub(Duration::from_millis(shown)));
            let task = Some(0);
            rig.order(&Order::Restore {
                cluster,
                connector,
                task,
            })
            .await?;
        }
        let interval = rig.arguments.interval;
        let to = if readers == 1 {
            "a reader of events".to_owned()
        } else {
            format!("the last of {readers} readers")
        };
        table.row(
            format!("change of a task to {to}, {} changes", whole.len()),
            whole.text(),
            &format!("{} s", interval + 1),
        );
        table.row(
            format!("of that, after the list with the change was asked for, to {to}"),
            after_look.text(),
            "1 s",
        );
    }
    Ok(())
}

/// A healthy connector of this cluster, another one for each number.
async fn healthy(rig: &Rig<'_>, cluster: &str, number: usize) -> Result<String> {
    let list = rig
        .json(&format!(
            "/api/v1/connectors?cluster={cluster}&health=healthy&sort=name&limit=100"
        ))
        .await?;
    let items = list["items"].as_array().filter(|items| !items.is_empty());
    let items = items.ok_or("no connector is healthy")?;
    let name = items[number % items.len()]["name"].as_str();
    Ok(name.ok_or("a connector has no name")?.to_owned())
}

/// When the last of the readers had it.
async fn last_heard(
    streams: &mut Readers,
    readers: usize,
    cluster: &str,
    connector: &str,
    began: Instant,
) -> Result<Instant> {
    let mut told = 0;
    loop {
        patience(began, "the event")?;
        let heard = tokio::time::timeout(Duration::from_secs(60), streams.heard.recv()).await?;
        let heard = heard.ok_or("all streams ended")?;
        if heard.cluster == cluster && heard.connector == connector && heard.verdict != "healthy" {
            told += 1;
            if told == readers {
                return Ok(heard.at);
            }
        }
    }
}
