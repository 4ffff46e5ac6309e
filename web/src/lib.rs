//! The pages that people read: one function per page, from read models of [`console`] to HTML, with the stylesheet,
//! the script and the fonts that they need.
//!
//! What must be absent: sqlx, rdkafka, reqwest, background tasks and the HTTP server. A page is a `String`; who may see
//! it and how it travels is decided elsewhere. Nothing here asks for the time: [`Frame::now`] says it.
//!
//! Pages work without their script, and no page carries a script, a style or a handler inside itself, so that a strict
//! content security policy holds: `default-src 'none'; style-src 'self'; script-src 'self'; font-src 'self'; img-src
//! 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'`.

mod assets;
mod at;
mod chart;
mod error;
mod frame;
mod in_zone;
mod lamps;
mod lettering;
pub mod links;
mod moment;
mod pages;
mod preferences;
mod rest;
mod runbooks;
mod shape;
mod sparkline;
mod words;

pub use assets::{Asset, asset, mark};
pub use chart::Range;
pub use error::Error;
pub use frame::{Frame, Section};
pub use links::Links;
pub use pages::{
    Column, Columns, ConnectorBeside, cluster, clusters, connector, connectors, how_to_sign_in, overview, plugin,
    problem, runbook, runbooks, sign_in, system, timeline, topology,
};
pub use preferences::{Preferences, Theme, Zone};
