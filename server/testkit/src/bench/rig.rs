//! The fleet and the server that are measured.

use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::Value;
use testkit::fake::fleet::{Counts, Order, StormReport};

use crate::child::Program;
use crate::folder::Folder;
use crate::wire::{Answer, Connection};
use crate::{Arguments, Result, say};

/// How long anything may take before the bench gives up.
const PATIENCE: Duration = Duration::from_secs(180);

/// Both run; the server may be started anew.
pub(crate) struct Rig<'a> {
    pub(crate) arguments: &'a Arguments,
    pub(crate) fleet: Program,
    pub(crate) control: SocketAddr,
    pub(crate) address: SocketAddr,
    /// Headers that let the bearer in.
    pub(crate) bearer: String,
    server: Option<Program>,
    folder: Folder,
}

impl<'a> Rig<'a> {
    /// Starts the fleet; the server is not started yet.
    pub(crate) async fn new(arguments: &'a Arguments) -> Result<Self> {
        let folder = Folder::make()?;
        let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
        let mut command = Command::new(program(arguments.fleet.as_ref(), "fake-fleet")?);
        let text = |number: &dyn ToString| number.to_string();
        command.args(["--clusters", &text(&arguments.clusters)]);
        command.args(["--connectors", &text(&arguments.connectors)]);
        command.args(["--tasks", &text(&arguments.tasks)]);
        command.args(["--workers", &text(&arguments.workers)]);
        command.args(["--interval", &format!("{}s", arguments.interval)]);
        command.args(["--listen", &text(&address)]);
        command.args(["--config-out", "signalbox.toml", "--control", "0", "--step", "0"]);
        let mut fleet = Program::start(command, &folder.path().join("fleet.log"))?;
        let began = Instant::now();
        let control = loop {
            fleet.alive()?;
            let said = fleet.said();
            let line = said.lines().find_map(|line| line.strip_prefix("# control: http://"));
            // The line is whole once it reads as an address.
            if let (Some(Ok(control)), true) = (line.map(str::parse), said.ends_with('\n')) {
                break control;
            }
            patience(began, "the fleet")?;
            tokio::time::sleep(Duration::from_millis(50)).await;
        };
        let token = std::fs::read_to_string(folder.path().join("token"))?;
        say(&format!("the fleet is process {}", fleet.pid()));
        Ok(Self {
            arguments,
            fleet,
            control,
            address,
            bearer: format!("authorization: Bearer {}\r\n", token.trim()),
            server: None,
            folder,
        })
    }

    /// Starts the server, and says when its process began.
    pub(crate) fn start_server(&mut self) -> Result<Instant> {
        let mut command = Command::new(program(self.arguments.signalbox.as_ref(), "signalbox")?);
        command.args(["serve", "--config", "signalbox.toml"]);
        command.env("DATABASE_URL", &self.arguments.database);
        let began = Instant::now();
        let server = Program::start(command, &self.folder.path().join("signalbox.log"))?;
        say(&format!("signalbox is process {}", server.pid()));
        self.server = Some(server);
        Ok(began)
    }

    /// Ends the server in order.
    pub(crate) async fn stop_server(&mut self) {
        if let Some(server) = self.server.take() {
            server.end().await;
        }
    }

    /// The server's process.
    pub(crate) fn pid(&self) -> u32 {
        self.server.as_ref().map_or(0, Program::pid)
    }

    /// The name of the database.
    pub(crate) fn database(&self) -> &str {
        let url = &self.arguments.database;
        url.rsplit('/').next().unwrap_or(url).split('?').next().unwrap_or(url)
    }

    /// Waits until the list holds every connector of the fleet.
    pub(crate) async fn complete(&mut self) -> Result<()> {
        let began = Instant::now();
        let mut connection = None;
        loop {
            if let Some(server) = &mut self.server {
                server.alive()?;
            }
            if connection.is_none() {
                connection = Connection::open(self.address).await.ok();
            }
            if let Some(open) = &mut connection {
                match open.ask("GET", "/api/v1/connectors?limit=1", &self.bearer, "").await {
                    Ok(answer) if answer.status == 200 && self.holds_all(&answer)? => return Ok(()),
                    Ok(_) => {}
                    Err(_) => connection = None,
                }
            }
            patience(began, "the complete view")?;
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    fn holds_all(&self, answer: &Answer) -> Result<bool> {
        let list: Value = serde_json::from_slice(&answer.body)?;
        let totals = list["totals"].as_object();
        let sum: u64 = totals.map_or(0, |totals| totals.values().filter_map(Value::as_u64).sum());
        Ok(usize::try_from(sum)? == self.arguments.total())
    }

    /// Asks the server for something that must succeed.
    pub(crate) async fn get(&self, target: &str) -> Result<Vec<u8>> {
        let mut connection = Connection::open(self.address).await?;
        let answer = connection.ask("GET", target, &self.bearer, "").await?;
        match answer.status {
            200 => Ok(answer.body),
            status => Err(format!("{target} answered {status}").into()),
        }
    }

    /// As [`Rig::get`], of JSON.
    pub(crate) async fn json(&self, target: &str) -> Result<Value> {
        Ok(serde_json::from_slice(&self.get(target).await?)?)
    }

    /// Gives the fleet an order.
    pub(crate) async fn order(&self, order: &Order) -> Result<()> {
        let body = serde_json::to_string(order)?;
        let answer = self.fleet_answer("POST", "/orders", &body).await?;
        match answer.status {
            200 => Ok(()),
            status => Err(format!("the fleet: {status} {}", String::from_utf8_lossy(&answer.body)).into()),
        }
    }

    /// Asks the fleet something.
    pub(crate) async fn fleet_json(&self, target: &str) -> Result<Value> {
        Ok(serde_json::from_slice(
            &self.fleet_answer("GET", target, "").await?.body,
        )?)
    }

    /// What the fleet was asked since the last call of this.
    pub(crate) async fn counts(&self) -> Result<Counts> {
        let counts = serde_json::from_value(self.fleet_json("/counts").await?)?;
        self.fleet_answer("DELETE", "/counts", "").await?;
        Ok(counts)
    }

    /// How the storm goes.
    pub(crate) async fn storm(&self) -> Result<StormReport> {
        Ok(serde_json::from_value(self.fleet_json("/storm").await?)?)
    }

    async fn fleet_answer(&self, method: &str, target: &str, body: &str) -> Result<Answer> {
        let mut connection = Connection::open(self.control).await?;
        Ok(connection.ask(method, target, "", body).await?)
    }

    /// Ends both.
    pub(crate) async fn end(mut self) {
        self.stop_server().await;
        self.fleet.end().await;
    }
}

/// An error once something took too long.
pub(crate) fn patience(began: Instant, what: &str) -> Result<()> {
    if began.elapsed() < PATIENCE {
        Ok(())
    } else {
        Err(format!("{what} did not come within {} s", PATIENCE.as_secs()).into())
    }
}

fn program(named: Option<&PathBuf>, name: &str) -> Result<PathBuf> {
    let path = match named {
        Some(path) => path.clone(),
        None => std::env::current_exe()?.with_file_name(name),
    };
    let found = path.canonicalize();
    Ok(found.map_err(|error| format!("{}: {error}", path.display()))?)
}
