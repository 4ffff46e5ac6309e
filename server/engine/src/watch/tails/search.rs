//! Looking for the internal topics of a cluster that are not configured.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use kafka::Tail;
use kafka::internal::{ConfigRecord, InternalRecord, Said, StatusRecord, TopicKind};
use kafka::tail::{Incomplete, TailKind, Topics};
use model::internal::TopicSeen;
use model::names::ClusterName;
use model::observe::{Gap, GapKind};
use tokio::sync::{Mutex, OwnedMutexGuard, mpsc};
use tokio::time::timeout;
use tracing::info;

use super::found::{Candidate, Evidence, Finding, candidates, find};
use super::hub::EVENTS;
use super::kind;
use crate::watch::aside::Aside;
use crate::watch::group::{Access, gap_kind};
use crate::watch::hints::Hints;
use crate::watch::watcher::Watcher;
use crate::{InternalTopics, KafkaSpec};

/// How long topics are read to find out whose they are.
const READING: Duration = Duration::from_secs(20);
/// Clusters that search within this time of each other look together.
const TOGETHER: Duration = Duration::from_secs(1);

/// All kinds of internal topics.
pub(crate) const KINDS: [TopicKind; 3] = [TopicKind::Status, TopicKind::Config, TopicKind::Offsets];

/// What is needed for it. The clusters of a unit search one after the other, and those that searched while another did
/// take what that found.
#[derive(Clone)]
pub(in crate::watch) struct Search {
    name: Arc<str>,
    access: Access,
    spec: KafkaSpec,
    turn: Arc<Mutex<Option<Last>>>,
}

/// The last look.
pub(super) struct Last {
    began: Instant,
    kinds: Vec<TopicKind>,
    looked: Arc<Looked>,
}

impl Last {
    /// Whether it tells somebody who wanted to look then all that he wants to know.
    fn serves(&self, wanted: Instant, kinds: &[TopicKind]) -> bool {
        wanted.saturating_duration_since(self.began) <= TOGETHER && kinds.iter().all(|kind| self.kinds.contains(kind))
    }
}

impl Search {
    pub(in crate::watch) fn new(name: Arc<str>, access: Access, spec: KafkaSpec) -> Self {
        Self {
            name,
            access,
            spec,
            turn: Arc::default(),
        }
    }

    /// Waits for its turn, which ends with what is returned.
    pub(super) async fn turn(&self) -> OwnedMutexGuard<Option<Last>> {
        self.turn.clone().lock_owned().await
    }
}

/// What is known of the topics of a cluster.
pub(super) struct Found {
    pub(super) topics: Topics,
    /// Why others are not known.
    pub(super) missing: Vec<TopicSeen>,
    /// Whether Kafka let anybody look for them.
    pub(super) looked: bool,
}

/// Those that are configured.
pub(super) fn configured(topics: &InternalTopics) -> Topics {
    let names = [&topics.status, &topics.config, &topics.offset];
    let named = KINDS.into_iter().zip(names);
    named.filter_map(|(kind, name)| Some((name.clone()?, kind))).collect()
}

/// What was known before, and what is found of the others.
pub(super) async fn topics(watcher: &Watcher, search: &Search, known: Topics) -> Found {
    let sought: Vec<TopicKind> = lacking(&known).collect();
    let looked = match sought.is_empty() {
        true => Ok(Arc::default()),
        false => look(search, &sought).await,
    };
    settled(&watcher.cluster.name, known, looked, &watcher.hints.borrow())
}

/// The kinds of which none is known.
fn lacking(known: &Topics) -> impl Iterator<Item = TopicKind> {
    let kinds = KINDS.into_iter();
    kinds.filter(move |kind| !known.values().any(|known| known == kind))
}

/// What is known after a look. What was known before it stays so whatever it shows: what is read already needs no proof.
fn settled(cluster: &ClusterName, known: Topics, looked: Result<Arc<Looked>, kafka::Error>, hints: &Hints) -> Found {
    let sought: Vec<TopicKind> = lacking(&known).collect();
    let mut found = Found {
        topics: known,
        missing: Vec::new(),
        looked: looked.is_ok(),
    };
    let looked = match looked {
        Ok(looked) => looked,
        Err(error) => {
            found.missing.extend(sought.into_iter().map(|which| TopicSeen {
                kind: kind(which),
                name: None,
                gap: Some(Gap {
                    kind: gap_kind(&error),
                    text: format!("Kafka does not tell which topics there are: {error}").into(),
                }),
            }));
            return found;
        }
    };
    let workers: BTreeSet<_> = hints.workers.union(&hints.gone).cloned().collect();
    for which in sought {
        let known: Vec<Arc<str>> = found.topics.keys().cloned().collect();
        match find(which, &looked.candidates, &workers, &hints.connectors, &known) {
            Finding::This(name) => {
                info!(%cluster, topic = %name, kind = which.as_str(), "found an internal topic");
                found.topics.insert(name, which);
            }
            finding => found.missing.push(not_found(which, &finding, &looked.unread)),
        }
    }
    found
}

fn not_found(which: TopicKind, finding: &Finding, unread: &[(Arc<str>, TopicKind, Incomplete)]) -> TopicSeen {
    let refused = unread
        .iter()
        .find(|(_, kind, why)| *kind == which && matches!(why, Incomplete::Denied(_)));
    let (kind_of_gap, text) = match (finding, refused) {
        (Finding::Several(names), _) => (
            GapKind::Other,
            format!(
                "several topics could be its {which} topic ({}): set `{which}_topic` of the cluster",
                names.join(", ")
            ),
        ),
        (_, Some((name, _, why))) => (
            GapKind::Denied,
            format!(
                "its {which} topic is not found among those that may be read; {}",
                why.of(name)
            ),
        ),
        (_, None) => (
            GapKind::Other,
            format!(
                "no topic that Signalbox may read tells of this cluster's workers and connectors as its {which} topic \
                 does: set `{which}_topic` of the cluster"
            ),
        ),
    };
    TopicSeen {
        kind: kind(which),
        name: None,
        gap: Some(Gap {
            kind: kind_of_gap,
            text: text.into(),
        }),
    }
}

/// Reads what could be topics of these kinds, unless somebody just did.
async fn look(search: &Search, kinds: &[TopicKind]) -> Result<Arc<Looked>, kafka::Error> {
    let wanted = Instant::now();
    let mut last = search.turn().await;
    if let Some(last) = last.as_ref().filter(|last| last.serves(wanted, kinds)) {
        return Ok(last.looked.clone());
    }
    let began = Instant::now();
    let cluster = search.access.cluster().await?;
    let topics = possible(&cluster, kinds).await?;
    let looked = Arc::new(read(&search.name, &search.spec, topics).await?);
    *last = Some(Last {
        began,
        kinds: kinds.to_vec(),
        looked: looked.clone(),
    });
    Ok(looked)
}

/// Topics that could be of these kinds, by their names.
pub(crate) async fn possible(cluster: &kafka::Cluster, kinds: &[TopicKind]) -> Result<Topics, kafka::Error> {
    let topics = cluster.topics().await?;
    let mut possible = Topics::new();
    for which in kinds {
        for name in candidates(*which, &topics) {
            possible.entry(name).or_insert(*which);
        }
    }
    Ok(possible)
}

/// What topics hold, and which could not be read.
#[derive(Default)]
pub(crate) struct Looked {
    /// Those that were read.
    pub(crate) candidates: Vec<Candidate>,
    /// The others, with the reason.
    pub(crate) unread: Vec<(Arc<str>, TopicKind, Incomplete)>,
}

/// Reads topics of the Kafka cluster of this name once.
pub(crate) async fn read(name: &str, spec: &KafkaSpec, topics: Topics) -> Result<Looked, kafka::Error> {
    let candidate = |(name, kind): (&Arc<str>, &TopicKind)| Candidate {
        name: name.clone(),
        kind: *kind,
        evidence: Evidence::default(),
    };
    let mut all: BTreeMap<Arc<str>, Candidate> =
        topics.iter().map(|entry| (entry.0.clone(), candidate(entry))).collect();
    let mut reading: BTreeSet<Arc<str>> = topics.keys().cloned().collect();
    let mut unread: BTreeMap<Arc<str>, (TopicKind, Incomplete)> = BTreeMap::new();
    let (events, mut news) = mpsc::channel(EVENTS);
    let name = format!("{name} search");
    let _tail = Aside::new(Tail::start(&name, &spec.bootstrap, &spec.properties, topics, events)?);
    let reading = async {
        while !reading.is_empty()
            && let Some(event) = news.recv().await
        {
            let Some(candidate) = all.get_mut(&event.topic) else {
                continue;
            };
            match event.kind {
                TailKind::Records(records) => records
                    .into_iter()
                    .for_each(|record| note(&mut candidate.evidence, record)),
                TailKind::Complete => drop(reading.remove(&event.topic)),
                TailKind::Incomplete(Incomplete::Reading) => {}
                TailKind::Incomplete(why) => {
                    reading.remove(&event.topic);
                    unread.insert(event.topic, (candidate.kind, why));
                }
                TailKind::Restarted(_) => candidate.evidence = Evidence::default(),
            }
        }
    };
    // What could not be read in this time counts as far as it was read.
    let _late = timeout(READING, reading).await;
    Ok(Looked {
        candidates: all
            .into_values()
            .filter(|candidate| !unread.contains_key(&candidate.name))
            .collect(),
        unread: unread
            .into_iter()
            .map(|(name, (kind, why))| (name, kind, why))
            .collect(),
    })
}

fn note(evidence: &mut Evidence, record: InternalRecord) {
    let connectors = &mut evidence.connectors;
    match record.said {
        Said::Status(StatusRecord::Connector { connector, status } | StatusRecord::Task { connector, status, .. }) => {
            evidence.workers.extend(status.map(|status| status.worker_id));
            connectors.insert(connector);
        }
        Said::Config(ConfigRecord::Connector { connector, config }) => {
            match config {
                Some(_) => connectors.insert(connector),
                None => connectors.remove(&connector),
            };
        }
        Said::Offset(record) => {
            connectors.insert(record.connector);
        }
        Said::Status(_) | Said::Config(_) | Said::Unreadable(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use model::internal::InternalTopic;
    use model::names::WorkerId;

    use super::*;

    fn looked(candidates: &[(TopicKind, &str)]) -> Arc<Looked> {
        let evidence = Evidence {
            workers: ["a:1"].map(WorkerId::from).into(),
            connectors: ["lines"].map(Into::into).into(),
        };
        let candidate = |(kind, name): &(TopicKind, &str)| Candidate {
            name: (*name).into(),
            kind: *kind,
            evidence: evidence.clone(),
        };
        Arc::new(Looked {
            candidates: candidates.iter().map(candidate).collect(),
            unread: Vec::new(),
        })
    }

    fn names(found: &Found) -> Vec<&str> {
        found.topics.keys().map(|name| &**name).collect()
    }

    #[test]
    fn what_was_found_stays_found_when_a_later_look_shows_less() {
        let hints = Hints {
            workers: ["a:1"].map(WorkerId::from).into(),
            connectors: ["lines"].map(Into::into).into(),
            ..Hints::default()
        };
        let cluster = "orders".into();
        let both = looked(&[(TopicKind::Status, "x-status"), (TopicKind::Config, "x-configs")]);
        let first = settled(&cluster, Topics::new(), Ok(both), &hints);
        assert_eq!(names(&first), ["x-configs", "x-status"]);
        assert!(matches!(&*first.missing, [seen] if seen.kind == InternalTopic::Offset));
        // Nothing could be read, and then Kafka was away.
        let away = kafka::Error::Unreachable {
            reason: "refused".to_owned(),
        };
        for later in [Ok(looked(&[])), Err(away)] {
            let looked = later.is_ok();
            let later = settled(&cluster, first.topics.clone(), later, &hints);
            assert_eq!((later.topics, later.looked), (first.topics.clone(), looked));
            assert!(matches!(&*later.missing, [seen] if seen.kind == InternalTopic::Offset));
        }
        let last = settled(
            &cluster,
            first.topics,
            Ok(looked(&[(TopicKind::Offsets, "x-offsets")])),
            &hints,
        );
        assert_eq!(names(&last), ["x-configs", "x-offsets", "x-status"]);
        assert!(last.missing.is_empty());
    }

    #[test]
    fn clusters_that_search_at_the_same_time_look_once() {
        let began = Instant::now() + Duration::from_secs(60);
        let last = Last {
            began,
            kinds: vec![TopicKind::Status, TopicKind::Config],
            looked: looked(&[]),
        };
        let status = [TopicKind::Status];
        assert!(
            last.serves(began - Duration::from_secs(20), &status),
            "it waited for its turn"
        );
        assert!(last.serves(began + TOGETHER, &status));
        assert!(
            !last.serves(began + TOGETHER + Duration::from_secs(1), &status),
            "something may have been written since"
        );
        assert!(!last.serves(began, &[TopicKind::Offsets]), "nobody looked for those");
    }
}
