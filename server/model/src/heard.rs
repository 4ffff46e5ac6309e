//! When a cluster was last heard, and what its workers do meanwhile: one definition for the fold, the judge and every
//! reader.

use chrono::TimeDelta;

use crate::Timestamp;
use crate::facts::{Freshness, GroupFacts};
use crate::observe::GapKind;

/// The last moment at which somebody spoke for what runs in a cluster: a worker that listed it, or its group with
/// members in it. A group that lost its last member spoke until then, and one that has members again since knows nothing
/// of what ran before: that is told by the next list. Without `group` the last answer about it counts.
pub fn heard(fresh: &Freshness, group: Option<&GroupFacts>) -> Option<Timestamp> {
    let spoke = group.and_then(|facts| facts.empty_since).or(fresh.group);
    fresh.listed().max(spoke.filter(|_| !back_unlisted(fresh, group)))
}

/// Whether the group lost all its members and has some again, and no list came since: the silence goes on.
pub(crate) fn back_unlisted(fresh: &Freshness, group: Option<&GroupFacts>) -> bool {
    let back = group.and_then(|facts| facts.members_since);
    back.zip(fresh.listed()).is_some_and(|(since, listed)| since > listed)
}

/// From when on it is unknown what runs in a cluster of which nothing was heard since `heard`: one moment for all of it.
pub fn unknown_since(heard: Timestamp, stale_after: TimeDelta) -> Timestamp {
    heard + stale_after
}

impl GapKind {
    /// Whether a Connect worker itself said this, so that its process lives.
    pub fn worker_answers(self) -> bool {
        matches!(self, Self::Busy | Self::Starting)
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;

    #[test]
    fn a_list_or_a_group_with_members_speaks_for_its_cluster() {
        let at = |second| DateTime::from_timestamp(1_795_000_000 + second, 0);
        let fresh = |rest: Option<i64>, group: Option<i64>| Freshness {
            rest: rest.and_then(at),
            answered: rest.and_then(|second| at(second + 1)),
            group: group.and_then(at),
            tried: at(99),
            ..Freshness::default()
        };
        let group = |empty_since: Option<i64>| GroupFacts {
            group_id: "connect-orders".into(),
            state: "Stable".into(),
            leader: None,
            members: Default::default(),
            empty_since: empty_since.and_then(at),
            inhabited: true,
            members_since: None,
            delay_until: None,
            rebalances: 0,
        };
        for (rest, asked, empty, back, expected) in [
            (None, None, None, None, None),
            (Some(5), None, None, None, Some(6)),
            (Some(5), Some(60), None, None, Some(60)),
            (Some(5), Some(60), Some(20), None, Some(20)),
            (Some(50), Some(60), Some(20), None, Some(51)),
            (None, Some(60), None, None, Some(60)),
            // It emptied and has members again: that says nothing of what runs until a list comes.
            (Some(5), Some(60), None, Some(30), Some(6)),
            (Some(5), Some(60), Some(50), Some(30), Some(6)),
            (Some(40), Some(60), None, Some(30), Some(60)),
        ] {
            let fresh = fresh(rest, asked);
            let group = GroupFacts {
                members_since: back.and_then(at),
                ..group(empty)
            };
            let group = asked.map(|_| &group);
            assert_eq!(
                heard(&fresh, group),
                expected.and_then(at),
                "{rest:?} {asked:?} {empty:?} {back:?}"
            );
        }
    }
}
