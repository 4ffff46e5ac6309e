//! The subcommands of `signalbox-lab`.

mod demo;
mod shell;
mod up;

use std::io::Write;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use lab::artifacts::{Cache, NEWEST, OLDER, Set};
use lab::{LabOptions, Progress, Result};

/// A real Kafka, real Kafka Connect workers and a real Postgres on this machine.
///
/// Exit codes: 0 ended as asked, 1 something failed, 2 wrong arguments, 3 a program is missing or the artifacts
/// cannot be had.
#[derive(Debug, Parser)]
#[command(name = "signalbox-lab", version)]
pub struct Arguments {
    #[command(flatten)]
    place: Place,
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Args)]
struct Place {
    /// Where fetched artifacts are kept.
    #[arg(long, global = true, env = "SIGNALBOX_LAB_CACHE", value_name = "DIR")]
    cache: Option<PathBuf>,
    /// The lab's directory; a temporary one, removed at the end, unless given.
    #[arg(long, global = true, value_name = "DIR")]
    directory: Option<PathBuf>,
    /// Keep the temporary directory with all logs.
    #[arg(long, global = true)]
    keep: bool,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Two clusters of three teams in good and bad shape, and Signalbox watching them.
    Demo(demo::DemoArguments),
    /// A broker and Connect clusters, until Ctrl-C.
    Up(up::UpArguments),
    /// Verbs for the lab that runs (or for one of its own): a prompt, or one line from the arguments.
    Shell(shell::ShellArguments),
    /// Fetches all artifacts, so that later starts need no network.
    Fetch,
}

impl Place {
    fn cache(&self) -> Cache {
        self.cache.as_ref().map_or_else(Cache::usual, Cache::at)
    }

    fn options(&self) -> LabOptions {
        LabOptions {
            cache: self.cache(),
            directory: self.directory.clone(),
            keep: self.keep,
            progress: progress(),
            ..LabOptions::default()
        }
    }
}

/// Carries out one subcommand; Ctrl-C or SIGTERM ends it at any time, with everything it started.
///
/// # Errors
/// Whatever the lab fails with.
pub async fn run(arguments: Arguments) -> Result<()> {
    let Arguments { place, verb } = arguments;
    let work = async {
        match verb {
            Verb::Demo(demo) => demo::run(&place, &demo).await,
            Verb::Up(up) => up::run(&place, &up).await,
            Verb::Shell(shell) => shell::run(&place, &shell).await,
            Verb::Fetch => fetch(&place).await,
        }
    };
    tokio::select! {
        outcome = work => outcome,
        signal = interrupted() => {
            say(&format!("{signal}: everything that the lab started is being ended"));
            Ok(())
        }
    }
}

async fn interrupted() -> &'static str {
    use tokio::signal::unix::{SignalKind, signal};
    let terminated = async {
        match signal(SignalKind::terminate()) {
            Ok(mut stream) => drop(stream.recv().await),
            Err(_) => std::future::pending().await,
        }
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => "Ctrl-C",
        () = terminated => "SIGTERM",
    }
}

async fn fetch(place: &Place) -> Result<()> {
    let (cache, progress) = (place.cache(), progress());
    let sets = [
        Set::broker(NEWEST),
        Set::worker(NEWEST),
        Set::worker(OLDER),
        Set::plugins(),
        Set::postgres(),
    ];
    for set in sets {
        cache.have(&set, &progress).await?;
    }
    progress.say(format!("all artifacts are in {}", cache.root().display()));
    Ok(())
}

fn progress() -> Progress {
    Progress::to(say)
}

fn say(line: &str) {
    // Nobody reads any more (a closed pipe): no reason to end what runs.
    drop(writeln!(std::io::stdout(), "{line}"));
}
