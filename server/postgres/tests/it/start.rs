//! An ordinary life: made, started, used, stopped, started again.

use std::fs;
use std::net::TcpStream;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::Path;
use std::process::{Command, Output};

use postgres::{Own, Shutdown};

use crate::{Place, lives, start};

/// Signs in with the machine's own client, if it has one, and says nothing: this crate knows no SQL.
fn sign_in(own: &Own, url: &str) -> Option<Output> {
    let program = fs::read_link(format!("/proc/{}/exe", own.pid()))
        .unwrap()
        .with_file_name("psql");
    if !program.exists() {
        eprintln!("SKIPPED: signing in, because there is no psql beside the server");
        return None;
    }
    Some(
        Command::new(program)
            .args([url, "-w", "-c", "\\conninfo"])
            .env("LC_ALL", "C")
            .output()
            .unwrap(),
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_is_made_started_stopped_and_started_again() {
    let place = Place::new();
    let own = start(&place).await;
    assert!(!own.adopted());
    let (pid, port) = (own.pid(), own.port());
    assert!(lives(pid));
    TcpStream::connect(("127.0.0.1", port)).unwrap();

    let url = own.url();
    assert!(
        url.expose().starts_with("postgres://signalbox:"),
        "the address has its shape"
    );
    assert!(
        url.expose().contains(&format!("@127.0.0.1:{port}/postgres")),
        "the address has its port"
    );
    if let Some(output) = sign_in(&own, url.expose()) {
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let password = url.expose().split([':', '@']).nth(2).unwrap().to_owned();
        let refused = sign_in(&own, &url.expose().replace(&password, "guessed")).unwrap();
        assert!(!refused.status.success());
        assert!(String::from_utf8_lossy(&refused.stderr).contains("password authentication failed"));
        for file in ["log/postgres.log", "port", "lock", "data/postmaster.opts"] {
            assert!(
                !fs::read_to_string(place.home().join(file)).unwrap().contains(&password),
                "{file} has the password"
            );
        }
        assert!(
            !fs::read_to_string(format!("/proc/{pid}/environ"))
                .unwrap()
                .contains(&password)
        );
    }
    assert_eq!(
        fs::metadata(place.home().join("password"))
            .unwrap()
            .permissions()
            .mode()
            & 0o777,
        0o600
    );
    assert_eq!(own.stop().await.unwrap(), Shutdown::Fast);
    assert!(!lives(pid));
    assert!(!place.data().join("postmaster.pid").exists());

    let again = start(&place).await;
    assert!(!again.adopted());
    assert_eq!(again.port(), port, "the port is remembered");
    if let Some(output) = sign_in(&again, url.expose()) {
        assert!(output.status.success(), "the old address still opens");
    }
    again.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn root_drops_its_rights_and_keeps_the_directory() {
    let place = Place::new();
    if fs::metadata(place.0.path()).unwrap().uid() != 0 {
        eprintln!("SKIPPED: root_drops_its_rights_and_keeps_the_directory, because the tests do not run as root");
        return;
    }
    let own = start(&place).await;
    let status = fs::read_to_string(format!("/proc/{}/status", own.pid())).unwrap();
    let ids = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap();
        line.split_whitespace()
            .map(|id| id.parse::<u32>().unwrap())
            .collect::<Vec<_>>()
    };
    let (uids, gids) = (ids("Uid:"), ids("Gid:"));
    assert!(uids.iter().chain(&gids).all(|id| *id != 0), "{uids:?} {gids:?}");
    assert!(ids("Groups:").iter().all(|id| *id != 0), "root's groups were kept");
    assert_eq!(fs::metadata(place.data()).unwrap().uid(), uids[0]);
    assert_eq!(
        fs::metadata(place.home()).unwrap().uid(),
        0,
        "the server's user cannot lay links for root"
    );
    own.stop().await.unwrap();

    // Restored by root from a copy, with root as its owner.
    assert!(
        Command::new("chown")
            .args(["-R", "0:0"])
            .arg(place.data())
            .status()
            .unwrap()
            .success()
    );
    start(&place).await.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_end_that_nobody_asked_for_is_reported_with_the_log() {
    let place = Place::new();
    let own = start(&place).await;
    let kill = Command::new("kill")
        .args(["-QUIT", &own.pid().to_string()])
        .status()
        .unwrap();
    assert!(kill.success());
    let said = own.ended().await.to_string();
    assert!(said.contains("received immediate shutdown request"), "{said}");
    drop(own);
    start(&place).await.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn dropping_asks_the_server_to_end() {
    let place = Place::new();
    let own = start(&place).await;
    let pid = own.pid();
    drop(own);
    crate::until("the server ended", || !lives(pid));
    assert!(!place.data().join("postmaster.pid").exists(), "it ended cleanly");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_start_that_is_given_up_leaves_no_server() {
    let place = Place::new();
    start(&place).await.stop().await.unwrap();
    let starting = tokio::spawn(Own::start(place.options()));
    let log = place.home().join("log/postgres.log");
    fs::write(&log, "").unwrap();
    crate::until("a server was started", || {
        fs::metadata(&log).is_ok_and(|found| found.len() > 0)
    });
    starting.abort();
    // Either it was ready already, or the future was dropped in the middle; the value is dropped both ways.
    drop(starting.await);
    crate::until("the server ended", || {
        !place.data().join("postmaster.pid").exists() && !runs_on(&place.data())
    });
    start(&place).await.stop().await.unwrap();
}

/// Whether any process has this data directory in its command line.
fn runs_on(data: &Path) -> bool {
    let data = data.to_str().unwrap();
    fs::read_dir("/proc").unwrap().filter_map(Result::ok).any(|entry| {
        fs::read(entry.path().join("cmdline")).is_ok_and(|line| String::from_utf8_lossy(&line).contains(data))
    })
}
