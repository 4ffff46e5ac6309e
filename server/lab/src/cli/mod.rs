//! The subcommands of `signalbox-lab`.

mod demo;
mod out;
mod place;
mod shell;
mod up;

use clap::{Parser, Subcommand};
use lab::Result;
use lab::artifacts::{NEWEST, OLDER, Set};

use out::{progress, say};
use place::Place;

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
