//! Says in the log when a source of what is known falls silent, and when it is heard again.

use model::Timestamp;
use model::facts::ClusterFacts;
use model::settings::Settings;
use tracing::{info, warn};

/// Which sources of a cluster were said to be silent, and whether lists were said to name too many workers.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Sources {
    rest: bool,
    group: bool,
    workers: bool,
}

impl Sources {
    /// Says what has changed: a source is silent once it failed and what it told last is stale.
    pub(super) fn tell(&mut self, facts: &ClusterFacts, settings: &Settings, now: Timestamp) {
        let (about, fresh, cluster) = (&facts.about, &facts.fresh, &facts.name);
        if about.same_as.is_some() {
            return;
        }
        let old = |last: Timestamp| now - last > settings.stale_after;
        // Where nobody ever answered it counts from the first look.
        let rest = about
            .gap
            .as_ref()
            .filter(|_| fresh.listed().or(about.reachable_since).is_some_and(old));
        if rest.is_some() != std::mem::replace(&mut self.rest, rest.is_some()) {
            match rest {
                Some(gap) => warn!(%cluster, gap = %gap.text, "no worker lists its connectors any more"),
                None => info!(%cluster, "its connectors are listed again"),
            }
        }
        let group = about.group_gap.as_ref().filter(|_| fresh.group.is_none_or(old));
        if group.is_some() != std::mem::replace(&mut self.group, group.is_some()) {
            match group {
                Some(gap) => warn!(%cluster, gap = %gap.text, "Kafka does not tell who is in its Connect group"),
                None => info!(%cluster, "Kafka tells again who is in its Connect group"),
            }
        }
        let workers = about.workers_gap.as_ref();
        if workers.is_some() != std::mem::replace(&mut self.workers, workers.is_some()) {
            match workers {
                Some(gap) => warn!(%cluster, gap = %gap.text, "not all workers that its lists name are kept"),
                None => info!(%cluster, "all workers that its lists name are kept again"),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;
    use model::observe::{Gap, GapKind};
    use model::record::ClusterRecord;

    use super::*;

    #[test]
    fn a_source_is_silent_once_it_failed_and_is_stale_and_until_it_is_heard() {
        let (now, settings) = (Timestamp::default(), Settings::default());
        let ago = |seconds| Some(now - TimeDelta::seconds(seconds));
        let gap = || {
            Some(Gap {
                kind: GapKind::TimedOut,
                text: "no answer".into(),
            })
        };
        let mut facts = ClusterRecord::empty(&"orders".into()).facts();
        let mut sources = Sources::default();
        let mut told = |facts: &ClusterFacts| {
            sources.tell(facts, &settings, now);
            assert_eq!(sources.workers, facts.about.workers_gap.is_some());
            (sources.rest, sources.group)
        };
        assert_eq!(told(&facts), (false, false), "nobody looked yet");
        (facts.fresh.rest, facts.fresh.answered, facts.fresh.group) = (ago(31), ago(31), ago(31));
        assert_eq!(told(&facts), (false, false), "nothing failed");
        facts.about.gap = gap();
        assert_eq!(told(&facts), (true, false));
        facts.about.group_gap = gap();
        assert_eq!(told(&facts), (true, true));
        facts.fresh.group = ago(2);
        assert_eq!(told(&facts), (true, false), "one failed look is no silence");
        facts.about.gap = None;
        assert_eq!(told(&facts), (false, false));
        (facts.about.gap, facts.fresh.rest, facts.fresh.answered) = (gap(), None, None);
        facts.about.reachable_since = ago(31);
        assert_eq!(told(&facts), (true, false), "nobody ever answered");
        facts.about.workers_gap = gap();
        told(&facts);
        facts.about.workers_gap = None;
        told(&facts);
    }
}
