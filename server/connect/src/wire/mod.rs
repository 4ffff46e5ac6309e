//! What workers write, read tolerantly, whichever version from 2.3 to 4.3 wrote it.

mod listing;
mod name;
mod plugins;
mod small;
mod values;

pub use listing::{Connector, Info, Instance, Status, expanded};
pub use name::names;
pub use plugins::{definitions, plugins};
pub(crate) use small::{Health, Root};
pub(crate) use values::text;
