//! The house rules, tested against the tree itself: who may use whom, what must be absent where, licences, sizes.
//!
//! Each rule is a function from texts or manifests to offences, and is shown here to find a planted one.
#![expect(clippy::expect_used, reason = "a test fails by panicking")]

mod absences;
mod alerts;
mod clock;
mod dependencies;
mod edges;
mod licences;
mod lints;
mod paths;
mod shape;
mod table;
mod tree;
mod uses;
mod words;

/// Fails with every offence at once, so that one run shows all that is to be done.
#[track_caller]
fn none(offences: &[String]) {
    assert!(offences.is_empty(), "\n{}\n", offences.join("\n"));
}
