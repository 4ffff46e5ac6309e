//! What is no block.

/// These bytes are no block, or one of a version that this one cannot read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("it is no block of measures: {0}")]
pub struct Damaged(pub(super) &'static str);
