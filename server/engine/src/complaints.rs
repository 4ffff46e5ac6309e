//! What goes wrong at every beat is logged when it begins, when it changes, and once a minute.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use model::Timestamp;
use model::names::ClusterName;

/// How often the same is said again.
const AGAIN: TimeDelta = TimeDelta::minutes(1);

/// What was said last, by cluster.
#[derive(Default)]
pub(crate) struct Complaints(BTreeMap<ClusterName, (String, Timestamp)>);

impl Complaints {
    /// Whether this is to be said now. A time before the last one, as after the clock was set back, counts as later.
    pub(crate) fn due(&mut self, cluster: &ClusterName, text: &str, now: Timestamp) -> bool {
        let said = self.0.get(cluster);
        let again = |at: Timestamp| now - at >= AGAIN || now < at;
        let due = said.is_none_or(|(before, at)| before != text || again(*at));
        if due {
            self.0.insert(cluster.clone(), (text.to_owned(), now));
        }
        due
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
        assert!(!complaints.due(&orders, "away", at(118)));
        assert!(complaints.due(&orders, "away", at(119)));
        assert!(complaints.due(&orders, "away", at(-3600)), "the clock was set back");
        complaints.over(&orders);
        assert!(complaints.due(&orders, "away", at(-3600)), "it was over between");
    }
}
