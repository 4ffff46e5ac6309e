//! The readers, each with the promises that it must keep whatever it reads.

mod answers;
mod blobs;
mod commits;
mod internal;

use crate::target::Target;

/// All of them.
pub fn targets() -> Vec<Target> {
    let mut all = answers::targets();
    all.extend(blobs::targets());
    all.extend(internal::targets());
    all.extend(commits::targets());
    all
}
