//! The disk under the server's own Postgres is full.

use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use nix::sys::signal::Signal;
use testkit::fake::{FakeCluster, FakeConnector, Version};

use super::history;
use crate::client::until;
use crate::server::{Home, Server};

/// A file system in memory of its own, so that only this test runs out of it.
struct Disk(PathBuf);

impl Disk {
    fn mount(place: &Path, megabytes: u32) -> Self {
        std::fs::create_dir_all(place).unwrap();
        let size = format!("size={megabytes}m,mode=0711");
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", &size, "signalbox-test"])
            .arg(place)
            .output()
            .unwrap();
        assert!(
            mounted.status.success(),
            "this test fills a file system of its own, and mounting one needs root and CAP_SYS_ADMIN: {}",
            String::from_utf8_lossy(&mounted.stderr)
        );
        Self(place.to_owned())
    }

    /// Takes all that is left.
    fn fill(&self) {
        let mut ballast = std::fs::File::options()
            .create(true)
            .append(true)
            .open(self.0.join("ballast"))
            .unwrap();
        for size in [1 << 20, 4096, 1] {
            while ballast.write_all(&vec![0; size]).is_ok() {}
        }
    }

    fn free(&self) {
        std::fs::remove_file(self.0.join("ballast")).unwrap();
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        // Lazily: what a failed test left running keeps it for a moment.
        let _gone = Command::new("umount").arg("-l").arg(&self.0).status();
    }
}

const CONNECTORS: usize = 40;

/// A trace that takes space, another one each time, and does not compress.
fn trace(round: usize, number: usize) -> String {
    let mut bits = (round * CONNECTORS + number) as u64;
    let mut text = "java.lang.IllegalStateException: the target says no\n".to_owned();
    while text.len() < 12_000 {
        bits = bits
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        text.push_str(&format!("\tat com.example.C{bits:016x}.put(C.java:{})\n", bits % 999));
    }
    text
}

/// Waits until the worker was asked twice more: the second time after the first answer was there.
fn looked(fake: &FakeCluster) {
    let lists = || {
        fake.requests(0)
            .iter()
            .filter(|request| request.contains("expand="))
            .count()
    };
    let before = lists();
    until("two more looks", || (lists() >= before + 2).then_some(()));
}

#[test]
fn a_full_disk_is_told_loses_nothing_and_is_over_when_there_is_space() {
    let home = Home::new("");
    // The database runs as another user and must reach its folder.
    std::fs::set_permissions(home.folder.path(), std::fs::Permissions::from_mode(0o711)).unwrap();
    let disk = Disk::mount(&home.data(), 160);
    let fake = FakeCluster::start(Version::V4_3_1, 1).unwrap();
    (0..CONNECTORS).for_each(|number| fake.put(FakeConnector::sink(&format!("s{number}"), 1)));
    home.write(&format!(
        "[[clusters]]\nname = \"orders\"\nurls = [\"{}\"]\n",
        fake.url(0)
    ));
    let mut server = Server::ready(home);
    until("all healthy", || {
        let list = server.api("/api/v1/connectors?health=healthy").json();
        (list["matching"] == CONNECTORS).then_some(())
    });
    let cookie = server.sign_in();
    let before = history(&server, "orders", "s0").len();

    disk.fill();
    let full = Instant::now();
    // Everything fails again and again with much to say, until no more of it can be recorded.
    let mut flips = 0;
    let why = loop {
        for number in 0..CONNECTORS {
            let name = format!("s{number}");
            match flips % 2 {
                0 => fake.set_state(&name, Some(0), "FAILED", Some(&trace(flips, number))),
                _ => fake.set_state(&name, Some(0), "RUNNING", None),
            };
        }
        flips += 1;
        looked(&fake);
        let ready = server.get("/readyz");
        if ready.status == 503 {
            break ready.text();
        }
        assert!(
            full.elapsed() < Duration::from_secs(90),
            "nobody noticed after {flips} rounds"
        );
    };
    eprintln!("full after {flips} rounds and {:?}: {why}", full.elapsed());
    assert_eq!(server.get("/livez").status, 200);
    let page = server.ask("GET", "/").header("cookie", &cookie).send();
    assert_eq!(page.status, 200);
    assert!(
        page.text().contains("This server cannot do its work right now"),
        "{}",
        page.text()
    );
    // It stays full for a while; what changes meanwhile is kept.
    std::thread::sleep(Duration::from_secs(5));
    let said = until("the reason", || {
        let ready = server.get("/readyz");
        assert_eq!(ready.status, 503, "{}", ready.text());
        ready.text().contains("No space left on device").then(|| ready.text())
    });
    eprintln!("said: {said}");
    fake.set_state("s0", Some(0), "RUNNING", None);
    looked(&fake);
    fake.set_state(
        "s0",
        Some(0),
        "FAILED",
        Some("java.lang.IllegalStateException: the last word"),
    );
    looked(&fake);

    disk.free();
    let freed = Instant::now();
    until("readiness", || (server.get("/readyz").status == 200).then_some(()));
    until("the truth", || {
        let one = server.api("/api/v1/clusters/orders/connectors/s0").json();
        (one["tasks"][0]["state"] == "FAILED" && one["health"]["stale"] == false).then_some(())
    });
    // Each round was seen, and each is there once. The truth may have been recorded before the disk was full.
    let since_full = flips + if flips % 2 == 1 { 2 } else { 1 };
    let states = || {
        let after = history(&server, "orders", "s0").into_iter().skip(before);
        let states = after.filter(|(_, kind, _)| kind == "state");
        states.map(|(.., text)| text).collect::<Vec<String>>()
    };
    until("all that happened", || (states().len() >= since_full).then_some(()));
    let took = freed.elapsed();
    eprintln!("well again {took:?} after space was freed");
    assert!(took < Duration::from_secs(20), "{took:?}");
    let states = states();
    assert_eq!(states.len(), since_full, "{states:#?}");
    for pair in states.windows(2) {
        assert_ne!(
            pair[0].contains("is FAILED"),
            pair[1].contains("is FAILED"),
            "in turn: {states:#?}"
        );
    }
    assert!(server.api("/api/v1/clusters").text().contains("\"reachable\":true"));
    server.signal(Signal::SIGTERM);
    let (status, took) = server.ended();
    assert!(
        status.success() && took < Duration::from_secs(5),
        "{status} after {took:?}"
    );
}
