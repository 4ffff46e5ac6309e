//! How far a consumer group is behind: in records, in seconds, and where that leads.
//!
//! A lag is the difference of two numbers that were true at different times, and neither says what a reader can see: commits
//! come only at the flush interval, logs hold entries that no reader is ever given, and a log may be cut off or made anew.
//! So nothing here is subtracted before it is known when each number was true, and what cannot be told is said to be
//! unknown, never 0.

mod history;
mod log;
mod place;
mod reads;
mod runway;
mod seconds;
mod trend;

pub use history::{History, Written};
pub use log::{BothLogs, Log, Logs, TopicPartition};
pub use place::{Committed, Lost, NextRecord, Place, Unknown, place};
pub use reads::{Isolation, Reads, group_of};
pub use runway::{Runway, runway};
pub use seconds::{Method, Seconds, seconds};
pub use trend::{Heading, Series, Trend};
