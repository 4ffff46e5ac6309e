//! Workers that live, as their group says, while none of them can be asked.

use std::sync::Arc;

use crate::Timestamp;
use crate::facts::ClusterFacts;
use crate::heard::unknown_since;
use crate::observe::{Gap, GapKind};
use crate::quiet::{EMPTY, NEVER_LISTED, Quiet, UNTOLD};
use crate::scope::Scope;
use crate::settings::Settings;
use crate::verdict::{Class, Diagnosis, Domain};

/// No worker listed its connectors for the stale limit, though the group has members: the verdicts stand.
#[derive(Clone, Debug, PartialEq)]
pub struct Unlisted {
    /// When the connectors were last listed; where they never were, when somebody began to ask.
    pub since: Timestamp,
    /// Why, one sentence.
    pub text: Arc<str>,
    /// What kind of fault.
    pub class: Class,
}

impl Unlisted {
    /// What is wrong with the way to the workers.
    pub fn diagnosis(&self) -> Diagnosis {
        Diagnosis {
            domain: Domain::Infrastructure,
            class: self.class,
            confidence: 0.9,
            root_cause: self.text.clone(),
            why: "the group says that workers live, so that the way to their REST API is broken, or they refuse; what \
                  changes meanwhile is not seen"
                .into(),
            shared: Some(Scope::Cluster),
        }
    }
}

/// Judges a cluster that is not silent. With it the moment at which it must be judged again.
///
/// Busy and starting workers put off their lists for a while, as in a rebalance. They alone make no such fault, and do
/// not end one either: that does the next list. A silence takes its place.
pub(super) fn unlisted(
    cluster: &ClusterFacts,
    gap: &Gap,
    settings: &Settings,
    now: Timestamp,
) -> (Option<Unlisted>, Option<Timestamp>) {
    let (about, fresh) = (&cluster.about, &cluster.fresh);
    let listed = fresh.listed();
    if about.reachable || (listed.is_none() && gap.kind.worker_answers()) {
        return (None, None);
    }
    let away = about.reachable_since;
    // Nobody had answered before nobody looked: that goes on. Else it counts from when somebody began to look again.
    let resumed = fresh.resumed.filter(|resumed| away.is_none_or(|away| away >= *resumed));
    let since = listed.max(resumed).or(away).unwrap_or(now);
    let from = unknown_since(since, settings.stale_after);
    if now < from {
        return (None, Some(from));
    }
    let stands = match listed {
        Some(_) => "the verdicts shown rest on what was last listed then",
        None => NEVER_LISTED,
    };
    let text = Quiet::unlisted(cluster.name.as_str(), gap, since, &group(cluster), stands);
    let unlisted = Unlisted {
        since,
        text: text.into(),
        class: way(gap),
    };
    (Some(unlisted), None)
}

/// What is known of the group, a clause.
fn group(cluster: &ClusterFacts) -> String {
    let Some(group) = &cluster.about.group else {
        return format!("and {UNTOLD} who is in its Connect group");
    };
    let members = match group.members.len() {
        1 => "a member".to_owned(),
        count => format!("{count} members"),
    };
    match group.empty_since {
        Some(since) => format!("and its Connect group {EMPTY} since {} UTC", since.format("%H:%M:%S")),
        None if cluster.about.group_gap.is_some() => {
            format!("though its Connect group had {members} when Kafka last told")
        }
        None => format!("though its Connect group has {members}"),
    }
}

/// What is wrong with the way to workers that live, by what the last look got.
pub(super) fn way(gap: &Gap) -> Class {
    match gap.kind {
        GapKind::Denied => Class::Auth,
        GapKind::NotConnect | GapKind::Forbidden => Class::Config,
        GapKind::Starting | GapKind::Busy | GapKind::Other => Class::Worker,
        _ => Class::Network,
    }
}
