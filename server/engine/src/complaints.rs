//! What goes wrong at every beat is logged when it begins, when it changes, and once a minute.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use model::Timestamp;
use model::names::ClusterName;

/// How often the same is said again.
const AGAIN: TimeDelta = TimeDelta::minutes(1);

/// Different things that are kept in mind of one cluster.
const KINDS: usize = 8;

/// What was said, and when last, by cluster.
#[derive(Default)]
pub(crate) struct Complaints(BTreeMap<ClusterName, Vec<(String, Timestamp)>>);

impl Complaints {
    /// Whether this is to be said now. A time before the last one, as after the clock was set back, counts as later.
    pub(crate) fn due(&mut self, cluster: &ClusterName, text: &str, now: Timestamp) -> bool {
        let said = self.0.entry(cluster.clone()).or_default();
        let lately = |at: Timestamp| now - at < AGAIN && now >= at;
        if said.iter().any(|(before, at)| before == text && lately(*at)) {
            return false;
        }
        said.retain(|(before, _)| before != text);
        if said.len() >= KINDS {
            said.remove(0);
        }
        said.push((text.to_owned(), now));
        true
    }

    /// It goes wrong no more.
    pub(crate) fn over(&mut self, cluster: &ClusterName) {
        self.0.remove(cluster);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_is_said_once_a_minute() {
        let (orders, legacy) = ("orders".into(), "legacy".into());
        let at = |seconds| Timestamp::default() + TimeDelta::seconds(seconds);
        let mut complaints = Complaints::default();
        assert!(complaints.due(&orders, "full", at(0)));
        assert!(!complaints.due(&orders, "full", at(59)));
        assert!(complaints.due(&legacy, "full", at(59)), "it is another cluster's");
        assert!(complaints.due(&orders, "away", at(59)), "it is something else");
        assert!(!complaints.due(&orders, "full", at(59)), "both in turn are nothing new");
        assert!(!complaints.due(&orders, "away", at(118)));
        assert!(complaints.due(&orders, "away", at(119)));
        assert!(complaints.due(&orders, "away", at(-3600)), "the clock was set back");
        complaints.over(&orders);
        assert!(complaints.due(&orders, "away", at(-3600)), "it was over between");
    }
}
