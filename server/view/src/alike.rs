//! Which clusters may be one, kept up as they change, so that whoever looks compares nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use model::facts::{ClusterAbout, WorkerFacts};
use model::identity::{Identity, Likeness};
use model::names::{ClusterName, WorkerId};

use crate::{Cluster, Connectors};

/// The addresses of a cluster as its configuration has them: whole, and host and port of those that are only that.
pub type Configured = (BTreeSet<Arc<str>>, BTreeSet<WorkerId>);

/// That a cluster may be the same as another one which is watched beside it, and what both have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alike {
    /// The other one.
    pub other: ClusterName,
    /// Whether both tell the id of the same Kafka cluster; they share a configured address else.
    pub same_kafka: bool,
    /// Workers that both name.
    pub workers: Arc<[WorkerId]>,
    /// Connectors that both list, by their names.
    pub common: usize,
    /// Connectors that this one lists.
    pub own: usize,
    /// Connectors that the other one lists.
    pub others: usize,
}

/// Clusters that may be another one; those that are like none are left out.
pub type Alikes = BTreeMap<ClusterName, Vec<Alike>>;

/// Compares clusters with one another by the one rule of [`model::identity`], each only when it changed. Those that are
/// refused, because they are known to be another one, are told of elsewhere.
#[derive(Default)]
pub struct Comparison {
    known: BTreeMap<ClusterName, Known>,
    pairs: BTreeMap<Pair, Common>,
    found: Arc<Alikes>,
}

/// The lesser name first.
type Pair = (ClusterName, ClusterName);

/// What the two of a pair have.
#[derive(PartialEq)]
struct Common {
    likeness: Likeness,
    same_kafka: bool,
    workers: Arc<[WorkerId]>,
    /// Connectors on both lists, on the first, on the second.
    connectors: (usize, usize, usize),
}

/// A cluster as it was compared last.
struct Known {
    configured: Configured,
    about: Arc<ClusterAbout>,
    workers: Arc<[Arc<WorkerFacts>]>,
    connectors: Arc<Connectors>,
    identity: Identity,
}

impl Known {
    fn of(cluster: &Cluster, configured: &Configured) -> Self {
        let (urls, asked) = configured.clone();
        Self {
            configured: configured.clone(),
            about: cluster.about.clone(),
            workers: cluster.workers.clone(),
            connectors: cluster.connectors.clone(),
            identity: Identity::of(&cluster.about, cluster.workers.iter(), urls, asked),
        }
    }

    fn refused(&self) -> bool {
        self.about.same_as.is_some()
    }

    /// Names of connectors that exist.
    fn live(&self) -> usize {
        self.connectors.values().filter(|connector| connector.live()).count()
    }

    fn common(&self, other: &Self) -> Common {
        let workers = self.identity.named.intersection(&other.identity.named);
        let live = self.connectors.iter().filter(|(_, connector)| connector.live());
        let both = live.filter(|(name, _)| other.connectors.get(*name).is_some_and(|other| other.live()));
        Common {
            likeness: self.identity.compare(&other.identity, false),
            same_kafka: self.identity.kafka.is_some() && self.identity.kafka == other.identity.kafka,
            workers: workers.cloned().collect(),
            connectors: (both.count(), self.live(), other.live()),
        }
    }
}

impl Comparison {
    /// What is alike among these clusters. `configured` are their addresses.
    pub fn update(
        &mut self,
        clusters: &BTreeMap<ClusterName, Arc<Cluster>>,
        configured: &BTreeMap<ClusterName, Configured>,
    ) -> Arc<Alikes> {
        let none = Configured::default();
        let count = self.known.len();
        self.known.retain(|name, _| clusters.contains_key(name));
        let mut differs = count != self.known.len();
        let (mut changed, mut listed) = (BTreeSet::new(), BTreeSet::new());
        for (name, cluster) in clusters {
            let configured = configured.get(name).unwrap_or(&none);
            let Some(known) = self.known.get_mut(name) else {
                self.known.insert(name.clone(), Known::of(cluster, configured));
                changed.insert(name);
                continue;
            };
            let same = Arc::ptr_eq(&known.about, &cluster.about)
                && Arc::ptr_eq(&known.workers, &cluster.workers)
                && known.configured == *configured;
            let lists = Arc::ptr_eq(&known.connectors, &cluster.connectors);
            if !same {
                let next = Known::of(cluster, configured);
                if next.identity != known.identity || next.refused() != known.refused() {
                    changed.insert(name);
                }
                *known = next;
            }
            if !lists {
                known.connectors = cluster.connectors.clone();
                listed.insert(name);
            }
        }
        differs |= self.compare(&changed, &listed);
        if differs {
            self.pairs
                .retain(|(left, right), _| self.known.contains_key(left) && self.known.contains_key(right));
            self.found = Arc::new(self.alikes());
        }
        self.found.clone()
    }

    /// Compares those whose identity changed with all others, and the pairs of those that list other connectors. Returns
    /// whether any pair is another one now.
    fn compare(&mut self, changed: &BTreeSet<&ClusterName>, listed: &BTreeSet<&ClusterName>) -> bool {
        let mut asked: BTreeSet<Pair> = BTreeSet::new();
        for name in changed {
            let others = self.known.keys().filter(|other| other != name);
            asked.extend(others.map(|other| match *name < other {
                true => ((*name).clone(), other.clone()),
                false => (other.clone(), (*name).clone()),
            }));
        }
        let of_listed = self.pairs.keys();
        let of_listed = of_listed.filter(|(left, right)| listed.contains(left) || listed.contains(right));
        asked.extend(of_listed.cloned());
        let mut differs = false;
        for pair in asked {
            let (Some(left), Some(right)) = (self.known.get(&pair.0), self.known.get(&pair.1)) else {
                continue;
            };
            let refused = left.refused() || right.refused();
            let like = || left.identity.compare(&right.identity, false) != Likeness::Different;
            // A pair that lists other connectors stays one, so that a change of its lists is seen.
            let common = (!refused && like()).then(|| left.common(right));
            differs |= self.pairs.get(&pair) != common.as_ref();
            match common {
                Some(common) => self.pairs.insert(pair, common),
                None => self.pairs.remove(&pair),
            };
        }
        differs
    }

    fn alikes(&self) -> Alikes {
        let mut alikes = Alikes::new();
        for ((left, right), common) in &self.pairs {
            let (both, own, others) = common.connectors;
            if common.likeness.listing(own, others, both) == Likeness::Different {
                continue;
            }
            for (name, other, own, others) in [(left, right, own, others), (right, left, others, own)] {
                alikes.entry(name.clone()).or_default().push(Alike {
                    other: other.clone(),
                    same_kafka: common.same_kafka,
                    workers: common.workers.clone(),
                    common: both,
                    own,
                    others,
                });
            }
        }
        alikes
    }
}
