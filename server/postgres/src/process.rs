//! The server as a process: our child, or one whose parent died and that we adopted.

use std::io;
use std::path::PathBuf;
use std::process::{Command, ExitStatus};
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use tokio::sync::{oneshot, watch};

use crate::{Error, pidfile};

/// How long a fast shutdown may take (it writes what is in memory to the disk), and an immediate one.
const FAST_WITHIN: Duration = Duration::from_secs(30);
const IMMEDIATE_WITHIN: Duration = Duration::from_secs(10);
const KILL_WITHIN: Duration = Duration::from_secs(5);
/// How often an adopted process, whose end nobody reports, is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// How the server ended when it was stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shutdown {
    /// Cleanly: the next start has nothing to repair.
    Fast,
    /// By force, because it did not end in time: the next start recovers from its log. No committed change is lost.
    Immediate,
}

/// A running server. Dropping it asks the server to end, and does not wait.
#[derive(Debug)]
pub(crate) struct Process {
    pid: i32,
    kind: Kind,
}

#[derive(Debug)]
enum Kind {
    /// The thread that started it waits for its end and reports it here.
    Child(watch::Receiver<Option<ExitStatus>>),
    Adopted {
        data: PathBuf,
    },
}

impl Process {
    /// Starts a child from a thread of its own that lives until the child ends: a child that dies with its parent is
    /// killed when the *thread* that started it ends, and threads of a runtime come and go.
    pub(crate) async fn spawn(mut command: Command) -> io::Result<Process> {
        let (tell_start, start) = oneshot::channel();
        let (tell_end, end) = watch::channel(None);
        std::thread::Builder::new().name("own-postgres".into()).spawn(move || {
            let mut child = match command.spawn() {
                Ok(child) => child,
                Err(error) => {
                    // Nobody listens any more when the caller gave up; then there is no child to speak of either.
                    let _ = tell_start.send(Err(error));
                    return;
                }
            };
            drop(command);
            let kind = Kind::Child(end);
            let started = i32::try_from(child.id())
                .map_err(io::Error::other)
                .map(|pid| Process { pid, kind });
            // If the caller gave up meanwhile, the value comes back and its drop ends the child.
            drop(tell_start.send(started));
            match child.wait() {
                Ok(status) => drop(tell_end.send_replace(Some(status))),
                Err(error) => tracing::error!(%error, "the end of our own Postgres cannot be waited for"),
            }
        })?;
        start.await.map_err(io::Error::other)?
    }

    /// Takes over a server that somebody else started.
    pub(crate) fn adopt(pid: i32, data: PathBuf) -> Process {
        Process {
            pid,
            kind: Kind::Adopted { data },
        }
    }

    pub(crate) fn pid(&self) -> i32 {
        self.pid
    }

    pub(crate) fn adopted(&self) -> bool {
        matches!(self.kind, Kind::Adopted { .. })
    }

    pub(crate) fn is_running(&self) -> bool {
        match &self.kind {
            Kind::Child(end) => end.borrow().is_none(),
            Kind::Adopted { data } => pidfile::is_server(self.pid, data),
        }
    }

    /// Waits for the end, and says how it was.
    pub(crate) async fn ended(&self) -> String {
        match &self.kind {
            Kind::Child(end) => match end.clone().wait_for(Option::is_some).await {
                Ok(status) => status.map_or_else(String::new, |status| status.to_string()),
                Err(_) => "its end could not be observed".to_owned(),
            },
            Kind::Adopted { data } => {
                while pidfile::is_server(self.pid, data) {
                    tokio::time::sleep(LOOK_EVERY).await;
                }
                "not our child, exit status unknown".to_owned()
            }
        }
    }

    /// Stops the server: fast, then immediately, then by killing it.
    pub(crate) async fn stop(self) -> Result<Shutdown, Error> {
        for (signal, within, how) in [
            (Signal::SIGINT, FAST_WITHIN, Shutdown::Fast),
            (Signal::SIGQUIT, IMMEDIATE_WITHIN, Shutdown::Immediate),
            (Signal::SIGKILL, KILL_WITHIN, Shutdown::Immediate),
        ] {
            self.signal(signal);
            if tokio::time::timeout(within, self.ended()).await.is_ok() {
                return Ok(how);
            }
        }
        Err(Error::NotStopped { pid: self.pid })
    }

    /// A signal that does not arrive means that the process is gone, or will be noticed when it does not end.
    fn signal(&self, signal: Signal) {
        if self.is_running()
            && let Err(error) = kill(Pid::from_raw(self.pid), signal)
        {
            tracing::warn!(pid = self.pid, %signal, %error, "our own Postgres could not be signalled");
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.signal(Signal::SIGINT);
    }
}
