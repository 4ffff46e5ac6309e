//! Everything between the socket and the handlers.

mod assets;
mod caller;
mod copies;
mod door;
mod envelope;
mod export;
mod frame;
mod guard;
mod packed;
mod pages;
mod preferences;
mod probe;
mod problem;
mod refusal;
mod route;
mod routes;
mod runbooks;
mod serve;
mod system;
mod told;
mod turns;

pub use caller::{Caller, CallerSession};
pub(crate) use copies::Copies;
pub use guard::CSRF_HEADER;
pub(crate) use packed::{packed, takes_gzip};
pub use problem::Problem;
pub use route::{Access, Kind, Limits, Route, Verb};
pub use routes::ROUTES;
pub use serve::service;
