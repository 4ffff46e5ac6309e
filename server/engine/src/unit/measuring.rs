//! Measuring whether connectors progress: what Kafka tells goes to the gauges, what these show to the judge, to the view of
//! this server and, for the others, to the database.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::TimeDelta;
use model::Timestamp;
use model::blocks::Part;
use model::names::{ClusterName, ConnectorName};
use model::observe::Observation;
use model::progress::{Measures, Reading, Readings};
use store::Store;
use tokio::sync::mpsc;
use tracing::{info, warn};

use super::Holding;
use super::charting::Charting;
use super::recording::Fenced;
use crate::heavy::heavy;
use crate::ledger::Ledger;
use crate::observed;
use crate::progress::{Asking, Board, Gauges, Told, Wanted, Wish};
use crate::unit_spec::Shared;

/// Between two looks at all gauges.
const LOOK: TimeDelta = TimeDelta::milliseconds(900);
/// Between two records of what they show.
const RECORD: TimeDelta = TimeDelta::seconds(10);
/// Wishes to see partitions that may wait.
const WISHES: usize = 8;
/// What is complained of here.
const ABOUT: &str = "progress";
const CHARTS: &str = "charts";

/// What is measured of the clusters of a unit while its lease is held.
pub(super) struct Measuring {
    gauges: Gauges,
    asking: Asking,
    wished: mpsc::Receiver<Wish>,
    wanted: Wanted,
    looked: Option<Timestamp>,
    recorded: Option<Timestamp>,
    /// What the database has of each cluster.
    stored: BTreeMap<ClusterName, Arc<BTreeMap<ConnectorName, Reading>>>,
    charting: Charting,
    board: Board,
}

/// What a holding hears beside what its watchers see.
pub(super) enum Heard {
    Told(Told),
    Wish(Wish),
}

impl Measuring {
    /// Begins; the ledgers are judged with what is measured from now on.
    pub(super) fn new(shared: &Shared, asking: Asking, ledgers: &mut BTreeMap<ClusterName, Ledger>) -> Self {
        ledgers.values_mut().for_each(Ledger::measure);
        let (sender, wished) = mpsc::channel(WISHES);
        for cluster in ledgers.keys() {
            shared.board.held(cluster, sender.clone());
        }
        Self {
            gauges: Gauges::new(ledgers.values().map(Ledger::facts)),
            asking,
            wished,
            wanted: Wanted::default(),
            looked: None,
            recorded: None,
            stored: BTreeMap::new(),
            charting: Charting::default(),
            board: shared.board.clone(),
        }
    }

    /// What is heard next; never anything where nothing is measured.
    pub(super) async fn heard(measuring: &mut Option<Self>) -> Heard {
        let Some(own) = measuring else {
            return std::future::pending().await;
        };
        tokio::select! {
            Some(told) = own.asking.told.recv() => Heard::Told(told),
            Some(wish) = own.wished.recv() => Heard::Wish(wish),
            // Those who ask have ended with the watchers, which whoever holds the unit is told elsewhere.
            else => std::future::pending().await,
        }
    }

    /// Takes in what was heard.
    pub(super) fn take(&mut self, heard: Heard, now: Timestamp) {
        match heard {
            Heard::Told(told) => self.gauges.take(told),
            Heard::Wish(wish) => {
                let found = self.gauges.partitions(&wish.cluster, &wish.connector, now);
                // Whoever asked may have gone.
                drop(wish.answer.send(found));
            }
        }
    }

    /// Looks at the gauges, and asks Kafka for what they lack.
    fn look(&mut self, ledgers: &mut BTreeMap<ClusterName, Ledger>, now: Timestamp) -> Vec<Looked> {
        for ledger in ledgers.values_mut() {
            let changed = ledger.take_changed();
            self.gauges.follow(ledger.facts(), &changed, now);
        }
        self.gauges.look(now);
        let wanted = self.gauges.wanted();
        if wanted != self.wanted {
            self.wanted = wanted.clone();
            self.asking.wanted.send_replace(wanted);
        }
        if let Ok(place) = self.asking.questions.try_reserve() {
            let questions = self.gauges.questions(now);
            if !questions.is_empty() {
                place.send(questions);
            }
        }
        ledgers
            .keys()
            .map(|cluster| Looked {
                cluster: cluster.clone(),
                measures: self.gauges.measures(cluster, now),
            })
            .collect()
    }
}

impl Drop for Measuring {
    fn drop(&mut self) {
        for cluster in self.gauges.clusters() {
            self.board.given_up(cluster);
        }
    }
}

/// What one look showed of a cluster.
struct Looked {
    cluster: ClusterName,
    measures: BTreeMap<ConnectorName, Measures>,
}

impl Looked {
    fn readings(&self, now: Timestamp) -> BTreeMap<ConnectorName, Reading> {
        let each = self.measures.iter();
        each.map(|(name, measures)| (name.clone(), Reading::of(measures, now)))
            .collect()
    }
}

impl Holding<'_> {
    /// Looks at all gauges about once a second, has judged what they show, and records it every ten seconds.
    pub(super) async fn measure(&mut self) -> Result<(), Fenced> {
        let now = self.shared.clock.now();
        let Some(measuring) = &mut self.measuring else {
            return Ok(());
        };
        // A clock that was set back does not make anybody wait.
        let due = |last: Option<Timestamp>, pause| last.is_none_or(|last| now - last >= pause || now < last);
        if !due(measuring.looked, LOOK) {
            return Ok(());
        }
        measuring.looked = Some(now);
        let record = due(measuring.recorded, RECORD);
        let ledgers = &mut self.ledgers;
        let moment = measuring.charting.due(now);
        let mut blocks = Vec::new();
        let shown = heavy(|| {
            let looked = measuring.look(ledgers, now);
            for looked in looked.iter().filter(|_| moment.is_some()) {
                let at = moment.unwrap_or(now);
                let block = measuring.charting.block(&looked.cluster, &looked.measures, at, now);
                blocks.extend(block.map(|block| (looked.cluster.clone(), block)));
            }
            looked
                .into_iter()
                .filter_map(|looked| {
                    let ledger = ledgers.get_mut(&looked.cluster)?;
                    let readings = looked.readings(now);
                    let Looked { cluster, measures } = looked;
                    ledger.measured(measures, now);
                    Some((cluster, readings))
                })
                .collect::<Vec<_>>()
        })
        .await;
        let mut shown: Vec<(ClusterName, Arc<BTreeMap<ConnectorName, Reading>>)> = shown
            .into_iter()
            .map(|(cluster, readings)| (cluster, Arc::new(readings)))
            .collect();
        // What nobody looked at yet is what was recorded before.
        shown.retain(|(_, readings)| !readings.is_empty());
        for (cluster, of) in &shown {
            let (as_of, of) = (Some(now), of.clone());
            measuring.board.post(cluster, Readings { as_of, of });
        }
        self.store_moment(&blocks).await?;
        let Some(measuring) = self.measuring.as_mut().filter(|_| record) else {
            return Ok(());
        };
        measuring.recorded = Some(now);
        for (cluster, ledger) in self.ledgers.iter_mut() {
            if let Some(seen) = measuring.gauges.record(cluster, now) {
                let observation = Observation {
                    at: now,
                    answered: now,
                    seen,
                };
                observed::took(cluster, &observation, now);
                ledger.observe(&observation, now);
            }
        }
        self.store_progress(shown, now).await
    }

    /// Writes one point of how measures go. It is tried once: what the database does not take now is a gap.
    async fn store_moment(&mut self, blocks: &[(ClusterName, Part)]) -> Result<(), Fenced> {
        if blocks.is_empty() {
            return Ok(());
        }
        match self.shared.store.put_measures(self.lease, blocks).await {
            Ok(()) => {
                if self.complaints.over(CHARTS) {
                    info!(unit = %self.unit.name, "how measures go is recorded again");
                }
                Ok(())
            }
            Err(store::Error::Fenced { .. }) => self.expired_or_fenced().await,
            Err(error) => {
                let now = std::time::Instant::now();
                if self.complaints.due(CHARTS, &error.to_string(), now) {
                    warn!(unit = %self.unit.name, %error, "how measures go cannot be recorded; charts have a gap");
                }
                Ok(())
            }
        }
    }

    /// Writes what is shown, where it is something else than before. A database that does not take it is tried again the
    /// next time.
    async fn store_progress(
        &mut self,
        shown: Vec<(ClusterName, Arc<BTreeMap<ConnectorName, Reading>>)>,
        now: Timestamp,
    ) -> Result<(), Fenced> {
        let store: &Store = &self.shared.store;
        let Some(measuring) = &mut self.measuring else {
            return Ok(());
        };
        for (cluster, readings) in shown {
            let known = measuring.stored.get(&cluster);
            let changed = known.is_none_or(|known| *known != readings).then_some(&*readings);
            match store.put_progress(self.lease, &cluster, now, changed).await {
                Ok(()) => {
                    measuring.stored.insert(cluster, readings);
                    if self.complaints.over(ABOUT) {
                        info!(unit = %self.unit.name, "what is measured is recorded again");
                    }
                }
                Err(store::Error::Fenced { .. }) => return self.expired_or_fenced().await,
                Err(error) => {
                    if self
                        .complaints
                        .due(ABOUT, &error.to_string(), std::time::Instant::now())
                    {
                        warn!(unit = %self.unit.name, %error, "what is measured cannot be recorded; this server alone shows it");
                    }
                    return Ok(());
                }
            }
        }
        Ok(())
    }
}
