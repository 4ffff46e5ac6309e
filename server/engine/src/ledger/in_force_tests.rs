//! Configs that came into force while the database was away.

use chrono::TimeDelta;
use model::Clock as _;
use model::observe::{Listed, ListedConnector, Observation};
use model::secrets::{FingerprintKey, RawConfig, mask};
use model::transition::{Change, Transition};
use testkit::ManualClock;

use super::refused_tests::{no_row_of, send};
use super::tests::ledger;
use super::*;

/// A list of connectors with these topics.
fn look(ledger: &mut Ledger, clock: &ManualClock, connectors: &[(&str, &str)]) {
    let one = |(name, topics): &(&str, &str)| {
        let raw = RawConfig::new([("topics".to_owned(), Some((*topics).to_owned()))].into());
        let connector = ListedConnector {
            unstarted: None,
            kind: None,
            config: Some(Arc::new(mask(&raw, None, &FingerprintKey::new(b"key")))),
            instance: None,
            tasks: Default::default(),
        };
        (ConnectorName::from(*name), connector)
    };
    let seen = Seen::Listed(Listed {
        by: "a:1".into(),
        connectors: connectors.iter().map(one).collect(),
    });
    let at = clock.now();
    ledger.observe(&Observation { at, answered: at, seen }, at);
}

/// Looks every five seconds, at one connector with these topics, while the database is away.
fn away(ledger: &mut Ledger, clock: &ManualClock, words: &[&str]) {
    for word in words {
        clock.advance(TimeDelta::seconds(5));
        look(ledger, clock, &[("lines", word)]);
        ledger.outgoing(clock.now());
        ledger.unrecorded_yet();
    }
}

/// The configs of a batch: connector, topics, seconds after `start`.
fn configs(out: &Outgoing, start: Timestamp) -> Vec<(String, String, i64)> {
    let one = |one: &store::InForce| {
        let topics = one.config.config.text("topics").expect("no secret");
        let seconds = (one.since - start).num_seconds();
        (one.connector.to_string(), topics.to_owned(), seconds)
    };
    out.batch().configs.iter().map(one).collect()
}

/// What is recorded once the database takes all.
fn back(ledger: &mut Ledger, clock: &ManualClock, start: Timestamp) -> Vec<(String, String, i64)> {
    let mut all = Vec::new();
    while let Some(out) = ledger.outgoing(clock.now()) {
        all.extend(configs(out, start));
        ledger.recorded();
    }
    all
}

fn of_lines(words: &[(&str, i64)]) -> Vec<(String, String, i64)> {
    let one = |(word, second): &(&str, i64)| ("lines".to_owned(), (*word).to_owned(), *second);
    words.iter().map(one).collect()
}

fn gaps(ledger: &Ledger) -> Vec<(Timestamp, Timestamp, String)> {
    let gap = |entry: &Entry| match entry {
        Entry::Transition(Transition {
            at,
            change: Change::RecordingGap { from, why },
            ..
        }) => Some((*from, *at, why.to_string())),
        _ => None,
    };
    ledger.pending.entries().iter().filter_map(gap).collect()
}

#[test]
fn every_config_of_an_outage_is_recorded_with_its_time() {
    let clock = ManualClock::default();
    let (mut ledger, start) = (ledger(&clock), clock.now());
    look(&mut ledger, &clock, &[("lines", "aa01")]);
    assert_eq!(back(&mut ledger, &clock, start), of_lines(&[("aa01", 0)]));
    away(&mut ledger, &clock, &["bb02", "cc03", "dd04"]);
    clock.advance(TimeDelta::seconds(45));
    let told = back(&mut ledger, &clock, start);
    assert_eq!(told, of_lines(&[("bb02", 5), ("cc03", 10), ("dd04", 15)]));
    // Nothing of it is told twice.
    look(&mut ledger, &clock, &[("lines", "dd04"), ("other", "ee05")]);
    assert_eq!(
        back(&mut ledger, &clock, start),
        [("other".to_owned(), "ee05".to_owned(), 60)]
    );
}

#[test]
fn a_config_that_came_back_while_the_database_was_away_is_in_force_since_then() {
    let clock = ManualClock::default();
    let (mut ledger, start) = (ledger(&clock), clock.now());
    look(&mut ledger, &clock, &[("lines", "aa01")]);
    back(&mut ledger, &clock, start);
    away(&mut ledger, &clock, &["bb02", "aa01"]);
    clock.advance(TimeDelta::seconds(45));
    let told = back(&mut ledger, &clock, start);
    assert_eq!(told, of_lines(&[("bb02", 5), ("aa01", 10)]));
}

#[test]
fn a_batch_that_is_refused_and_sent_in_pieces_keeps_the_times_of_its_configs() {
    let clock = ManualClock::default();
    let (mut ledger, start) = (ledger(&clock), clock.now());
    for word in ["aa01", "bb02"] {
        look(
            &mut ledger,
            &clock,
            &[("lines", word), ("other", word), ("third", word)],
        );
        clock.advance(TimeDelta::seconds(5));
    }
    let taken = std::cell::RefCell::new(Vec::new());
    let takes = |refused: &'static str| {
        let taken = &taken;
        move |out: &Outgoing| {
            let takes = no_row_of(refused)(out);
            if takes {
                taken.borrow_mut().extend(configs(out, start));
            }
            takes
        }
    };
    send(&mut ledger, clock.now(), takes("lines"));
    // What comes meanwhile waits with its row.
    clock.advance(TimeDelta::seconds(5));
    look(
        &mut ledger,
        &clock,
        &[("lines", "cc03"), ("other", "bb02"), ("third", "bb02")],
    );
    send(&mut ledger, clock.now(), takes("lines"));
    let of = |name: &str| -> Vec<_> {
        let taken = taken.borrow();
        let told = taken.iter().filter(|(known, ..)| known == name);
        told.map(|(_, word, second)| (word.clone(), *second)).collect()
    };
    let story = |words: &[(&str, i64)]| -> Vec<_> {
        let one = |(word, second): &(&str, i64)| ((*word).to_owned(), *second);
        words.iter().map(one).collect()
    };
    for name in ["other", "third"] {
        assert_eq!(of(name), story(&[("aa01", 0), ("bb02", 5)]), "{name}");
    }
    clock.advance(TimeDelta::seconds(61));
    send(&mut ledger, clock.now(), takes("none"));
    assert_eq!(of("lines"), story(&[("aa01", 0), ("bb02", 5), ("cc03", 15)]));
}

#[test]
fn an_old_config_that_the_database_refuses_keeps_no_row_from_being_recorded() {
    let clock = ManualClock::default();
    let (mut ledger, start) = (ledger(&clock), clock.now());
    for word in ["aa01", "bb02"] {
        look(&mut ledger, &clock, &[("lines", word)]);
        clock.advance(TimeDelta::seconds(5));
    }
    let poison = |out: &Outgoing| configs(out, start).iter().any(|(_, word, _)| word == "aa01");
    let (names, ..) = send(&mut ledger, clock.now(), |out| !poison(out));
    assert_eq!(names, ["lines"]);
    clock.advance(TimeDelta::seconds(61));
    look(&mut ledger, &clock, &[("lines", "cc03")]);
    let (names, ..) = send(&mut ledger, clock.now(), |out| !poison(out));
    assert_eq!(names, ["lines"]);
    // Whoever lets the cluster go says what is lost.
    assert_eq!(ledger.give_up(clock.now()), 1);
    let told = gaps(&ledger);
    assert_eq!(told[0].0, start);
    assert!(told[0].2.contains("1 config of orders, which are lost"), "{told:?}");
}

#[test]
fn of_more_configs_than_are_kept_one_gap_tells_and_the_last_stays() {
    let clock = ManualClock::default();
    let (mut ledger, start) = (ledger(&clock), clock.now());
    look(&mut ledger, &clock, &[("lines", "aa01")]);
    back(&mut ledger, &clock, start);
    // The first goes into the batch in doubt; of the others the fifth is one too many by size.
    let large = |letter: char| format!("{letter}").repeat(6 << 20);
    let words = [
        "bb02".to_owned(),
        large('c'),
        large('d'),
        large('e'),
        large('f'),
        large('g'),
        large('h'),
        large('i'),
    ];
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    away(&mut ledger, &clock, &words);
    ledger.tick(clock.now());
    let lost = gaps(&ledger);
    let seconds = |at: Timestamp| (at - start).num_seconds();
    let spans: Vec<_> = lost
        .iter()
        .map(|(from, at, _)| (seconds(*from), seconds(*at)))
        .collect();
    assert_eq!(
        spans,
        [(10, 35)],
        "{:?}",
        lost.iter().map(|(.., why)| why).collect::<Vec<_>>()
    );
    let entries = ledger.pending.entries();
    assert!(entries.is_sorted_by_key(Entry::at));
    let told = back(&mut ledger, &clock, start);
    let told: Vec<_> = told.iter().map(|(_, word, second)| (&word[..1], *second)).collect();
    assert_eq!(told, [("b", 5), ("i", 40)]);
}
