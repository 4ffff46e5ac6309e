//! A rolling restart under load, as one sees it who listens to events through a load balancer.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use nix::sys::signal::Signal;
use serde_json::Value;
use testkit::fake::{FakeCluster, traces};

use super::{Rig, until_all_healthy};
use crate::client::until;
use crate::server::{SEE, Server};

const CLUSTERS: usize = 3;
const CONNECTORS: usize = 20;
/// Between two changes of the storm in each cluster.
const CHANGE: Duration = Duration::from_millis(8);
/// A reader goes to the next server after so long, as clients behind a balancer do.
const STAY: Duration = Duration::from_millis(1500);

/// What the balancer knows: where servers listen.
type Balancer = Arc<Mutex<Vec<SocketAddr>>>;

/// One event as it came.
#[derive(Debug)]
struct Heard {
    id: i64,
    kind: String,
    data: Value,
}

/// Reads one stream until it ends, breaks, or was stayed with for long enough; only whole events count.
fn listen(address: SocketAddr, last: i64, stay: Duration, mut hear: impl FnMut(Heard)) -> std::io::Result<()> {
    let mut stream = TcpStream::connect_timeout(&address, Duration::from_secs(1))?;
    stream.set_read_timeout(Some(Duration::from_millis(200)))?;
    write!(
        stream,
        "GET /api/v1/events HTTP/1.1\r\nhost: {address}\r\nauthorization: Bearer {SEE}\r\naccept: text/event-stream\r\n\
         last-event-id: {last}\r\nconnection: close\r\n\r\n"
    )?;
    let began = Instant::now();
    let mut reader = BufReader::new(stream);
    let (mut line, mut id, mut kind, mut data) = (String::new(), None, String::new(), String::new());
    while began.elapsed() < stay {
        match reader.read_line(&mut line) {
            Ok(0) => return Ok(()),
            Ok(_) => {}
            // What was read of a line stays in it.
            Err(error)
                if matches!(
                    error.kind(),
                    std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut
                ) =>
            {
                continue;
            }
            Err(error) => return Err(error),
        }
        let text = line.trim_end();
        if let Some(number) = text.strip_prefix("id: ") {
            id = number.parse().ok();
        } else if let Some(name) = text.strip_prefix("event: ") {
            name.clone_into(&mut kind);
        } else if let Some(text) = text.strip_prefix("data: ") {
            text.clone_into(&mut data);
        } else if line == "\n" {
            if let (Some(id), false) = (id.take(), data.is_empty()) {
                let data = serde_json::from_str(&data).unwrap();
                hear(Heard {
                    id,
                    kind: std::mem::take(&mut kind),
                    data,
                });
            }
            data.clear();
        }
        line.clear();
    }
    Ok(())
}

/// Flips tasks until told to stop; how often it did.
fn storm(clusters: &[FakeCluster], over: &AtomicBool) -> usize {
    let mut flips = 0;
    while !over.load(Ordering::SeqCst) {
        let (cluster, number) = (&clusters[flips % CLUSTERS], (flips / CLUSTERS * 7) % CONNECTORS);
        let name = format!("s{number}");
        let fails = cluster.connector(&name).unwrap().tasks[&0].state == "RUNNING";
        match fails {
            true => cluster.set_state(&name, Some(0), "FAILED", Some(traces::BARE)),
            false => cluster.set_state(&name, Some(0), "RUNNING", None),
        };
        flips += 1;
        if flips % CLUSTERS == 0 {
            std::thread::sleep(CHANGE);
        }
    }
    flips
}

#[test]
fn a_listener_misses_nothing_and_hears_nothing_twice_while_servers_are_restarted() {
    let rig = Rig::new(CLUSTERS, CONNECTORS);
    let mut servers: Vec<Server> = (0..3).map(|_| Server::ready(rig.home())).collect();
    for server in &servers {
        until_all_healthy(server, CLUSTERS * CONNECTORS);
    }
    let balancer: Balancer = Arc::new(Mutex::new(servers.iter().map(|server| server.address).collect()));
    let begin = servers[0].api("/api/v1/events").json()["next"].as_i64().unwrap();
    let (over, last) = (AtomicBool::new(false), AtomicI64::new(begin));
    let (done, heard) = (AtomicBool::new(false), Mutex::<Vec<Heard>>::default());
    std::thread::scope(|scope| {
        let storming = scope.spawn(|| storm(&rig.clusters, &over));
        let (done, last, heard, balancer) = (&done, &last, &heard, &balancer);
        scope.spawn(move || {
            let mut turn = 0;
            while !done.load(Ordering::SeqCst) {
                let address = {
                    let known = balancer.lock().unwrap();
                    known[turn % known.len()]
                };
                turn += 1;
                let stream = listen(address, last.load(Ordering::SeqCst), STAY, |event| {
                    last.store(event.id, Ordering::SeqCst);
                    heard.lock().unwrap().push(event);
                });
                if stream.is_err() {
                    std::thread::sleep(Duration::from_millis(20));
                }
            }
        });
        let rolled = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            for place in 0..servers.len() {
                // The balancer hears of it only by refused connections.
                let mut old = servers.remove(place);
                old.signal(Signal::SIGTERM);
                old.ended();
                let new = Server::ready(old.stop());
                balancer.lock().unwrap()[place] = new.address;
                servers.insert(place, new);
                // Under load again before the next one goes.
                let before = heard.lock().unwrap().len();
                until("more events", || {
                    (heard.lock().unwrap().len() > before + 100).then_some(())
                });
            }
            over.store(true, Ordering::SeqCst);
            until("the last event", || {
                let head = rig.database.ask("SELECT max(id)::text FROM feed")[0]
                    .parse::<i64>()
                    .unwrap();
                std::thread::sleep(Duration::from_secs(1));
                (last.load(Ordering::SeqCst) == head).then_some(())
            });
        }));
        over.store(true, Ordering::SeqCst);
        done.store(true, Ordering::SeqCst);
        let flips = storming.join().unwrap();
        if let Err(panic) = rolled {
            std::panic::resume_unwind(panic);
        }
        eprintln!("{flips} changes, {} events heard", heard.lock().unwrap().len());
    });

    let heard = heard.into_inner().unwrap();
    let resets = heard.iter().filter(|event| event.kind != "change").count();
    assert_eq!(resets, 0, "nothing had expired");
    let numbers: Vec<i64> = heard.iter().map(|event| event.id).collect();
    assert!(
        numbers.is_sorted_by(|one, next| one < next),
        "in order, none twice: {numbers:?}"
    );
    // Of several events about the same thing that a reader had not been told yet only the last is said: each number of
    // the feed was heard, or a later one that tells of the same.
    let feed = rig.database.ask(&format!(
        "SELECT concat_ws(' ', id, cluster, coalesce(connector, '-'), changed) FROM feed WHERE id > {begin} ORDER BY id DESC"
    ));
    let told: BTreeMap<i64, String> = heard
        .iter()
        .map(|event| {
            let connector = event.data["connector"].as_str().unwrap_or("-");
            let words = (
                event.data["cluster"].as_str().unwrap(),
                event.data["changed"].as_str().unwrap(),
            );
            (event.id, format!("{} {connector} {}", words.0, words.1))
        })
        .collect();
    let mut later: BTreeSet<&str> = BTreeSet::new();
    let mut exactly = 0;
    for row in &feed {
        let (id, about) = row.split_once(' ').unwrap();
        match told.get(&id.parse().unwrap()) {
            Some(said) => {
                assert_eq!(said, about, "event {id}");
                exactly += 1;
                later.insert(about);
            }
            None => assert!(later.contains(about), "{row} was not told"),
        }
    }
    assert_eq!(exactly, heard.len(), "nothing was told that the feed does not hold");
    eprintln!("{} numbers of the feed, {exactly} told themselves", feed.len());
    assert!(exactly > 300, "under load");
}
