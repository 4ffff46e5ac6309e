//! Whom to ask for a list, and who answers first.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use connect::{Answer, BodyHash, Expanded, Worker};
use model::Timestamp;
use model::names::WorkerId;
use model::observe::{Gap, GapKind};
use telemetry::{Outcome, Question};
use tokio::task::JoinSet;
use tracing::{Instrument as _, warn};

use super::watcher::Watcher;

/// A worker that has not answered for this long gets a rival: the next one is asked beside it.
const PATIENCE: Duration = Duration::from_secs(2);

/// Who answered, when it was asked, and what it said.
pub(super) type Won = (Worker, Timestamp, Answer<Expanded>);

/// Discovered workers that are known to live and are asked in one look, at most.
const LIVING: usize = 64;
/// The same of the others: that none of a thousand answers which statuses named would be known only after an hour.
const OTHERS: usize = 32;

/// Whom to ask, in this order: who answered last, the configured ones, those discovered, of whom those come first that are
/// known to live. Where they are too many for one look, others come at the next `turn`.
pub(super) fn candidates(
    watcher: &Watcher,
    last_good: Option<&WorkerId>,
    avoided: &BTreeSet<WorkerId>,
    turn: usize,
) -> Vec<Worker> {
    let client = &watcher.client;
    let hints = watcher.hints.borrow();
    let configured = watcher.cluster.urls.iter().map(|url| client.at(url));
    let (living, others): (Vec<&WorkerId>, Vec<&WorkerId>) =
        hints.workers.iter().partition(|id| hints.living.contains(*id));
    let last = last_good.filter(|last| hints.workers.contains(*last));
    let found = turned(&living, LIVING, turn).chain(turned(&others, OTHERS, turn));
    let discovered = last.into_iter().chain(found).filter_map(|id| client.advertised(id));
    let mut seen = BTreeSet::new();
    let mut all: Vec<Worker> = configured
        .chain(discovered)
        .filter(|worker| !avoided.contains(worker.address()) && seen.insert(worker.address().clone()))
        .collect();
    all.sort_by_key(|worker| {
        let address = worker.address();
        (Some(address) != last_good, hints.gone.contains(address))
    });
    all
}

/// A worker that answered before, while it is not known to be gone; a configured address always.
pub(super) fn at(watcher: &Watcher, id: &WorkerId) -> Option<Worker> {
    let mut configured = watcher.cluster.urls.iter().map(|url| watcher.client.at(url));
    let found = configured.find(|worker| worker.address() == id);
    let known = || watcher.hints.borrow().workers.contains(id);
    found.or_else(|| watcher.client.advertised(id).filter(|_| known()))
}

/// Some of these, others at every turn where they are too many.
fn turned<'a>(all: &[&'a WorkerId], most: usize, turn: usize) -> impl Iterator<Item = &'a WorkerId> {
    let parts = all.len().div_ceil(most).max(1);
    all.iter().skip(turn % parts * most).take(most).copied()
}

/// Asks the first candidate for the expanded list; whenever one fails, or keeps us waiting, the next one too. The first
/// answer wins. Each comes with the hash of its last body, if that was the last to be parsed.
pub(super) async fn race(watcher: &Watcher, candidates: Vec<(Worker, Option<BodyHash>)>) -> Result<Won, Gap> {
    let mut waiting = candidates.into_iter();
    let mut running = JoinSet::new();
    let mut said: Option<Gap> = None;
    let mut silent: Vec<(WorkerId, connect::Error)> = Vec::new();
    let cluster = watcher.cluster.name.as_str();
    loop {
        if running.is_empty() || !waiting.as_slice().is_empty() {
            match waiting.next() {
                Some((worker, previous)) => {
                    let at = watcher.shared.clock.now();
                    let question = async move {
                        let began = Instant::now();
                        let answer = worker.list_expanded(previous).await;
                        (worker, at, answer, began.elapsed())
                    };
                    running.spawn(question.in_current_span());
                }
                None if running.is_empty() => {
                    // A worker that answers says more about the cluster than those that do not.
                    return Err(said.or_else(|| none_answers(silent)).unwrap_or_else(|| Gap {
                        kind: GapKind::Other,
                        text: "no address is configured or known".into(),
                    }));
                }
                None => {}
            }
        }
        let rival = !waiting.as_slice().is_empty();
        let joined = match tokio::time::timeout(PATIENCE, running.join_next()).await {
            Err(_) if rival => continue,
            Err(_) => running.join_next().await,
            Ok(joined) => joined,
        };
        match joined {
            Some(Ok((worker, at, Ok(answer), _))) => {
                let outcome = match answer.value {
                    Expanded::Unchanged => Outcome::Unchanged,
                    Expanded::Body { .. } => Outcome::Ok,
                };
                telemetry::rest_answered(cluster, Question::List, outcome, answer.took);
                return Ok((worker, at, answer));
            }
            Some(Ok((worker, _, Err(error), took))) => {
                telemetry::rest_answered(cluster, Question::List, Outcome::Failed, took);
                match error.worker_answered() {
                    true => said = Some(error.gap(worker.address())),
                    false => silent.push((worker.address().clone(), error)),
                }
            }
            Some(Err(_)) => {
                warn!(cluster, "asking for a list panicked");
                said.get_or_insert_with(|| Gap {
                    kind: GapKind::Other,
                    text: "the list could not be read: an error in Signalbox, which its log tells of".into(),
                });
            }
            None => {}
        }
    }
}

/// What several addresses that do not answer come to: each is named, those of one trouble together. Of the kinds the one
/// counts that was met first; but that an address is not to be asked, as one that only its own network knows, says less
/// than what came of asking another.
fn none_answers(mut silent: Vec<(WorkerId, connect::Error)>) -> Option<Gap> {
    let mut gaps = silent.iter().map(|(address, error)| error.gap(address));
    let first = gaps.next()?;
    let gap = match first.kind {
        GapKind::Forbidden => gaps.find(|gap| gap.kind != GapKind::Forbidden).unwrap_or(first),
        _ => first,
    };
    if silent.len() == 1 {
        return Some(gap);
    }
    // Whoever is asked first changes from look to look, and what is said must not.
    silent.sort_by(|(left, _), (right, _)| left.cmp(right));
    let mut troubles: Vec<(String, &'static str, Vec<&str>)> = Vec::new();
    for (address, error) in &silent {
        let why = error.to_string();
        match troubles.iter_mut().find(|(known, _, _)| *known == why) {
            Some((_, _, addresses)) => addresses.push(address.as_str()),
            None => troubles.push((why, error.remedy(), vec![address.as_str()])),
        }
    }
    let alone = troubles.len() == 1;
    let told = troubles.iter().map(|(why, remedy, addresses)| {
        let addresses = named(addresses);
        match alone && !remedy.is_empty() {
            true => format!("{addresses}: {why}; {remedy}"),
            false => format!("{addresses}: {why}"),
        }
    });
    let told: Vec<String> = told.collect();
    Some(Gap {
        kind: gap.kind,
        text: told.join("; ").into(),
    })
}

/// `a`, `a and b`, `a, b, c and 4 more addresses`.
fn named(addresses: &[&str]) -> String {
    match addresses {
        [only] => (*only).to_owned(),
        [start @ .., last] if addresses.len() <= 4 => format!("{} and {last}", start.join(", ")),
        [one, two, three, rest @ ..] => format!("{one}, {two}, {three} and {} more addresses", rest.len()),
        _ => addresses.join(" and "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::replay_tests::spec;
    use crate::watch::recorded_tests::{Watching, watching};

    fn silent(all: &[(&str, egress::Error)]) -> Option<(GapKind, String)> {
        let each = all
            .iter()
            .map(|(at, error)| ((*at).into(), connect::Error::Egress(error.clone())));
        none_answers(each.collect()).map(|gap| (gap.kind, gap.text.to_string()))
    }

    #[tokio::test]
    async fn who_answered_last_is_asked_first_and_who_is_gone_last() {
        let urls = ["http://gone:1", "http://one:1", "http://two:1"].map(str::to_owned);
        let Watching { watcher, hints, .. } = watching(&urls, &spec(Default::default())).await;
        hints.send_modify(|hints| {
            hints.gone = ["gone:1", "gone-too:1"].map(WorkerId::from).into();
            hints.workers = ["found:1", "two:1"].map(WorkerId::from).into();
        });
        let asked = |last_good: Option<&str>, avoided: &[&str]| -> Vec<String> {
            let avoided = avoided.iter().map(|one| WorkerId::from(*one)).collect();
            let all = candidates(&watcher, last_good.map(WorkerId::from).as_ref(), &avoided, 0);
            all.iter().map(|worker| worker.address().to_string()).collect()
        };
        assert_eq!(asked(None, &[]), ["one:1", "two:1", "found:1", "gone:1"]);
        assert_eq!(asked(Some("found:1"), &[]), ["found:1", "one:1", "two:1", "gone:1"]);
        assert_eq!(asked(Some("gone:1"), &["one:1"]), ["gone:1", "two:1", "found:1"]);
    }

    #[tokio::test]
    async fn of_more_than_can_be_asked_in_one_look_those_come_first_that_live_and_the_others_in_turn() {
        let urls = ["http://one:1".to_owned()];
        let Watching { watcher, hints, .. } = watching(&urls, &spec(Default::default())).await;
        let named = |kind: &str, count: usize| -> BTreeSet<WorkerId> {
            let names = (0..count).map(|number| format!("{kind}{number}:1"));
            names.map(|name| name.as_str().into()).collect()
        };
        let (living, others) = (named("z", 10), named("a", 200));
        hints.send_modify(|hints| {
            hints.workers = living.union(&others).cloned().collect();
            hints.living = living.clone();
        });
        let last: WorkerId = "a7:1".into();
        let mut asked = BTreeSet::new();
        for turn in 0..200_usize.div_ceil(OTHERS) {
            let all = candidates(&watcher, Some(&last), &BTreeSet::new(), turn);
            let all: Vec<WorkerId> = all.iter().map(|worker| worker.address().clone()).collect();
            assert!(all.len() <= 2 + 10 + OTHERS, "{}", all.len());
            assert_eq!((all[0].as_str(), all[1].as_str()), ("a7:1", "one:1"));
            assert!(all[2..12].iter().all(|id| living.contains(id)));
            asked.extend(all);
        }
        assert_eq!(asked.len(), 1 + 10 + 200);
    }

    #[test]
    fn all_that_do_not_answer_are_named_the_same_way_whoever_was_asked_first() {
        use egress::Error::Refused;
        let timed_out = || egress::Error::TimedOut {
            after: Duration::from_secs(10),
        };
        let refused = silent(&[("b:8083", Refused), ("a:8083", Refused)]).unwrap();
        assert_eq!(refused, silent(&[("a:8083", Refused), ("b:8083", Refused)]).unwrap());
        assert_eq!(refused.0, GapKind::Refused);
        assert!(refused.1.starts_with("a:8083 and b:8083: "), "{}", refused.1);
        assert!(
            refused.1.ends_with("; see whether the worker runs and listens there"),
            "{}",
            refused.1
        );
        let (kind, mixed) = silent(&[("b:8083", timed_out()), ("a:8083", Refused)]).unwrap();
        assert_eq!(kind, GapKind::TimedOut);
        assert!(mixed.starts_with("a:8083: ") && mixed.contains("; b:8083: "), "{mixed}");
        // An address that only its own network knows says less than what came of asking another.
        let forbidden = || egress::Error::Forbidden {
            address: "10.0.0.9".parse().unwrap(),
        };
        let (kind, _) = silent(&[("z:8083", forbidden()), ("a:8083", timed_out())]).unwrap();
        assert_eq!(kind, GapKind::TimedOut);
        assert_eq!(silent(&[("z:8083", forbidden())]).unwrap().0, GapKind::Forbidden);
        let alone = silent(&[("a:8083", Refused)]).unwrap();
        assert!(alone.1.starts_with("a:8083: "));
        let names: Vec<String> = (1..=6).map(|n| format!("w{n}:8083")).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        assert_eq!(named(&names), "w1:8083, w2:8083, w3:8083 and 3 more addresses");
        assert_eq!(silent(&[]), None);
    }
}
