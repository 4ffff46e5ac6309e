//! Direct probes of workers' addresses, and the slow questions.

use std::sync::Arc;

use chrono::TimeDelta;

use super::belief::Expected;
use super::folding::Folding;
use super::returned;
use crate::Timestamp;
use crate::facts::{Alive, WorkerFacts};
use crate::names::WorkerId;
use crate::observe::{Gap, GapKind, Source, WorkerAnswer, WorkerSlow};
use crate::transition::{Change, Subject};

/// Failed probes in a row that prove a death where Kafka cannot tell.
const PROBES: u32 = 3;
/// The least time that they must cover.
const PROBE_SPAN: TimeDelta = TimeDelta::seconds(10);

/// An address answered as a Connect worker.
pub(super) fn answered(folding: &mut Folding<'_>, answer: &WorkerAnswer) {
    folding.facts.fresh.asked.insert(answer.address.clone(), folding.at);
    if let Some(other) = another_cluster(folding, answer) {
        // It says nothing of the worker that was there: neither that it lives nor that it is gone.
        let words = format!(
            "answers as Kafka Connect {} of another Kafka cluster, {other}",
            answer.version
        );
        let addresses = &mut folding.facts.about.addresses;
        addresses.insert(answer.address.clone(), words.into());
        return;
    }
    let words = format!("answers as Kafka Connect {}", answer.version);
    folding
        .facts
        .about
        .addresses
        .insert(answer.address.clone(), words.into());
    kafka_cluster(folding, answer);
    if let Some(worker) = folding.facts.workers.get(&answer.address).cloned() {
        worker_answered(folding, &worker, answer);
    }
    folding.facts.about.version = Some(answer.version.clone());
}

/// Keeps the cluster's version the lowest of its workers, whoever came or went; where the versions of none are known,
/// the last answer's stands.
pub(super) fn version(folding: &mut Folding<'_>) {
    if let Some(lowest) = lowest_version(folding) {
        folding.facts.about.version = Some(lowest);
    }
}

fn worker_answered(folding: &mut Folding<'_>, worker: &WorkerFacts, answer: &WorkerAnswer) {
    let mut next = worker.clone();
    if worker.probe_failures > 0 || !worker.ever_answered {
        next.answered_at = Some(folding.at);
    }
    next.ever_answered = true;
    next.probe_failures = 0;
    next.failing_since = None;
    if let Some(from) = worker.version.as_ref().filter(|version| **version != answer.version) {
        let change = Change::WorkerVersion {
            from: from.clone(),
            to: answer.version.clone(),
        };
        folding.transition(Source::Probe, Subject::Worker(worker.id.clone()), change);
    }
    next.version = Some(answer.version.clone());
    lives(folding, next, folding.at, "its address answers");
}

/// A worker's own address gave a list: it lives, however late it answers other questions.
pub(super) fn gave_list(folding: &mut Folding<'_>, by: &WorkerId) {
    let Some(worker) = folding.facts.workers.get(by).cloned() else {
        return;
    };
    let doubted = worker.probe_failures > 0 || worker.alive != Alive::Yes;
    if worker.member.is_some() || !worker.ever_answered || !doubted {
        return;
    }
    let mut next = (*worker).clone();
    next.answered_at = Some(folding.answered);
    next.probe_failures = 0;
    next.failing_since = None;
    // A list may have come before the death that it undoes.
    let at = folding.answered.max(worker.since);
    lives(folding, next, at, "its address gives the list");
}

/// The group decides where it is known: a worker that answers HTTP without being a member runs nothing.
fn lives(folding: &mut Folding<'_>, mut next: WorkerFacts, at: Timestamp, evidence: &str) {
    if next.member.is_none() {
        next.unconfirmed_since = None;
    }
    if next.member.is_none() && next.alive != Alive::Yes {
        let again = next.alive.gone();
        next.alive = Alive::Yes;
        next.since = at;
        next.evidence = evidence.into();
        // Whoever was only not known to live has not come.
        let known = folding.facts.workers.get(&next.id);
        if again || !known.is_some_and(|worker| worker.ever_answered) {
            let change = Change::WorkerCame { again };
            folding.transition_at(at, Source::Probe, Subject::Worker(next.id.clone()), change);
        }
    }
    folding.put_worker(next);
}

/// An address did not answer as a worker. One that was a worker's and asks for credentials is taken for it: workers that
/// are gone are asked without any, and wrong ones are no death. Nor is a worker that answers "busy". Where something else
/// answers, as a sign-in page, the worker may live behind it or not.
pub(super) fn silent(folding: &mut Folding<'_>, address: &WorkerId, gap: &Gap) {
    if folding.facts.about.addresses.contains_key(address) || !folding.facts.workers.contains_key(address) {
        folding.facts.about.addresses.insert(address.clone(), gap.text.clone());
        folding.facts.fresh.asked.insert(address.clone(), folding.at);
    }
    let Some(worker) = folding.facts.workers.get(address).cloned() else {
        return;
    };
    let mut next = (*worker).clone();
    let answers = match gap.kind {
        GapKind::Denied => Some("its address answers and asks for credentials"),
        GapKind::Busy => Some("its address answers and says that it is busy"),
        _ => None,
    };
    if let Some(evidence) = answers {
        next.probe_failures = 0;
        next.failing_since = None;
        return match worker.ever_answered {
            true => lives(folding, next, folding.at, evidence),
            false => folding.put_worker(next),
        };
    }
    if worker.member.is_none() && worker.ever_answered && gap.kind.nobody_answers() {
        next.unconfirmed_since = returned::still_in_doubt(folding, &worker);
    }
    let since = *next.failing_since.get_or_insert(folding.at);
    if !gap.kind.nobody_answers() && worker.member.is_none() && worker.alive != Alive::Yes {
        // Probes of an address that answers prove no death, however many there were.
        (next.probe_failures, next.failing_since) = (1, None);
        return folding.put_worker(next);
    }
    let no_way = matches!(gap.kind, GapKind::TimedOut | GapKind::Unreachable);
    if worker.member.is_none() && !worker.alive.gone() && no_way && !heard(folding, address) {
        // Where nobody of the cluster is heard the way there is as likely gone as they are: its silence tells it.
        (next.probe_failures, next.failing_since) = (1, None);
        return folding.put_worker(next);
    }
    // Beyond the number that proves a death the count tells nothing more, and a row would be written every time.
    next.probe_failures = (worker.probe_failures + 1).min(PROBES);
    let proven = next.probe_failures >= PROBES && folding.at - since >= PROBE_SPAN && worker.ever_answered;
    if worker.member.is_none() && proven && !gap.kind.nobody_answers() {
        next.alive = Alive::Unknown;
        next.since = folding.at;
        next.evidence = match gap.kind {
            GapKind::NotConnect => format!("something else answers at its address: {}", gap.text),
            _ => format!(
                "its address answers, and not as a worker that is ready does: {}",
                gap.text
            ),
        }
        .into();
        (next.probe_failures, next.failing_since) = (1, None);
    } else if worker.member.is_none() && proven && !worker.alive.gone() {
        let evidence: Arc<str> = format!("its address answered before and no longer does: {}", gap.text).into();
        let change = Change::WorkerLeft {
            in_order: false,
            evidence: evidence.clone(),
        };
        folding.transition(Source::Probe, Subject::Worker(address.clone()), change);
        next.alive = Alive::Dead;
        next.since = folding.at;
        next.evidence = evidence;
    }
    folding.put_worker(next);
}

/// Whether the cluster was heard lately: a list came, or somebody at another address answered. Three probes of one address
/// take two intervals at least, so that a cluster which fell silent whole proves nobody's death.
fn heard(folding: &Folding<'_>, address: &WorkerId) -> bool {
    let facts = &folding.facts;
    let others = facts.workers.values().filter(|other| {
        let answers = other.ever_answered && other.probe_failures == 0;
        answers && other.id != *address
    });
    let asked = others.filter_map(|other| facts.fresh.asked.get(&other.id).copied());
    let last = asked.chain(facts.fresh.listed()).max();
    last.is_some_and(|last| folding.at - last < folding.settings.interval * 2)
}

/// Health and plugins of a worker.
pub(super) fn slow(folding: &mut Folding<'_>, slow: &WorkerSlow) {
    let Some(worker) = folding.facts.workers.get(&slow.worker).cloned() else {
        return;
    };
    let mut next = (*worker).clone();
    next.health = slow.health.clone().or(next.health);
    next.plugins = slow.plugins.clone().or(next.plugins);
    folding.put_worker(next);
}

/// The id of the Kafka cluster that the answer names, if it is another one than this cluster's. While no connector is
/// known there is nothing that a stranger could be taken for, and the answer's becomes this cluster's.
fn another_cluster(folding: &Folding<'_>, answer: &WorkerAnswer) -> Option<Arc<str>> {
    let expected = Expected::of(&folding.facts);
    let other = answer.kafka_cluster_id.as_ref();
    other.filter(|_| expected.is_another(other)).cloned()
}

fn kafka_cluster(folding: &mut Folding<'_>, answer: &WorkerAnswer) {
    let Some(id) = &answer.kafka_cluster_id else { return };
    let before = folding.facts.about.kafka_cluster_id.replace(id.clone());
    if let Some(from) = before.filter(|from| from != id) {
        folding.transition(
            Source::Probe,
            Subject::Cluster,
            Change::KafkaCluster { from, to: id.clone() },
        );
    }
}

/// The lowest version among living workers: features are offered by what the oldest one knows.
fn lowest_version(folding: &Folding<'_>) -> Option<Arc<str>> {
    let living = folding.facts.workers.values().filter(|worker| !worker.alive.gone());
    living
        .filter_map(|worker| worker.version.clone())
        .min_by_key(|version| version_key(version))
}

/// Numbers of a version text for comparing: `4.3.1` is (4, 3, 1), and what is no number counts as 0.
pub fn version_key(version: &str) -> (u32, u32, u32) {
    let mut parts = version.split(['.', '-']).map(|part| part.parse().unwrap_or(0));
    let mut next = || parts.next().unwrap_or(0);
    (next(), next(), next())
}
