//! `demo`: the fleet, Signalbox, and an address to open.

use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use lab::demo::{DemoFleet, Server, ServerPlan, Simulated};
use lab::shell::{Bench, listen};
use lab::{Error, Lab, Progress, Result};

use super::place::Place;

#[derive(Debug, Args)]
pub struct DemoArguments {
    /// Only the fleet, without Signalbox.
    #[arg(long)]
    no_server: bool,
    /// Signalbox's port on 127.0.0.1; 8480 unless taken.
    #[arg(long)]
    port: Option<u16>,
    /// A simulated fleet in place of a real one.
    #[arg(long)]
    simulated: bool,
}

pub(super) async fn run(place: &Place, arguments: &DemoArguments) -> Result<()> {
    let plan = if arguments.no_server {
        None
    } else {
        Some(plan(arguments)?)
    };
    let options = place.options();
    let progress = options.progress.clone();
    if arguments.simulated {
        return simulated(place, plan.as_ref(), &progress).await;
    }
    let lab = match Lab::start(options).await {
        Ok(lab) => Arc::new(lab),
        Err(
            error @ (Error::Artifacts { .. }
            | Error::Missing {
                program: "java" | "mvn",
                ..
            }),
        ) => {
            progress.say(format!("no real fleet on this machine: {error}"));
            return simulated(place, plan.as_ref(), &progress).await;
        }
        Err(error) => return Err(error),
    };
    let fleet = DemoFleet::start(&lab).await?;
    let server = match &plan {
        Some(plan) => {
            let data = lab.sub_directory("signalbox")?;
            let database = lab.postgres().await?.url();
            Some(Server::start(plan, data, database, &fleet.watched(&lab)).await?)
        }
        None => None,
    };
    introduce(&progress, server.as_ref()).await?;
    progress.say(format!(
        "in half a minute a worker will be killed; `{}` gives verbs, Ctrl-C ends everything",
        place.shell()
    ));
    let bench = Bench::new(
        Arc::clone(&lab),
        vec![Arc::clone(&fleet.orders), Arc::clone(&fleet.legacy)],
    );
    tokio::select! {
        outcome = listen(bench) => outcome,
        () = fleet.live(&lab) => Ok(()),
        error = ended(server.as_ref(), &progress) => Err(error),
    }
}

async fn simulated(place: &Place, plan: Option<&ServerPlan>, progress: &Progress) -> Result<()> {
    progress.say("SIMULATED: what follows is a fake fleet. No Kafka, no Connect, no record moves.");
    let fleet = Simulated::start(&place.cache(), place.directory.as_deref(), progress).await?;
    for (name, urls) in &fleet.watched().clusters {
        progress.say(format!("simulated cluster {name} at {}", urls.join(", ")));
    }
    let server = match plan {
        Some(plan) => {
            let data = fleet.server_directory()?;
            Some(Server::start(plan, data, fleet.database().url(), fleet.watched()).await?)
        }
        None => None,
    };
    introduce(progress, server.as_ref()).await?;
    Err(ended(server.as_ref(), progress).await)
}

fn plan(arguments: &DemoArguments) -> Result<ServerPlan> {
    let usual = ServerPlan::usual()?;
    Ok(ServerPlan {
        port: arguments.port.unwrap_or(usual.port),
        ..usual
    })
}

async fn introduce(progress: &Progress, server: Option<&Server>) -> Result<()> {
    let Some(server) = server else { return Ok(()) };
    progress.say(format!(
        "Signalbox answers on {} (log {})",
        server.url(),
        server.process().log().display()
    ));
    match server.sign_in_link().await {
        Ok(link) => progress.say(format!(
            "open this link in a browser (it works once, for 10 minutes): {link}"
        )),
        // The fleet is worth looking at even so.
        Err(error) => progress.say(format!("the way in is not known: {error}")),
    }
    let (url, token, config) = (server.url(), server.token(), server.config());
    progress.say(format!(
        "for scripts: SIGNALBOX_URL={url} SIGNALBOX_TOKEN=$(cat {})",
        token.display()
    ));
    progress.say(format!("its configuration: {}", config.display()));
    Ok(())
}

/// Waits until Signalbox ends, which nobody asked for. That is said at once: ending the rest takes a while.
async fn ended(server: Option<&Server>, progress: &Progress) -> Error {
    let Some(server) = server else {
        return std::future::pending().await;
    };
    loop {
        if let Some((words, error)) = server.unexpected_end() {
            progress.say(words);
            progress.say("everything else that the lab started is being ended");
            return error;
        }
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
}
