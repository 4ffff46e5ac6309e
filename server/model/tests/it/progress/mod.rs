//! Whether a connector moves: stories of sinks and sources, told second by second.

mod benign;
mod lagging;
mod passed;
mod properties;
mod scene;
mod source;
mod stalled;
mod takeover;
