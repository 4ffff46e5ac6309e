//! How old what is known is, source by source.

use model::Timestamp;
use model::names::ClusterName;

use crate::Console;
use crate::cluster::refusal;

/// Where something is learnt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// The workers' REST API: states of connectors and tasks.
    Rest,
    /// Kafka: members of the Connect group.
    Group,
}

impl Source {
    /// Its word in answers.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Rest => "rest",
            Self::Group => "group",
        }
    }
}

/// One source of one cluster.
#[derive(Clone, Debug, PartialEq)]
pub struct FreshItem {
    /// The cluster.
    pub cluster: ClusterName,
    /// The source.
    pub source: Source,
    /// When what it told was true; `None` when it never told anything.
    pub as_of: Option<Timestamp>,
    /// Whether that is too long ago.
    pub stale: bool,
    /// Why it does not tell anything now.
    pub gap: Option<String>,
}

impl FreshItem {
    /// Whether what it told is recent and it goes on telling.
    pub fn fresh(&self) -> bool {
        !self.stale && self.gap.is_none()
    }
}

impl Console {
    /// Every source that is configured, by cluster. What all servers know alike.
    pub(super) fn freshness(&self) -> Vec<FreshItem> {
        let (fleet, spec, staleness) = (self.fleet(), self.spec(), self.staleness());
        let mut items = Vec::new();
        for cluster in fleet.clusters.values() {
            let stale = |at: Option<Timestamp>| at.is_none_or(|at| staleness.now - at > staleness.limit);
            let about = &cluster.about;
            items.push(FreshItem {
                cluster: cluster.name.clone(),
                source: Source::Rest,
                as_of: cluster.fresh.rest.filter(|_| !cluster.refused()),
                // Nobody looks at a refused cluster, on purpose.
                stale: !cluster.refused() && stale(cluster.fresh.rest),
                gap: refusal(cluster)
                    .or_else(|| about.gap.clone().filter(|_| !about.reachable))
                    .map(|gap| gap.text.to_string()),
            });
            let configured = spec.clusters.iter().find(|known| known.name == cluster.name);
            if configured.is_some_and(|known| known.kafka.is_some()) && !cluster.refused() {
                items.push(FreshItem {
                    cluster: cluster.name.clone(),
                    source: Source::Group,
                    as_of: cluster.fresh.group,
                    stale: stale(cluster.fresh.group),
                    gap: about.group_gap.as_ref().map(|gap| gap.text.to_string()),
                });
            }
        }
        items
    }
}
