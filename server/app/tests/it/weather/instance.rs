//! A Postgres server that one test has for itself, to stop, freeze and start again.

use std::os::unix::fs::PermissionsExt as _;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use postgres::{Binaries, Options, Own};
use tempfile::TempDir;
use tokio::runtime::Runtime;

/// Ended with the value.
pub struct Instance {
    runtime: Runtime,
    own: Option<Own>,
    port: u16,
    /// Its address, with the password; the same after it was started again.
    pub url: String,
    folder: TempDir,
}

impl Instance {
    pub fn start() -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap();
        let folder = tempfile::tempdir().unwrap();
        // It runs as another user when the tests run as root, and must reach its folder.
        std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o711)).unwrap();
        let own = run(&runtime, &folder, None);
        Self {
            port: own.port(),
            url: own.url().expose().to_owned(),
            own: Some(own),
            runtime,
            folder,
        }
    }

    /// Shuts it down; connections are refused from now on.
    pub fn stop(&mut self) {
        if let Some(own) = self.own.take() {
            self.runtime.block_on(own.stop()).unwrap();
        }
    }

    /// Starts it again where it was.
    pub fn again(&mut self) {
        self.own = Some(run(&self.runtime, &self.folder, Some(self.port)));
    }

    /// Stops every process of it in its tracks: connections are accepted and nothing is answered.
    pub fn freeze(&self) {
        self.signal(Signal::SIGSTOP);
    }

    pub fn thaw(&self) {
        self.signal(Signal::SIGCONT);
    }

    fn signal(&self, signal: Signal) {
        let Some(own) = &self.own else { return };
        for pid in std::iter::once(own.pid()).chain(children(own.pid())) {
            // One may have ended meanwhile.
            let _gone = kill(Pid::from_raw(pid), signal);
        }
    }
}

fn run(runtime: &Runtime, folder: &TempDir, port: Option<u16>) -> Own {
    let options = Options {
        port,
        die_with_parent: true,
        settings: vec![("fsync".to_owned(), "off".to_owned())],
        ..Options::new(folder.path().join("postgres"), Binaries::find(None).unwrap())
    };
    runtime.block_on(Own::start(options)).unwrap()
}

/// Processes that a process started.
fn children(parent: i32) -> Vec<i32> {
    let folders = std::fs::read_dir("/proc").unwrap().filter_map(Result::ok);
    let pids = folders.filter_map(|folder| folder.file_name().to_str()?.parse::<i32>().ok());
    pids.filter(|pid| {
        let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
        // The name in brackets may hold anything; the state and the parent come after it.
        let rest = stat.rsplit_once(") ").map_or("", |(_, rest)| rest);
        rest.split(' ').nth(1) == Some(parent.to_string().as_str())
    })
    .collect()
}

impl Drop for Instance {
    fn drop(&mut self) {
        self.thaw();
        if let Some(own) = self.own.take() {
            let _ended = self.runtime.block_on(own.stop());
        }
    }
}
