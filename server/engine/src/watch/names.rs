//! Names that cannot be recorded are left out before they can stop the recording of everything beside them.

use std::collections::{BTreeMap, BTreeSet};

use model::names::{ClusterName, ConnectorName};
use tracing::warn;

/// The longest name of a connector, in bytes of UTF-8: Postgres indexes rows of up to about 2,700 bytes, and a
/// connector's name stands in an index beside its cluster's.
const LONGEST: usize = 1_000;
/// Characters of a longer one that the log shows.
const SHOWN: usize = 60;

/// Which names of one cluster were found too long, so that each is told of once.
#[derive(Default)]
pub(super) struct TooLong(BTreeSet<ConnectorName>);

impl TooLong {
    /// An expanded list without the connectors whose names are longer than 1,000 bytes. They are not watched at all:
    /// one of them in a transaction would keep the whole cluster from being recorded. Each is logged once.
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
        if self.0.insert(name.clone()) {
            let connector: String = name.as_str().chars().take(SHOWN).chain(['…']).collect();
            warn!(%cluster, %connector, bytes, "its name is longer than {LONGEST} bytes: it is not watched");
        }
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
        assert_eq!(too_long.0.len(), 1);
    }
}
