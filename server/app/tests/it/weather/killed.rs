//! kill -9 at random moments during a storm of changes: every start shows the truth, and the history holds what was
//! seen once, in order, and nothing else.

use std::collections::BTreeMap;
use std::process::Stdio;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};
use nix::sys::signal::Signal;
use testkit::fake::{FakeCluster, FakeConnector, Version, traces};

use crate::client::PATIENCE;
use crate::database::Database;
use crate::server::{Home, Server, signalbox};

/// Fleets that are stormed at the same time, each with its own database and server.
const LANES: usize = 5;
/// Kills in all, unless SIGNALBOX_KILLS says another number.
const KILLS: usize = 200;
const CLUSTERS: usize = 2;
const CONNECTORS: usize = 8;
/// From the start of a server until it shows what is true.
const VIEW: Duration = Duration::from_secs(5);
/// Between two changes of one fleet.
const PAUSE: Duration = Duration::from_millis(25);
/// Between asking a worker and its answer, at most.
const ANSWER: TimeDelta = TimeDelta::milliseconds(400);

/// The same moments and changes for the same seed: SplitMix64.
struct Chance(u64);

impl Chance {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^= bits >> 31;
        usize::try_from(bits % u64::try_from(bound).unwrap()).unwrap()
    }

    fn ms(&mut self, from: usize, to: usize) -> Duration {
        Duration::from_millis((from + self.below(to - from)).try_into().unwrap())
    }
}

/// What one task was, from when on.
type Truth = BTreeMap<(usize, usize), Vec<(DateTime<Utc>, &'static str)>>;

struct Lane {
    database: Database,
    clusters: Vec<FakeCluster>,
    truth: Mutex<Truth>,
    chance: Mutex<Chance>,
}

impl Lane {
    fn start(seed: usize) -> Self {
        let cluster = |_| {
            let cluster = FakeCluster::start(Version::V4_3_1, 1).unwrap();
            (0..CONNECTORS).for_each(|number| cluster.put(FakeConnector::sink(&format!("s{number}"), 1)));
            cluster
        };
        let begin = || vec![(Utc::now(), "RUNNING")];
        let keys = (0..CLUSTERS).flat_map(|cluster| (0..CONNECTORS).map(move |number| (cluster, number)));
        Self {
            database: Database::new(),
            clusters: (0..CLUSTERS).map(cluster).collect(),
            truth: Mutex::new(keys.map(|key| (key, begin())).collect()),
            chance: Mutex::new(Chance(seed.try_into().unwrap())),
        }
    }

    fn home(&self) -> Home {
        let home = Home::new(&self.database.url);
        let one = |(number, cluster): (usize, &FakeCluster)| {
            format!("[[clusters]]\nname = \"c{number}\"\nurls = [\"{}\"]\n", cluster.url(0))
        };
        home.write(&self.clusters.iter().enumerate().map(one).collect::<String>());
        home
    }

    fn flip(&self) {
        let key = {
            let mut chance = self.chance.lock().unwrap();
            (chance.below(CLUSTERS), chance.below(CONNECTORS))
        };
        let mut truth = self.truth.lock().unwrap();
        let past = truth.get_mut(&key).unwrap();
        let (next, trace) = match past.last().unwrap().1 {
            "RUNNING" => ("FAILED", Some(traces::BARE)),
            _ => ("RUNNING", None),
        };
        past.push((Utc::now(), next));
        self.clusters[key.0].set_state(&format!("s{}", key.1), Some(0), next, trace);
    }

    fn ms(&self, from: usize, to: usize) -> Duration {
        self.chance.lock().unwrap().ms(from, to)
    }

    fn storm_until(&self, over: &AtomicBool) {
        while !over.load(Ordering::SeqCst) {
            self.flip();
            std::thread::sleep(PAUSE);
        }
    }

    /// A server at work is killed in the middle of it.
    fn kill_at_work(&self, mut server: Server) -> Home {
        let over = AtomicBool::new(false);
        let moment = self.ms(20, 900);
        std::thread::scope(|scope| {
            scope.spawn(|| self.storm_until(&over));
            std::thread::sleep(moment);
            server.signal(Signal::SIGKILL);
            server.ended();
            // It goes on for a moment while nobody looks.
            std::thread::sleep(Duration::from_millis(100));
            over.store(true, Ordering::SeqCst);
        });
        server.stop()
    }

    /// A server that is only starting is killed, wherever it is.
    fn kill_at_start(&self, home: &Home) {
        let over = AtomicBool::new(false);
        let config = home.config();
        let mut command = signalbox(&["serve", "--config", config.to_str().unwrap()], home.folder.path());
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        std::thread::scope(|scope| {
            scope.spawn(|| self.storm_until(&over));
            std::thread::sleep(self.ms(5, 4000));
            child.kill().unwrap();
            child.wait().unwrap();
            over.store(true, Ordering::SeqCst);
        });
    }

    /// Starts it; how long it took until every task was shown as it is.
    fn start_and_see(&self, home: Home) -> (Server, Duration) {
        let began = Instant::now();
        let server = Server::start(home);
        let expected = self.states();
        loop {
            let shown = shown(&server);
            if shown == expected {
                return (server, began.elapsed());
            }
            assert!(
                began.elapsed() < PATIENCE,
                "after {:?} it shows {shown:?} and not {expected:?}",
                began.elapsed()
            );
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    fn states(&self) -> BTreeMap<String, String> {
        let truth = self.truth.lock().unwrap();
        let state = |((cluster, number), past): (&(usize, usize), &Vec<(_, &str)>)| {
            (format!("c{cluster}/s{number}"), past.last().unwrap().1.to_owned())
        };
        truth.iter().map(state).collect()
    }

    /// Every recorded change of a task follows from the one before, was true when it is said to have been seen, and the
    /// last is the present. How many there are.
    fn check_history(&self) -> usize {
        let truth = self.truth.lock().unwrap();
        let mut count = 0;
        for ((cluster, number), past) in truth.iter() {
            let name = format!("c{cluster}/s{number}");
            let rows = self.database.ask(&format!(
                "SELECT concat_ws(' ', entry #>> '{{transition,at}}', entry #>> '{{transition,change,from}}',
                     entry #>> '{{transition,change,to}}')
                 FROM history WHERE cluster = 'c{cluster}' AND connector = 's{number}' AND kind = 'state'
                     AND entry #> '{{transition,subject,task}}' IS NOT NULL
                     AND entry #>> '{{transition,change,from}}' IS NOT NULL ORDER BY id"
            ));
            // As every one was when it was first seen.
            let (mut state, mut last) = ("RUNNING".to_owned(), DateTime::<Utc>::MIN_UTC);
            for row in &rows {
                let words: Vec<&str> = row.split(' ').collect();
                let at: DateTime<Utc> = words[0].parse().unwrap();
                assert_eq!(words[1], state, "{name} goes on from where it was: {rows:#?}");
                assert_ne!(words[2], state, "{name} changed: {rows:#?}");
                assert!(at > last, "{name} in order: {rows:#?}");
                let ends = past
                    .iter()
                    .skip(1)
                    .map(|(at, _)| *at)
                    .chain([Utc::now() + TimeDelta::days(1)]);
                let was_true = past.iter().zip(ends).any(|((from, was), to)| {
                    // The change itself comes a moment after it was written down here.
                    *was == words[2] && *from <= at + ANSWER && to + TimeDelta::milliseconds(20) >= at
                });
                assert!(was_true, "{name} was never {} at {at}: {past:?}", words[2]);
                (state, last) = (words[2].to_owned(), at);
            }
            assert_eq!(state, past.last().unwrap().1, "{name}: the history ends in the present");
            assert!(rows.len() <= past.len(), "{name}: no more changes than there were");
            count += rows.len();
            let verdicts = self.database.ask(&format!(
                "SELECT concat_ws(' ', coalesce(entry #>> '{{verdict,from}}', '-'), entry #>> '{{verdict,to}}')
                 FROM history WHERE cluster = 'c{cluster}' AND connector = 's{number}' AND kind = 'verdict' ORDER BY id"
            ));
            let mut verdict = "-";
            for row in &verdicts {
                let (from, to) = row.split_once(' ').unwrap();
                assert!(
                    from == verdict && to != verdict,
                    "{name}: verdicts in turn: {verdicts:#?}"
                );
                verdict = to;
            }
        }
        let told = |what: &str| self.database.ask(&format!("SELECT count(*)::text FROM {what}"))[0].clone();
        let all = (CLUSTERS * CONNECTORS).to_string();
        assert_eq!(
            told("history WHERE kind = 'connector_appeared'"),
            all,
            "each appeared once"
        );
        assert_eq!(
            told("history WHERE kind = 'connector_deleted'"),
            "0",
            "none was deleted"
        );
        assert_eq!(told("config_versions"), all, "each has one config");
        count
    }

    /// So many kills; the times until the truth was shown.
    fn run(&self, kills: usize) -> Vec<Duration> {
        let (mut done, mut times) = (0, Vec::new());
        let (mut server, _) = self.start_and_see(self.home());
        while done < kills {
            let home = self.kill_at_work(server);
            done += 1;
            if done < kills && self.chance.lock().unwrap().below(3) == 0 {
                self.kill_at_start(&home);
                done += 1;
            }
            let (next, took) = self.start_and_see(home);
            times.push(took);
            self.check_history();
            server = next;
        }
        times
    }
}

/// The states of all tasks, as the server shows them; empty until it does.
fn shown(server: &Server) -> BTreeMap<String, String> {
    let answer = server.api("/api/v1/connectors?limit=200");
    if answer.status != 200 {
        return BTreeMap::new();
    }
    let list = answer.json();
    let items = list["items"].as_array().unwrap().iter();
    items
        .map(|item| {
            let word = |value: &serde_json::Value| value.as_str().unwrap_or("?").to_owned();
            let name = format!("{}/{}", word(&item["cluster"]), word(&item["name"]));
            (name, word(&item["tasks"][0]["state"]))
        })
        .collect()
}

#[test]
fn killed_at_random_moments_of_a_storm_it_loses_nothing_and_invents_nothing() {
    let _alone = super::alone();
    let kills = std::env::var("SIGNALBOX_KILLS").map_or(KILLS, |number| number.parse().unwrap());
    let began = Instant::now();
    let ends = std::thread::scope(|scope| {
        let lanes: Vec<_> = (0..LANES)
            .map(|lane| {
                let share = kills / LANES + usize::from(lane < kills % LANES);
                scope.spawn(move || {
                    let lane = Lane::start(lane);
                    let times = lane.run(share);
                    let changes: usize = lane.truth.lock().unwrap().values().map(|past| past.len() - 1).sum();
                    (times, changes, lane.check_history())
                })
            })
            .collect();
        let ends = lanes.into_iter().map(|lane| match lane.join() {
            Ok(end) => end,
            Err(panic) => std::panic::resume_unwind(panic),
        });
        ends.reduce(|one, other| ([one.0, other.0].concat(), one.1 + other.1, one.2 + other.2))
    });
    let (mut times, changes, recorded) = ends.unwrap();
    times.sort_unstable();
    let (median, longest) = (times[times.len() / 2], times[times.len() - 1]);
    eprintln!(
        "{kills} kills in {:?}, {changes} changes, {recorded} seen and recorded; the truth was shown {median:?} \
         after a start, {longest:?} at most",
        began.elapsed()
    );
    assert!(longest < VIEW, "{times:?}");
}
