//! From start to end: what is started in which order, kept up, and stopped.

mod database;
mod error;
mod history;
pub mod levels;
pub mod reload;
mod serve;
mod signals;
mod speech;
mod succession;
mod traces;

pub use error::ServeError;
pub use serve::serve;
pub use signals::Ending;
pub use speech::{Speech, speak};
