//! Real servers, started from the programs of this machine, in directories of their own.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
#![expect(clippy::print_stderr, reason = "a test that is skipped says so")]

mod adopt;
mod killed;
mod refuse;
mod start;

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use postgres::{Binaries, Options, Own};

/// A directory that the user to which root drops can enter; removed at the end.
struct Place(tempfile::TempDir);

impl Place {
    fn new() -> Place {
        let dir = tempfile::Builder::new().prefix("own-postgres-").tempdir().unwrap();
        fs::set_permissions(dir.path(), Permissions::from_mode(0o755)).unwrap();
        Place(dir)
    }

    fn home(&self) -> PathBuf {
        self.0.path().join("pg")
    }

    fn data(&self) -> PathBuf {
        self.home().join("data")
    }

    fn options(&self) -> Options {
        options(self.home())
    }
}

fn options(home: PathBuf) -> Options {
    let named = std::env::var_os("PG_BIN").map(PathBuf::from);
    let mut options = Options::new(home, Binaries::find(named.as_deref()).unwrap());
    options.settings = vec![("fsync".into(), "off".into()), ("shared_buffers".into(), "16MB".into())];
    options
}

async fn start(place: &Place) -> Own {
    Own::start(place.options())
        .await
        .unwrap_or_else(|error| panic!("{error}"))
}

/// Whether a process lives; one that only waits to be reaped does not.
fn lives(pid: i32) -> bool {
    fs::read(format!("/proc/{pid}/cmdline")).is_ok_and(|line| !line.is_empty())
}

/// Waits for a condition of the outside world.
fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(60);
    while !holds() {
        assert!(Instant::now() < deadline, "waited in vain until {what}");
        std::thread::sleep(Duration::from_millis(2));
    }
}
