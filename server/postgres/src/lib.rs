//! A Postgres server of our own: finds its programs, makes its data, starts, adopts and stops it.
//! What is absent here, and what this crate exists to keep out: downloads (nothing here reaches a network beyond
//! loopback) and SQL (it hands out an address; what is said to the database is `store`'s affair).
//!
//! The server is a direct child, never a daemon. When its parent is killed outright it lives on, and the next
//! [`Own::start`] on the same directory adopts it under a lock that only one process can hold.
//!
//! ```no_run
//! # async fn example() -> Result<(), postgres::Error> {
//! let binaries = postgres::Binaries::find(None)?;
//! let own = postgres::Own::start(postgres::Options::new("/var/lib/signalbox/postgres", binaries)).await?;
//! let url = own.url(); // give `url.expose()` to the pool, and to nothing that prints
//! # drop(url);
//! own.stop().await?;
//! # Ok(())
//! # }
//! ```

mod account;
mod binaries;
mod error;
mod home;
mod initdb;
mod log;
mod own;
mod password;
mod pidfile;
mod port;
mod process;

pub use binaries::{Binaries, candidates};
pub use error::Error;
pub use own::{Options, Own};
pub use password::DatabaseUrl;
pub use process::Shutdown;
