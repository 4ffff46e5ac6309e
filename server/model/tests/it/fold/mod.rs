//! Golden scenarios of the fold: what a row of looks makes of the facts, the history and the verdicts.

mod config;
mod deaths;
mod deletion;
mod failures;
mod intent;
mod random;
mod silence;
mod story;
mod workers;
