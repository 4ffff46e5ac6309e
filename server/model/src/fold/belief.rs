//! Whether the lists of an address may be believed: whoever answers there must be a worker of this cluster, and must have
//! read all that it lists from.
//!
//! A list that is not believed is a gap, and what is known stays as it is. Two things tell another cluster: its Kafka
//! cluster's id, which every worker says since 1.1, and, where Kafka lets us see the group, that it has nothing to do with
//! the group. The id never changes by itself while connectors are known. An operator whose Kafka was made anew gives the
//! cluster another name, with the old one under `formerly`: under its new name it takes the id that answers first.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::facts::ClusterFacts;
use crate::names::WorkerId;
use crate::observe::{Gap, GapKind};
use crate::quiet::ANOTHER_CLUSTER;

/// What is known of a cluster that its lists must agree with.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Expected {
    /// The id of its Kafka cluster, once a worker said it.
    kafka_cluster_id: Option<Arc<str>>,
    /// Its workers, alive and gone.
    workers: BTreeSet<WorkerId>,
    /// Those of them that the group, seen whole, did not have.
    outside: BTreeSet<WorkerId>,
    /// Whether the group was seen, with members.
    group_seen: bool,
    /// Whether the group is seen and has lost all its members.
    emptied: bool,
    /// Whether a connector is known that exists.
    anything: bool,
}

/// Whether a worker can list everything.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Readiness {
    /// It listed no less than before, so that it was not asked.
    NotAsked,
    /// It said so, or its herder answered, which it does only once it has read everything.
    Ready,
    /// It said that it is not, in its words.
    Starting(Arc<str>),
    /// It has no way to say.
    Unsaid,
}

/// What a worker showed with a list.
#[derive(Clone, Debug)]
pub struct Shown<'a> {
    /// Its address as asked.
    pub by: &'a WorkerId,
    /// The id that its `/` gave after the list; `None` when it gave none.
    pub kafka_cluster_id: Option<&'a Arc<str>>,
    /// Whether it is ready.
    pub readiness: &'a Readiness,
    /// The workers that the statuses in the list name; none in a plain list.
    pub named: BTreeSet<&'a WorkerId>,
    /// Whether it listed no connector at all.
    pub empty: bool,
    /// Whether it listed half of the connectors that are known, at least.
    pub familiar: bool,
    /// Whether an operator says which Connect group is this cluster's: then its workers were given no other one.
    pub group_fixed: bool,
}

impl Expected {
    /// Of a cluster as known.
    pub fn of(facts: &ClusterFacts) -> Self {
        let workers = || facts.workers.values();
        let group_seen = workers().any(|worker| worker.member == Some(true));
        Self {
            kafka_cluster_id: facts.about.kafka_cluster_id.clone(),
            workers: workers().map(|worker| worker.id.clone()).collect(),
            outside: workers()
                .filter(|worker| worker.member == Some(false))
                .map(|worker| worker.id.clone())
                .collect(),
            group_seen,
            emptied: !group_seen && workers().any(|worker| worker.member == Some(false)),
            anything: facts.connectors.values().any(|known| known.deleted_at.is_none()),
        }
    }

    /// Whether this id of a Kafka cluster tells that somebody belongs to another cluster. Workers before 1.1 say none.
    pub fn is_another(&self, kafka_cluster_id: Option<&Arc<str>>) -> bool {
        match (&self.kafka_cluster_id, kafka_cluster_id) {
            (Some(known), Some(given)) => self.anything && known != given,
            _ => false,
        }
    }

    /// Whether a list may be folded.
    ///
    /// The group is asked every interval, so that workers that are new, or have new addresses, are members before they
    /// are doubted for longer; and where the group is not seen nobody is doubted for it. When the last member of the group
    /// is gone, a list that tells of other connectors is another cluster's, to which the address leads now, whoever it names:
    /// addresses of workers are given again. One of the same connectors is of workers that were given another group.
    ///
    /// # Errors
    /// The gap to tell in place of the list.
    pub fn believes(&self, shown: &Shown<'_>) -> Result<(), Gap> {
        let by = shown.by;
        let gap = |kind, text: String| {
            Err(Gap {
                kind,
                text: text.into(),
            })
        };
        if let (true, Some(known), Some(given)) = (
            self.is_another(shown.kafka_cluster_id),
            &self.kafka_cluster_id,
            shown.kafka_cluster_id,
        ) {
            let text = format!(
                "{by}: {ANOTHER_CLUSTER}, of Kafka cluster {given} in place of {known}; check this cluster's \
                 `urls`, or, if its Kafka was made anew, give the cluster another name and this one under `formerly`"
            );
            return gap(GapKind::NotConnect, text);
        }
        let strangers = !shown.named.is_empty() && shown.named.is_disjoint(&self.workers.iter().collect());
        if self.group_seen && (self.outside.contains(by) || strangers) {
            let text = match strangers {
                true => &format!("{ANOTHER_CLUSTER}, none of whose workers is in this cluster's Connect group"),
                false => "it is not in this cluster's Connect group",
            };
            let text = format!("{by}: {text}; check this cluster's `urls` and `group_id`");
            return gap(GapKind::NotConnect, text);
        }
        let elsewhere = self.anything && !shown.familiar || shown.group_fixed && strangers;
        match shown.readiness {
            Readiness::Starting(words) => gap(GapKind::Starting, format!("{by} is still starting: {words}")),
            Readiness::Unsaid if shown.empty && self.anything => gap(
                GapKind::Starting,
                format!("{by} lists nothing and cannot say whether it is still starting"),
            ),
            Readiness::NotAsked | Readiness::Ready | Readiness::Unsaid if self.emptied && elsewhere => {
                let text = format!(
                    "{by}: {ANOTHER_CLUSTER}, with workers or connectors that are not known here, while this \
                     cluster's Connect group has no member; check this cluster's `urls` and `group_id`"
                );
                gap(GapKind::NotConnect, text)
            }
            Readiness::NotAsked | Readiness::Ready | Readiness::Unsaid => Ok(()),
        }
    }
}
