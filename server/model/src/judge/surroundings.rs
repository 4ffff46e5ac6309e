//! Whether anything is heard of a cluster at all.

use std::sync::Arc;

use crate::Timestamp;
use crate::facts::{ClusterFacts, Freshness};
use crate::observe::GapKind;
use crate::scope::Scope;
use crate::settings::Settings;
use crate::verdict::{Class, Diagnosis, Domain};

/// What concerns all connectors of a cluster at once.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Surroundings {
    /// Set while nothing recent is known of the cluster.
    pub silence: Option<Silence>,
}

/// Nothing was heard for the stale limit.
#[derive(Clone, Debug, PartialEq)]
pub struct Silence {
    /// The last moment at which the cluster was heard.
    pub since: Timestamp,
    /// Why, one sentence.
    pub text: Arc<str>,
    /// What kind of fault.
    pub class: Class,
}

impl Silence {
    /// What is wrong with the cluster, and with each of its connectors.
    pub fn diagnosis(&self) -> Diagnosis {
        Diagnosis {
            domain: Domain::Infrastructure,
            class: self.class,
            confidence: 0.9,
            root_cause: self.text.clone(),
            why: "every connector of the cluster is concerned at once, whatever it does".into(),
            shared: Some(Scope::Cluster),
        }
    }
}

/// Judges the surroundings: silent when for the stale limit no worker answered REST and the group had no member, or
/// was not seen either. With it the moment at which they must be judged again.
///
/// Only a look that failed tells of silence: while nobody looked (the server was away) nobody failed to answer, and a
/// worker that answers "busy" has answered.
pub fn surroundings(cluster: &ClusterFacts, settings: &Settings, now: Timestamp) -> (Surroundings, Option<Timestamp>) {
    let Freshness { group, .. } = cluster.fresh;
    let limit = settings.stale_after;
    let unanswered = cluster.about.gap.as_ref().is_some_and(|gap| gap.kind != GapKind::Busy);
    if !unanswered {
        return (Surroundings::default(), None);
    }
    let began = cluster.about.reachable_since.or(cluster.fresh.tried).unwrap_or(now);
    let rest_heard = cluster.fresh.listed().unwrap_or(began);
    // A group with members speaks for its cluster as long as its answer is fresh, and one that just lost its last
    // member did so until then.
    let group_heard = cluster
        .about
        .group
        .as_ref()
        .and_then(|facts| facts.empty_since.or(group));
    let heard = group_heard.map_or(rest_heard, |heard| heard.max(rest_heard));
    if now - heard < limit {
        return (Surroundings::default(), Some(heard + limit));
    }
    let silence = Silence {
        since: heard,
        text: text(cluster).into(),
        class: class(cluster),
    };
    (Surroundings { silence: Some(silence) }, None)
}

fn text(cluster: &ClusterFacts) -> String {
    let group = match &cluster.about.group {
        Some(group) if group.empty_since.is_some() => " and its Connect group has no member",
        Some(_) => " and Kafka no longer tells who is in its Connect group",
        None => "",
    };
    match &cluster.about.gap {
        Some(gap) => format!("No worker of {} answers{group}: {}", cluster.name, gap.text),
        None => format!("No worker of {} answers{group}", cluster.name),
    }
}

fn class(cluster: &ClusterFacts) -> Class {
    let empty = cluster
        .about
        .group
        .as_ref()
        .is_some_and(|group| group.empty_since.is_some());
    match cluster.about.gap.as_ref().map(|gap| gap.kind) {
        _ if empty => Class::Worker,
        Some(GapKind::Denied) => Class::Auth,
        Some(GapKind::NotConnect | GapKind::Forbidden) => Class::Config,
        Some(GapKind::Refused | GapKind::Starting | GapKind::Busy) => Class::Worker,
        _ => Class::Network,
    }
}
