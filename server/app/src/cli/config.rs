//! `config print` and `config check`.

use super::config_file::ConfigFile;
use super::exit::Exit;
use super::out::{complain, say};
use crate::config::{DEFAULTS, summary};

pub fn print() -> Exit {
    say(DEFAULTS);
    Exit::Well
}

pub fn check(file: &ConfigFile) -> Exit {
    match file.load() {
        // A server starts even so and says it of the cluster, since such files are renewed under it; whoever checks a
        // configuration wants to know before.
        Ok((config, _)) => match engine::doctor::examine_clients(&config.fleet) {
            Ok(()) => {
                say(summary(&config));
                Exit::Well
            }
            Err(why) => complain(Exit::Usage, &why),
        },
        Err(exit) => exit,
    }
}
