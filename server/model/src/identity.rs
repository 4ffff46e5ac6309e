//! Telling that two configured clusters are one.
//!
//! One cluster shown twice is counted twice and blamed twice; two clusters taken for one hide each other's troubles,
//! which is worse. So only what cannot be true of two clusters counts: the same configured address, the same Connect
//! group of the same Kafka cluster, or workers that answer at the very addresses that the other entry asks. An advertised
//! address alone proves nothing: containers like to call themselves `connect:8083` in many clusters, and addresses pass
//! from one cluster to another.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::facts::{Alive, ClusterAbout, WorkerFacts};
use crate::names::WorkerId;

/// What tells a Connect cluster from others.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Identity {
    /// The configured addresses, written alike where they are alike: two clusters may share host and port behind a
    /// gateway, never the whole address.
    pub urls: BTreeSet<Arc<str>>,
    /// Host and port of those configured addresses that are nothing but that: the addresses of workers, if workers
    /// advertise them.
    pub asked: BTreeSet<WorkerId>,
    /// The Kafka cluster's id, as the workers say it.
    pub kafka: Option<Arc<str>>,
    /// The Connect group, where Kafka lets us see it.
    pub group: Option<Arc<str>>,
    /// Every worker that statuses or the group name or named lately, gone ones included. Those that were
    /// [left behind](crate::fold::left_behind) are to be taken out where it matters that two were one before.
    pub met: BTreeSet<WorkerId>,
    /// Those of them that are not known to be gone.
    pub named: BTreeSet<WorkerId>,
    /// Those of them known to live: members of the group, or addresses that answer from here.
    pub living: BTreeSet<WorkerId>,
}

/// How two clusters compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Likeness {
    /// They are one.
    Same,
    /// They name the same workers, as one cluster does, and as two do whose workers call themselves alike.
    Perhaps,
    /// Nothing says that they are one.
    Different,
}

impl Likeness {
    /// The same, knowing how many connectors each of two clusters lists and how many names are on both lists. Workers may
    /// call themselves alike in two clusters, but one cluster does not list other connectors at another address.
    pub fn listing(self, own: usize, others: usize, common: usize) -> Self {
        match self {
            Self::Perhaps if own > 0 && others > 0 && common == 0 => Self::Different,
            other => other,
        }
    }
}

impl Identity {
    /// What is known of a cluster, with what its configuration says.
    pub fn of<'a>(
        about: &ClusterAbout,
        workers: impl Iterator<Item = &'a Arc<WorkerFacts>> + Clone,
        urls: BTreeSet<Arc<str>>,
        asked: BTreeSet<WorkerId>,
    ) -> Self {
        let ids = |counts: fn(Alive) -> bool| {
            let workers = workers.clone().filter(|worker| counts(worker.alive));
            workers.map(|worker| worker.id.clone()).collect()
        };
        Self {
            urls,
            asked,
            kafka: about.kafka_cluster_id.clone(),
            group: about.group.as_ref().map(|group| group.group_id.clone()),
            met: ids(|_| true),
            named: ids(|alive| !alive.gone()),
            living: ids(|alive| alive == Alive::Yes),
        }
    }

    /// How this cluster compares with `other`. `before`: whether they were found to be one before. Their looks differ in
    /// time, so a worker that only one of them has seen come or go does not part them, as long as this one asks what is
    /// or was a worker of the other, or names nobody else and the other one asks who it names.
    pub fn compare(&self, other: &Self, before: bool) -> Likeness {
        if !self.urls.is_disjoint(&other.urls) {
            return Likeness::Same;
        }
        if self.kafka.is_none() || self.kafka != other.kafka {
            return Likeness::Different;
        }
        let same = match (&self.group, &other.group) {
            (Some(own), Some(others)) => {
                return match own == others {
                    true => Likeness::Same,
                    false => Likeness::Different,
                };
            }
            // The group names all members: who answers as a worker of the other entry must be one of them.
            (Some(_), None) => other.within(self),
            (None, Some(_)) => self.within(other),
            (None, None) => !self.living.is_empty() && self.living == other.living && self.named == other.named,
        };
        let meets = !self.named.is_disjoint(&other.named);
        let asks = |one: &Self, id: &WorkerId| one.asked.contains(id);
        let still = before
            && (other.met.iter().any(|id| asks(self, id))
                || self.named.iter().any(|id| asks(other, id)) && self.named.is_subset(&other.met));
        if still || same && self.meets_at_its_address(other) {
            Likeness::Same
        } else if meets {
            Likeness::Perhaps
        } else {
            Likeness::Different
        }
    }

    /// Whether all living workers of this cluster are living ones of the other.
    fn within(&self, other: &Self) -> bool {
        !self.living.is_empty() && self.living.is_subset(&other.living)
    }

    /// Whether one of them asks, at an address that its operator wrote down, a worker that both have: an advertised
    /// address may lead to somebody else from here.
    fn meets_at_its_address(&self, other: &Self) -> bool {
        let asked = self.asked.union(&other.asked);
        asked
            .into_iter()
            .any(|id| self.living.contains(id) && other.living.contains(id))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `asked` are configured addresses; a worker that is written with `?` is named and not known to live.
    fn identity(asked: &[&str], kafka: Option<&str>, group: Option<&str>, workers: &[&str]) -> Identity {
        let named = |id: &&str| WorkerId::from(id.trim_end_matches('?'));
        Identity {
            urls: asked.iter().map(|address| format!("http://{address}").into()).collect(),
            asked: asked.iter().map(|address| WorkerId::from(*address)).collect(),
            kafka: kafka.map(Into::into),
            group: group.map(Into::into),
            met: workers.iter().map(named).collect(),
            named: workers.iter().map(named).collect(),
            living: workers.iter().filter(|id| !id.ends_with('?')).map(named).collect(),
        }
    }

    #[test]
    fn only_what_cannot_be_true_of_two_clusters_makes_them_one() {
        use Likeness::{Different, Perhaps, Same};
        let k = Some("k");
        let (orders, legacy) = (Some("connect-orders"), Some("connect-legacy"));
        type Side<'a> = (&'a [&'a str], Option<&'a str>, Option<&'a str>, &'a [&'a str]);
        let cases: &[(&str, Side<'_>, Side<'_>, Likeness)] = &[
            (
                "one address, nothing else known",
                (&["lb:80"], None, None, &[]),
                (&["lb:80"], None, None, &[]),
                Same,
            ),
            (
                "one address, workers that nobody reaches",
                (&["lb:80"], k, None, &["10.0.0.1:8083?"]),
                (&["lb:80"], k, None, &["10.0.0.1:8083?"]),
                Same,
            ),
            (
                "one of several addresses",
                (&["a:8083", "b:8083"], k, None, &["a:8083", "b:8083"]),
                (&["b:8083", "c:8083"], k, None, &["b:8083", "c:8083"]),
                Same,
            ),
            (
                "containers that all call themselves alike",
                (&["one:8083"], k, None, &["connect:8083?"]),
                (&["two:8083"], k, None, &["connect:8083?"]),
                Perhaps,
            ),
            (
                "and whose name leads to one of them from here",
                (&["one:8083"], k, None, &["connect:8083"]),
                (&["two:8083"], k, None, &["connect:8083"]),
                Perhaps,
            ),
            (
                "and whose groups differ",
                (&["one:8083"], k, orders, &["connect:8083"]),
                (&["two:8083"], k, legacy, &["connect:8083"]),
                Different,
            ),
            (
                "one group, whatever the addresses",
                (&["lb:80"], k, orders, &["a:8083", "b:8083"]),
                (&["other:80"], k, orders, &["c:8083"]),
                Same,
            ),
            (
                "groups of one name on two Kafka clusters",
                (&["one:80"], k, orders, &["a:8083"]),
                (&["two:80"], Some("other"), orders, &["a:8083"]),
                Different,
            ),
            (
                "two groups of one Kafka cluster",
                (&["one:80"], k, orders, &["a:8083"]),
                (&["two:80"], k, legacy, &["b:8083"]),
                Different,
            ),
            (
                "two workers of one cluster",
                (&["a:8083"], k, None, &["a:8083", "b:8083"]),
                (&["b:8083"], k, None, &["a:8083", "b:8083"]),
                Same,
            ),
            (
                "a worker of a group",
                (&["lb:80"], k, orders, &["a:8083", "b:8083"]),
                (&["b:8083"], k, None, &["b:8083"]),
                Same,
            ),
            (
                "a worker that left its group for another cluster, whose address statuses still name",
                (&["a:8083"], k, None, &["a:8083", "b:8083"]),
                (&["b:8083"], k, legacy, &["b:8083"]),
                Perhaps,
            ),
            (
                "one reused address",
                (&["a:8083"], k, None, &["a:8083", "b:8083"]),
                (&["b:8083"], k, None, &["b:8083", "c:8083"]),
                Perhaps,
            ),
            (
                "nobody is known to live",
                (&["a:8083"], k, None, &["a:8083?", "b:8083?"]),
                (&["b:8083"], k, None, &["a:8083?", "b:8083?"]),
                Perhaps,
            ),
            (
                "Kafka's id is not told",
                (&["a:8083"], None, None, &["a:8083", "b:8083"]),
                (&["b:8083"], None, None, &["a:8083", "b:8083"]),
                Different,
            ),
            (
                "nothing in common",
                (&["a:80"], k, None, &["a:80"]),
                (&["b:80"], k, None, &["b:80"]),
                Different,
            ),
        ];
        for (what, left, right, expected) in cases {
            let (left, right) = (
                identity(left.0, left.1, left.2, left.3),
                identity(right.0, right.1, right.2, right.3),
            );
            assert_eq!(left.compare(&right, false), *expected, "{what}");
            assert_eq!(right.compare(&left, false), *expected, "{what}, the other way round");
        }
    }

    #[test]
    fn who_lists_other_connectors_is_another_cluster() {
        use Likeness::{Different, Perhaps, Same};
        for (before, own, others, common, expected) in [
            (Perhaps, 12, 12, 12, Perhaps),
            (Perhaps, 12, 3, 1, Perhaps),
            (Perhaps, 12, 3, 0, Different),
            (Perhaps, 0, 3, 0, Perhaps),
            (Same, 12, 3, 0, Same),
            (Different, 12, 12, 12, Different),
        ] {
            assert_eq!(before.listing(own, others, common), expected, "{own} {others} {common}");
        }
    }

    #[test]
    fn what_was_found_to_be_one_is_not_parted_by_the_time_between_two_looks() {
        let k = Some("k");
        let orders = identity(&["a:8083"], k, None, &["a:8083", "b:8083", "c:8083"]);
        let again = identity(&["b:8083"], k, None, &["a:8083", "b:8083"]);
        assert_eq!(again.compare(&orders, false), Likeness::Perhaps, "c has just come");
        assert_eq!(again.compare(&orders, true), Likeness::Same);
        // By a name that no worker advertises: this one has not seen yet that b left, or the other one that c came.
        let by_name = identity(&["connect:80"], k, None, &["a:8083", "b:8083"]);
        let mut without_b = identity(&["a:8083"], k, Some("connect-orders"), &["a:8083"]);
        assert_eq!(
            by_name.compare(&without_b, true),
            Likeness::Perhaps,
            "nobody met b there"
        );
        without_b.met.insert("b:8083".into());
        assert_eq!(by_name.compare(&without_b, false), Likeness::Perhaps);
        assert_eq!(by_name.compare(&without_b, true), Likeness::Same);
        let parted = identity(&["b:8083"], k, Some("connect-legacy"), &["b:8083"]);
        let orders = identity(&["a:8083"], k, Some("connect-orders"), &["a:8083", "b:8083"]);
        assert_eq!(parted.compare(&orders, true), Likeness::Different, "their groups tell");
    }

    #[test]
    fn a_gateway_leads_to_many_clusters_by_one_host() {
        let behind = |path: &str| Identity {
            urls: BTreeSet::from([format!("http://gateway/{path}").into()]),
            kafka: Some("k".into()),
            ..Identity::default()
        };
        assert_eq!(behind("orders").compare(&behind("legacy"), false), Likeness::Different);
        assert_eq!(behind("orders").compare(&behind("orders"), false), Likeness::Same);
    }
}
