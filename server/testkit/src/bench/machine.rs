//! What the machine and single processes spend, as Linux tells it under `/proc`.

use std::fs;
use std::time::Instant;

/// Ticks of processor time a second in `/proc`, the same on every Linux.
const TICKS: f64 = 100.0;

/// How busy the machine was up to a moment.
pub(crate) struct Machine {
    pub(crate) processors: usize,
    pub(crate) at: Instant,
    busy: f64,
    load: String,
}

impl Machine {
    pub(crate) fn now() -> Self {
        let stat = fs::read_to_string("/proc/stat").unwrap_or_default();
        let ticks: Vec<f64> = stat
            .lines()
            .next()
            .unwrap_or_default()
            .split_whitespace()
            .skip(1)
            .map_while(|number| number.parse().ok())
            .collect();
        // user, nice, system, then idle and iowait, then irq and softirq.
        let busy = ticks.iter().take(3).chain(ticks.iter().skip(5).take(2)).sum::<f64>() / TICKS;
        let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
        Self {
            processors: std::thread::available_parallelism().map_or(1, usize::from),
            at: Instant::now(),
            busy,
            load: load.split_whitespace().next().unwrap_or("?").to_owned(),
        }
    }

    /// The load average now, and how many processors were busy since `before`.
    pub(crate) fn since(&self, before: &Self) -> String {
        let seconds = self.at.duration_since(before.at).as_secs_f64().max(0.001);
        format!("{}, {:.2}", self.load, (self.busy - before.busy) / seconds)
    }
}

/// Processor seconds that a process spent so far.
pub(crate) fn processor_seconds(pid: u32) -> f64 {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    // The command stands in parentheses and may hold anything; user and system time are the 12th and 13th after it.
    let after = stat.rsplit_once(')').map_or("", |(_, after)| after);
    let mut numbers = after.split_whitespace().skip(11).map_while(|n| n.parse::<f64>().ok());
    (numbers.next().unwrap_or(0.0) + numbers.next().unwrap_or(0.0)) / TICKS
}

/// Resident memory of a process in MB, now.
pub(crate) fn resident_mb(pid: u32) -> f64 {
    memory(pid, "VmRSS:")
}

/// The most resident memory that a process ever had, in MB.
pub(crate) fn most_resident_mb(pid: u32) -> f64 {
    memory(pid, "VmHWM:")
}

fn memory(pid: u32, key: &str) -> f64 {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix(key));
    let kibibytes = line.and_then(|line| line.split_whitespace().next()?.parse::<f64>().ok());
    kibibytes.unwrap_or(0.0) * 1024.0 / 1e6
}

/// Processor seconds of all Postgres processes that serve a database so far. Those that ended are not counted.
pub(crate) fn postgres_seconds(database: &str) -> f64 {
    let Ok(processes) = fs::read_dir("/proc") else {
        return 0.0;
    };
    let pids = processes.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse::<u32>().ok());
    let serves = |pid: &u32| {
        let command = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
        let command = String::from_utf8_lossy(&command);
        command.starts_with("postgres:") && command.split([' ', '\0']).any(|word| word == database)
    };
    pids.filter(serves).map(processor_seconds).sum()
}
