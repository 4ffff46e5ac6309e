//! The snapshot of the fleet that every reader reads: fleet, cluster, connectors, each behind an [`std::sync::Arc`], with the
//! questions that can be asked of it.
//!
//! What must be absent: IO, SQL and HTTP. A snapshot is built from records and never changes; a change makes a new one
//! that shares all clusters but the changed one.

mod age;
mod alike;
mod columns;
mod completion;
mod connector;
mod connectors;
mod facets;
mod fleet;
mod groups;
mod haystack;
mod index;
mod page;
mod progress;
mod query;
pub mod search;
mod selection;
pub mod topology;
mod totals;
mod vocabulary;

pub use age::{Condition, Staleness};
pub use alike::{Alike, Alikes, Comparison, Configured};
pub use columns::short_class;
pub use completion::{Completions, Offer};
pub use connector::Connector;
pub use connectors::{Carried, Connectors};
pub use facets::Facets;
pub use fleet::{Cluster, Fleet};
pub use groups::{Group, GroupBy, GroupKey, Groups};
pub use page::{Page, Position, Start};
pub use progress::Progress;
pub use query::{Query, Sort};
pub use topology::Topology;
pub use totals::Totals;
