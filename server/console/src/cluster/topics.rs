//! What Signalbox sees of a cluster's internal topics.

use engine::ClusterSpec;
use model::internal::InternalTopic;
use model::observe::GapKind;
use view::Cluster;

use super::sight::{Seeing, Sight};

/// A topic, what it tells, and what is lost without it.
struct About {
    kind: InternalTopic,
    source: &'static str,
    tells: &'static str,
    gain: &'static str,
    granted: &'static str,
}

const ALL: [About; 3] = [
    About {
        kind: InternalTopic::Status,
        source: "Status topic",
        tells: "each state as it is written, with what REST filters out of it",
        gain: "States are seen as they are written, and not only at the next look; what REST filters out of them (tasks that \
               were let go in order) is seen at all.",
        granted: "Grant READ on the status topic to Signalbox's principal: states are seen as they are written then, and not \
                  only at the next look.",
    },
    About {
        kind: InternalTopic::Config,
        source: "Config topic",
        tells: "configs, target states and deletions as they are written",
        gain: "Target states are known, and not inferred; changes and deletions are seen as they are written.",
        granted: "Grant READ on the config topic to Signalbox's principal: target states are known then, and not inferred; \
                  changes and deletions are seen as they are written.",
    },
    About {
        kind: InternalTopic::Offset,
        source: "Offset topic",
        tells: "how far source connectors have read, as they write it down",
        gain: "How far source connectors have read is seen as they write it down.",
        granted: "Grant READ on the offset topic to Signalbox's principal: how far source connectors have read is seen then.",
    },
];

/// One line for each of them.
pub(super) fn sights(cluster: &Cluster, spec: Option<&ClusterSpec>) -> Vec<Sight> {
    let configured = spec.is_some_and(|spec| spec.kafka.is_some());
    ALL.iter().map(|about| sight(cluster, configured, about)).collect()
}

fn sight(cluster: &Cluster, configured: bool, about: &About) -> Sight {
    let facts = cluster.about.topics.get(&about.kind);
    let (state, text, as_of, gain) = match facts {
        None if !configured => (
            Seeing::NotGranted,
            "Its Kafka is not named in the configuration, so that the topic is not read.".to_owned(),
            None,
            Some(about.gain),
        ),
        None => (
            Seeing::Partly,
            "It was not read yet.".to_owned(),
            None,
            Some(about.gain),
        ),
        Some(facts) => match (&facts.gap, &facts.name) {
            (None, name) => {
                let name = name.as_deref().unwrap_or("It");
                let text = format!("{name} tells {}.", about.tells);
                (Seeing::Seen, text, cluster.fresh.tried, None)
            }
            (Some(gap), _) => {
                let gain = match gap.kind {
                    GapKind::Denied => about.granted,
                    _ => about.gain,
                };
                // What it told until then is as old as that.
                let text = format!("{}; since {} UTC.", gap.text, facts.since.format("%H:%M:%S"));
                (Seeing::Refused, text, Some(facts.since), Some(gain))
            }
        },
    };
    Sight {
        source: about.source,
        state,
        text,
        as_of,
        gain,
    }
}

#[cfg(test)]
mod tests {
    use model::internal::TopicFacts;
    use model::observe::Gap;
    use testkit::samples;

    use super::*;

    #[test]
    fn a_topic_is_seen_or_it_is_said_since_when_and_why_not() {
        let told = |gap: Option<Gap>| {
            let mut record = samples::cluster();
            let facts = TopicFacts {
                name: Some("connect-status".into()),
                gap,
                since: samples::now(),
            };
            record.about.topics.insert(InternalTopic::Status, facts);
            let all = sights(&Cluster::new(record, 1), None);
            all.into_iter().find(|sight| sight.source == "Status topic").unwrap()
        };
        let seen = told(None);
        assert_eq!(seen.state, Seeing::Seen);
        assert!(
            seen.text.starts_with("connect-status tells each state"),
            "{}",
            seen.text
        );
        let denied = told(Some(Gap {
            kind: GapKind::Denied,
            text: "topic `connect-status` may not be read: READ is missing".into(),
        }));
        assert_eq!((denied.state, denied.as_of), (Seeing::Refused, Some(samples::now())));
        assert!(denied.text.contains("READ is missing; since "), "{}", denied.text);
        assert!(denied.gain.unwrap().contains("Grant READ on the status topic"));
        let all = sights(&Cluster::new(samples::cluster(), 1), None);
        assert!(all.iter().all(|sight| sight.state == Seeing::NotGranted), "{all:?}");
    }
}
