//! Where the lab lives on this machine.

use std::path::PathBuf;

use clap::Args;
use lab::LabOptions;
use lab::artifacts::Cache;

use super::out::progress;

#[derive(Debug, Args)]
pub(super) struct Place {
    /// Where fetched artifacts are kept.
    #[arg(long, global = true, env = "SIGNALBOX_LAB_CACHE", value_name = "DIR")]
    cache: Option<PathBuf>,
    /// The lab's directory; a temporary one, removed at the end, unless given.
    #[arg(long, global = true, value_name = "DIR")]
    pub(super) directory: Option<PathBuf>,
    /// Keep the temporary directory with all logs.
    #[arg(long, global = true)]
    keep: bool,
}

impl Place {
    pub(super) fn cache(&self) -> Cache {
        self.cache.as_ref().map_or_else(Cache::usual, Cache::at)
    }

    pub(super) fn options(&self) -> LabOptions {
        LabOptions {
            cache: self.cache(),
            directory: self.directory.clone(),
            keep: self.keep,
            progress: progress(),
            ..LabOptions::default()
        }
    }
}
