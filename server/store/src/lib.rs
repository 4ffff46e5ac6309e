//! What is kept in Postgres: servers, leases, facts with their verdicts, the feed of changes, history, counts,
//! measures over time, audit.
//!
//! What must be absent: SQL anywhere else in the product, and decisions here. This crate writes what it is given and
//! finds it again; what a change means was settled before by `model`.
//!
//! Facts are written only with a [`Lease`], whose epoch is checked in the same transaction ([`Store::commit`]). Every
//! statement is checked against the migrations when the crate is compiled, by query files in `.sqlx`.

mod audit;
mod backup;
mod batch;
mod clusters;
mod commit;
mod conceal;
mod configs;
mod connectors;
mod counts;
mod definitions;
mod error;
mod faults;
mod feed;
mod gaps;
mod history;
mod json;
mod key;
mod lease;
mod listen;
mod load;
mod measures;
mod migrate;
mod partitions;
mod pool;
mod progress;
mod recorded;
mod retention;
mod servers;
mod spent;
mod standing;
mod workers;

pub use audit::{AuditItem, AuditRecord, detail};
pub use backup::{Refill, Snapshot, Table};
pub use batch::{Batch, InForce};
pub use conceal::{ConcealFrom, Concealed};
pub use configs::ConfigVersion;
pub use counts::{Count, Counted, Minute, Minutes};
pub use definitions::StoredDefinitions;
pub use error::Error;
pub use feed::Feed;
pub use history::{TimelineFilter, kind};
pub use lease::{Lease, LeaseInfo};
pub use listen::Listener;
pub use load::About;
pub use measures::Stretch;
pub use pool::{DatabaseHealth, Store};
pub use progress::Progress;
pub use servers::{Renewal, Server, ServerInfo};
pub use standing::{RIGHTS, Standing};

/// What every question to the store answers with.
pub type Result<T, E = Error> = std::result::Result<T, E>;
