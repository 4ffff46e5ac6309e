//! Golden scenarios of the fold: what a row of looks makes of the facts, the history and the verdicts.

mod belief;
mod config;
mod deaths;
mod deletion;
mod failures;
mod forgetting;
mod intent;
mod pauses;
mod random;
mod replaced;
mod returns;
mod silence;
mod story;
mod together;
mod told;
mod ungrouped;
mod unlisted;
mod unnamed;
mod unseen;
mod unstarted;
mod workers;
