//! From start to end: what is started in which order, kept up, and stopped.

mod database;
pub mod reload;
mod serve;
mod signals;

pub use serve::{ServeError, serve};
