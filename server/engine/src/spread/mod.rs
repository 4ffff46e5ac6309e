//! Several servers on one database: who lives, who watches what, and how a unit goes from one to another.

mod beat;
mod plan;
mod seats;

pub(crate) use beat::Spread;
pub(crate) use seats::{Grant, Orders, Seats};
