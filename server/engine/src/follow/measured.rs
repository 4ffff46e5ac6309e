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
        let mut newer: BTreeMap<ClusterName, Readings> =
            left.map(|(name, _)| (name.clone(), Readings::default())).collect();
        if due(self.recorded, LOOK) {
            self.recorded = Some(Instant::now());
            // What is measured here is newer than its row. Of others the row is what all show, whatever their clocks say.
            let recorded = |name: &ClusterName| !unmeasured.contains(name) && !self.board.shows(name);
            let rows = fleet.clusters.iter().filter(|(name, _)| recorded(name));
            // The view was read anew, or the cluster is new to it: then its row has to be read again.
            let known = rows.map(|(name, there)| {
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
                if let Some(there) = fleet.clusters.get(&row.cluster) {
                    let cluster = row.cluster.clone();
                    newer.extend(self.take(row, &there.progress).map(|readings| (cluster, readings)));
                }
            }
        }
        if due(self.posted, PACE) {
            self.posted = Some(Instant::now());
            let (number, posted) = self.board.after(self.number);
            self.number = number;
            let known = |name: &ClusterName| fleet.clusters.contains_key(name) && !unmeasured.contains(name);
            for (name, readings) in posted.into_iter().filter(|(name, _)| known(name)) {
                // The view does not show its row any more.
                self.versions.remove(&name);
                newer.insert(name, readings);
            }
        }
        Ok(newer)
    }

    /// What a row tells beside what is there; `None` where that is the same.
    fn take(&mut self, row: store::Progress, there: &Readings) -> Option<Readings> {
        self.versions.insert(row.cluster, row.version);
        let as_of = Some(row.as_of);
        match row.readings {
            Some(readings) => Some(Readings { as_of, ..readings }),
            None if there.as_of == as_of => None,
            // Where only the moment is another one, what was read holds on.
            None => Some(Readings {
                as_of,
                of: there.of.clone(),
            }),
        }
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

    #[tokio::test]
    async fn what_is_measured_here_is_not_read_from_its_row_until_it_is_given_up() {
        let name = ClusterName::from("orders");
        let mut fleet = Fleet::default();
        let cluster = Cluster::new(ClusterRecord::empty(&name), 1);
        fleet.clusters.insert(name.clone(), Arc::new(cluster));
        let (board, readings) = (Board::default(), Readings::default());
        board.post(&name, readings.clone());
        let mut measured = Measured::new(board.clone());
        measured.versions.insert(name.clone(), 7);
        let store = Store::lazy("postgres://nobody@127.0.0.1:1/none", 1).unwrap();
        let newer = measured.newer(&store, &fleet, &BTreeSet::new()).await.unwrap();
        assert_eq!(newer, [(name.clone(), readings)].into());
        assert_eq!(
            measured.versions,
            BTreeMap::new(),
            "its row has to be read when it is given up"
        );
    }

    #[test]
    fn a_row_counts_whatever_the_clock_of_its_server_says() {
        let at = |second| Timestamp::from_timestamp(second, 0);
        let readings = |second, count: usize| {
            let each = (0..count).map(|number| (format!("c{number}").as_str().into(), Default::default()));
            Readings {
                as_of: at(second),
                of: Arc::new(each.collect()),
            }
        };
        let row = |version, second, readings: Option<Readings>| store::Progress {
            cluster: "orders".into(),
            as_of: at(second).unwrap(),
            version,
            readings,
        };
        let mut measured = Measured::new(Board::default());
        // The server before was an hour ahead.
        let before = readings(3_700, 1);
        let there = measured.take(row(1, 100, Some(readings(100, 2))), &before).unwrap();
        assert_eq!((there.as_of, there.of.len()), (at(100), 2));
        assert_eq!(measured.take(row(1, 100, None), &there), None);
        let there = measured.take(row(1, 110, None), &there).unwrap();
        assert_eq!(
            (there.as_of, there.of.len()),
            (at(110), 2),
            "the same at a later moment"
        );
        assert_eq!(measured.versions, [("orders".into(), 1)].into());
    }
}
