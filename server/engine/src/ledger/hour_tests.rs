//! An hour of two real Connect clusters (3.9.1 and 4.3.1, with failures, kills, restarts and silences), replayed.
//!
//! `server/engine/tests/recorded` holds for each cluster what was observed, as `engine::observed` logged it, and the
//! history that the server recorded in that hour, as it stood in the table `history`. Where a rule is changed on purpose,
//! `SIGNALBOX_REWRITE=1` writes the histories anew; the difference is then to be read.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::PathBuf;

use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use model::observe::Observation;
use model::settings::Settings;

use super::replay_tests::{Line, replay_of, spec};
use super::*;

fn file(cluster: &str, what: &str) -> PathBuf {
    let name = format!("tests/recorded/{cluster}.{what}.jsonl.gz");
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(name)
}

fn lines(cluster: &str, what: &str) -> impl Iterator<Item = String> {
    let packed = std::fs::File::open(file(cluster, what)).unwrap();
    BufReader::new(GzDecoder::new(packed)).lines().map(Result::unwrap)
}

fn recorded(cluster: &str) -> Vec<Line> {
    #[derive(serde::Deserialize)]
    struct Written {
        beat: Option<Timestamp>,
        now: Option<Timestamp>,
        observation: Option<Observation>,
    }
    let read = |line: String| match serde_json::from_str(&line).unwrap() {
        Written { beat: Some(at), .. } => Line::Beat(at),
        Written {
            now: Some(now),
            observation: Some(observation),
            ..
        } => Line::Saw(now, observation),
        _ => panic!("no line of a recording: {line}"),
    };
    lines(cluster, "observed").map(read).collect()
}

fn write(cluster: &str, history: &[Entry]) {
    let packed = std::fs::File::create(file(cluster, "history")).unwrap();
    let mut packed = GzEncoder::new(packed, Compression::best());
    for entry in history {
        writeln!(packed, "{}", serde_json::to_string(entry).unwrap()).unwrap();
    }
    packed.finish().unwrap();
}

fn the_same(cluster: &str) {
    let observed = recorded(cluster);
    let settings = Settings {
        interval: TimeDelta::seconds(5),
        // That of the recording's configuration, which each verdict names.
        revision: 3_906_167_186,
        ..Settings::default()
    };
    let spec = spec(settings);
    let replayed = replay_of(&cluster.into(), &observed, &spec, |_| false);
    if std::env::var_os("SIGNALBOX_REWRITE").is_some() {
        write(cluster, &replayed);
    }
    let history: Vec<Entry> = lines(cluster, "history")
        .map(|line| serde_json::from_str(&line).unwrap())
        .collect();
    let verdicts = history.iter().filter(|entry| matches!(entry, Entry::Verdict(_)));
    assert!(verdicts.count() >= 50, "an hour in which much happened");
    for (number, (was, is)) in history.iter().zip(&replayed).enumerate() {
        assert_eq!(is, was, "entry {number} of {cluster}");
    }
    assert_eq!(replayed.len(), history.len(), "{cluster}");
    // Five servers share the hour, or each line has another.
    for every in [observed.len() / 5, 97] {
        let taken_over = replay_of(&cluster.into(), &observed, &spec, |number| number % every == every - 1);
        for (number, (was, is)) in history.iter().zip(&taken_over).enumerate() {
            assert_eq!(
                is, was,
                "entry {number} of {cluster}, with takeovers every {every} lines"
            );
        }
        assert_eq!(taken_over.len(), history.len(), "{cluster}, with takeovers");
    }
}

#[test]
fn an_hour_of_kafka_connect_4_gives_the_history_that_was_recorded() {
    the_same("orders");
}

#[test]
fn an_hour_of_kafka_connect_3_gives_the_history_that_was_recorded() {
    the_same("legacy");
}
