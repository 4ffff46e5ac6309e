//! Every page with every sample, read as a browser would.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

mod assets;
mod chart;
mod cluster;
mod connector;
mod contrast;
mod drawn;
mod facts;
mod html;
mod lamps;
mod lists;
mod names;
mod pages;
mod progress;
mod quiet;
mod samples;
mod styles;
mod system;
mod timeline;
mod words;
