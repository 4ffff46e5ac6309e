//! Bytes in the database, and what a month would make of them.

use super::storm::Growth;
use crate::Result;
use crate::psql::{number, sizes};
use crate::rig::Rig;
use crate::table::Table;

/// Changes of tasks that a connector has in a day, for the estimate: a restart every other day.
const CHANGES_A_DAY: f64 = 2.0;
const DAYS: f64 = 30.0;

pub(crate) async fn measure(rig: &Rig<'_>, growth: Option<Growth>, table: &mut Table) -> Result<()> {
    let sizes = sizes(&rig.arguments.database)?;
    let number = |name: &str| number(&sizes, name);
    let mega = |bytes: f64| format!("{:.1} MB", bytes / 1e6);
    let (history, feed) = (number("history_rows"), number("feed_rows"));
    let facts: f64 = sizes
        .keys()
        .filter(|name| name.starts_with("table_"))
        .map(|name| number(name))
        .sum();
    table.row(
        "database now",
        format!(
            "{}: facts {} (connectors {}, configs {}), {history:.0} rows of history {}, {feed:.0} of the feed {}; fsync \
             is {}",
            mega(number("database")),
            mega(facts),
            mega(number("table_connectors")),
            mega(number("table_config_versions")),
            mega(number("history_bytes")),
            mega(number("feed_bytes")),
            sizes.get("fsync").map_or("?", String::as_str),
        ),
        "",
    );
    let row = |bytes: &str, rows: f64| number(bytes) / rows.max(1.0);
    let (per_history, per_feed) = (row("history_bytes", history), row("feed_bytes", feed));
    let Some(growth) = growth.filter(|growth| growth.changes > 0.0) else {
        crate::say("the part `size` extrapolates from what the part `storm` wrote; run both");
        return Ok(());
    };
    let (histories, feeds) = (growth.history / growth.changes, growth.feed / growth.changes);
    let total = rig.arguments.total() as f64;
    let month = total * CHANGES_A_DAY * DAYS * (histories * per_history + feeds * per_feed);
    table.row(
        "database after a month, extrapolated",
        format!(
            "{} of history and feed on top of the facts: {total:.0} connectors × {CHANGES_A_DAY} changes of tasks a day × \
             {DAYS} days × ({histories:.2} rows × {per_history:.0} bytes + {feeds:.2} rows × {per_feed:.0} bytes), as \
             measured in the storm; measures are told by the part `charts`, heartbeats are overwritten",
            mega(month),
        ),
        "",
    );
    Ok(())
}
