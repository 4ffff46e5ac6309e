//! `fake-fleet`: Kafka Connect clusters that are none, over real HTTP, for a demo where no real ones can be had and for
//! tests of scale. Prints the addresses as a piece of Signalbox's configuration.

use std::io::Write;
use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;
use testkit::fake::{FakeCluster, Script, Version, populate};

/// Simulated Kafka Connect clusters. Nothing here moves a record.
///
/// Exit codes: 1 a port could not be had, 2 wrong arguments; it runs until it is ended.
#[derive(Debug, Parser)]
#[command(name = "fake-fleet", version)]
struct Arguments {
    /// Number of clusters; the first is 4.3.1, then 3.9.1, and so on in turn.
    #[arg(long, default_value_t = 1)]
    clusters: u16,
    /// Workers of each cluster.
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u16).range(1..=64))]
    workers: u16,
    /// Connectors of each cluster.
    #[arg(long, default_value_t = 200)]
    connectors: usize,
    /// Tasks of each connector.
    #[arg(long, default_value_t = 2)]
    tasks: u32,
    /// The first port; workers take this and the following ones. Free ports unless given.
    #[arg(long)]
    port: Option<u16>,
    /// Seconds between two steps of what happens; 0 lets nothing happen.
    #[arg(long, default_value_t = 5)]
    step: u64,
}

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            drop(writeln!(std::io::stderr(), "fake-fleet: {error}"));
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> std::io::Result<()> {
    let mut out = std::io::stdout();
    writeln!(out, "# Simulated: no Kafka, no Connect, no record moves.")?;
    let mut clusters = Vec::new();
    for number in 0..arguments.clusters {
        let version = if number % 2 == 0 {
            Version::V4_3_1
        } else {
            Version::V3_9_1
        };
        let first = arguments
            .port
            .map(|port| port.saturating_add(number * arguments.workers));
        let ports: Vec<u16> = (0..arguments.workers)
            .map(|worker| first.map_or(0, |first| first.saturating_add(worker)))
            .collect();
        let cluster = FakeCluster::start_on(version, &ports)?;
        populate(&cluster, arguments.connectors, arguments.tasks);
        writeln!(
            out,
            "[[clusters]]\nname = \"fake-{}\"\nurls = {:?}",
            number + 1,
            cluster.urls()
        )?;
        clusters.push((cluster, Script::default()));
    }
    out.flush()?;
    if arguments.step == 0 {
        loop {
            std::thread::park();
        }
    }
    loop {
        std::thread::sleep(Duration::from_secs(arguments.step));
        for (number, (cluster, script)) in clusters.iter_mut().enumerate() {
            if let Some(happened) = script.next(cluster)? {
                writeln!(out, "# fake-{} {happened}", number + 1)?;
            }
        }
    }
}
