//! What the API answers with. Fields are added and never changed or removed: scripts rely on them.

mod cluster;
mod completion;
mod config;
mod connector;
mod event;
mod fault;
mod system;
mod team;
mod timeline;
mod topics;
mod words;

pub use cluster::{Cluster, ClusterDetail, ClusterList, Group, Plugin, PluginList, PluginVersion, Worker, WorkerList};
pub use completion::CompletionList;
pub use config::{Config, ConfigValue, ConfigVersion, ConfigVersionList};
pub use connector::{Connector, ConnectorList, Health, Instance, Owner, Reason, System, TargetState, Task};
pub use event::{Event, EventList};
pub use fault::{Fault, FaultList, FaultScope, OpenFault};
pub use system::{Itself, LogChange, LogChanged};
pub use team::{Team, TeamList};
pub use timeline::{Timeline, TimelineEntry};
pub use topics::{Topic, Topics};
pub use words::{ConnectorKind, HealthWord, SortWord, Verdict, totals};
