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

/// Whom to ask, in this order: who answered last, the configured ones, those discovered.
pub(super) fn candidates(watcher: &Watcher, last_good: Option<&WorkerId>, avoided: &BTreeSet<WorkerId>) -> Vec<Worker> {
    let client = &watcher.client;
    let hints = watcher.hints.borrow();
    let configured = watcher.cluster.urls.iter().map(|url| client.at(url));
    let discovered = hints.workers.iter().filter_map(|id| client.advertised(id));
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
            let all = candidates(&watcher, last_good.map(WorkerId::from).as_ref(), &avoided);
            all.iter().map(|worker| worker.address().to_string()).collect()
        };
        assert_eq!(asked(None, &[]), ["one:1", "two:1", "found:1", "gone:1"]);
        assert_eq!(asked(Some("found:1"), &[]), ["found:1", "one:1", "two:1", "gone:1"]);
        assert_eq!(asked(Some("gone:1"), &["one:1"]), ["gone:1", "two:1", "found:1"]);
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
