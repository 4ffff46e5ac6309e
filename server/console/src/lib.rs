//! One function per question that a person or program may ask of the fleet, each taking an [`Actor`]: the right is
//! checked, the view or the store is read, and what comes back is a read model that pages and API show alike.
//!
//! What must be absent: HTTP, HTML and SQL text. Read models know no serde; the shapes of the API are the app's.

#![warn(clippy::missing_errors_doc)]

mod chart;
mod cluster;
mod connector;
mod connectors;
mod diff;
mod error;
mod events;
mod fault;
mod lamps;
mod log;
mod metrics;
mod moment;
mod overview;
mod plugin;
mod readiness;
mod reading;
mod system;
mod team;
mod timeline;
mod topology;
mod trend;

use std::sync::Arc;

use chrono::TimeDelta;
use engine::{Event, FleetSpec, LiveReads};
use model::actor::{Actor, Right};
use model::{Clock, Timestamp};
use store::Store;
use tokio::sync::{broadcast, watch};
use view::{Fleet, Staleness};

pub use chart::{Chart, ChartLine, MOST_POINTS, Mark, MarkKind, Span};
pub use cluster::{
    Assignment, AssignmentLine, ClusterDetail, ClusterItem, Hour, Load, Placed, PluginLine, Rebalances, Seeing, Sight,
    Versions, WorkerItem,
};
pub use connector::{ConnectorDetail, ConnectorItem, InstanceItem, TaskItem, UnstartedTask};
pub use connectors::{ConnectorPage, ConnectorQuery, GroupItem};
pub use diff::{ConfigDiff, config_diff};
pub use error::Error;
pub use events::{Events, Position};
pub use fault::FaultItem;
pub use lamps::{Lamp, Lamps};
pub use moment::Moment;
pub use overview::Overview;
pub use plugin::{PluginDocumentation, PluginId};
pub use readiness::Readiness;
pub use system::{
    CallItem, DatabaseItem, FreshItem, LeaseItem, LogLevel, Process, Queues, ServerItem, Shared, Source, System,
};
pub use team::TeamItem;
pub use timeline::{
    ConfigChange, EntryKind, Moves, Shift, Storm, TimelineItem, TimelineLine, TimelinePage, TimelineQuery, Turn, folded,
};
pub use topology::{TopologyPage, TopologyQuery};
pub use trend::{Trend, TrendPoint};

/// What answers questions. Cheap to clone; every server has one.
#[derive(Clone)]
pub struct Console {
    fleet: watch::Receiver<Arc<Fleet>>,
    spec: watch::Receiver<Arc<FleetSpec>>,
    store: watch::Receiver<Option<Store>>,
    events: broadcast::Sender<Arc<Event>>,
    trouble: watch::Receiver<Option<Arc<str>>>,
    clock: Arc<dyn Clock>,
    rendered: Arc<metrics::Rendered>,
    lately: Arc<timeline::Lately>,
    trend: Arc<trend::LastTrend>,
    topologies: Arc<topology::Latest>,
    reading: Arc<reading::Reading>,
    live: LiveReads,
    plugins_read: Arc<plugin::Plugins>,
}

impl Console {
    /// Over the view that the engine keeps, the configuration in force, the database once it is there, and what keeps
    /// the server from being ready. `events` is where the engine's follower publishes; `live` asks workers.
    pub fn new(
        fleet: watch::Receiver<Arc<Fleet>>,
        spec: watch::Receiver<Arc<FleetSpec>>,
        store: watch::Receiver<Option<Store>>,
        trouble: watch::Receiver<Option<Arc<str>>>,
        events: broadcast::Sender<Arc<Event>>,
        clock: Arc<dyn Clock>,
        live: LiveReads,
    ) -> Self {
        Self {
            fleet,
            live,
            plugins_read: Arc::default(),
            spec,
            store,
            events,
            trouble,
            clock,
            rendered: Arc::default(),
            lately: Arc::default(),
            trend: Arc::default(),
            topologies: Arc::default(),
            reading: Arc::default(),
        }
    }

    /// The present moment, by the server's clock: ages on pages are counted from it.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// From this age on data is shown as stale.
    pub fn stale_after(&self) -> TimeDelta {
        self.spec.borrow().settings.stale_after
    }

    /// The number of the feed that the view stands at: what it shows changes only with it, ages set aside.
    pub fn revision(&self) -> i64 {
        self.fleet.borrow().feed
    }

    /// Where the view stands in the feed.
    pub fn position(&self) -> Position {
        Position::of(&self.fleet.borrow())
    }

    fn fleet(&self) -> Arc<Fleet> {
        self.fleet.borrow().clone()
    }

    fn spec(&self) -> Arc<FleetSpec> {
        self.spec.borrow().clone()
    }

    fn staleness(&self) -> Staleness {
        Staleness {
            now: self.now(),
            limit: self.stale_after(),
        }
    }
}

fn require(actor: &Actor, right: Right) -> Result<(), Error> {
    if actor.may(right) {
        Ok(())
    } else {
        Err(Error::Denied(right))
    }
}
