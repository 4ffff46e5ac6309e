//! Everything said to a Kafka Connect worker over HTTP: its REST API and its health, one request a call.
//!
//! What must be absent: policy (whom to ask, how often, what follows) and retries beyond the one request. Answers are
//! read tolerantly, since workers of many versions, proxies in front of them and things that are no worker answer:
//! unknown fields and states are kept or passed over, optional fields may be missing, and what cannot be read of one
//! connector does not hide the others. What may hold secrets stays within types that cannot be printed; what other
//! text of a worker's is kept (an error's message) went through the pattern redactor and is short.

pub mod answer;
mod error;
mod hash;
mod path;
mod refusal;
mod said;
mod size;
pub mod wire;
mod worker;

pub use error::Error;
pub use hash::BodyHash;
pub use path::path_segment;
pub use worker::{Answer, Expanded, Worker};
