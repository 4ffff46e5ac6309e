//! Everything in a database as it is at one moment, taken out and put into an empty one.
//!
//! Rows travel in Postgres's own COPY text format
//! (<https://www.postgresql.org/docs/current/sql-copy.html#SQL-COPY-FILE-FORMATS>): it needs no program beside the
//! server and is read by every later version. What the rows are kept in is the caller's affair.

mod refill;
mod snapshot;
mod tables;

pub use refill::Refill;
pub use snapshot::Snapshot;
pub use tables::Table;
