//! From the start of the process until the list holds every connector. The other parts need the server too, so this
//! one always runs; the second start is left out when nobody asked for it.

use crate::machine::{most_resident_mb, processor_seconds};
use crate::rig::Rig;
use crate::table::Table;
use crate::{Part, Result};

pub(crate) async fn measure(rig: &mut Rig<'_>, table: &mut Table) -> Result<()> {
    let wanted = rig.arguments.wants(Part::Start);
    first(rig, table, "empty database, migrations included", wanted).await?;
    if wanted {
        // The verdicts of the first look are recorded before the second start is measured.
        tokio::time::sleep(std::time::Duration::from_secs(rig.arguments.interval * 2)).await;
        rig.stop_server().await;
        first(rig, table, "filled database", true).await?;
    }
    Ok(())
}

async fn first(rig: &mut Rig<'_>, table: &mut Table, how: &str, wanted: bool) -> Result<()> {
    let began = rig.start_server()?;
    rig.complete().await?;
    let took = began.elapsed().as_secs_f64();
    if wanted {
        let (spent, memory) = (processor_seconds(rig.pid()), most_resident_mb(rig.pid()));
        table.row(
            format!("start of the process to the complete view, {how}"),
            format!("{took:.2} s; {spent:.2} CPU s, {memory:.0} MB at most"),
            "5 s",
        );
    }
    Ok(())
}
