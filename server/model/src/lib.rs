//! Kafka Connect's vocabulary, what is known of a fleet, and every judgement about it, as pure functions.
//!
//! What must be absent: IO, tokio, sqlx, axum, the wall clock and randomness. Time is a parameter ([`Clock`]), so that
//! a replay of the same observations gives the same history.
//!
//! The way through this crate is the way of the data: an [`observe::Observation`] says what one look saw,
//! [`fold::fold`] turns it into the next [`facts::ClusterFacts`] and the [`transition::Transition`]s between them,
//! [`judge::judge`] turns facts into a [`verdict::Verdict`], and [`grouping::group`] gathers verdicts under their causes.

pub mod actor;
pub mod advice;
pub mod blocks;
pub mod cause;
pub mod clock;
pub mod converters;
pub mod facts;
pub mod fault;
pub mod fold;
pub mod grouping;
pub mod heard;
pub mod identity;
pub mod internal;
pub mod judge;
mod kept;
pub mod lag;
pub mod names;
mod newer;
pub mod objective;
pub mod observe;
pub mod owner;
pub mod progress;
mod progressed;
pub mod quiet;
pub mod record;
pub mod rest;
mod scope;
pub mod secrets;
pub mod set_back;
pub mod settings;
pub mod signature;
pub mod source_offset;
mod spelt;
pub mod stage;
pub mod state;
pub mod target;
pub mod topics;
pub mod trace;
pub mod transforms;
pub mod transition;
pub mod verdict;
mod visible;

pub use clock::{Clock, Timestamp};
