//! `demo`: the fleet, Signalbox, and an address to open.

use std::sync::Arc;

use clap::Args;
use lab::demo::{DemoFleet, Server, ServerPlan};
use lab::shell::{Bench, listen};
use lab::{Lab, Result};

#[derive(Debug, Args)]
pub struct DemoArguments {
    /// Only the fleet, without Signalbox.
    #[arg(long)]
    no_server: bool,
    /// Signalbox's port on 127.0.0.1; 8480 unless taken.
    #[arg(long)]
    port: Option<u16>,
}

pub(super) async fn run(place: &super::Place, arguments: &DemoArguments) -> Result<()> {
    let plan = if arguments.no_server {
        None
    } else {
        Some(plan(arguments)?)
    };
    let lab = Arc::new(Lab::start(place.options()).await?);
    let fleet = DemoFleet::start(&lab).await?;
    let server = match &plan {
        Some(plan) => Some(Server::start(&lab, &fleet, plan).await?),
        None => None,
    };
    if let Some(server) = &server {
        introduce(&lab, server).await?;
    }
    lab.progress()
        .say("in half a minute a worker will be killed; `signalbox-lab shell` gives verbs, Ctrl-C ends everything");
    let bench = Bench::new(
        Arc::clone(&lab),
        vec![Arc::clone(&fleet.orders), Arc::clone(&fleet.legacy)],
    );
    tokio::select! {
        outcome = listen(bench) => outcome,
        () = fleet.live(&lab) => Ok(()),
        error = ended(server.as_ref()) => Err(error),
    }
}

fn plan(arguments: &DemoArguments) -> Result<ServerPlan> {
    let usual = ServerPlan::usual()?;
    Ok(ServerPlan {
        port: arguments.port.unwrap_or(usual.port),
        ..usual
    })
}

async fn introduce(lab: &Lab, server: &Server) -> Result<()> {
    let say = |line: String| lab.progress().say(line);
    say(format!(
        "Signalbox answers on {} (log {})",
        server.url(),
        server.process().log().display()
    ));
    say(format!(
        "open this link in a browser (works once, for 10 minutes): {}",
        server.sign_in_link().await?
    ));
    say(format!(
        "for scripts: SIGNALBOX_URL={} SIGNALBOX_TOKEN=$(cat {})",
        server.url(),
        server.token().display()
    ));
    Ok(())
}

/// Waits for the end of Signalbox, which nobody asked for.
async fn ended(server: Option<&Server>) -> lab::Error {
    let Some(server) = server else {
        return std::future::pending().await;
    };
    loop {
        if let Some(status) = server.process().exited() {
            return server.process().failure(format!("ended with {status}"));
        }
        tokio::time::sleep(std::time::Duration::from_millis(500)).await;
    }
}
