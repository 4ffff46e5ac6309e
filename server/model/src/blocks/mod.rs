//! How measures went: blocks of columns, as they are kept and as a chart reads them.
//!
//! A [`Block`] holds some points of all connectors of a cluster. Its directory says where the columns of which connector
//! lie in its data, so that whoever wants one connector reads the directory and a few hundred bytes. A column is the
//! differences from one point to the next in as few bytes as they need, and a stretch in which nothing changes is one
//! word: what is idle costs next to nothing. A point that is absent was not measured; that is a gap, and no zero.
//!
//! Blocks are made once and never changed. Fine ones are gathered into coarser ones ([`gather`]), for which [`plan`] says
//! when.

mod block;
mod column;
mod damaged;
mod directory;
mod gather;
pub mod plan;
mod series;
mod tier;
mod varint;

pub use block::Block;
pub use column::Columns;
pub use damaged::Damaged;
pub use directory::{Slice, find};
pub use gather::{Line, Part, gather};
pub use series::{Fold, Series};
pub use tier::Tier;
