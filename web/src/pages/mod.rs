//! One function per page.

mod cause;
mod cluster;
mod clusters;
mod columns;
mod connector;
mod connectors;
mod door;
mod filters;
mod history;
mod list;
mod overview;
mod panel;
mod plugin;
mod problem;
mod row;
mod runbook;
mod system;
mod timeline;
mod topology;
mod trend;

pub use cluster::cluster;
pub use clusters::clusters;
pub use columns::{Column, Columns};
pub use connector::{ConnectorBeside, connector};
pub use connectors::connectors;
pub use door::{how_to_sign_in, sign_in};
pub use overview::overview;
pub use plugin::plugin;
pub use problem::problem;
pub use runbook::{runbook, runbooks};
pub use system::system;
pub use timeline::timeline;
pub use topology::topology;

pub(crate) use connector::value::parted;
