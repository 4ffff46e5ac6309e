//! What is measured, for the view: what this server measures itself as it is posted, what others do as they record it.

use std::collections::BTreeMap;
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

    /// What is newer than what the view has.
    ///
    /// # Errors
    /// Those of the store.
    pub(super) async fn newer(
        &mut self,
        store: &Store,
        fleet: &Fleet,
    ) -> store::Result<BTreeMap<ClusterName, Readings>> {
        let due = |last: Option<Instant>, pause| last.is_none_or(|last| last.elapsed() >= pause);
        let mut newer = BTreeMap::new();
        if due(self.recorded, LOOK) {
            self.recorded = Some(Instant::now());
            // The view was read anew, or the cluster is new to it: then its row has to be read again.
            let known = fleet.clusters.iter().map(|(name, there)| {
                let read = self.versions.get(name).copied();
                (name.clone(), read.filter(|_| there.progress.as_of.is_some()))
            });
            let known: BTreeMap<ClusterName, Option<i64>> = known.collect();
            self.versions.retain(|name, _| known.contains_key(name));
            for row in store.progress_beyond(&known).await? {
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
            let known = |name: &ClusterName| fleet.clusters.contains_key(name);
            newer.extend(posted.into_iter().filter(|(name, _)| known(name)));
        }
        Ok(newer)
    }
}
