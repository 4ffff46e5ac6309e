//! A running `signalbox serve` with a configuration, a data directory and a database of its own.

use std::fmt::Write as _;
use std::net::{Ipv4Addr, TcpListener};
use std::path::PathBuf;
use std::process::Command;
use std::sync::atomic::{AtomicU16, Ordering};

use lab::process::Process;
use lab::rest::segment;
use serde_json::Value;
use tempfile::TempDir;

use crate::database::Database;
use crate::http::{self, Answer, Stream};
use crate::until::until;

/// A Connect cluster in a configuration: its name there, its workers, and whether its Kafka is known.
pub struct Watched {
    pub name: String,
    pub urls: Vec<String>,
    pub kafka: bool,
    /// Its Connect group, where the configuration names one.
    pub group_id: Option<String>,
}

impl Watched {
    /// Of a cluster of the lab, by its own name, with Kafka.
    pub fn of(cluster: &lab::ConnectCluster) -> Self {
        Self {
            name: cluster.name().to_owned(),
            urls: cluster.urls(),
            kafka: true,
            group_id: None,
        }
    }
}

/// A server. When the test fails, the end of its log is shown.
pub struct Server {
    // The process ends before its files and its database go.
    process: Option<Process>,
    port: u16,
    token: String,
    database: Database,
    place: TempDir,
}

/// What an outcome of a command is.
pub struct Said {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Server {
    /// Starts one that watches `clusters` and waits until it is ready.
    pub async fn start(bootstrap: &str, clusters: &[Watched]) -> Self {
        Self::start_with(bootstrap, clusters, "").await
    }

    /// The same with more tables in its configuration.
    pub async fn start_with(bootstrap: &str, clusters: &[Watched], more: &str) -> Self {
        Self::begin(bootstrap, "", clusters, more).await
    }

    /// The same with more lines about Kafka, such as those that sign it in there.
    pub async fn start_as(bootstrap: &str, kafka: &str, clusters: &[Watched]) -> Self {
        Self::begin(bootstrap, kafka, clusters, "").await
    }

    async fn begin(bootstrap: &str, kafka: &str, clusters: &[Watched], more: &str) -> Self {
        let database = Database::new().await;
        let place = tempfile::tempdir().unwrap();
        let token = random();
        let mut server = Self {
            process: None,
            port: free_port(),
            token,
            database,
            place,
        };
        std::fs::write(server.path("all.token"), &server.token).unwrap();
        std::fs::write(server.path("see.token"), server.lesser_token()).unwrap();
        let configuration = server.configuration(bootstrap, kafka, clusters);
        std::fs::write(server.config(), configuration + "\n" + more).unwrap();
        server.launch().await;
        server
    }

    fn configuration(&self, bootstrap: &str, kafka: &str, clusters: &[Watched]) -> String {
        let mut text = format!(
            "[server]\nlisten = \"127.0.0.1:{}\"\ndata_dir = \"data\"\n\n[database]\nurl = \"{}\"\n\n\
             [observe]\ninterval = \"2s\"\nstale_after = \"20s\"\n\n\
             [[kafka]]\nname = \"main\"\nbootstrap = \"{bootstrap}\"\n{kafka}",
            self.port,
            self.database.url()
        );
        for cluster in clusters {
            let kafka = if cluster.kafka { "kafka = \"main\"\n" } else { "" };
            let (name, urls) = (&cluster.name, &cluster.urls);
            let group = cluster.group_id.iter().map(|id| format!("group_id = \"{id}\"\n"));
            let group: String = group.collect();
            write!(
                text,
                "\n[[clusters]]\nname = \"{name}\"\nurls = {urls:?}\n{kafka}{group}"
            )
            .unwrap();
        }
        for (team, rest) in [
            ("payments", "owns = [{ connector = \"*payments*\" }]"),
            ("platform", "platform = true"),
        ] {
            write!(text, "\n[[teams]]\nname = \"{team}\"\n{rest}\n").unwrap();
        }
        for (token, rights) in [("all", "all"), ("see", "see")] {
            write!(
                text,
                "\n[[tokens]]\nname = \"{token}\"\nfile = \"{token}.token\"\nrights = [\"{rights}\"]\n"
            )
            .unwrap();
        }
        text
    }

    /// Starts the process, with the configuration and the data it had, and waits until it is ready.
    pub async fn launch(&mut self) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_signalbox"));
        command.args([
            "serve",
            "--log",
            "info,signalbox=debug,engine=debug,connect=debug,store=debug,app=debug",
        ]);
        command
            .arg("--config")
            .arg(self.config())
            .current_dir(self.place.path());
        for variable in [
            "DATABASE_URL",
            "SIGNALBOX_LOG",
            "SIGNALBOX_CONFIG",
            "SIGNALBOX_LOG_FORMAT",
        ] {
            command.env_remove(variable);
        }
        let process = Process::start("signalbox", &command, &self.path("signalbox.log")).unwrap();
        self.process = Some(process);
        until("the server is ready", 60, async || {
            let process = self.process.as_ref().unwrap();
            assert_eq!(process.exited(), None, "the server ended:\n{}", process.tail());
            match http::send(self.port, "GET", "/readyz", "", "").await {
                Ok(answer) if answer.status == 200 => Ok(()),
                Ok(answer) => Err(answer.all()),
                Err(error) => Err(error.to_string()),
            }
        })
        .await;
    }

    /// Ends it with SIGKILL.
    pub fn kill(&mut self) {
        self.process.take().unwrap().kill().unwrap();
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.place.path().join(name)
    }

    pub fn config(&self) -> PathBuf {
        self.path("signalbox.toml")
    }

    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    pub fn database(&self) -> &Database {
        &self.database
    }

    /// The bearer token that may do everything.
    pub fn token(&self) -> &str {
        &self.token
    }

    /// A bearer token with the right `see` alone.
    pub fn lesser_token(&self) -> String {
        format!("see-{}", &self.token[4..])
    }

    /// All that it has logged, in all its lives.
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.path("signalbox.log")).unwrap_or_default()
    }

    /// GET as the one who may do everything.
    pub async fn get(&self, path: &str) -> Answer {
        self.get_as(&self.token, path).await
    }

    pub async fn get_as(&self, token: &str, path: &str) -> Answer {
        let headers = format!("Authorization: Bearer {token}\r\n");
        http::send(self.port, "GET", path, &headers, "").await.unwrap()
    }

    /// The API's answer, which must be a success.
    pub async fn api(&self, path: &str) -> Value {
        let answer = self.get(&format!("/api/v1{path}")).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.all());
        answer.json()
    }

    /// A connector as the API shows it; null while it is not known.
    pub async fn connector(&self, cluster: &str, name: &str) -> Value {
        let answer = self.get(&format!("/api/v1{}", connector_path(cluster, name))).await;
        match answer.status {
            200 => answer.json(),
            404 => Value::Null,
            _ => panic!("{cluster}/{name}: {}", answer.all()),
        }
    }

    /// Waits until `holds` of the connector, and returns it.
    pub async fn connector_when(
        &self,
        cluster: &str,
        name: &str,
        seconds: u64,
        what: &str,
        holds: impl Fn(&Value) -> bool,
    ) -> Value {
        until(&format!("{cluster}/{name}: {what}"), seconds, async || {
            let connector = self.connector(cluster, name).await;
            if holds(&connector) {
                Ok(connector)
            } else {
                Err(connector.to_string())
            }
        })
        .await
    }

    /// Waits for a verdict.
    pub async fn verdict(&self, cluster: &str, name: &str, verdict: &str) -> Value {
        self.connector_when(cluster, name, 60, verdict, |connector| {
            connector["health"]["verdict"] == verdict
        })
        .await
    }

    /// A cluster as the list of clusters shows it.
    pub async fn cluster(&self, name: &str) -> Value {
        let list = self.api("/clusters").await;
        let found = list["items"]
            .as_array()
            .unwrap()
            .iter()
            .find(|cluster| cluster["name"] == name);
        found.unwrap_or_else(|| panic!("no cluster {name} in {list}")).clone()
    }

    /// The open faults of a cluster.
    pub async fn faults(&self, cluster: &str) -> Vec<Value> {
        let list = self.api("/faults").await;
        let items = list["items"].as_array().unwrap().iter();
        items.filter(|fault| fault["cluster"] == cluster).cloned().collect()
    }

    /// A connector's history, oldest first.
    pub async fn timeline(&self, cluster: &str, name: &str) -> Vec<Value> {
        let path = format!("{}/timeline?limit=500", connector_path(cluster, name));
        let mut items = self.api(&path).await["items"].as_array().unwrap().clone();
        items.reverse();
        items
    }

    /// The stream of events.
    pub async fn stream(&self) -> Stream {
        let headers = format!("Authorization: Bearer {}\r\nAccept: text/event-stream\r\n", self.token);
        Stream::open(self.port, "/api/v1/events", &headers).await
    }

    /// Signs in as a browser does, by a new one-time link; the cookie's header line.
    pub async fn sign_in(&self) -> String {
        let said = self.run(&["admin", "sign-in-link", "--config", "signalbox.toml"]);
        assert_eq!(said.code, 0, "{}", said.err);
        let link = std::fs::read_to_string(self.path("data/signin-link")).unwrap();
        let token = link.trim().split_once("token=").unwrap().1.to_owned();
        let form = "Content-Type: application/x-www-form-urlencoded\r\n";
        let answer = http::send(self.port, "POST", "/signin", form, &format!("token={token}"))
            .await
            .unwrap();
        assert_eq!(answer.status, 303, "{}", answer.all());
        let cookie = answer.header("set-cookie").unwrap().split(';').next().unwrap();
        format!("Cookie: {cookie}\r\n")
    }

    /// A page as a browser with this cookie gets it.
    pub async fn page(&self, cookie: &str, path: &str) -> Answer {
        http::send(self.port, "GET", path, cookie, "").await.unwrap()
    }

    /// Runs the binary as a command beside the server.
    pub fn run(&self, arguments: &[&str]) -> Said {
        let mut command = Command::new(env!("CARGO_BIN_EXE_signalbox"));
        command
            .args(arguments)
            .current_dir(self.place.path())
            .env_remove("DATABASE_URL");
        command
            .env("SIGNALBOX_URL", self.url())
            .env("SIGNALBOX_TOKEN", &self.token);
        let output = command.output().unwrap();
        Said {
            code: output.status.code().unwrap(),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// The end of the log, when a test fails.
    #[expect(clippy::print_stdout, reason = "the test's runner shows it with the failure")]
    pub fn show_log(&self) {
        let log = self.log();
        let lines: Vec<&str> = log
            .lines()
            .filter(|line| !line.contains("envelope: answered"))
            .collect();
        println!(
            "the end of the server's log:\n{}",
            lines[lines.len().saturating_sub(60)..].join("\n")
        );
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.show_log();
        } else {
            assert!(
                !self.log().contains("panicked at"),
                "the server panicked:\n{}",
                self.log()
            );
        }
    }
}

/// The API's path of a connector, below `/api/v1`.
pub fn connector_path(cluster: &str, name: &str) -> String {
    format!("/clusters/{}/connectors/{}", segment(cluster), segment(name))
}

/// 32 random letters and digits.
pub fn random() -> String {
    format!("{:032x}", rand::random::<u128>())
}

/// Below the range from which outgoing connections take theirs, so that a server finds its own again after a restart.
fn free_port() -> u16 {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let start = u16::try_from(std::process::id() % 3000).unwrap_or_default();
    loop {
        let port = 14_000 + (start + NEXT.fetch_add(1, Ordering::Relaxed)) % 4000;
        if TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok() {
            return port;
        }
    }
}
