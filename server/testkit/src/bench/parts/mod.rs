//! What is measured, one file for each part.

pub(crate) mod calls;
pub(crate) mod charts;
pub(crate) mod idle;
pub(crate) mod list;
pub(crate) mod metrics;
pub(crate) mod size;
pub(crate) mod sse;
pub(crate) mod start;
pub(crate) mod storm;
