//! What is measured, for the view: what this server measures itself as it is posted, what others do as they record it.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use model::names::ClusterName;
use model::progress::Readings;
use store::Store;
use view::Fleet;

use crate::progress::Board;

/// Between two looks at what others recorded.
const LOOK: Duration = Duration::from_secs(2);
/// Between two looks at what is posted here: that moves every second.
const PACE: Duration = Duration::from_millis(400);

/// What was read so far.
pub(super) struct Measured {
    board: Board,
    /// The last number of the board.
    number: u64,
    posted: Option<Instant>,
    /// The version of each cluster's row that was read.
    versions: BTreeMap<ClusterName, i64>,
    recorded: Option<Instant>,
}

impl Measured {
    pub(super) fn new(board: Board) -> Self {
        Self {
            board,
            number: 0,
            posted: None,
            versions: BTreeMap::new(),
            recorded: None,
        }
    }

    /// What is newer than what the view has. Of clusters that nobody measures by the configuration, `unmeasured`, it is
    /// nothing, whatever was measured before.
    ///
    /// # Errors
    /// Those of the store.
    pub(super) async fn newer(
        &mut self,
        store: &Store,
        fleet: &Fleet,
        unmeasured: &BTreeSet<ClusterName>,
    ) -> store::Result<BTreeMap<ClusterName, Readings>> {
        let due = |last: Option<Instant>, pause| last.is_none_or(|last| last.elapsed() >= pause);
        let left = fleet.clusters.iter().filter(|(name, _)| unmeasured.contains(*name));
        let left = left.filter(|(_, there)| there.progress.as_of.is_some());
        let mut newer: BTreeMap<ClusterName, Readings> = left
            .map(|(name, _)| (name.clone(), Readings::default()))
            .collect();
        if due(self.recorded, LOOK) {
            self.recorded = Some(Instant::now());
            // The view was read anew, or the cluster is new to it: then its row has to be read again.
            let measured = fleet.clusters.iter().filter(|(name, _)| !unmeasured.contains(*name));
            let known = measured.map(|(name, there)| {
                let read = self.versions.get(name).copied();
                (name.clone(), read.filter(|_| there.progress.as_of.is_some()))
            });
            let known: BTreeMap<ClusterName, Option<i64>> = known.collect();
            self.versions.retain(|name, _| known.contains_key(name));
            let rows = match known.is_empty() {
                true => Vec::new(),
                false => store.progress_beyond(&known).await?,
            };
            for row in rows {
                let Some(there) = fleet.clusters.get(&row.cluster) else {
                    continue;
                };
                self.versions.insert(row.cluster.clone(), row.version);
                if there.progress.as_of.is_some_and(|known| known >= row.as_of) {
                    continue;
                }
                // Where only the moment is another one, what was read holds on.
                let readings = row.readings.unwrap_or_else(|| Readings::clone(&there.progress));
                let as_of = Some(row.as_of);
                newer.insert(row.cluster, Readings { as_of, ..readings });
            }
        }
        if due(self.posted, PACE) {
            self.posted = Some(Instant::now());
            let (number, posted) = self.board.after(self.number);
            self.number = number;
            let known = |name: &ClusterName| fleet.clusters.contains_key(name) && !unmeasured.contains(name);
            newer.extend(posted.into_iter().filter(|(name, _)| known(name)));
        }
        Ok(newer)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use model::Timestamp;
    use model::record::ClusterRecord;
    use view::Cluster;

    use super::*;

    #[tokio::test]
    async fn what_was_measured_of_a_cluster_goes_when_its_kafka_is_taken_from_the_configuration() {
        let name = ClusterName::from("orders");
        let readings = Readings {
            as_of: Some(Timestamp::UNIX_EPOCH),
            of: Arc::default(),
        };
        let mut cluster = Cluster::new(ClusterRecord::empty(&name), 1);
        cluster.put_progress(readings.clone());
        let mut fleet = Fleet::default();
        fleet.clusters.insert(name.clone(), Arc::new(cluster));
        let board = Board::default();
        board.post(&name, readings);
        let mut measured = Measured::new(board);
        // Nothing is asked of it.
        let store = Store::lazy("postgres://nobody@127.0.0.1:1/none", 1).unwrap();
        let unmeasured = [name.clone()].into();
        let newer = measured.newer(&store, &fleet, &unmeasured).await.unwrap();
        assert_eq!(newer, [(name.clone(), Readings::default())].into());
        let there = Arc::make_mut(fleet.clusters.get_mut(&name).unwrap());
        there.put_progress(Readings::default());
        assert!(measured.newer(&store, &fleet, &unmeasured).await.unwrap().is_empty());
    }
}
