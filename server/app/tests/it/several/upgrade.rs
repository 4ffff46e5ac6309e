//! The server of the last commit before the newest migration beside the present one, on one database.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use nix::sys::signal::Signal;
use testkit::fake::traces;

use super::{Rig, until_all_healthy, until_verdict};
use crate::client::until;
use crate::server::{Home, Server};

/// Builds it, unless it was; says why it cannot.
fn before() -> PathBuf {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../.ci/before.sh");
    // Beside the present program, wherever that was built.
    let target = Path::new(env!("CARGO_BIN_EXE_signalbox")).ancestors().nth(2).unwrap();
    let mut command = Command::new(script);
    command.env("CARGO_TARGET_DIR", target).stderr(Stdio::inherit());
    let built = command.output().unwrap();
    assert!(built.status.success(), "the reason stands above");
    PathBuf::from(String::from_utf8(built.stdout).unwrap().trim())
}

fn ready(program: &Path, home: Home) -> Server {
    let server = Server::start_of(program, home, "http://127.0.0.1:");
    until("readiness", || (server.get("/readyz").status == 200).then_some(()));
    server
}

#[test]
fn the_version_before_the_newest_migration_runs_beside_this_one() {
    let program = before();
    let rig = Rig::new(2, 2);
    // A database as the older version left it.
    let older = crate::database::Database::new();
    let rig = Rig { database: older, ..rig };
    let mut old = ready(&program, rig.home());
    until_all_healthy(&old, 4);
    rig.clusters[0].set_state("s0", Some(0), "FAILED", Some(traces::BARE));
    until_verdict(&old, 0, 0, "failed");
    let migrations = || {
        rig.database.ask("SELECT count(*)::text FROM _sqlx_migrations")[0]
            .parse::<usize>()
            .unwrap()
    };
    let (known, history) = (migrations(), rig.history());

    // The new one brings the schema up to date under the old one, which goes on watching.
    let new = Server::ready(rig.home());
    assert_eq!(migrations(), known + 1);
    until_verdict(&new, 0, 0, "failed");
    rig.clusters[1].set_state("s0", Some(0), "FAILED", Some(traces::BARE));
    until_verdict(&old, 1, 0, "failed");
    until_verdict(&new, 1, 0, "failed");
    rig.until_held("the old one keeps what it has", &[(&old, 2), (&new, 0)]);

    // It ends in order; the new one has everything.
    let before = rig.history();
    assert_eq!(before[..history.len()], history);
    old.signal(Signal::SIGTERM);
    rig.until_held("all at the new one", &[(&new, 2)]);
    old.ended();
    // And back: the old version starts on the newer schema, follows, and takes over when the new one dies.
    let back = ready(&program, old.stop());
    until_verdict(&back, 1, 0, "failed");
    assert_eq!(rig.history(), before, "an upgrade is no event of a cluster");
    let mut new = new;
    let died = Instant::now();
    new.signal(Signal::SIGKILL);
    rig.clusters[0].set_state("s0", Some(0), "RUNNING", None);
    until_verdict(&back, 0, 0, "healthy");
    let took = died.elapsed();
    eprintln!("the old version took over {took:?} after the new one was killed");
    assert!(took < Duration::from_secs(6), "{took:?}");
    new.ended();
    rig.until_held("all at the old one", &[(&back, 2)]);
    // One verdict, one state, one end of a fault.
    assert_eq!(
        rig.history().len(),
        before.len() + 3,
        "{:#?}",
        &rig.history()[before.len()..]
    );
}
