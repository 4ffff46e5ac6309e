//! The configuration file that a command names.

use std::path::PathBuf;

use clap::Args;

use super::exit::Exit;
use super::out::complain;
use crate::config::{Config, Variables, find, load, of_process};

/// Which configuration.
#[derive(Debug, Args)]
pub struct ConfigFile {
    /// The configuration file.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

impl ConfigFile {
    /// Reads it; says what is wrong with it.
    pub fn load(&self) -> Result<(Config, Variables), Exit> {
        let variables = of_process();
        let path = find(self.config.as_deref(), &variables);
        match load(path.as_deref(), &variables) {
            Ok(config) => Ok((config, variables)),
            Err(error) => Err(complain(Exit::Usage, &error)),
        }
    }
}
