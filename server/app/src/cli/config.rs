//! `config print` and `config check`.

use super::config_file::ConfigFile;
use super::exit::Exit;
use super::out::say;
use crate::config::{DEFAULTS, summary};

pub fn print() -> Exit {
    say(DEFAULTS);
    Exit::Well
}

pub fn check(file: &ConfigFile) -> Exit {
    match file.load() {
        Ok((config, _)) => {
            say(summary(&config));
            Exit::Well
        }
        Err(exit) => exit,
    }
}
