//! What workers write, read tolerantly: `reference` shapes of all versions from 2.3 to 4.3, and of none.

mod listing;
mod plugins;
mod small;
mod values;

pub use listing::{Connector, Info, Instance, Status, expanded};
pub use plugins::{definitions, plugins};
pub(crate) use small::{Health, Root};
