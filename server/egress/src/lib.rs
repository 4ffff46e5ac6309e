//! The only builder of HTTP clients: every request that leaves this server is bounded in time, size, address and trust.
//!
//! What must be absent: the protocols of any peer. This crate knows methods, headers and bytes; what they mean belongs
//! to `connect`, `notify` and `app`.
//!
//! The rules, the same for every peer: addresses outside the [`Policy`] are refused when they are connected to (after
//! their name was resolved, so that a name cannot be pointed elsewhere later); redirects are not followed; proxies are
//! taken from the configuration and never from the environment; answers are read only up to a limit and never
//! decompressed; credentials cannot be printed.

mod auth;
mod client;
mod distrust;
mod error;
mod large;
mod lookup;
mod policy;
mod request;
mod resolve;
mod tls;

pub use auth::Auth;
pub use client::{Client, ClientBuilder};
pub use error::Error;
pub use policy::Policy;
pub use request::{Request, Response};

/// What every request says of its sender: `signalbox/` and the version.
pub const USER_AGENT: &str = concat!("signalbox/", env!("CARGO_PKG_VERSION"));
