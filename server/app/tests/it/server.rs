//! `signalbox serve` as a child process.

use std::net::SocketAddr;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use tempfile::TempDir;

use crate::client::{Answer, Ask, until};

/// Tokens of every test server: one that may everything, one that may see, one that may only redrive.
pub const ALL: &str = "token-that-may-do-everything";
pub const SEE: &str = "token-that-may-see-states";
pub const REDRIVE: &str = "token-that-may-only-redrive";

/// A configuration in a directory of its own.
pub struct Home {
    pub folder: TempDir,
    /// What its servers find in their environment besides.
    pub environment: Vec<(String, String)>,
    database: String,
}

impl Home {
    /// For a database address.
    pub fn new(database: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        for (name, token) in [("all", ALL), ("see", SEE), ("redrive", REDRIVE)] {
            std::fs::write(folder.path().join(name), token).unwrap();
        }
        let home = Self {
            folder,
            environment: Vec::new(),
            database: database.to_owned(),
        };
        home.write("");
        home
    }

    /// Writes the configuration, with `more` at its end.
    pub fn write(&self, more: &str) {
        let text = format!(
            "[server]\nlisten = \"127.0.0.1:0\"\ndata_dir = \"data\"\n[database]\n{}\
             [observe]\ninterval = \"200ms\"\n\
             [[tokens]]\nname = \"all\"\nfile = \"all\"\nrights = [\"all\"]\n\
             [[tokens]]\nname = \"see\"\nfile = \"see\"\nrights = [\"see\"]\n\
             [[tokens]]\nname = \"redrive\"\nfile = \"redrive\"\nrights = [\"redrive\"]\n{more}",
            match self.database.as_str() {
                "" => String::new(),
                url => format!("url = \"{url}\"\n"),
            }
        );
        std::fs::write(self.config(), text).unwrap();
    }

    pub fn config(&self) -> PathBuf {
        self.folder.path().join("signalbox.toml")
    }

    /// Takes the secret key of another home: servers that share a database share it.
    pub fn with_key_of(self, other: &Self) -> Self {
        use std::os::unix::fs::DirBuilderExt as _;
        std::fs::DirBuilder::new().mode(0o700).create(self.data()).unwrap();
        std::fs::copy(other.data().join("secret.key"), self.data().join("secret.key")).unwrap();
        self
    }

    pub fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }
}

/// `signalbox` with arguments, in an environment that names nothing of ours.
pub fn signalbox(arguments: &[&str], folder: &Path) -> Command {
    program_with(Path::new(env!("CARGO_BIN_EXE_signalbox")), arguments, folder)
}

fn program_with(program: &Path, arguments: &[&str], folder: &Path) -> Command {
    let mut command = Command::new(program);
    command.args(arguments).current_dir(folder).stdin(Stdio::null());
    for (name, _) in std::env::vars_os() {
        let ours = name
            .to_str()
            .is_some_and(|name| name.starts_with("SIGNALBOX") || name == "DATABASE_URL");
        if ours {
            command.env_remove(name);
        }
    }
    command
}

/// Runs `signalbox` to its end.
pub fn run(arguments: &[&str], folder: &Path) -> Output {
    signalbox(arguments, folder).output().unwrap()
}

/// A running server; killed when dropped.
pub struct Server {
    pub home: Home,
    pub address: SocketAddr,
    child: Child,
}

impl Server {
    /// Starts one and waits until it answers.
    pub fn start(home: Home) -> Self {
        Self::start_at(home, "http://127.0.0.1:")
    }

    /// As [`Server::start`], where links begin with this.
    pub fn start_at(home: Home, address: &str) -> Self {
        Self::start_of(Path::new(env!("CARGO_BIN_EXE_signalbox")), home, address)
    }

    /// As [`Server::start_at`], of another build.
    pub fn start_of(program: &Path, home: Home, address: &str) -> Self {
        let link = home.data().join("signin-link");
        // A link of an earlier start names an earlier port.
        let _absent = std::fs::remove_file(&link);
        let log = std::fs::File::create(home.folder.path().join("log")).unwrap();
        let config = home.config();
        let arguments = ["serve", "--config", config.to_str().unwrap()];
        let mut command = program_with(program, &arguments, home.folder.path());
        command.stdout(log.try_clone().unwrap()).stderr(log).process_group(0);
        command.envs(home.environment.iter().map(|(name, value)| (name, value)));
        let mut child = command.spawn().unwrap();
        let address = until("the server's link", || {
            if let Some(status) = child.try_wait().unwrap() {
                panic!("it ended ({status}): {}", read(&home, "log"));
            }
            std::fs::read_to_string(&link).ok()?.strip_prefix(address)?;
            listening(&home)
        });
        Self { home, address, child }
    }

    /// As [`Server::start`], and waits until the fleet is loaded.
    pub fn ready(home: Home) -> Self {
        let server = Self::start(home);
        until("readiness", || (server.get("/readyz").status == 200).then_some(()));
        server
    }

    pub fn ask(&self, method: &'static str, target: &str) -> Ask {
        Ask::new(self.address, method, target)
    }

    pub fn get(&self, target: &str) -> Answer {
        self.ask("GET", target).send()
    }

    /// With the token that may everything.
    pub fn api(&self, target: &str) -> Answer {
        self.ask("GET", target).token(ALL).send()
    }

    /// The one-time token of the link that it wrote when it started.
    pub fn link(&self) -> String {
        let text = std::fs::read_to_string(self.home.data().join("signin-link")).unwrap();
        text.trim().split_once("token=").unwrap().1.to_owned()
    }

    /// Signs in; the cookie.
    pub fn sign_in(&self) -> String {
        let answer = self
            .ask("POST", "/signin")
            .form(&format!("token={}", self.link()))
            .send();
        assert_eq!(answer.status, 303, "{}", answer.text());
        answer
            .header("set-cookie")
            .unwrap()
            .split(';')
            .next()
            .unwrap()
            .to_owned()
    }

    /// What its leases' holder is called after: the process.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    pub fn log(&self) -> String {
        read(&self.home, "log")
    }

    pub fn signal(&self, signal: Signal) {
        kill(Pid::from_raw(self.child.id().try_into().unwrap()), signal).unwrap();
    }

    /// Waits for its end; how it ended and how long that took.
    pub fn ended(&mut self) -> (ExitStatus, Duration) {
        let began = Instant::now();
        let status = until("the end of the server", || self.child.try_wait().unwrap());
        (status, began.elapsed())
    }

    /// Ends it and keeps its home.
    pub fn stop(mut self) -> Home {
        if self.child.try_wait().unwrap().is_none() {
            self.signal(Signal::SIGTERM);
            self.ended();
        }
        let Self { home, .. } = &mut self;
        let empty = Home {
            folder: tempfile::tempdir().unwrap(),
            environment: Vec::new(),
            database: String::new(),
        };
        std::mem::replace(home, empty)
    }
}

/// The address in the log.
fn listening(home: &Home) -> Option<SocketAddr> {
    let log = read(home, "log");
    // As text or as JSON.
    let rest = log.split_once("listen=").or_else(|| log.split_once("\"listen\":\""))?.1;
    rest.split([' ', '"']).next()?.parse().ok()
}

fn read(home: &Home, file: &str) -> String {
    std::fs::read_to_string(home.folder.path().join(file)).unwrap_or_default()
}

impl Drop for Server {
    fn drop(&mut self) {
        if self.child.try_wait().is_ok_and(|status| status.is_none()) {
            let _gone = self.child.kill();
            let _gone = self.child.wait();
        }
        if std::thread::panicking() {
            eprintln!("its log:\n{}", self.log());
        }
    }
}
