//! Starting, adopting and stopping the server.

use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use std::os::unix::process::CommandExt as _;
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep};

use crate::account::Account;
use crate::home::Home;
use crate::log::{LOOK_EVERY, Log};
use crate::password::Password;
use crate::pidfile::{self, Found, State};
use crate::process::{Process, Shutdown};
use crate::{Binaries, DatabaseUrl, Error, initdb, port};

/// How often a starting server is looked at.
const POLL: Duration = Duration::from_millis(20);
/// The pause before a start is repeated whose obstacle goes away by itself.
const AGAIN: Duration = Duration::from_millis(200);

/// What to start. [`Options::new`] gives the defaults of a production server.
#[derive(Debug, Clone)]
pub struct Options {
    /// The directory that holds everything of this server: data, password, log, lock. Made when it is missing. For
    /// root every folder above it must let the user `postgres` (or `nobody`) pass.
    pub data_dir: PathBuf,
    /// The programs to use; when the data was written by another major version, that one's are looked for.
    pub binaries: Binaries,
    /// The port on 127.0.0.1; none: the one of last time when it is still free, else any free one.
    pub port: Option<u16>,
    /// Further server settings, such as `("fsync", "off")` in tests; the last of a name wins. They apply when a server
    /// is started, not to one that is adopted.
    pub settings: Vec<(String, String)>,
    /// Whether the kernel kills the server with this process (Linux; needs `setpriv`). For the lab and for tests; a
    /// production server leaves this off, and adopts what an unclean death left behind.
    pub die_with_parent: bool,
    /// How long the whole start may take, recovery after a crash included.
    pub ready_within: Duration,
}

impl Options {
    /// A server under `data_dir` on a free port, started within two minutes, that outlives an unclean death.
    pub fn new(data_dir: impl Into<PathBuf>, binaries: Binaries) -> Options {
        Options {
            data_dir: data_dir.into(),
            binaries,
            port: None,
            settings: Vec::new(),
            die_with_parent: false,
            ready_within: Duration::from_secs(120),
        }
    }
}

/// A running Postgres of our own, held under a lock that no other process can take meanwhile. Dropping it asks the
/// server to end without waiting; [`Own::stop`] waits.
pub struct Own {
    // Order matters for dropping: the server is asked to end before the lock is given up.
    process: Process,
    password: Password,
    port: u16,
    log: Log,
    log_begin: u64,
    _bounding: JoinSet<()>,
    _home: Home,
}

impl Own {
    /// Makes the data when there is none, then adopts the server that already runs on it or starts one, and returns
    /// when it accepts connections. A start that fails leaves no server running.
    ///
    /// # Errors
    /// Every variant of [`Error`] but [`Error::NotFound`]; the message says what to do.
    pub async fn start(options: Options) -> Result<Own, Error> {
        let deadline = Instant::now() + options.ready_within;
        let home = Home::claim(&options.data_dir)?;
        let has_data = initdb::is_done(&home)?;
        let account = Account::for_data(&home.data())?;
        let binaries = if has_data {
            matching(&options.binaries, &home.data())?
        } else {
            options.binaries.clone()
        };
        account.check_reach(&binaries, home.path()).await?;
        let password = Password::of(&home, &account, has_data)?;
        let log = Log::of(&home)?;
        log.bound()?;
        initdb::clear_unfinished(&home).await?;
        if has_data {
            own_data(&account, &home.data())?;
        } else {
            let durable = !options
                .settings
                .iter()
                .any(|(name, value)| name == "fsync" && value == "off");
            initdb::run(&home, &binaries, &account, durable).await?;
        }
        let start = Start {
            options: &options,
            home: &home,
            account: &account,
            binaries: &binaries,
            log: &log,
            deadline,
        };
        let (process, port, log_begin) = start.run().await?;
        tracing::info!(
            pid = process.pid(),
            port,
            adopted = process.adopted(),
            "our own Postgres is ready"
        );
        let mut bounding = JoinSet::new();
        bounding.spawn(keep_bounded(log.clone()));
        Ok(Own {
            process,
            password,
            port,
            log,
            log_begin,
            _bounding: bounding,
            _home: home,
        })
    }

    /// The address of the server that another process runs in this directory at this moment; none when none is ready.
    /// Takes no lock: for asking a database beside the process that keeps it.
    ///
    /// # Errors
    /// [`Error::PasswordLost`]; [`Error::Io`] when the directory may not be read.
    pub fn running(data_dir: &Path) -> Result<Option<DatabaseUrl>, Error> {
        let Ok(place) = data_dir.canonicalize() else {
            return Ok(None);
        };
        let data = place.join("data");
        match pidfile::look(&data)? {
            Found::Running(file) if file.state == State::Ready => {
                let password = Password::left_in(&place)?;
                Ok(file.port.map(|port| password.url(port)))
            }
            _ => Ok(None),
        }
    }

    /// The address of its database, with the password.
    #[must_use]
    pub fn url(&self) -> DatabaseUrl {
        self.password.url(self.port)
    }

    /// The port it listens on, on 127.0.0.1.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The process id of the server.
    #[must_use]
    pub fn pid(&self) -> i32 {
        self.process.pid()
    }

    /// Whether it was left running by a process that died, and found again.
    #[must_use]
    pub fn adopted(&self) -> bool {
        self.process.adopted()
    }

    /// The server's log file.
    #[must_use]
    pub fn log(&self) -> &Path {
        self.log.path()
    }

    /// Waits until the server ends without having been asked to, and says how ([`Error::Ended`]).
    pub async fn ended(&self) -> Error {
        let how = self.process.ended().await;
        Error::Ended {
            how,
            log: self.log.path().to_owned(),
            tail: self.log.tail(self.log_begin),
        }
    }

    /// Stops the server: a fast shutdown (open transactions are rolled back), an immediate one after 30 s.
    ///
    /// # Errors
    /// [`Error::NotStopped`] when it still lives after it was killed.
    pub async fn stop(self) -> Result<Shutdown, Error> {
        self.process.stop().await
    }
}

/// One start, which may take several attempts.
struct Start<'a> {
    options: &'a Options,
    home: &'a Home,
    account: &'a Account,
    binaries: &'a Binaries,
    log: &'a Log,
    deadline: Instant,
}

/// Why a server did not become ready.
enum Trouble {
    /// It ended by itself.
    Ended { how: String },
    /// Time was up.
    TooLate,
    /// Finding out failed.
    Failed(Error),
}

impl Start<'_> {
    async fn run(&self) -> Result<(Process, u16, u64), Error> {
        let data = self.home.data();
        loop {
            match pidfile::look(&data)? {
                Found::Running(file) => {
                    let process = Process::adopt(file.pid, data.clone());
                    let suits = self.options.port.is_none() || file.port.is_none() || file.port == self.options.port;
                    if file.state == State::Stopping || !suits {
                        process.stop().await?;
                    } else if let Some(adopted) = self.adopt(process).await? {
                        return Ok(adopted);
                    }
                }
                // Postgres itself believes any live process of that number and would refuse to start.
                Found::Reused => self.remove_pidfile()?,
                Found::Unfinished => {
                    sleep(AGAIN).await;
                    // A live server would have written it long since; Postgres refuses to start over an empty one.
                    if pidfile::look(&data)? == Found::Unfinished {
                        self.remove_pidfile()?;
                    }
                }
                Found::Nothing => {
                    if let Some(started) = self.attempt().await? {
                        return Ok(started);
                    }
                    sleep(AGAIN).await;
                }
            }
        }
    }

    fn remove_pidfile(&self) -> Result<(), Error> {
        let path = pidfile::path(&self.home.data());
        std::fs::remove_file(&path).map_err(|e| Error::io("remove", &path, e))
    }

    /// None when the server went away meanwhile: then one is started.
    async fn adopt(&self, process: Process) -> Result<Option<(Process, u16, u64)>, Error> {
        match self.ready(&process).await {
            Ok(port) => Ok(Some((process, port, 0))),
            Err(Trouble::Ended { .. }) => Ok(None),
            Err(Trouble::TooLate) => Err(self.give_up(process, 0).await?),
            Err(Trouble::Failed(error)) => Err(error),
        }
    }

    /// None when the attempt failed for a reason that the next one may not meet.
    async fn attempt(&self) -> Result<Option<(Process, u16, u64)>, Error> {
        let port = port::choose(self.home, self.options.port)?;
        let (file, begin) = self.log.open()?;
        let command = self.command(port, file)?;
        let program = PathBuf::from(command.get_program());
        let process = Process::spawn(command)
            .await
            .map_err(|e| Error::io("run", &program, e))?;
        match self.ready(&process).await {
            Ok(port) => Ok(Some((process, port, begin))),
            Err(Trouble::TooLate) => Err(self.give_up(process, begin).await?),
            Err(Trouble::Failed(error)) => {
                process.stop().await?;
                Err(error)
            }
            Err(Trouble::Ended { how }) => {
                let tail = self.log.tail(begin);
                if let Some(error) = Error::of_disk(&tail, self.home.path()) {
                    return Err(error);
                }
                let port_taken = tail.contains("Address already in use");
                if port_taken && self.options.port.is_some() {
                    return Err(Error::PortTaken { port });
                }
                // An orphan that wrote its file after we looked, or whose last children are still going.
                let passing = tail.contains("lock file \"postmaster.pid\" already exists")
                    || tail.contains("lock file \"postmaster.pid\" is empty")
                    || tail.contains("pre-existing shared memory block");
                if (port_taken || passing) && Instant::now() < self.deadline {
                    return Ok(None);
                }
                Err(Error::Ended {
                    how,
                    log: self.log.path().to_owned(),
                    tail,
                })
            }
        }
    }

    /// Waits until the server says that it is ready and accepts a connection; answers its port.
    async fn ready(&self, process: &Process) -> Result<u16, Trouble> {
        let data = self.home.data();
        loop {
            if !process.is_running() {
                return Err(Trouble::Ended {
                    how: process.ended().await,
                });
            }
            let file = pidfile::read(&data).map_err(Trouble::Failed)?;
            if let Some(file) = file.filter(|file| file.pid == process.pid() && file.state == State::Ready)
                && let Some(port) = file.port
                && TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await.is_ok()
            {
                return Ok(port);
            }
            if Instant::now() >= self.deadline {
                return Err(Trouble::TooLate);
            }
            sleep(POLL).await;
        }
    }

    /// Stops a server that did not become ready, and answers the error to tell.
    async fn give_up(&self, process: Process, begin: u64) -> Result<Error, Error> {
        let tail = self.log.tail(begin);
        process.stop().await?;
        Ok(Error::NotReady {
            after: self.options.ready_within,
            log: self.log.path().to_owned(),
            tail,
        })
    }

    fn command(&self, port: u16, log: std::fs::File) -> Result<Command, Error> {
        let mut command = if self.options.die_with_parent {
            let mut command = self.account.command(Path::new("setpriv"), self.home.path());
            command.args(["--pdeathsig", "KILL", "--"]).arg(&self.binaries.postgres);
            command
        } else {
            self.account.command(&self.binaries.postgres, self.home.path())
        };
        command.arg("-D").arg(self.home.data());
        for (name, value) in [
            ("port", port.to_string().as_str()),
            ("listen_addresses", "127.0.0.1"),
            ("unix_socket_directories", ""),
            ("logging_collector", "off"),
            ("log_destination", "stderr"),
            ("lc_messages", "C"),
            ("timezone", "UTC"),
            ("log_timezone", "UTC"),
        ] {
            command.arg("-c").arg(format!("{name}={value}"));
        }
        for (name, value) in &self.options.settings {
            command.arg("-c").arg(format!("{name}={value}"));
        }
        let also = log.try_clone().map_err(|e| Error::io("open", self.log.path(), e))?;
        // A group of its own: Ctrl-C in a terminal reaches the parent alone, which ends the server when it is done.
        command.stdin(Stdio::null()).stdout(log).stderr(also).process_group(0);
        Ok(command)
    }
}

/// The given programs when they can read the data, else others of this machine that can.
fn matching(given: &Binaries, data: &Path) -> Result<Binaries, Error> {
    let path = data.join("PG_VERSION");
    let major = std::fs::read_to_string(&path)
        .map_err(|e| Error::io("read", &path, e))?
        .trim()
        .to_owned();
    if given.major() == major {
        return Ok(given.clone());
    }
    Binaries::of_major(&major).ok_or_else(|| Error::OtherVersion {
        data_dir: data.to_owned(),
        data: major,
        programs: given.version.clone(),
    })
}

/// Data that root copied into place is given to the server's user.
fn own_data(account: &Account, data: &Path) -> Result<(), Error> {
    use std::os::unix::fs::MetadataExt as _;
    let owner = std::fs::metadata(data)
        .map_err(|e| Error::io("look at", data, e))?
        .uid();
    if account.is_dropped() && owner == 0 {
        account.give_all(data)
    } else {
        Ok(())
    }
}

async fn keep_bounded(log: Log) {
    loop {
        sleep(LOOK_EVERY).await;
        if let Err(error) = log.bound() {
            tracing::warn!(%error, "the log of our own Postgres grows without bound");
        }
    }
}
