//! What tests need to say what happened: a clock that stands until it is moved, samples of everything that can be
//! shown, and a Kafka Connect that is none, over real HTTP.
//!
//! What must be absent: use by the product. Only tests and the demo's fallback (`fake-fleet`, which says that it is
//! simulated) come here.

mod clock;
pub mod fake;
pub mod samples;

pub use clock::ManualClock;
