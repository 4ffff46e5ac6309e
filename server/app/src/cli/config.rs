//! `config print` and `config check`.

use super::out::say;
use super::{ConfigFile, Exit};
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
