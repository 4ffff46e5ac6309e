//! Those who ask what takes long, and those who ask slowly, keep nobody else from an answer.

use std::io::Write as _;
use std::net::TcpStream;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use testkit::fake::{FakeCluster, FakeConnector, Version};

use super::instance::Instance;
use crate::client::{Answer, until};
use crate::database::Database;
use crate::server::{ALL, Home, Server};

/// More than there are turns.
const MANY: usize = 40;
/// What memory answers is answered within this, though all processors may be busy with other tests.
const AT_ONCE: Duration = Duration::from_secs(2);

fn watching(url: &str) -> (FakeCluster, Server) {
    let fake = FakeCluster::start(Version::V4_3_1, 1).unwrap();
    fake.put(FakeConnector::sink("invoices", 1));
    let home = Home::new(url);
    home.write(&format!(
        "[[clusters]]\nname = \"orders\"\nurls = [\"{}\"]\n",
        fake.url(0)
    ));
    let server = Server::ready(home);
    until("a connector", || {
        (server.api("/api/v1/connectors").json()["matching"] == 1).then_some(())
    });
    (fake, server)
}

/// All that memory answers, several times over.
fn memory_answers(server: &Server, cookie: &str) {
    for _ in 0..5 {
        for path in [
            "/api/v1/connectors",
            "/api/v1/clusters",
            "/api/v1/faults",
            "/connectors",
            "/clusters",
            "/metrics",
            "/livez",
        ] {
            let asked = Instant::now();
            let mut ask = server.ask("GET", path);
            ask = match path.starts_with("/api") {
                true => ask.token(ALL),
                false => ask.header("cookie", cookie),
            };
            let answer = ask.send();
            assert_eq!(answer.status, 200, "{path}: {}", answer.text());
            assert!(asked.elapsed() < AT_ONCE, "{path} took {:?}", asked.elapsed());
        }
    }
}

#[test]
fn a_database_that_hangs_keeps_nobody_from_what_memory_answers() {
    let instance = Instance::start();
    let (_fake, server) = watching(&instance.url);
    let cookie = server.sign_in();
    let timeline = "/api/v1/clusters/orders/connectors/invoices/timeline";
    assert_eq!(server.api(timeline).status, 200);
    instance.freeze();
    let began = Instant::now();
    let ask = || (server.api(timeline), began.elapsed());
    let answers: Vec<(Answer, Duration)> = std::thread::scope(|scope| {
        let asking: Vec<_> = (0..MANY).map(|_| scope.spawn(ask)).collect();
        // Some are with the database by now, and all others wait for them.
        std::thread::sleep(Duration::from_millis(500));
        assert!(!asking.iter().any(|one| one.is_finished()), "they hang");
        memory_answers(&server, &cookie);
        // The first screen shows the past too; it goes without.
        let asked = Instant::now();
        let page = server.ask("GET", "/").header("cookie", &cookie).send();
        assert_eq!(page.status, 200);
        assert!(asked.elapsed() < AT_ONCE * 2, "{:?}", asked.elapsed());
        asking.into_iter().map(|one| one.join().unwrap()).collect()
    });
    // Nobody waits for ever, and those for whom there is no room are told soon.
    for (answer, took) in &answers {
        assert_eq!(answer.status, 503, "{}", answer.text());
        assert_eq!(answer.header("retry-after"), Some("1"));
        assert!(*took < Duration::from_secs(15), "{took:?}");
    }
    let busy = |(answer, took): &&(Answer, Duration)| answer.json()["code"] == "busy" && *took < Duration::from_secs(6);
    let turned_away = answers.iter().filter(busy).count();
    assert!(turned_away >= MANY / 2, "{turned_away} were told to come back");
    instance.thaw();
    until("history again", || (server.api(timeline).status == 200).then_some(()));
}

#[test]
fn who_sends_one_byte_a_second_keeps_nobody_from_an_answer() {
    let database = Database::new();
    let (_fake, server) = watching(&database.url);
    let cookie = server.sign_in();
    let log =
        format!("PUT /api/v1/system/log HTTP/1.1\r\nauthorization: Bearer {ALL}\r\ncontent-type: application/json\r\n");
    let form = "content-type: application/x-www-form-urlencoded\r\n";
    let door = format!("POST /signin HTTP/1.1\r\n{form}");
    let page = format!("POST /system/log HTTP/1.1\r\ncookie: {cookie}\r\n{form}");
    let mut senders = Vec::new();
    for request in [log, door, page] {
        for _ in 0..MANY {
            let mut stream = TcpStream::connect(server.address).unwrap();
            let host = server.address;
            write!(stream, "{request}host: {host}\r\ncontent-length: 100\r\n\r\n{{").unwrap();
            senders.push(stream);
        }
    }
    let over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !over.load(Ordering::SeqCst) {
                std::thread::sleep(Duration::from_secs(1));
                // One that was given up cannot be sent to.
                senders.iter().for_each(|mut stream| drop(stream.write_all(b" ")));
            }
        });
        // Until they are given up, which is after ten seconds.
        let began = Instant::now();
        while began.elapsed() < Duration::from_secs(3) {
            memory_answers(&server, &cookie);
        }
        let changed = server
            .ask("PUT", "/api/v1/system/log")
            .token(ALL)
            .body("application/json", "{\"filter\": \"info\", \"minutes\": 1}")
            .send();
        assert_eq!(changed.status, 200, "{}", changed.text());
        over.store(true, Ordering::SeqCst);
    });
}
