//! The table that is printed at the end.

use std::fmt::Write as _;
use std::time::Duration;

use crate::Arguments;
use crate::machine::Machine;

struct Row {
    what: String,
    result: String,
    aim: String,
    load: String,
}

/// Rows in the order in which they were measured.
pub(crate) struct Table {
    rows: Vec<Row>,
    machine: Machine,
}

impl Table {
    pub(crate) fn new() -> Self {
        Self {
            rows: Vec::new(),
            machine: Machine::now(),
        }
    }

    /// Adds a row, with what the machine was busy with since the row before.
    pub(crate) fn row(&mut self, what: impl Into<String>, result: impl Into<String>, aim: &str) {
        let (what, result) = (what.into(), result.into());
        crate::say(&format!("{what}: {result}"));
        let now = Machine::now();
        // Rows that come together were measured together.
        let together = now.at.duration_since(self.machine.at) < Duration::from_millis(500);
        let load = match self.rows.last().filter(|_| together) {
            Some(before) => before.load.clone(),
            None => now.since(&self.machine),
        };
        self.rows.push(Row {
            what,
            result,
            aim: aim.to_owned(),
            load,
        });
        self.machine = now;
    }

    pub(crate) fn markdown(&self, arguments: &Arguments) -> String {
        let mut text = format!(
            "{} connectors of {} tasks in {} clusters of {} workers, looked at every {} s; {} processors, which \
             Signalbox shares with its Postgres, the simulated fleet and this program.\n\n\
             | measured | result | aim | load average of 1 min, busy processors meanwhile |\n|---|---|---|---|\n",
            arguments.total(),
            arguments.tasks,
            arguments.clusters,
            arguments.workers,
            arguments.interval,
            self.machine.processors,
        );
        for row in &self.rows {
            // Writing to a text does not fail.
            let _ok = writeln!(text, "| {} | {} | {} | {} |", row.what, row.result, row.aim, row.load);
        }
        text
    }
}
