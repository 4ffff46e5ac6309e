//! Workers that live, as their group says, while none of them can be asked.

use std::sync::Arc;

use crate::Timestamp;
use crate::cause::Cause;
use crate::facts::ClusterFacts;
use crate::heard::unknown_since;
use crate::observe::{Gap, GapKind};
use crate::quiet::Quiet;
use crate::settings::Settings;
use crate::verdict::{Class, Diagnosis};

/// No worker listed its connectors for the stale limit, though the group has members: the verdicts stand.
#[derive(Clone, Debug, PartialEq)]
pub struct Unlisted {
    /// When the connectors were last listed; where they never were, when somebody began to ask.
    pub since: Timestamp,
    /// Why, one sentence.
    pub text: Arc<str>,
    /// What kind of fault.
    pub class: Class,
    /// Whether the group has members.
    pub lives: bool,
    /// Whether there is a list, whose verdicts stand.
    pub listed: bool,
}

impl Unlisted {
    /// What is wrong with the way to the workers.
    pub fn diagnosis(&self) -> Diagnosis {
        Diagnosis::of_cluster(
            self.class,
            0.9,
            self.text.clone(),
            "the group says that workers live, so that the way to their REST API is broken, or they refuse; what \
             changes meanwhile is not seen",
            Cause::Unlisted {
                lives: self.lives,
                listed: self.listed,
            },
        )
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
        None => "what it runs was never listed",
    };
    let unlisted = Unlisted {
        since,
        text: sentence(cluster, gap, since, stands).into(),
        class: way(gap),
        lives: about.group.as_ref().is_some_and(|group| group.empty_since.is_none()),
        listed: listed.is_some(),
    };
    (Some(unlisted), None)
}

/// One sentence without its end: since when, what the last look got, what is known of the group, and what `stands`.
fn sentence(cluster: &ClusterFacts, gap: &Gap, since: Timestamp, stands: &str) -> String {
    let does = match gap.kind {
        GapKind::Refused | GapKind::TimedOut | GapKind::Unreachable | GapKind::Tls => Quiet::Silent.verb(),
        _ => Quiet::Refusing.verb(),
    };
    // The words of workers that answer change with every look.
    let said = match gap.kind.worker_answers() {
        true => String::new(),
        false => format!(" ({})", gap.text),
    };
    let (name, since) = (&cluster.name, since.format("%H:%M:%S"));
    let group = group(cluster);
    format!("No worker of {name} {does} at its REST address since {since} UTC{said}, {group}: {stands}")
}

/// What is known of the group, a clause.
fn group(cluster: &ClusterFacts) -> String {
    let Some(group) = &cluster.about.group else {
        return "and nobody tells who is in its Connect group".to_owned();
    };
    let members = match group.members.len() {
        1 => "a member".to_owned(),
        count => format!("{count} members"),
    };
    match group.empty_since {
        Some(since) => format!(
            "and its Connect group has no member since {} UTC",
            since.format("%H:%M:%S")
        ),
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
