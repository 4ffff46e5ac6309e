//! What workers write, read tolerantly, whichever version from 2.3 to 4.3 wrote it.

mod listing;
mod plugins;
mod small;
mod values;

pub use listing::{Connector, Info, Instance, Status, expanded};
pub use plugins::{definitions, plugins};
pub(crate) use small::{Health, Root};
