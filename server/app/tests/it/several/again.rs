//! A server that was killed comes back and takes its own place, at once; another one's place it waits for.

use std::time::{Duration, Instant};

use nix::sys::signal::Signal;
use testkit::fake::traces;

use super::Rig;
use crate::client::{PATIENCE, until};
use crate::server::{Home, Server};

const CLUSTERS: usize = 3;
const CONNECTORS: usize = 8;
/// From its start until it shows everything as it is: promised.
const VIEW: Duration = Duration::from_secs(5);
/// How long the leases of one that was killed are made to hold on: nobody comes by them by waiting.
const LONG: Duration = Duration::from_secs(12);

/// Kills it; its leases hold for so long from now on. Until when, by Postgres's clock.
fn kill(rig: &Rig, mut server: Server, hold: Duration) -> (Home, String) {
    server.signal(Signal::SIGKILL);
    server.ended();
    let seconds = hold.as_secs();
    let until = rig.database.ask(&format!(
        "UPDATE leases SET expires_at = clock_timestamp() + interval '{seconds} s' WHERE NOT released
         RETURNING expires_at::text"
    ));
    assert_eq!(until.len(), CLUSTERS);
    (server.stop(), until[0].clone())
}

/// How many connectors are shown as failed.
fn failed(server: &Server) -> usize {
    let answer = server.api("/api/v1/connectors?health=failed");
    match answer.status {
        200 => answer.json()["matching"].as_u64().unwrap().try_into().unwrap(),
        _ => 0,
    }
}

fn healthy(server: &Server, number: u64) {
    until("all healthy", || {
        let answer = server.api("/api/v1/connectors?health=healthy");
        (answer.status == 200 && answer.json()["matching"] == number).then_some(())
    });
}

#[test]
fn killed_and_started_again_it_shows_everything_within_five_seconds() {
    let rig = Rig::new(CLUSTERS, CONNECTORS);
    let mut server = Server::ready(rig.home());
    healthy(&server, (CLUSTERS * CONNECTORS).try_into().unwrap());
    let mut times = Vec::new();
    for round in 1..=4 {
        let (home, _) = kill(&rig, server, PATIENCE);
        // While nobody looks one more fails in every cluster.
        for cluster in &rig.clusters {
            cluster.set_state(&format!("s{round}"), Some(0), "FAILED", Some(traces::BARE));
        }
        if round == 2 {
            // Killed again before it could take anything: the next one takes the place of both.
            let between = Server::start(home);
            let (home, _) = kill(&rig, between, PATIENCE);
            server = started(home, round, &mut times);
        } else {
            server = started(home, round, &mut times);
        }
    }
    eprintln!("everything was shown after {times:?}");
    let epochs = rig.database.ask("SELECT DISTINCT (epoch >= 5)::text FROM leases");
    assert_eq!(epochs, ["true"], "each holding has an epoch of its own");
}

fn started(home: Home, round: usize, times: &mut Vec<Duration>) -> Server {
    let began = Instant::now();
    let server = Server::start(home);
    until("the truth", || (failed(&server) == CLUSTERS * round).then_some(()));
    let took = began.elapsed();
    assert!(took < VIEW, "{took:?}");
    times.push(took);
    server
}

#[test]
fn the_place_of_another_server_is_waited_for() {
    let rig = Rig::new(CLUSTERS, 1);
    let first = Server::ready(rig.home());
    healthy(&first, CLUSTERS.try_into().unwrap());
    let (killed, expiry) = kill(&rig, first, LONG);
    // It has all that the first one had, but not the folder itself.
    let home = rig.home();
    for file in std::fs::read_dir(killed.data()).unwrap() {
        let file = file.unwrap();
        if file.file_type().unwrap().is_file() {
            std::fs::copy(file.path(), home.data().join(file.file_name())).unwrap();
        }
    }
    let second = Server::ready(home);
    until("the second at work", || {
        (rig.holdings().get(&second.pid()).map_or(0, Vec::len) == CLUSTERS).then_some(())
    });
    let early = rig
        .database
        .ask(&format!("SELECT unit FROM leases WHERE acquired_at < '{expiry}'"));
    assert!(early.is_empty(), "taken before they ran out: {early:?}");
}

/// Stops it where no statement of its is under way, which would keep others from the leases' rows for as long.
fn freeze(rig: &Rig, server: &Server) {
    until("a moment between two statements", || {
        server.signal(Signal::SIGSTOP);
        let under_way = rig.database.ask(
            "SELECT state FROM pg_stat_activity
             WHERE datname = current_database() AND pid <> pg_backend_pid() AND state <> 'idle'",
        );
        if !under_way.is_empty() {
            server.signal(Signal::SIGCONT);
        }
        under_way.is_empty().then_some(())
    });
}

#[test]
fn the_place_of_one_that_lives_is_waited_for_in_its_own_folder_too() {
    let rig = Rig::new(CLUSTERS, 1);
    let first = Server::ready(rig.home());
    healthy(&first, CLUSTERS.try_into().unwrap());
    freeze(&rig, &first);
    let seconds = LONG.as_secs();
    let expiry = rig.database.ask(&format!(
        "UPDATE leases SET expires_at = clock_timestamp() + interval '{seconds} s' WHERE NOT released
         RETURNING expires_at::text"
    ));
    // It answers nobody, but its lock says that it lives.
    let home = rig.home();
    std::fs::remove_dir_all(home.data()).unwrap();
    std::os::unix::fs::symlink(first.home.data(), home.data()).unwrap();
    let second = Server::ready(home);
    until("the second at work", || {
        (rig.holdings().get(&second.pid()).map_or(0, Vec::len) == CLUSTERS).then_some(())
    });
    let early = rig
        .database
        .ask(&format!("SELECT unit FROM leases WHERE acquired_at < '{}'", expiry[0]));
    assert!(early.is_empty(), "taken before they ran out: {early:?}");
}
