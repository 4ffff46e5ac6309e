//! The readers, each with the promises that it must keep whatever it reads.

pub(crate) mod answers;
pub(crate) mod blobs;
