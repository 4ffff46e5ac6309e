//! What following many groups costs: 2,000 groups that commit 20 partitions each every 5 s, and the ends of all 4,000
//! partitions once a second. Measured by hand, since it takes minutes:
//! `MEASURE=1 cargo test --release -p kafka --test it -- --nocapture what_following`.

use std::collections::BTreeMap;
use std::process::{Child, Command};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use kafka::Cluster;
use kafka::offsets::{CommitsTail, Isolation, Offsets, Partition, Point, partition_of};
use lab::{Lab, LabOptions};
use rdkafka::ClientConfig;
use rdkafka::consumer::{CommitMode, Consumer};
use rdkafka::producer::{BaseRecord, DefaultProducerContext, Producer, ThreadedProducer};

use super::by_hand::LONG;

const GROUPS: usize = 2_000;
const TOPICS: usize = 200;
const PARTITIONS: i32 = 20;
/// Of the topic of commits.
const HOMES: i32 = 50;
const ROUND: Duration = Duration::from_secs(5);
/// Parts of a round in which some of the groups commit.
const PARTS: usize = 50;
const PHASE: Duration = Duration::from_secs(40);
/// Rounds that the generator commits: longer than all phases.
const ROUNDS: u32 = 30;

fn now_ms() -> i64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    i64::try_from(now.as_millis()).unwrap()
}

fn group(number: usize) -> String {
    format!("connect-load-{number}")
}

fn topic(number: usize) -> String {
    format!("load-{}", number % TOPICS)
}

/// The generator, a process of its own: it writes what the coordinator of each group would, as a broker of 4.3 does.
#[test]
fn the_load() {
    let Ok(bootstrap) = std::env::var("LOAD_BOOTSTRAP") else {
        return;
    };
    let producer: ThreadedProducer<DefaultProducerContext> = ClientConfig::new()
        .set("bootstrap.servers", bootstrap)
        // Brokers let nobody else write to topics of their own.
        .set("client.id", "__admin_client")
        .set("linger.ms", "5")
        .create()
        .unwrap();
    let string = |text: &str| [&i16::try_from(text.len()).unwrap().to_be_bytes()[..], text.as_bytes()].concat();
    let began = Instant::now();
    let mut parts = 0;
    for round in 1..=ROUNDS {
        for part in 0..PARTS {
            for number in (part..GROUPS).step_by(PARTS) {
                let group = group(number);
                for partition in 0..PARTITIONS {
                    let key = [
                        &1_i16.to_be_bytes()[..],
                        &string(&group),
                        &string(&topic(number)),
                        &partition.to_be_bytes(),
                    ];
                    let value = [
                        &4_i16.to_be_bytes()[..],
                        &i64::from(round).to_be_bytes(),
                        &(-1_i32).to_be_bytes(),
                        &[1],
                        &now_ms().to_be_bytes(),
                        &[1, 0, 16],
                        &[7; 16],
                    ];
                    let (key, value) = (key.concat(), value.concat());
                    let record = BaseRecord::to("__consumer_offsets")
                        .partition(partition_of(&group, HOMES).unwrap())
                        .key(&key)
                        .payload(&value);
                    producer.send(record).unwrap();
                }
            }
            parts += 1;
            std::thread::sleep((ROUND / 50 * parts).saturating_sub(began.elapsed()));
        }
    }
    producer.flush(LONG).unwrap();
}

/// CPU seconds of a process.
fn cpu(pid: i32) -> f64 {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap();
    let fields: Vec<&str> = stat.rsplit(") ").next().unwrap().split(' ').collect();
    let ticks = |at: usize| fields[at].parse::<u32>().unwrap();
    f64::from(ticks(11) + ticks(12)) / 100.0
}

/// Resident memory in MB.
fn memory() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<f64>().unwrap() / 1024.0
}

struct Watched<'a> {
    tail: Option<&'a CommitsTail>,
    ends: Option<&'a Offsets>,
    of: &'a [Partition],
    newest: BTreeMap<(String, i32), i64>,
}

async fn phase(what: &str, lab: &Lab, watched: &mut Watched<'_>) {
    let (me, broker) = (i32::try_from(std::process::id()).unwrap(), lab.broker().pid().unwrap());
    let before = (cpu(me), cpu(broker));
    let (began, mut ages, mut commits, mut asked) = (Instant::now(), Vec::new(), 0, Vec::new());
    let mut second = tokio::time::interval(Duration::from_secs(1));
    while began.elapsed() < PHASE {
        second.tick().await;
        if let Some(tail) = watched.tail {
            let taken = tail.take();
            for commit in taken.commits {
                commits += commit.commits;
                ages.extend(commit.committed_at_ms.map(|at| now_ms() - at));
                if let Some(offset) = commit.offset {
                    watched
                        .newest
                        .insert((commit.group.to_string(), commit.partition), offset);
                }
            }
        }
        if let Some(ends) = watched.ends {
            let began = Instant::now();
            let found = ends
                .list(
                    watched.of.to_vec(),
                    Point::Latest,
                    Isolation::ReadUncommitted,
                    Duration::from_secs(1),
                )
                .await
                .unwrap();
            asked.push(began.elapsed().as_millis());
            assert!(
                found.iter().all(|found| found.at.is_ok()),
                "{:?}",
                found.iter().find(|found| found.at.is_err())
            );
        }
    }
    let minutes = began.elapsed().as_secs_f64() / 60.0;
    ages.sort_unstable();
    asked.sort_unstable();
    let at = |share: usize| ages.get(ages.len() * share / 100);
    println!(
        "{what}: own {:.2} s/min, broker {:.2} s/min, memory {:.1} MB, {commits} commits, age when taken once a second \
         p50 {:?} ms p99 {:?} ms, ends took p50 {:?} ms worst {:?} ms",
        (cpu(me) - before.0) / minutes,
        (cpu(broker) - before.1) / minutes,
        memory(),
        at(50),
        at(99),
        asked.get(asked.len() / 2),
        asked.last()
    );
}

struct Load(Child);

impl Drop for Load {
    fn drop(&mut self) {
        drop((self.0.kill(), self.0.wait()));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_following_many_groups_costs() {
    if std::env::var_os("MEASURE").is_none() {
        println!("nothing is measured unless MEASURE is set");
        return;
    }
    let mut options = LabOptions::default();
    options
        .broker_properties
        .insert("offsets.topic.num.partitions".to_owned(), HOMES.to_string());
    let lab = Lab::start(options).await.unwrap();
    for number in 0..TOPICS {
        lab.create_topic(&topic(number), PARTITIONS).await.unwrap();
    }
    // Makes the topic of commits, which takes its time.
    let first = super::by_hand::consumer(&lab, "first");
    let list = super::by_hand::offsets(&[("load-0", 0, 0)]);
    let began = Instant::now();
    while let Err(error) = first.commit(&list, CommitMode::Sync) {
        assert!(began.elapsed() < LONG * 3, "{error}");
    }
    drop(first);
    let load = Command::new(std::env::current_exe().unwrap())
        .args(["the_load", "--nocapture"])
        .env("LOAD_BOOTSTRAP", lab.broker().bootstrap())
        .spawn()
        .unwrap();
    let mut load = Load(load);
    let of: Vec<Partition> = (0..TOPICS)
        .flat_map(|number| (0..PARTITIONS).map(move |partition| super::by_hand::partition(&topic(number), partition)))
        .collect();
    let cluster = Cluster::connect("load", &lab.broker().bootstrap(), &BTreeMap::new()).unwrap();
    cluster.cluster_id().await.unwrap();
    let mut watched = Watched {
        tail: None,
        ends: None,
        of: &of,
        newest: BTreeMap::new(),
    };
    phase("nothing", &lab, &mut watched).await;
    let tail = cluster.commits().unwrap();
    tail.want((0..GROUPS).map(|number| group(number).into()).collect());
    watched.tail = Some(&tail);
    tokio::time::sleep(Duration::from_secs(8)).await;
    phase("commits", &lab, &mut watched).await;
    let ends = cluster.offsets().unwrap();
    drop(
        ends.list(of.clone(), Point::Latest, Isolation::ReadUncommitted, LONG)
            .await,
    );
    watched.ends = Some(&ends);
    phase("commits and ends", &lab, &mut watched).await;
    load.0.wait().unwrap();
    let began = Instant::now();
    while watched.newest.len() < GROUPS * 20 || watched.newest.values().any(|offset| *offset != i64::from(ROUNDS)) {
        assert!(began.elapsed() < LONG, "{} partitions", watched.newest.len());
        for commit in tail.take().commits {
            watched
                .newest
                .insert((commit.group.to_string(), commit.partition), commit.offset.unwrap());
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    println!(
        "the newest commits of all {} partitions are right",
        watched.newest.len()
    );
}
