//! The binary `signalbox`: command line, configuration, the table of routes, the JSON API, sign-in, lifecycle, wiring.
//!
//! What must be absent: decisions of any kind. What a state means is decided by `model`, what is done about it by
//! `engine`, what a person may see by `console`; here it gets an address, a shape and a process.

pub mod access;
pub mod api;
pub mod backup;
pub mod cli;
pub mod clock;
pub mod config;
pub mod http;
pub mod key;
pub mod life;
pub mod site;
pub mod state;
