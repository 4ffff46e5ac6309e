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
mod problem;
mod row;
mod system;
mod timeline;

pub use cluster::cluster;
pub use clusters::clusters;
pub use columns::{Column, Columns};
pub use connector::connector;
pub use connectors::connectors;
pub use door::{how_to_sign_in, sign_in};
pub use overview::overview;
pub use problem::problem;
pub use system::system;
pub use timeline::timeline;
