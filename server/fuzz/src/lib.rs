//! Throws damaged bytes at everything that reads what strangers send: REST bodies of workers, blobs of group members,
//! records of internal topics and of commits.
//!
//! What must be absent: use by the product, and chance. A run is its seed: the same number damages the same bodies in
//! the same way, so that a finding can be had again from its name, seed and count. There is no coverage feedback of the
//! compiler's (that needs a nightly one); an input is kept for further damage when its outcome was not seen before.

mod chance;
mod damage;
mod run;
mod seeds;
mod target;
mod targets;

pub use run::{Finding, Run};
pub use target::Target;
pub use targets::targets;
