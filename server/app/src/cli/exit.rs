//! How the process ends.

use std::process::ExitCode;

/// What the process ends with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// All is well.
    Well = 0,
    /// Something is wrong.
    Wrong = 1,
    /// The command line or the configuration is wrong.
    Usage = 2,
    /// What was asked could not be reached.
    Unreached = 3,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}
