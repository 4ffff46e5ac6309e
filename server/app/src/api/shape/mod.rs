//! What the API answers with. Fields are added and never changed or removed: scripts rely on them.

mod cluster;
mod completion;
mod config;
mod connector;
mod counts;
mod diff;
mod event;
mod fault;
mod lag;
mod measures;
mod passage;
mod plugin;
mod system;
mod team;
mod timeline;
mod topics;
mod topology;
mod words;

pub use cluster::{
    Cluster, ClusterDetail, ClusterList, Group, Load, Plugin, PluginList, PluginVersion, Sight, Worker, WorkerList,
};
pub use completion::CompletionList;
pub use config::{Config, ConfigValue, ConfigVersion, ConfigVersionList};
pub use connector::{Connector, ConnectorList, Health, Instance, Owner, Reason, System, TargetState, Task};
pub use counts::{CountList, Counts, Lamp, LampList};
pub use diff::ConfigDiff;
pub use event::{Event, EventList};
pub use fault::{Fault, FaultList, FaultScope, OpenFault};
pub use lag::{Lag, LagDetail, PartitionItem};
pub use measures::{Mark, MeasureList, Measured};
pub use plugin::PluginDocumentation;
pub use system::{Itself, LogChange, LogChanged};
pub use team::{Team, TeamList};
pub use timeline::{Timeline, TimelineEntry};
pub use topics::{Topic, Topics};
pub use topology::{Topology, TopologyEdge, TopologyNode};
pub use words::{ConnectorKind, EntryKind as EntryKindWord, HealthWord, SeriesWord, SortWord, Verdict, totals};
