//! `admin sign-in-link`: needs the server's key, not the server.

use model::Clock as _;

use super::config_file::ConfigFile;
use super::exit::Exit;
use super::out::complain;
use crate::access::{Links, publish};
use crate::clock::SystemClock;
use crate::key::SecretKey;
use crate::site::Site;

pub fn sign_in_link(file: &ConfigFile) -> Exit {
    let config = match file.load() {
        Ok((config, _)) => config,
        Err(exit) => return exit,
    };
    // Not made here when it is absent: the server that makes it may run as another user.
    let key = match SecretKey::open(&config.server.secret_key_file) {
        Ok(key) => key,
        Err(error) if config.path.is_none() => {
            let text = format!(
                "{error}\nno configuration file was found here, so this is where a server without one keeps its key; name \
                 the server's file with --config FILE"
            );
            return complain(Exit::Usage, &text);
        }
        Err(error) => return complain(Exit::Usage, &error),
    };
    let site = Site::new(config.server.listen, config.server.public_url.clone());
    match Links::new(key).address(&site, SystemClock.now()) {
        Ok(link) => match publish(&link, &config.server.data_dir) {
            Ok(()) => Exit::Well,
            Err(error) => complain(Exit::Wrong, &format_args!("the link could not be written: {error}")),
        },
        Err(error) => complain(Exit::Wrong, &error),
    }
}
