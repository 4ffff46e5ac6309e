//! Whether anything is heard of a cluster at all.

use std::sync::Arc;

use super::lost::{Lost, lost};
use super::unlisted::{Unlisted, unlisted, way};
use crate::Timestamp;
use crate::cause::Cause;
use crate::facts::ClusterFacts;
use crate::heard::{heard, unknown_since};
use crate::names::WorkerId;
use crate::observe::{Gap, GapKind};
use crate::quiet::Quiet;
use crate::settings::Settings;
use crate::verdict::{Class, Diagnosis};

/// What concerns all connectors of a cluster at once.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Surroundings {
    /// Set while nothing recent is known of what runs in the cluster.
    pub silence: Option<Silence>,
    /// Set while its workers live and none of them can be asked: the verdicts stand, and rest on an old list.
    pub unlisted: Option<Unlisted>,
    /// Set while it has no worker left and is not silent for long enough yet.
    pub lost: Option<Lost>,
}

/// Nobody told what runs in the cluster for the stale limit.
#[derive(Clone, Debug, PartialEq)]
pub struct Silence {
    /// The last moment at which it was told.
    pub since: Timestamp,
    /// From when on everything in the cluster is unknown.
    pub unknown_since: Timestamp,
    /// Why, one sentence.
    pub text: Arc<str>,
    /// What kind of fault.
    pub class: Class,
    /// What that says of its workers.
    pub quiet: Quiet,
}

impl Silence {
    /// What is wrong with the cluster, and with each of its connectors.
    pub fn diagnosis(&self) -> Diagnosis {
        Diagnosis::of_cluster(
            self.class,
            0.9,
            self.text.clone(),
            "every connector of the cluster is concerned at once, whatever it does",
            Cause::Quiet(self.quiet),
        )
    }
}

/// Judges the surroundings: silent when for the stale limit no worker listed its connectors and the group had no member,
/// or was not seen either. With it the moment at which they must be judged again.
///
/// Only a look that failed tells of silence: while nobody looked (the server was away) nobody failed to answer, so it
/// counts from when somebody began to look again. A worker that answers "busy" lives, and yet leaves the states as old as
/// they are.
///
/// While it is not silent, it may be [`Unlisted`], or have [`Lost`] its last worker just now.
pub fn surroundings(cluster: &ClusterFacts, settings: &Settings, now: Timestamp) -> (Surroundings, Option<Timestamp>) {
    let limit = settings.stale_after;
    let Some(gap) = &cluster.about.gap else {
        let lost = lost(cluster, settings);
        let around = Surroundings {
            lost,
            ..Surroundings::default()
        };
        return (around, None);
    };
    let began = cluster.about.reachable_since.or(cluster.fresh.tried).unwrap_or(now);
    let told = heard(&cluster.fresh, cluster.about.group.as_ref());
    // Of what was never listed nothing was told before the first look.
    let heard = match cluster.fresh.listed() {
        Some(_) => told.unwrap_or(began),
        None => told.map_or(began, |told| told.max(began)),
    };
    let heard = heard.max(cluster.fresh.resumed.unwrap_or(heard));
    let unknown_since = unknown_since(heard, limit);
    if now < unknown_since {
        let (unlisted, due) = unlisted(cluster, gap, settings, now);
        let around = Surroundings {
            silence: None,
            unlisted,
            lost: lost(cluster, settings),
        };
        return (around, Some(due.map_or(unknown_since, |due| due.min(unknown_since))));
    }
    let silence = Silence {
        since: heard,
        unknown_since,
        text: text(cluster, gap, heard).into(),
        class: class(cluster, gap, heard),
        quiet: Quiet::of(gap),
    };
    let around = Surroundings {
        silence: Some(silence),
        ..Surroundings::default()
    };
    (around, None)
}

/// Whether its Kafka is what is silent: Kafka does not answer this server, and a worker answers while none lists anything.
fn without_kafka(cluster: &ClusterFacts, gap: &Gap, since: Timestamp) -> bool {
    let silent = cluster
        .about
        .group_gap
        .as_ref()
        .is_some_and(|gap| gap.kind.nobody_answers());
    let answers = |id: &WorkerId| {
        let worker = cluster.workers.get(id);
        worker.is_some_and(|worker| worker.ever_answered && worker.probe_failures == 0)
    };
    let mut asked = cluster.fresh.asked.iter();
    gap.kind == GapKind::TimedOut && silent && asked.any(|(id, at)| *at > since && answers(id))
}

fn text(cluster: &ClusterFacts, gap: &Gap, since: Timestamp) -> String {
    if without_kafka(cluster, gap, since) {
        return format!(
            "The workers of {} answer and have listed nothing since {} UTC, and Kafka answers nothing either: {}",
            cluster.name,
            since.format("%H:%M:%S"),
            gap.text
        );
    }
    let group = match &cluster.about.group {
        Some(group) if group.empty_since.is_some() => " and its Connect group has no member",
        Some(_) if cluster.about.group_gap.is_some() => " and Kafka no longer tells who is in its Connect group",
        Some(_) | None => "",
    };
    Quiet::of(gap).sentence(cluster.name.as_str(), group, &gap.text, since)
}

fn class(cluster: &ClusterFacts, gap: &Gap, since: Timestamp) -> Class {
    let empty = cluster
        .about
        .group
        .as_ref()
        .is_some_and(|group| group.empty_since.is_some());
    match gap.kind {
        _ if empty => Class::Worker,
        _ if Quiet::of(gap) == Quiet::Unread || without_kafka(cluster, gap, since) => Class::Kafka,
        // Nothing says here that a worker lives behind an address at which nothing listens.
        GapKind::Refused => Class::Worker,
        _ => way(gap),
    }
}
