//! `fake-fleet`: Kafka Connect clusters that are none, over real HTTP, for a demo where no real ones can be had and for
//! tests of scale. Prints the addresses as a piece of Signalbox's configuration.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use clap::Parser;
use testkit::fake::Script;
use testkit::fake::fleet::{Control, FakeFleet, Size, Step};

/// Simulated Kafka Connect clusters. Nothing here moves a record.
///
/// Exit codes: 1 a port could not be had or a file not read or written, 2 wrong arguments; it runs until it is ended.
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
    /// Seconds between two steps of what happens by itself; 0 lets nothing happen.
    #[arg(long, default_value_t = 5)]
    step: u64,
    /// What happens besides: a JSON list of `{"at_ms": 1500, "order": {"do": "fail", "cluster": "fake-1", ...}}`.
    #[arg(long)]
    script: Option<PathBuf>,
    /// Serves the control endpoint on this loopback port (0: a free one, which is printed): POST /orders, GET and
    /// DELETE /counts, GET /clusters, GET /storm.
    #[arg(long)]
    control: Option<u16>,
    /// Writes a whole configuration for Signalbox there, with a token in a file `token` beside it. The database is the
    /// one that DATABASE_URL names when Signalbox starts.
    #[arg(long)]
    config_out: Option<PathBuf>,
    /// Where Signalbox listens, for --config-out.
    #[arg(long, default_value = "127.0.0.1:8480")]
    listen: String,
    /// Time between two looks of Signalbox, for --config-out.
    #[arg(long, default_value = "5s")]
    interval: String,
}

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            drop(writeln!(io::stderr(), "fake-fleet: {error}"));
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> io::Result<()> {
    let mut out = io::stdout();
    let script = arguments.script.as_deref().map(read).transpose()?;
    writeln!(out, "# Simulated: no Kafka, no Connect, no record moves.")?;
    let fleet = FakeFleet::start(&Size {
        clusters: arguments.clusters,
        workers: arguments.workers,
        connectors: arguments.connectors,
        tasks: arguments.tasks,
        port: arguments.port,
    })?;
    if let Some(file) = &arguments.config_out {
        write_config(file, arguments, &fleet)?;
    }
    write!(out, "{}", fleet.config())?;
    let control = arguments.control.map(|port| Control::start(fleet.clone(), port));
    let control = control.transpose()?;
    if let Some(control) = &control {
        writeln!(out, "# control: http://{}", control.address())?;
    }
    out.flush()?;
    if let Some(steps) = script {
        let fleet = fleet.clone();
        thread::Builder::new().spawn(move || follow(&fleet, steps))?;
    }
    let mut stories: Vec<Script> = fleet.names().map(|_| Script::default()).collect();
    loop {
        if arguments.step == 0 {
            thread::park();
            continue;
        }
        thread::sleep(Duration::from_secs(arguments.step));
        for ((name, mut cluster), story) in fleet.clusters().zip(&mut stories) {
            if let Some(happened) = story.next(&mut cluster)? {
                writeln!(out, "# {name} {happened}")?;
            }
        }
    }
}

fn read(file: &Path) -> io::Result<Vec<Step>> {
    let told = |error: &dyn std::fmt::Display| io::Error::other(format!("{}: {error}", file.display()));
    let text = std::fs::read(file).map_err(|error| told(&error))?;
    let mut steps: Vec<Step> = serde_json::from_slice(&text).map_err(|error| told(&error))?;
    steps.sort_by_key(|step| step.at_ms);
    Ok(steps)
}

fn follow(fleet: &Arc<FakeFleet>, steps: Vec<Step>) {
    let began = Instant::now();
    for Step { at_ms, order } in steps {
        thread::sleep(Duration::from_millis(at_ms).saturating_sub(began.elapsed()));
        if let Err(refusal) = fleet.carry_out(&order) {
            drop(writeln!(io::stderr(), "fake-fleet: {order:?}: {refusal}"));
        }
    }
}

fn write_config(file: &Path, arguments: &Arguments, fleet: &FakeFleet) -> io::Result<()> {
    let (listen, interval) = (&arguments.listen, &arguments.interval);
    let text = format!(
        "[server]\nlisten = \"{listen}\"\ndata_dir = \"signalbox-data\"\nbanner = \"Simulated: no record moves.\"\n\
         [observe]\ninterval = \"{interval}\"\n\
         [[tokens]]\nname = \"fake-fleet\"\nfile = \"token\"\nrights = [\"all\"]\n{}",
        fleet.config()
    );
    // The same in every run: whoever can reach it sees simulated connectors only.
    std::fs::write(file.with_file_name("token"), "token-of-the-fake-fleet\n")?;
    std::fs::write(file, text)
}
