//! Whether connectors progress, on real Connect: lag beside what Kafka's own client says, and what is said of sinks that are
//! blocked, slow or idle.

use std::collections::BTreeMap;
use std::io::Read as _;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use lab::Lab;
use lab::artifacts::{Cache, NEWEST, Set};
use serde_json::Value;

use crate::plant;
use crate::server::{Server, Watched, connector_path};
use crate::stage::{MODERN, Stage};
use crate::story::verdict;
use crate::until::until;

const TEXT: (&str, &str) = ("value.converter", "org.apache.kafka.connect.storage.StringConverter");

/// Committed offset, if any, and end of each partition, as Kafka's own client says.
async fn by_kafka(lab: &Lab, group: &str, topic: &str) -> BTreeMap<i64, (Option<i64>, i64)> {
    let silent = lab::Progress::silent();
    let worker = Cache::usual().have(&Set::worker(NEWEST), &silent).await.unwrap();
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/lab/java/Lags.java");
    let output = Command::new("java")
        .args(["-cp", &format!("{}/*", worker.display())])
        .arg(source)
        .args([&lab.broker().bootstrap(), group, topic])
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let line = |line: &str| {
        let parts: Vec<&str> = line.split(' ').collect();
        let [partition, committed, end] = parts[..] else {
            panic!("{line}")
        };
        (
            partition.parse().unwrap(),
            (committed.parse().ok(), end.parse().unwrap()),
        )
    };
    let told = String::from_utf8(output.stdout).unwrap();
    told.lines().map(line).collect()
}

/// The same as the API says, with the lag of each.
async fn by_us(server: &Server, name: &str) -> Result<BTreeMap<i64, (Option<i64>, i64, Option<i64>)>, String> {
    let detail = server.api(&format!("{}/lag", connector_path(MODERN, name))).await;
    let items = detail["items"].as_array().ok_or(format!("no partitions: {detail}"))?;
    let item = |item: &Value| {
        let end = item["end"].as_i64().ok_or(format!("an end is missing: {detail}"))?;
        let partition = item["partition"].as_i64().unwrap();
        Ok((partition, (item["committed"].as_i64(), end, item["offsets"].as_i64())))
    };
    items.iter().map(item).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn lag_is_what_kafkas_own_client_says_partition_by_partition() {
    let stage = Stage::visit().await;
    let (lab, server) = (stage.lab, &stage.server);
    let (name, topic) = ("progress-lag", "progress-lag-topic");
    lab.create_topic(topic, 6).await.unwrap();
    for partition in 0..5 {
        lab.produce(topic, Some(partition), None, Some("first")).await.unwrap();
    }
    let out = plant::file(lab, "progress-lag.out");
    let config = [plant::FILE_SINK, ("topics", topic), ("file", &out), TEXT];
    stage.modern.create_connector(name, &config).await.unwrap();
    server
        .connector_when(MODERN, name, 60, "caught up", |connector| {
            connector["lag"]["records"] == 0 && connector["lag"]["seconds"] == 0
        })
        .await;
    // Nobody reads from here on, and each partition is left behind by another number.
    stage.modern.target_state(name, "stop").await.unwrap();
    server.verdict(MODERN, name, "stopped").await;
    for partition in 1..6 {
        for _ in 0..partition * 3 {
            lab.produce(topic, Some(partition), None, Some("later")).await.unwrap();
        }
    }
    let expected = by_kafka(lab, &format!("connect-{name}"), topic).await;
    assert_eq!(expected.len(), 6);
    until("all partitions are told as Kafka's client tells them", 30, async || {
        let told = by_us(server, name).await?;
        let same = |partition: &i64, (committed, end): &(Option<i64>, i64)| {
            let lag = committed.map(|committed| end - committed);
            told.get(partition) == Some(&(*committed, *end, lag))
        };
        match told.len() == 6 && expected.iter().all(|(partition, offsets)| same(partition, offsets)) {
            true => Ok(()),
            false => Err(format!("{told:?}, and Kafka says {expected:?}")),
        }
    })
    .await;
    let sum: i64 = expected
        .values()
        .filter_map(|(committed, end)| Some(end - (*committed)?))
        .sum();
    // The next unread record is looked at a moment after it is known that there is one.
    server
        .connector_when(
            MODERN,
            name,
            30,
            "the sum of its partitions, aged by a record",
            |connector| connector["lag"]["records"] == sum && connector["lag"]["method"] == "record_timestamp",
        )
        .await;
    let metrics = server.get("/metrics").await.all();
    let line = format!("signalbox_connector_lag_records{{cluster=\"{MODERN}\",connector=\"{name}\"}} {sum}");
    assert!(metrics.contains(&line), "{line}");
    let found = server.api("/connectors?q=lag:%3E20&sort=lag").await;
    assert_eq!(found["items"][0]["name"], name, "{found}");
    plant::clear(&stage.modern, &[name]).await;
}

/// A named pipe that is read as fast as it is told.
struct Pipe {
    path: String,
    /// Bytes a second; 0: nothing is read.
    speed: Arc<AtomicU64>,
    reader: thread::JoinHandle<()>,
}

const ALL: u64 = u64::MAX;

impl Pipe {
    fn new(lab: &Lab, name: &str, speed: u64) -> Self {
        let path = plant::file(lab, name);
        assert!(Command::new("mkfifo").arg(&path).status().unwrap().success());
        let speed = Arc::new(AtomicU64::new(speed));
        let (own, file) = (speed.clone(), path.clone());
        let reader = thread::spawn(move || {
            let mut pipe = std::fs::File::open(file).unwrap();
            let mut buffer = vec![0; 65_536];
            loop {
                let part = match own.load(Ordering::Relaxed) {
                    ALL => buffer.len(),
                    speed => usize::try_from(speed / 10).unwrap(),
                };
                if part > 0 && pipe.read(&mut buffer[..part]).unwrap() == 0 {
                    return;
                }
                if part < buffer.len() {
                    thread::sleep(Duration::from_millis(100));
                }
            }
        });
        Self { path, speed, reader }
    }

    fn set(&self, speed: u64) {
        self.speed.store(speed, Ordering::Relaxed);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_blocked_sink_is_stalled_a_slow_one_lags_and_an_idle_one_is_neither() {
    let stage = Stage::visit().await;
    let lab = stage.lab;
    let more = "[[objectives]]\nmatch = { connector = \"progress-*\" }\nstall_window = \"15s\"\nlag_records = 100\n";
    let server = Server::start_with(&lab.broker().bootstrap(), &[Watched::of(&stage.modern)], more).await;
    let (blocked, slow) = (
        Pipe::new(lab, "progress-blocked.pipe", ALL),
        Pipe::new(lab, "progress-slow.pipe", ALL),
    );
    for (name, file, polled) in [
        ("progress-blocked", blocked.path.as_str(), "500"),
        ("progress-slow", slow.path.as_str(), "5"),
        ("progress-idle", &plant::file(lab, "progress-idle.out"), "500"),
    ] {
        let topic = format!("{name}-topic");
        lab.create_topic(&topic, 1).await.unwrap();
        lab.produce(&topic, None, None, Some("first")).await.unwrap();
        let polled = ("consumer.override.max.poll.records", polled);
        let config = [plant::FILE_SINK, ("topics", &topic), ("file", file), TEXT, polled];
        stage.modern.create_connector(name, &config).await.unwrap();
    }
    // Each shows its rhythm first.
    let record = "x".repeat(1_000);
    let write = async |name: &str, records: usize| {
        let topic = format!("{name}-topic");
        for _ in 0..records {
            lab.produce(&topic, None, None, Some(&record)).await.unwrap();
        }
    };
    let began = Instant::now();
    while began.elapsed() < Duration::from_secs(35) {
        write("progress-blocked", 2).await;
        write("progress-slow", 2).await;
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    let active = server.verdict(MODERN, "progress-blocked", "healthy").await;
    assert_eq!(active["health"]["activity"], "active", "{active}");
    // From now on one target takes nothing, and the other less than comes.
    blocked.set(0);
    slow.set(10_000);
    write("progress-blocked", 400).await;
    let mut told: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    let began = Instant::now();
    let done = loop {
        write("progress-slow", 60).await;
        for name in ["progress-blocked", "progress-slow", "progress-idle"] {
            let connector = server.connector(MODERN, name).await;
            let now = format!(
                "{} {}",
                verdict(&connector),
                connector["health"]["activity"].as_str().unwrap()
            );
            let known = told.entry(name).or_default();
            if known.last() != Some(&now) {
                known.push(now);
            }
        }
        let has = |name: &str, word: &str| told[name].iter().any(|told| told.starts_with(word));
        if has("progress-blocked", "stalled") && has("progress-slow", "lagging") {
            break true;
        }
        if began.elapsed() > Duration::from_secs(150) {
            break false;
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
    };
    if !done {
        let slow = server.connector(MODERN, "progress-slow").await;
        let offsets = by_kafka(lab, "connect-progress-slow", "progress-slow-topic").await;
        panic!("{told:?}; Kafka says {offsets:?}, and we {slow}");
    }
    let never = |name: &str, words: &[&str]| {
        let said = told[name].iter();
        let wrong: Vec<&String> = said
            .filter(|told| words.iter().any(|word| told.starts_with(word)))
            .collect();
        assert!(wrong.is_empty(), "{name}: {told:?}");
    };
    never("progress-idle", &["stalled", "lagging", "failed", "unassigned"]);
    never("progress-slow", &["stalled", "failed"]);
    let idle = server.connector(MODERN, "progress-idle").await;
    assert_eq!(idle["health"]["activity"], "idle", "{idle}");
    let stalled = server.verdict(MODERN, "progress-blocked", "stalled").await;
    let why = stalled["health"]["reasons"][0]["text"].as_str().unwrap();
    assert!(why.contains("progress-blocked-topic") && why.contains("wait"), "{why}");
    assert_eq!(stalled["tasks"][0]["state"], "RUNNING");
    // Fewer than three of its own intervals are no trend.
    server
        .connector_when(MODERN, "progress-blocked", 90, "frozen", |connector| {
            connector["lag"]["trend"] == "frozen"
        })
        .await;
    // What moves again is well again.
    for pipe in [&blocked, &slow] {
        pipe.set(ALL);
    }
    server.verdict(MODERN, "progress-blocked", "healthy").await;
    plant::clear(&stage.modern, &["progress-blocked", "progress-slow", "progress-idle"]).await;
    for pipe in [blocked, slow] {
        pipe.reader.join().unwrap();
    }
}
