//! What Signalbox sees of a cluster and what it does not, each source with its state and its age, and what would be gained
//! by granting more.

use engine::ClusterSpec;
use model::Timestamp;
use model::facts::{Alive, WorkerFacts};
use model::names::WorkerId;
use model::observe::{Gap, GapKind};
use view::{Cluster, Staleness};

use super::{measured, topics};

/// One source of what is known of a cluster.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sight {
    /// What it is, in a few words.
    pub source: &'static str,
    /// How much of it is seen.
    pub state: Seeing,
    /// What is seen of it or why nothing is, one sentence.
    pub text: String,
    /// When it was last true.
    pub as_of: Option<Timestamp>,
    /// What one would gain, and by what; `None` where nothing is left to gain.
    pub gain: Option<&'static str>,
}

/// How much of a source is seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Seeing {
    /// It was asked, and refuses or does not answer.
    Refused,
    /// The configuration does not let Signalbox ask.
    NotGranted,
    /// Some of it.
    Partly,
    /// This version of Connect has no such thing.
    Lacking,
    /// All of it.
    Seen,
    /// This version of Signalbox does not read it.
    NotRead,
}

impl Seeing {
    /// Every state.
    pub const ALL: [Self; 6] = [
        Self::Refused,
        Self::NotGranted,
        Self::Partly,
        Self::Lacking,
        Self::Seen,
        Self::NotRead,
    ];

    /// The lower-case word of the API.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Refused => "refused",
            Self::NotGranted => "not_granted",
            Self::Partly => "partly",
            Self::Lacking => "lacking",
            Self::Seen => "seen",
            Self::NotRead => "not_read",
        }
    }

    /// The words for a person.
    pub fn words(self) -> &'static str {
        match self {
            Self::Refused => "not seen",
            Self::NotGranted => "not granted",
            Self::Partly => "in part",
            Self::Lacking => "not in this version",
            Self::Seen => "seen",
            Self::NotRead => "not read",
        }
    }
}

/// All sources, those first that somebody can do something about.
pub(super) fn sights(cluster: &Cluster, spec: Option<&ClusterSpec>, staleness: &Staleness) -> Vec<Sight> {
    if cluster.refused() {
        return Vec::new();
    }
    let mut sights = vec![
        list(cluster, spec, staleness),
        group(cluster, spec, staleness),
        addresses(cluster),
        health(cluster),
        plugins(cluster),
        versions(cluster),
    ];
    sights.extend(topics::sights(cluster, spec));
    sights.push(measured::sight(cluster, spec, staleness));
    sights.extend(UNREAD.map(|(source, text)| Sight {
        source,
        state: Seeing::NotRead,
        text: text.to_owned(),
        as_of: None,
        gain: None,
    }));
    sights.sort_by_key(|sight| sight.state);
    sights
}

/// What no grant would help to see.
const UNREAD: [(&str, &str); 1] = [(
    "Rights of the Kafka principal",
    "Kafka is not asked for them: what it refuses is told at the source concerned.",
)];

fn list(cluster: &Cluster, spec: Option<&ClusterSpec>, staleness: &Staleness) -> Sight {
    let gap = cluster.about.gap.as_ref();
    let stale = staleness.stale(&cluster.fresh);
    let signs_in = match spec {
        Some(spec) if spec.auth.is_some() => ", signed in with the configured credentials",
        // Whether a worker asked for it is not told to who shows it.
        Some(spec) if spec.tls.cert_file.is_some() => {
            ", shown the configured client certificate, which it may or may not demand"
        }
        Some(_) => ", without credentials",
        None => "",
    };
    let (state, text) = match gap {
        Some(gap) if stale => (Seeing::Refused, gap.text.to_string()),
        None if cluster.fresh.rest.is_none() => (Seeing::Refused, "No worker gave a list yet.".to_owned()),
        None if stale => (Seeing::Refused, "No worker gave a list lately.".to_owned()),
        _ => (
            Seeing::Seen,
            format!("Every connector with its config and its tasks, from any one worker{signs_in}."),
        ),
    };
    let denied = gap.is_some_and(|gap| gap.kind == GapKind::Denied);
    Sight {
        source: "Connectors, by REST",
        gain: (state != Seeing::Seen).then_some(match denied {
            true => {
                "Set credentials that may read (auth, below [[clusters]]): states, configs and traces of every connector rest on this."
            }
            false => "States, configs and traces of every connector rest on this: one worker that answers is enough.",
        }),
        as_of: cluster.fresh.rest,
        state,
        text,
    }
}

fn group(cluster: &Cluster, spec: Option<&ClusterSpec>, staleness: &Staleness) -> Sight {
    const GAIN: &str = "A worker's death is seen within seconds, whether it left in order, rebalances, and how long lost \
                        work is held back.";
    let configured = spec.is_some_and(|spec| spec.kafka.is_some());
    let old = cluster
        .fresh
        .group
        .is_none_or(|at| staleness.now - at > staleness.limit);
    let (state, text, gain) = match (&cluster.about.group_gap, &cluster.about.group) {
        _ if !configured && cluster.about.group.is_none() => (
            Seeing::NotGranted,
            "Its Kafka is not named in the configuration, so that the Connect group is not watched: which workers live is told \
             by their REST addresses alone."
                .to_owned(),
            Some(
                "Name its Kafka (kafka, below [[clusters]]), with the right to DESCRIBE the group: a worker's death is seen within seconds then, and \
                 so are rebalances, and how long lost work is held back.",
            ),
        ),
        (Some(Gap { kind, text }), _) => (
            Seeing::Refused,
            text.to_string(),
            Some(match kind {
                GapKind::Denied => {
                    "Grant DESCRIBE on the group to Signalbox's principal: a worker's death is seen within seconds then, \
                     and so are rebalances."
                }
                _ => GAIN,
            }),
        ),
        (None, Some(_)) if old => (
            Seeing::Refused,
            "Its members were not told lately.".to_owned(),
            Some(GAIN),
        ),
        (None, Some(group)) => (
            Seeing::Seen,
            format!("The members of {} and what each of them runs.", group.group_id),
            None,
        ),
        (None, None) => (Seeing::Partly, "Its members were not told yet.".to_owned(), Some(GAIN)),
    };
    Sight {
        source: "Connect group, in Kafka",
        as_of: cluster.fresh.group,
        state,
        text,
        gain,
    }
}

fn addresses(cluster: &Cluster) -> Sight {
    let all = &cluster.about.addresses;
    // What one that is gone said before it was says nothing of now.
    let gone = |address: &WorkerId| {
        let known = cluster.workers.iter().find(|worker| worker.id == *address);
        known.is_some_and(|worker| worker.alive.gone())
    };
    let silent: Vec<&str> = all
        .iter()
        .filter(|(address, said)| !said.starts_with("answers") || gone(address))
        .map(|(address, _)| address.as_str())
        .collect();
    let (state, text) = match (all.len(), all.len() - silent.len()) {
        (0, _) => (Seeing::Refused, "None was asked yet.".to_owned()),
        (1, 1) => (Seeing::Seen, "The one known answers.".to_owned()),
        (all, some) if all == some => (Seeing::Seen, format!("All {all} answer.")),
        (all, some) => {
            let state = if some == 0 { Seeing::Refused } else { Seeing::Partly };
            let first = silent.first().copied().unwrap_or_default();
            let more = match silent.len() {
                1 => String::new(),
                count => format!(" and {} more", count - 1),
            };
            (state, format!("{some} of {all} answer; {first}{more} does not."))
        }
    };
    let (state, text) = match &cluster.about.workers_gap {
        Some(gap) => (state.min(Seeing::Partly), format!("{text} Besides, {}.", gap.text)),
        None => (state, text),
    };
    Sight {
        source: "REST addresses of the workers",
        gain: (state != Seeing::Seen).then_some(
            "Let Signalbox reach the address that each worker advertises: its own version, health and plugins are told \
             there, and without Kafka its death.",
        ),
        as_of: cluster.fresh.asked.values().min().copied(),
        state,
        text,
    }
}

/// What workers tell by themselves: how many of those that live have told it.
fn told(cluster: &Cluster, told: impl Fn(&WorkerFacts) -> bool) -> (Seeing, usize, usize) {
    let living: Vec<_> = cluster
        .workers
        .iter()
        .filter(|worker| worker.alive != Alive::Dead && worker.alive != Alive::GoneInOrder)
        .collect();
    let some = living.iter().filter(|worker| told(worker)).count();
    let state = match (some, living.len()) {
        (0, _) => Seeing::Refused,
        (some, all) if some < all => Seeing::Partly,
        _ => Seeing::Seen,
    };
    (state, some, living.len())
}

const REACH: &str = "Told by each worker at its own address.";

fn health(cluster: &Cluster) -> Sight {
    let source = "Workers' own health, GET /health";
    if let Some(sight) = lacking(
        cluster,
        source,
        (3, 9),
        "a worker that cannot join its group is not told apart",
    ) {
        return sight;
    }
    let (state, some, all) = told(cluster, |worker| worker.health.is_some());
    Sight {
        source,
        state,
        text: format!("{some} of {all} living workers told it."),
        as_of: None,
        gain: (state != Seeing::Seen).then_some(REACH),
    }
}

fn plugins(cluster: &Cluster) -> Sight {
    let (state, some, all) = told(cluster, |worker| worker.plugins.is_some());
    let only = match older(cluster, (3, 2)) {
        Some(version) => {
            format!(" Connect {version} tells connectors only, no converters or transformations (since 3.2).")
        }
        None => String::new(),
    };
    Sight {
        source: "Plugins of the workers",
        state: if only.is_empty() {
            state
        } else {
            state.min(Seeing::Partly)
        },
        text: format!("{some} of {all} living workers told theirs.{only}"),
        as_of: None,
        gain: (state != Seeing::Seen).then_some(REACH),
    }
}

fn versions(cluster: &Cluster) -> Sight {
    let source = "Plugin versions as running";
    let lacks = "which version a connector runs is only known where all workers have the same";
    lacking(cluster, source, (4, 1), lacks).unwrap_or_else(|| Sight {
        source,
        state: Seeing::Seen,
        text: "Told with the state of each connector and task.".to_owned(),
        as_of: cluster.fresh.rest,
        gain: None,
    })
}

fn lacking(cluster: &Cluster, source: &'static str, since: (u32, u32), so: &str) -> Option<Sight> {
    let version = older(cluster, since)?;
    Some(Sight {
        source,
        state: Seeing::Lacking,
        text: format!(
            "Connect {version} does not tell it (since {}.{}): {so}.",
            since.0, since.1
        ),
        as_of: None,
        gain: None,
    })
}

/// The cluster's version if it is older than this one.
fn older(cluster: &Cluster, than: (u32, u32)) -> Option<&str> {
    let version = cluster.about.version.as_deref()?;
    (release(version)? < than).then_some(version)
}

/// Major and minor of Kafka; Confluent's 7.6 is Kafka's 3.6.
fn release(version: &str) -> Option<(u32, u32)> {
    let mut parts = version.split(['.', '-']);
    let (major, minor): (u32, u32) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
    let renamed = version.contains("-ccs") || version.contains("-ce");
    Some((if renamed { major.checked_sub(4)? } else { major }, minor))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use chrono::TimeDelta;
    use model::record::ClusterRecord;
    use testkit::samples;

    use super::*;

    fn seen(change: impl FnOnce(&mut ClusterRecord)) -> Vec<(&'static str, Seeing, String)> {
        let mut record = samples::cluster();
        change(&mut record);
        let staleness = Staleness {
            now: samples::now(),
            limit: TimeDelta::seconds(30),
        };
        sights(&Cluster::new(record, 1), None, &staleness)
            .into_iter()
            .map(|sight| (sight.source, sight.state, sight.text))
            .collect()
    }

    fn state_of(sights: &[(&'static str, Seeing, String)], part: &str) -> (Seeing, String) {
        let found = sights.iter().find(|(source, _, _)| source.contains(part)).unwrap();
        (found.1, found.2.clone())
    }

    #[test]
    fn what_workers_are_shown_is_told_as_far_as_it_is_known() {
        let staleness = Staleness {
            now: samples::now(),
            limit: TimeDelta::seconds(30),
        };
        let told = |change: fn(&mut ClusterSpec)| {
            let mut spec = ClusterSpec::new("orders".into(), Vec::new());
            change(&mut spec);
            list(&Cluster::new(samples::cluster(), 1), Some(&spec), &staleness).text
        };
        assert!(told(|_| {}).ends_with(", without credentials."));
        let shown = told(|spec| spec.tls.cert_file = Some("client.pem".into()));
        assert!(
            shown.ends_with("client certificate, which it may or may not demand."),
            "{shown}"
        );
        let signed_in = told(|spec| spec.auth = Some(engine::Auth::Bearer("x".to_owned())));
        assert!(
            signed_in.ends_with(", signed in with the configured credentials."),
            "{signed_in}"
        );
    }

    #[test]
    fn each_source_says_how_much_of_it_is_seen() {
        let all = seen(|_| {});
        assert!(all.is_sorted_by_key(|(_, state, _)| *state));
        assert_eq!(state_of(&all, "REST").0, Seeing::Seen);
        assert_eq!(state_of(&all, "Connect group").0, Seeing::Seen);
        let blind = seen(|record| {
            record.about.group = None;
            record.fresh.group = None;
        });
        assert_eq!(state_of(&blind, "Connect group").0, Seeing::NotGranted);
        let refused = seen(|record| {
            record.about.group_gap = Some(Gap {
                kind: GapKind::Denied,
                text: "Kafka refuses DESCRIBE".into(),
            });
        });
        assert_eq!(
            state_of(&refused, "Connect group"),
            (Seeing::Refused, "Kafka refuses DESCRIBE".to_owned())
        );
    }

    #[test]
    fn an_address_of_a_worker_that_is_gone_does_not_answer() {
        let answering = |record: &mut ClusterRecord| {
            let ids = record.workers.iter().map(|worker| worker.id.clone());
            let said = ids.map(|id| (id, "answers as Kafka Connect 4.3.1".into()));
            record.about.addresses = said.collect();
        };
        let all = seen(|record| {
            record.workers.truncate(1);
            answering(record);
        });
        assert_eq!(
            state_of(&all, "addresses"),
            (Seeing::Seen, "The one known answers.".to_owned())
        );
        assert_eq!(state_of(&seen(answering), "addresses").0, Seeing::Partly);
    }

    #[test]
    fn that_not_all_named_workers_are_kept_is_said_beside_the_addresses() {
        let all = seen(|record| {
            record.workers.truncate(1);
            let id = record.workers[0].id.clone();
            record.about.addresses = [(id, "answers as Kafka Connect 4.3.1".into())].into();
            record.about.workers_gap = Some(Gap {
                kind: GapKind::Other,
                text: "statuses name more workers".into(),
            });
        });
        let expected = "The one known answers. Besides, statuses name more workers.".to_owned();
        assert_eq!(state_of(&all, "addresses"), (Seeing::Partly, expected));
    }

    #[test]
    fn an_older_connect_is_said_to_lack_what_it_lacks() {
        let at = |version: &str| {
            let version: Arc<str> = version.into();
            seen(move |record| record.about.version = Some(version))
        };
        assert_eq!(state_of(&at("3.8.0"), "/health").0, Seeing::Lacking);
        assert_eq!(state_of(&at("7.8.1-ccs"), "/health").0, Seeing::Lacking);
        assert_ne!(state_of(&at("7.9.0-ccs"), "/health").0, Seeing::Lacking);
        assert_ne!(state_of(&at("3.9.0"), "/health").0, Seeing::Lacking);
        assert_eq!(state_of(&at("4.0.0"), "as running").0, Seeing::Lacking);
        assert_eq!(state_of(&at("4.1.0"), "as running").0, Seeing::Seen);
        assert!(state_of(&at("3.1.0"), "Plugins").1.contains("connectors only"));
    }
}
