//! Following the feed into the view: in every server, whoever watches.

mod measured;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use model::names::{ClusterName, ConnectorName};
use model::record::{Changed, ClusterRecord, FeedItem};
use store::{Listener, Store};
use tokio::sync::{broadcast, watch};
use tokio_util::sync::CancellationToken;
use tracing::{Instrument as _, info, warn};
use view::{Cluster, Comparison, Configured, Fleet};

use crate::complaints::Complaints;
use crate::connected::connected;
use crate::identity;
use crate::progress::Board;
use crate::{Event, FleetSpec};
use measured::Measured;

/// Rounds of reading are at least this far apart: at most ten a second. One round may swap the view more than once: for
/// what the feed tells, for what is configured since, and for what was heard without a change.
const APART: Duration = Duration::from_millis(100);
/// Whoever hears nothing looks by himself this often; heartbeats are read as often.
const LOOK: Duration = Duration::from_millis(500);
/// What is complained of here.
const FEED: &str = "feed";
/// Numbers of the feed read at once. Beyond as many the whole fleet is read anew.
const MOST: i64 = 10_000;

/// Follows until `stop`.
pub(crate) async fn run(
    (mut store, board): (watch::Receiver<Option<Store>>, Board),
    spec: watch::Receiver<Arc<FleetSpec>>,
    fleet: watch::Sender<Arc<Fleet>>,
    loaded: watch::Sender<bool>,
    events: broadcast::Sender<Arc<Event>>,
    stop: CancellationToken,
) {
    let Some(store) = connected(&mut store, &stop).await else {
        return;
    };
    let mut follower = Follower {
        store,
        spec,
        fleet,
        loaded,
        events,
        listener: None,
        measured: Measured::new(board),
        complete: false,
        begun: 0,
        behind: false,
        told: None,
        comparison: Comparison::default(),
        addresses: None,
        complaints: Complaints::default(),
    };
    tokio::select! {
        () = stop.cancelled() => {}
        () = follower.follow() => {}
    }
}

struct Follower {
    store: Store,
    spec: watch::Receiver<Arc<FleetSpec>>,
    fleet: watch::Sender<Arc<Fleet>>,
    loaded: watch::Sender<bool>,
    events: broadcast::Sender<Arc<Event>>,
    listener: Option<Listener>,
    /// What is measured, whoever measures it.
    measured: Measured,
    /// Whether the view holds everything up to its number.
    complete: bool,
    /// How often the numbers of the feed went back: it counts once the view stands at the new ones.
    begun: u32,
    /// Whether they did, and the view still stands at the old ones.
    behind: bool,
    /// The last item that the view was read with, as the database tells it.
    told: Option<FeedItem>,
    /// Which clusters may be one.
    comparison: Comparison,
    /// The configured addresses, with the configuration that they were read from.
    addresses: Option<(Arc<FleetSpec>, BTreeMap<ClusterName, Configured>)>,
    complaints: Complaints,
}

impl Follower {
    async fn follow(&mut self) {
        loop {
            let read = self.round().await;
            // A database that does not answer is told by those who ask it.
            let unreadable = read
                .as_ref()
                .err()
                .filter(|error| matches!(error, store::Error::Corrupt(_)));
            telemetry::view_follows(unreadable.map(ToString::to_string));
            if read.is_ok() && self.complaints.over(FEED) {
                info!("the feed is read again");
            }
            if let Err(error) = read {
                if self.complaints.due(FEED, &error.to_string(), Instant::now()) {
                    warn!(%error, "the feed cannot be read; the view ages");
                }
                self.listener = None;
                tokio::time::sleep(LOOK).await;
            }
        }
    }

    async fn round(&mut self) -> store::Result<()> {
        // Listening begins before reading, so that nothing recorded between the two is missed.
        if self.listener.is_none() {
            self.listener = Some(self.store.listen().await?);
            // Whoever exchanges the database breaks its connections.
            self.recognise().await?;
        }
        if !self.complete {
            self.load_all().await?;
        }
        self.catch_up().await?;
        self.heartbeats().await?;
        self.measured().await?;
        if let Some(listener) = &mut self.listener {
            // Behind another connection there may be another database.
            if !listener.wait(LOOK).await? {
                self.listener = None;
            }
            tokio::time::sleep(APART).await;
        }
        Ok(())
    }

    /// Whether the feed still holds what was last read of it. A copy may have come as far as the view by now, so that its
    /// number tells nothing; and that an item was dropped as too old has the view read anew once too often.
    async fn recognise(&mut self) -> store::Result<()> {
        let Some(told) = self.told.as_ref().filter(|_| self.complete) else {
            return Ok(());
        };
        if self.store.feed_item_at(told.id).await?.as_ref() != Some(told) {
            self.begin_anew();
        }
        Ok(())
    }

    /// The numbers of the feed are those of another copy than before.
    fn begin_anew(&mut self) {
        self.behind = true;
        self.complete = false;
        warn!("the database is another copy than before: the view is read anew");
    }

    async fn load_all(&mut self) -> store::Result<()> {
        let read = self.read_all().await?;
        self.stand(read);
        Ok(())
    }

    /// The whole fleet as it is recorded, with the last item of the feed that it was read with.
    async fn read_all(&self) -> store::Result<(Fleet, Option<FeedItem>)> {
        let (feed, records) = self.store.load_fleet().await?;
        let configured = self.configured();
        let clusters = records
            .into_iter()
            .filter(|record| configured.contains(&record.name))
            .map(|record| (record.name.clone(), Arc::new(Cluster::new(record, feed))))
            .collect();
        let fleet = Fleet {
            clusters,
            feed,
            ..Fleet::default()
        };
        Ok((fleet, self.store.feed_item_at(feed).await?))
    }

    /// Puts what was read in the view's place.
    fn stand(&mut self, (fleet, told): (Fleet, Option<FeedItem>)) {
        self.begun += u32::from(std::mem::take(&mut self.behind));
        self.swap(fleet);
        self.told = told;
        self.complete = true;
        self.loaded.send_replace(true);
    }

    async fn catch_up(&mut self) -> store::Result<()> {
        let before = self.fleet.borrow().clone();
        let feed = self.store.feed_after(before.feed, MOST).await?;
        let Some(last) = feed.items.last().map(|item| item.id) else {
            let head = self.store.feed_head().await?;
            // The database is another one than before, or an older copy of it; or what was told meanwhile is dropped.
            if head < before.feed {
                self.begin_anew();
            } else {
                self.complete = !feed.expired(before.feed, head);
            }
            return self.appear().await;
        };
        let many = feed.expired(before.feed, last) || feed.items.len() >= usize::try_from(MOST).unwrap_or(usize::MAX);
        let span = telemetry::span::swap(last);
        let mut items = feed.items;
        if many {
            // The view stays where it is until all is read that is to be told with it: the next round reads from the view's
            // number on, so that what a failure left untold before it would never be told.
            let anew = async {
                let read = self.read_all().await?;
                self.read_on(&mut items, read.0.feed).await?;
                self.stand(read);
                Ok::<(), store::Error>(())
            };
            anew.instrument(span).await?;
        } else {
            self.take_in(&before, &items, last).instrument(span).await?;
            self.told = items.last().cloned();
        }
        self.publish(items);
        self.appear().await
    }

    /// Reads what changed and puts the view with it in place.
    async fn take_in(&mut self, before: &Fleet, items: &[FeedItem], last: i64) -> store::Result<()> {
        let mut next = Fleet {
            clusters: before.clusters.clone(),
            feed: last,
            ..Fleet::default()
        };
        for (cluster, changes) in by_cluster(items) {
            self.update(&mut next, &cluster, changes).await?;
        }
        self.swap(next);
        Ok(())
    }

    /// What the fleet was read with and lies beyond what was read of the feed is told too.
    async fn read_on(&self, items: &mut Vec<FeedItem>, loaded: i64) -> store::Result<()> {
        while let Some(last) = items.last().map(|item| item.id).filter(|last| *last < loaded) {
            let more = self.store.feed_after(last, MOST).await?.items;
            let before = items.len();
            items.extend(more.into_iter().filter(|item| item.id <= loaded));
            if items.len() == before {
                break;
            }
        }
        Ok(())
    }

    /// Reads what changed of one cluster; a change copies this cluster and no other.
    async fn update(&self, fleet: &mut Fleet, name: &ClusterName, changes: Changes) -> store::Result<()> {
        if !self.configured().contains(name) {
            fleet.clusters.remove(name);
            return Ok(());
        }
        let Some(known) = fleet.clusters.get(name) else {
            if let Some(record) = self.store.load_cluster(name).await? {
                fleet
                    .clusters
                    .insert(name.clone(), Arc::new(Cluster::new(record, changes.last)));
            }
            return Ok(());
        };
        let mut cluster = (**known).clone();
        cluster.revision = changes.last;
        if !changes.connectors.is_empty() {
            let names: Vec<ConnectorName> = changes.connectors.into_iter().collect();
            let records = self.store.load_connectors(name, &names).await?;
            let recorded: BTreeSet<&ConnectorName> = records.iter().map(|record| &record.facts.name).collect();
            cluster.forget_connectors(names.iter().filter(|name| !recorded.contains(name)));
            cluster.put_connectors(records, changes.last);
        }
        // Faults name their members, so they are read with every change of connectors too.
        if let Some(about) = self.store.load_about(name).await? {
            cluster.about = Arc::new(about.about);
            cluster.workers = about.workers.into();
            cluster.fresh = about.fresh;
            cluster.put_faults(about.faults);
        }
        fleet.clusters.insert(name.clone(), Arc::new(cluster));
        Ok(())
    }

    /// Clusters that the configuration gained or lost without any number of the feed.
    async fn appear(&mut self) -> store::Result<()> {
        let configured = self.configured();
        let before = self.fleet.borrow().clone();
        let same = before.clusters.len() == configured.len()
            && configured.iter().all(|name| before.clusters.contains_key(name));
        if same {
            return Ok(());
        }
        let mut clusters = before.clusters.clone();
        clusters.retain(|name, _| configured.contains(name));
        for name in configured {
            if let std::collections::btree_map::Entry::Vacant(vacant) = clusters.entry(name) {
                let record = self.store.load_cluster(vacant.key()).await?;
                let record = record.unwrap_or_else(|| ClusterRecord::empty(vacant.key()));
                vacant.insert(Arc::new(Cluster::new(record, before.feed)));
            }
        }
        self.swap(Fleet {
            clusters,
            feed: before.feed,
            ..Fleet::default()
        });
        Ok(())
    }

    /// Freshness moves without numbers of the feed.
    async fn heartbeats(&mut self) -> store::Result<()> {
        let before = self.fleet.borrow().clone();
        let mut next: Option<Fleet> = None;
        for (name, fresh) in self.store.heartbeats().await? {
            let stale = before.clusters.get(&name).is_some_and(|cluster| cluster.fresh != fresh);
            if stale {
                let fleet = next.get_or_insert_with(|| (*before).clone());
                if let Some(cluster) = fleet.clusters.get_mut(&name) {
                    Arc::make_mut(cluster).fresh = fresh;
                }
            }
        }
        if let Some(next) = next {
            self.swap(next);
        }
        Ok(())
    }

    /// What is measured moves without numbers of the feed too.
    async fn measured(&mut self) -> store::Result<()> {
        let before = self.fleet.borrow().clone();
        let unmeasured: BTreeSet<ClusterName> = {
            let spec = self.spec.borrow();
            let without = spec.clusters.iter().filter(|cluster| cluster.kafka.is_none());
            without.map(|cluster| cluster.name.clone()).collect()
        };
        let newer = self.measured.newer(&self.store, &before, &unmeasured).await?;
        if newer.is_empty() {
            return Ok(());
        }
        let mut next = (*before).clone();
        for (name, readings) in newer {
            if let Some(cluster) = next.clusters.get_mut(&name) {
                Arc::make_mut(cluster).put_progress(readings);
            }
        }
        self.swap(next);
        Ok(())
    }

    fn configured(&self) -> BTreeSet<ClusterName> {
        self.spec
            .borrow()
            .clusters
            .iter()
            .map(|cluster| cluster.name.clone())
            .collect()
    }

    fn swap(&mut self, mut fleet: Fleet) {
        let spec = self.spec.borrow().clone();
        let known = self.addresses.take().filter(|(read, _)| Arc::ptr_eq(read, &spec));
        let (_, addresses) = self.addresses.insert(known.unwrap_or_else(|| {
            let clusters = spec.clusters.iter();
            let addresses = clusters.map(|cluster| (cluster.name.clone(), identity::configured(cluster)));
            let addresses = addresses.collect();
            (spec, addresses)
        }));
        fleet.alike = self.comparison.update(&fleet.clusters, addresses);
        fleet.begun = self.begun;
        telemetry::view_swapped(fleet.feed);
        self.fleet.send_replace(Arc::new(fleet));
    }

    fn publish(&self, items: Vec<FeedItem>) {
        let fleet = self.fleet.borrow().clone();
        let count = items.len();
        for item in items {
            // Nobody listening is no failure.
            let _ = self.events.send(Arc::new(Event::new(item, &fleet)));
        }
        telemetry::feed_published(u64::try_from(count).unwrap_or(u64::MAX));
    }
}

/// What a run of numbers says of one cluster.
struct Changes {
    connectors: BTreeSet<ConnectorName>,
    last: i64,
}

fn by_cluster(items: &[FeedItem]) -> BTreeMap<ClusterName, Changes> {
    let mut clusters: BTreeMap<ClusterName, Changes> = BTreeMap::new();
    for item in items {
        let changes = clusters.entry(item.cluster.clone()).or_insert_with(|| Changes {
            connectors: BTreeSet::new(),
            last: item.id,
        });
        changes.last = item.id;
        let about_connector = matches!(item.changed, Changed::Connector | Changed::Verdict | Changed::Deleted);
        if let (Some(name), true) = (&item.connector, about_connector) {
            changes.connectors.insert(name.clone());
        }
    }
    clusters
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ClusterSpec;

    fn spec(addresses: [&str; 2]) -> Arc<FleetSpec> {
        let cluster = |(name, address): (&str, &str)| ClusterSpec::new(name.into(), vec![address.parse().unwrap()]);
        Arc::new(FleetSpec {
            clusters: ["a", "b"].into_iter().zip(addresses).map(cluster).collect(),
            ..FleetSpec::default()
        })
    }

    #[tokio::test]
    async fn clusters_are_compared_by_the_addresses_that_they_have_now() {
        let (apart, shared) = (["http://one:1", "http://two:2"], ["http://one:1", "http://one:1"]);
        let (configuration, spec_receiver) = watch::channel(spec(apart));
        let (fleet, views) = watch::channel(Arc::default());
        let mut follower = Follower {
            // Nothing is read from it.
            store: Store::lazy("postgres://nobody@127.0.0.1:1/none", 1).unwrap(),
            spec: spec_receiver,
            fleet,
            loaded: watch::channel(true).0,
            events: broadcast::channel(1).0,
            listener: None,
            measured: Measured::new(Board::default()),
            complete: true,
            begun: 0,
            behind: false,
            told: None,
            comparison: Comparison::default(),
            addresses: None,
            complaints: Complaints::default(),
        };
        let cluster = |name: &str| {
            let cluster = Cluster::new(ClusterRecord::empty(&name.into()), 1);
            (ClusterName::from(name), Arc::new(cluster))
        };
        let clusters: BTreeMap<_, _> = ["a", "b"].map(cluster).into();
        let mut alike = |addresses| {
            configuration.send_replace(spec(addresses));
            follower.swap(Fleet {
                clusters: clusters.clone(),
                feed: 1,
                ..Fleet::default()
            });
            views.borrow().alike.len()
        };
        assert_eq!(alike(apart), 0);
        assert_eq!(alike(shared), 2, "a reload gave both one address");
        assert_eq!(alike(apart), 0);
    }
}
