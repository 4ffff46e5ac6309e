//! The process that is killed: this test program, run once more, holding a server until it dies.

use std::env;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use postgres::Own;

use crate::Place;

const HOME: &str = "OWN_POSTGRES_VICTIM_HOME";
const DIES: &str = "OWN_POSTGRES_VICTIM_DIES_WITH_PARENT";

/// Does nothing in an ordinary run; started by [`victim`] it runs a server until it is killed.
#[tokio::test(flavor = "multi_thread")]
async fn victim_of_the_other_tests() {
    let Some(home) = env::var_os(HOME) else { return };
    let mut options = crate::options(PathBuf::from(home));
    options.die_with_parent = env::var_os(DIES).is_some();
    let own = Own::start(options).await.unwrap_or_else(|error| panic!("{error}"));
    std::fs::write(own.log().with_extension("ready"), own.pid().to_string()).unwrap();
    std::future::pending::<()>().await;
}

/// A process of its own that runs a server in this place.
pub(crate) struct Victim {
    child: Child,
    ready: PathBuf,
}

pub(crate) fn victim(place: &Place, dies_with_parent: bool) -> Victim {
    let mut command = Command::new(env::current_exe().unwrap());
    command
        .args(["--exact", "killed::victim_of_the_other_tests", "--nocapture"])
        .env(HOME, place.home());
    if dies_with_parent {
        command.env(DIES, "yes");
    }
    let child = command.stdout(Stdio::null()).spawn().unwrap();
    Victim {
        child,
        ready: place.home().join("log/postgres.ready"),
    }
}

impl Victim {
    /// Waits until its server is ready; answers the server's process id.
    pub(crate) fn server(&self) -> i32 {
        let mut pid = None;
        crate::until("the victim's server was ready", || {
            pid = std::fs::read_to_string(&self.ready)
                .ok()
                .and_then(|text| text.parse().ok());
            pid.is_some()
        });
        pid.unwrap()
    }

    /// `kill -9`, and nothing of it gets the chance to clean up.
    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Victim {
    fn drop(&mut self) {
        // Already dead in the good case; a failing test must not leave it behind.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
