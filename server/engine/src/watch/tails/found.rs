//! Which topics are a cluster's, by what stands in them.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use kafka::internal::TopicKind;
use model::names::{ConnectorName, WorkerId};

/// Topics of one kind that are looked into, at most.
const MOST: usize = 16;

/// What stands in a topic.
#[derive(Clone, Debug, Default)]
pub(crate) struct Evidence {
    /// The workers that its last statuses name.
    pub(crate) workers: BTreeSet<WorkerId>,
    /// The connectors that it tells of.
    pub(crate) connectors: BTreeSet<ConnectorName>,
}

/// A topic that could be one of a cluster's.
#[derive(Clone, Debug)]
pub(crate) struct Candidate {
    pub(crate) name: Arc<str>,
    pub(crate) kind: TopicKind,
    pub(crate) evidence: Evidence,
}

/// What came of the search for one topic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Finding {
    This(Arc<str>),
    /// No topic tells of the cluster.
    None,
    /// Several do.
    Several(Vec<Arc<str>>),
}

/// Topics whose names allow that they are of this kind. A config topic has one partition, which workers insist on. Where
/// there are too many, those count that have brothers: the three of a cluster mostly differ in the word for the kind alone.
pub(super) fn candidates(kind: TopicKind, topics: &[(String, usize)]) -> Vec<Arc<str>> {
    let fits = |partitions: usize| kind != TopicKind::Config || partitions == 1;
    let mut families: BTreeMap<String, u8> = BTreeMap::new();
    let mut all: Vec<&str> = Vec::new();
    for (name, partitions) in topics.iter().filter(|(name, _)| !name.starts_with("__")) {
        let lower = name.to_lowercase();
        for (bit, other) in [TopicKind::Status, TopicKind::Config, TopicKind::Offsets]
            .into_iter()
            .enumerate()
        {
            if lower.contains(word(other)) {
                *families.entry(stem(name)).or_default() |= 1_u8 << bit;
            }
        }
        if lower.contains(word(kind)) && fits(*partitions) {
            all.push(name);
        }
    }
    all.sort_by_cached_key(|name| Reverse(families.get(&stem(name)).map_or(0, |kinds| kinds.count_ones())));
    all.into_iter().take(MOST).map(Arc::from).collect()
}

/// The word that tells a kind in a name.
fn word(kind: TopicKind) -> &'static str {
    match kind {
        TopicKind::Status => "status",
        TopicKind::Config => "config",
        TopicKind::Offsets => "offset",
    }
}

/// The topic of this kind of a cluster with these workers and connectors. Of several that tell of it that one counts whose
/// name differs from those of its other topics, `known`, only in the word for the kind.
pub(crate) fn find(
    kind: TopicKind,
    candidates: &[Candidate],
    workers: &BTreeSet<WorkerId>,
    connectors: &BTreeSet<ConnectorName>,
    known: &[Arc<str>],
) -> Finding {
    let tells = |evidence: &Evidence| match kind {
        TopicKind::Status => !evidence.workers.is_disjoint(workers),
        // The same names may stand in the topics of another cluster, most of them rarely do.
        TopicKind::Config => {
            let common = evidence.connectors.intersection(connectors).count();
            common > 0 && common * 2 >= connectors.len()
        }
        TopicKind::Offsets => !evidence.connectors.is_disjoint(connectors),
    };
    let of_kind = || candidates.iter().filter(|candidate| candidate.kind == kind);
    let related = |candidate: &&Candidate| known.iter().any(|known| stem(known) == stem(&candidate.name));
    let told: Vec<&Candidate> = of_kind().filter(|candidate| tells(&candidate.evidence)).collect();
    let chosen: Vec<&Candidate> = match told.len() {
        // A cluster whose sources wrote nothing yet has an empty offset topic.
        0 if kind == TopicKind::Offsets => of_kind()
            .filter(|candidate| candidate.evidence.connectors.is_empty())
            .filter(related)
            .collect(),
        0 | 1 => told,
        _ => {
            let near: Vec<&Candidate> = told.iter().copied().filter(related).collect();
            if near.is_empty() { told } else { near }
        }
    };
    match chosen.as_slice() {
        [] => Finding::None,
        [one] => Finding::This(one.name.clone()),
        several => Finding::Several(several.iter().map(|candidate| candidate.name.clone()).collect()),
    }
}

/// A topic's name without the word for its kind.
fn stem(name: &str) -> String {
    let name = name.to_lowercase();
    let words = ["statuses", "status", "configs", "config", "offsets", "offset"];
    let found = words.into_iter().find(|word| name.contains(word));
    found.map_or(name.clone(), |word| name.replacen(word, "", 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn candidate(kind: TopicKind, name: &str, workers: &[&str], connectors: &[&str]) -> Candidate {
        Candidate {
            name: name.into(),
            kind,
            evidence: Evidence {
                workers: workers.iter().map(|id| WorkerId::from(*id)).collect(),
                connectors: connectors.iter().map(|name| ConnectorName::from(*name)).collect(),
            },
        }
    }

    fn found(kind: TopicKind, candidates: &[Candidate], known: &[&str]) -> Finding {
        let known: Vec<Arc<str>> = known.iter().map(|name| Arc::from(*name)).collect();
        let workers = ["a:1", "b:1"].map(WorkerId::from).into();
        let connectors = ["lines", "orders"].map(ConnectorName::from).into();
        find(kind, candidates, &workers, &connectors, &known)
    }

    #[test]
    fn names_and_partitions_tell_what_could_be_an_internal_topic() {
        let topics = [
            ("connect-configs", 1),
            ("app-config", 6),
            ("Prod-Connect-Status", 5),
            ("__consumer_offsets", 50),
            ("connect-offsets", 25),
            ("orders", 3),
        ];
        let topics: Vec<(String, usize)> = topics.map(|(name, count)| (name.to_owned(), count)).into();
        let names = |kind| {
            candidates(kind, &topics)
                .iter()
                .map(|name| name.to_string())
                .collect::<Vec<_>>()
        };
        assert_eq!(names(TopicKind::Status), ["Prod-Connect-Status"]);
        assert_eq!(names(TopicKind::Config), ["connect-configs"]);
        assert_eq!(names(TopicKind::Offsets), ["connect-offsets"]);
    }

    #[test]
    fn of_many_names_those_count_that_three_topics_share() {
        let others = (0..40).map(|number| (format!("a{number}-status"), 3));
        let own = ["z-status", "z-configs", "z-offsets"].map(|name| (name.to_owned(), 1));
        let topics: Vec<(String, usize)> = others.chain(own).collect();
        let found = candidates(TopicKind::Status, &topics);
        assert_eq!((found.len(), &*found[0]), (MOST, "z-status"));
    }

    #[test]
    fn a_status_topic_is_known_by_the_workers_that_it_names() {
        use TopicKind::Status;
        let ours = candidate(Status, "x-status", &["b:1", "old:1"], &[]);
        let others = candidate(Status, "connect-status", &["c:1"], &["lines"]);
        assert_eq!(
            found(Status, &[others.clone(), ours], &[]),
            Finding::This("x-status".into())
        );
        assert_eq!(found(Status, &[others], &[]), Finding::None);
    }

    #[test]
    fn a_name_alone_decides_between_two_that_tell_of_the_same_connectors() {
        use TopicKind::Config;
        let both = [
            candidate(Config, "dev-configs", &[], &["lines", "orders"]),
            candidate(Config, "prod-configs", &[], &["lines", "orders"]),
        ];
        assert_eq!(
            found(Config, &both, &[]),
            Finding::Several(vec!["dev-configs".into(), "prod-configs".into()])
        );
        assert_eq!(
            found(Config, &both, &["prod-status"]),
            Finding::This("prod-configs".into())
        );
        let few = candidate(Config, "y-configs", &[], &["lines", "a", "b"]);
        assert_eq!(found(Config, &[few], &[]), Finding::This("y-configs".into()));
        let none = candidate(Config, "z-configs", &[], &["a", "b"]);
        assert_eq!(found(Config, &[none], &["z-status"]), Finding::None);
    }

    #[test]
    fn an_offset_topic_that_is_empty_is_known_by_its_name() {
        use TopicKind::Offsets;
        let all = [
            candidate(Offsets, "a-offsets", &[], &[]),
            candidate(Offsets, "b-offsets", &[], &[]),
        ];
        assert_eq!(found(Offsets, &all, &["b-status"]), Finding::This("b-offsets".into()));
        assert_eq!(found(Offsets, &all, &[]), Finding::None);
    }
}
