//! Child processes that cannot outlive the lab.
//!
//! The kernel kills a child whose parent-death signal is set when the *thread* that started it ends. So every child is
//! started by one thread, the nursery, which lives as long as the lab's process does. Between the fork and the moment
//! the signal is set the lab may already be dead; a shell in between looks whether its parent is still the lab and
//! does not go on if not. Each child leads a process group of its own, so that Ctrl-C reaches the lab alone.

use std::fs::{File, OpenOptions};
use std::io::{Read, Seek, SeekFrom};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError, mpsc};
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::error::Doing;
use crate::wait::{Look, until};
use crate::{Error, Result};

/// Takes over the child only if its parent is still the lab (`$0`), then becomes the program.
const STILL_OURS: &str = r#"[ "$PPID" = "$0" ] || exit 9; exec "$@""#;

/// How long a process may take to stop all of its threads.
const FREEZE: Duration = Duration::from_secs(5);

type Order = (Command, mpsc::Sender<std::io::Result<Child>>);

/// Starts `command` from the nursery's thread.
fn spawn(command: Command) -> std::io::Result<Child> {
    static NURSERY: OnceLock<Mutex<mpsc::Sender<Order>>> = OnceLock::new();
    let nursery = NURSERY.get_or_init(|| {
        let (orders, inbox) = mpsc::channel::<Order>();
        std::thread::spawn(move || {
            // The sender lives in a static, so this loop ends only with the process.
            for (mut command, reply) in inbox {
                drop(reply.send(command.spawn()));
            }
        });
        Mutex::new(orders)
    });
    let (reply, answer) = mpsc::channel();
    let gone = || std::io::Error::other("the thread that starts processes is gone");
    lock(nursery).send((command, reply)).map_err(|_| gone())?;
    answer.recv().map_err(|_| gone())?
}

/// A mutex whose holder panicked still guards usable state here: handles of processes.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A running child of the lab with its log. Killed (and waited for) when dropped.
#[derive(Debug)]
pub struct Process {
    name: String,
    log: PathBuf,
    log_start: u64,
    pid: Pid,
    child: Mutex<Child>,
}

impl Process {
    /// Starts `command` with output appended to `log`, under the parent-death signal.
    ///
    /// # Errors
    /// [`Error::Missing`] without `setpriv`; [`Error::Io`] when the log or the process cannot be had.
    pub fn start(name: &str, command: &Command, log: &Path) -> Result<Self> {
        let file = OpenOptions::new()
            .create(true)
            .append(true)
            .open(log)
            .doing(|| format!("opening the log {}", log.display()))?;
        let log_start = file.metadata().doing(|| format!("reading {}", log.display()))?.len();
        let second = file
            .try_clone()
            .doing(|| format!("opening the log {}", log.display()))?;
        let mut wrapped = Command::new("setpriv");
        wrapped
            .args(["--pdeathsig", "KILL", "--", "sh", "-c", STILL_OURS])
            .arg(std::process::id().to_string())
            .arg(command.get_program())
            .args(command.get_args())
            .stdin(Stdio::null())
            .stdout(file)
            .stderr(second)
            .process_group(0);
        for (key, value) in command.get_envs() {
            match value {
                Some(value) => wrapped.env(key, value),
                None => wrapped.env_remove(key),
            };
        }
        if let Some(directory) = command.get_current_dir() {
            wrapped.current_dir(directory);
        }
        let child = spawn(wrapped).map_err(|source| match source.kind() {
            std::io::ErrorKind::NotFound => Error::Missing {
                program: "setpriv",
                remedy: "install util-linux".to_owned(),
            },
            _ => Error::Io {
                doing: format!("starting {name}"),
                source,
            },
        })?;
        let pid = i32::try_from(child.id()).unwrap_or(i32::MAX);
        Ok(Self {
            name: name.to_owned(),
            log: log.to_path_buf(),
            log_start,
            pid: Pid::from_raw(pid),
            child: Mutex::new(child),
        })
    }

    /// The process's name in the lab.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The process id.
    pub fn pid(&self) -> i32 {
        self.pid.as_raw()
    }

    /// Where its output goes.
    pub fn log(&self) -> &Path {
        &self.log
    }

    /// Its exit status, or none while it runs.
    pub fn exited(&self) -> Option<ExitStatus> {
        lock(&self.child).try_wait().ok().flatten()
    }

    /// Sends `signal`; a process that has already ended is left alone.
    pub fn signal(&self, signal: Signal) -> Result<()> {
        if self.exited().is_some() {
            return Ok(());
        }
        kill(self.pid, signal)
            .map_err(std::io::Error::from)
            .doing(|| format!("sending {signal} to {}", self.name))
    }

    /// Freezes the process (SIGSTOP) and returns when none of its threads runs any more: on a busy machine the signal
    /// alone leaves them time to answer.
    pub fn suspend(&self) -> Result<()> {
        self.signal(Signal::SIGSTOP)?;
        let deadline = Instant::now() + FREEZE;
        while self.runs() {
            if Instant::now() >= deadline {
                return Err(Error::Usage(format!(
                    "{} did not stop within {} s",
                    self.name,
                    FREEZE.as_secs()
                )));
            }
            std::thread::sleep(Duration::from_millis(1));
        }
        Ok(())
    }

    /// Whether any of its threads is not stopped. The state is the first field after the name in parentheses
    /// (proc_pid_stat(5)).
    fn runs(&self) -> bool {
        let Ok(threads) = std::fs::read_dir(format!("/proc/{}/task", self.pid)) else {
            return false;
        };
        threads.filter_map(std::result::Result::ok).any(|thread| {
            let stat = std::fs::read_to_string(thread.path().join("stat")).unwrap_or_default();
            let state = stat
                .rsplit_once(')')
                .and_then(|(_, rest)| rest.trim_start().chars().next());
            state.is_some_and(|state| !matches!(state, 'T' | 't' | 'Z' | 'X'))
        })
    }

    /// Thaws it (SIGCONT).
    pub fn resume(&self) -> Result<()> {
        self.signal(Signal::SIGCONT)
    }

    /// Ends it with SIGKILL and waits until it is gone.
    pub fn kill(&self) -> Result<()> {
        self.signal(Signal::SIGKILL)?;
        lock(&self.child)
            .wait()
            .doing(|| format!("waiting for the end of {}", self.name))?;
        Ok(())
    }

    /// Asks it to end (SIGTERM) and waits.
    ///
    /// # Errors
    /// [`Error::Deadline`] when it has not ended within `patience`; it then still runs.
    pub async fn stop(&self, patience: Duration) -> Result<()> {
        self.signal(Signal::SIGTERM)?;
        until(&format!("the end of {}", self.name), patience, || async {
            Ok(if self.exited().is_some() {
                Look::Done(())
            } else {
                Look::NotYet("it still runs".to_owned())
            })
        })
        .await
    }

    /// What this process (not an earlier one with the same log) has written so far.
    pub fn output(&self) -> String {
        read_from(&self.log, self.log_start).unwrap_or_default()
    }

    /// The last lines of its log, for an error.
    pub fn tail(&self) -> String {
        let output = self.output();
        let lines: Vec<&str> = output.lines().collect();
        lines[lines.len().saturating_sub(20)..].join("\n")
    }

    /// An error that says what this process did instead of becoming ready, with the end of its log.
    pub fn failure(&self, problem: impl Into<String>) -> Error {
        Error::Start {
            process: self.name.clone(),
            problem: problem.into(),
            log: self.log.clone(),
            tail: self.tail(),
        }
    }

    /// Waits until `ready` is done, and fails at once, with the log's end, when the process ends before.
    ///
    /// # Errors
    /// [`Error::Start`] when it ended, or is not ready within `patience`.
    pub async fn ready<T, F, L>(&self, condition: &str, patience: Duration, ready: F) -> Result<T>
    where
        F: Fn() -> L,
        L: Future<Output = Result<Look<T>>>,
    {
        let waited = until(condition, patience, || async {
            match self.exited() {
                Some(status) => Err(self.failure(format!("ended with {status} before it was ready"))),
                None => ready().await,
            }
        });
        waited.await.map_err(|error| match error {
            Error::Deadline {
                condition,
                waited,
                seen,
            } => self.failure(format!(
                "was not ready after {} s ({condition}; last seen: {seen})",
                waited.as_secs()
            )),
            other => other,
        })
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // A failure here means that it has already ended.
        drop(self.kill());
    }
}

fn read_from(path: &Path, start: u64) -> std::io::Result<String> {
    let mut file = File::open(path)?;
    file.seek(SeekFrom::Start(start))?;
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}
