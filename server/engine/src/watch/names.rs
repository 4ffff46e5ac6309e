//! Names that cannot be recorded are left out before they can stop the recording of everything beside them.

use std::collections::{BTreeMap, BTreeSet};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use model::names::{ClusterName, ConnectorName};
use tracing::warn;

/// The longest name of a connector, in bytes of UTF-8: Postgres indexes rows of up to about 2,700 bytes, and a
/// connector's name stands in an index beside its cluster's.
const LONGEST: usize = 1_000;
/// Characters of a longer one that the log shows.
const SHOWN: usize = 60;

/// Names that are told of one by one. A worker may make up as many as it likes, and each would be kept.
const TOLD: usize = 100;

/// Which names of one cluster were found too long, by their hashes, so that each is told of once.
#[derive(Default)]
pub(super) struct TooLong {
    told: BTreeSet<u64>,
    /// That there are more was told too.
    more: bool,
}

impl TooLong {
    /// An expanded list without the connectors whose names are longer than 1,000 bytes. They are not watched at all:
    /// one of them in a transaction would keep the whole cluster from being recorded. Each of the first hundred is logged once.
    pub(super) fn left_out<T>(
        &mut self,
        cluster: &ClusterName,
        mut listed: BTreeMap<ConnectorName, T>,
    ) -> BTreeMap<ConnectorName, T> {
        listed.retain(|name, _| self.fits(cluster, name));
        listed
    }

    /// The same for a name of the plain list: whether it can be recorded.
    pub(super) fn fits(&mut self, cluster: &ClusterName, name: &ConnectorName) -> bool {
        let bytes = name.as_str().len();
        if bytes <= LONGEST {
            return true;
        }
        let mut hash = DefaultHasher::new();
        name.as_str().hash(&mut hash);
        let hash = hash.finish();
        if self.told.contains(&hash) || self.more {
            return false;
        }
        if self.told.len() >= TOLD {
            self.more = true;
            warn!(%cluster, "more than {TOLD} names of connectors are longer than {LONGEST} bytes: no more of them are told");
            return false;
        }
        self.told.insert(hash);
        let connector: String = name.as_str().chars().take(SHOWN).chain(['…']).collect();
        warn!(%cluster, %connector, bytes, "its name is longer than {LONGEST} bytes: it is not watched");
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_that_cannot_be_indexed_are_left_out() {
        let (cluster, long) = ("orders".into(), "é".repeat(501));
        let listed = ["invoices".to_owned(), "x".repeat(1_000), long.clone()];
        let listed: BTreeMap<ConnectorName, ()> = listed.into_iter().map(|name| (name.into(), ())).collect();
        let mut too_long = TooLong::default();
        assert_eq!(too_long.left_out(&cluster, listed.clone()).len(), 2);
        assert_eq!(too_long.left_out(&cluster, listed).len(), 2);
        assert!(!too_long.fits(&cluster, &long.into()));
        assert_eq!((too_long.told.len(), too_long.more), (1, false));
    }

    #[test]
    fn however_many_there_are_only_so_many_are_kept_in_mind() {
        let mut too_long = TooLong::default();
        for number in 0..10 * TOLD {
            assert!(!too_long.fits(&"orders".into(), &format!("{number:01001}").into()));
        }
        assert_eq!((too_long.told.len(), too_long.more), (TOLD, true));
        assert!(too_long.fits(&"orders".into(), &"invoices".into()));
    }
}
