//! `fleet-bench`: what Signalbox costs and how fast it is, with a fake fleet in front of it. Starts the fleet and
//! `signalbox serve` as children, prints one table, leaves nothing behind.

mod child;
mod folder;
mod latency;
mod load;
mod machine;
mod parts;
mod psql;
mod rig;
mod sse;
mod table;
mod wire;

use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, ValueEnum};
use tokio::signal::unix::{SignalKind, signal};

use rig::Rig;
use table::Table;

/// What goes wrong here ends the program with its text.
type Result<T> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// One part of what is measured. Whatever is chosen, they run in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Part {
    /// From the start of the process to the complete view, with an empty and with a filled database.
    Start,
    /// Calls per cluster and interval, without and with viewers.
    Calls,
    /// CPU and memory while nothing changes.
    Idle,
    /// Lists and pages at a steady rate of requests.
    List,
    /// The Prometheus text.
    Metrics,
    /// From a change in the fleet to the readers of events.
    Sse,
    /// Many changes in a short time.
    Storm,
    /// Bytes in the database.
    Size,
    /// Measures over time: bytes, and charts of them.
    Charts,
}

/// Measures Signalbox in front of a simulated fleet and prints a table in Markdown.
///
/// Exit codes: 1 something could not be measured, 2 wrong arguments.
#[derive(Debug, Parser)]
#[command(name = "fleet-bench", version)]
struct Arguments {
    /// What to measure, separated by commas; everything unless given.
    #[arg(long, value_enum, value_delimiter = ',')]
    parts: Vec<Part>,
    /// Number of clusters.
    #[arg(long, default_value_t = 100)]
    clusters: u16,
    /// Connectors of each cluster.
    #[arg(long, default_value_t = 200)]
    connectors: usize,
    /// Tasks of each connector.
    #[arg(long, default_value_t = 2)]
    tasks: u32,
    /// Workers of each cluster.
    #[arg(long, default_value_t = 3)]
    workers: u16,
    /// Seconds between two looks of Signalbox at a cluster.
    #[arg(long, default_value_t = 5)]
    interval: u64,
    /// Minutes of polling over which CPU and memory are measured.
    #[arg(long, default_value_t = 5.0)]
    minutes: f64,
    /// Requests a second in the part `list`.
    #[arg(long, default_value_t = 200)]
    rate: u32,
    /// Seconds for each address in the part `list`, and of the storm.
    #[arg(long, default_value_t = 20)]
    seconds: u32,
    /// Flips of tasks a second in the part `storm`.
    #[arg(long, default_value_t = 2000)]
    storm: u32,
    /// An empty database, which is filled.
    #[arg(long, env = "DATABASE_URL", hide_env_values = true)]
    database: String,
    /// The program `signalbox`; the one beside this program unless given.
    #[arg(long, env = "SIGNALBOX_BIN")]
    signalbox: Option<PathBuf>,
    /// The program `fake-fleet`; the one beside this program unless given.
    #[arg(long, env = "FAKE_FLEET_BIN")]
    fleet: Option<PathBuf>,
}

impl Arguments {
    fn wants(&self, part: Part) -> bool {
        self.parts.is_empty() || self.parts.contains(&part)
    }

    /// Connectors in all.
    fn total(&self) -> usize {
        usize::from(self.clusters) * self.connectors
    }
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let outcome = runtime
        .map_err(Into::into)
        .and_then(|runtime| runtime.block_on(run(&arguments)));
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            say(&format!("stopped: {error}"));
            ExitCode::FAILURE
        }
    }
}

/// A line for who waits, beside the table.
fn say(text: &str) {
    drop(writeln!(io::stderr(), "bench: {text}"));
}

async fn run(arguments: &Arguments) -> Result<()> {
    let mut table = Table::new();
    let mut asked_to_end = signal(SignalKind::terminate())?;
    // Ended at once, this program would leave its children behind.
    let outcome = tokio::select! {
        outcome = measure(arguments, &mut table) => outcome,
        _ = asked_to_end.recv() => Err("asked to end".into()),
        _ = tokio::signal::ctrl_c() => Err("asked to end".into()),
    };
    // What was measured before something went wrong is still worth its time.
    writeln!(io::stdout(), "{}", table.markdown(arguments))?;
    outcome
}

async fn measure(arguments: &Arguments, table: &mut Table) -> Result<()> {
    let mut rig = Rig::new(arguments).await?;
    parts::start::measure(&mut rig, table).await?;
    if arguments.wants(Part::Calls) {
        parts::calls::measure(&rig, table).await?;
    }
    if arguments.wants(Part::Idle) {
        parts::idle::measure(&rig, table).await?;
    }
    if arguments.wants(Part::List) {
        parts::list::measure(&rig, table).await?;
    }
    if arguments.wants(Part::Metrics) {
        parts::metrics::measure(&rig, table).await?;
    }
    if arguments.wants(Part::Sse) {
        parts::sse::measure(&rig, table).await?;
    }
    let growth = match arguments.wants(Part::Storm) {
        true => Some(parts::storm::measure(&rig, table).await?),
        false => None,
    };
    if arguments.wants(Part::Size) {
        parts::size::measure(&rig, growth, table).await?;
    }
    if arguments.wants(Part::Charts) {
        parts::charts::measure(&rig, table).await?;
    }
    rig.end().await;
    Ok(())
}
