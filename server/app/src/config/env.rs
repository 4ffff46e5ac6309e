//! Overrides from the environment: `SIGNALBOX__SERVER__LISTEN` sets `listen` of `[server]`.

use std::collections::BTreeMap;

use serde::de::DeserializeOwned;

use super::error::{ConfigError, Place, sentence};
use super::file::{Database, File};

const PREFIX: &str = "SIGNALBOX__";

/// The variables of a process, as a value so that tests need not change their own.
pub type Variables = BTreeMap<String, String>;

/// Those of this process; what is no Unicode is left out, since no key of ours can be in it.
pub fn of_process() -> Variables {
    std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .collect()
}

/// Puts the overrides into what was read from the file.
pub fn apply(file: &mut File, variables: &Variables) -> Result<(), ConfigError> {
    for (name, value) in variables.range(PREFIX.to_owned()..) {
        let Some(path) = name.strip_prefix(PREFIX) else { break };
        let path = path.to_ascii_lowercase();
        let refused = |message: String| ConfigError {
            place: Place::Variable(name.clone()),
            message,
        };
        let Some((table, key)) = path.split_once("__") else {
            return Err(refused(format!("write {PREFIX}TABLE__KEY")));
        };
        match table {
            "server" => file.server.overlay(read(key, value).map_err(refused)?),
            "database" => file.database.overlay(read(key, value).map_err(refused)?),
            "observe" => file.observe.overlay(read(key, value).map_err(refused)?),
            "egress" => file.egress.overlay(read(key, value).map_err(refused)?),
            "telemetry" => file.telemetry.overlay(read(key, value).map_err(refused)?),
            other => {
                return Err(refused(format!(
                    "there is no table `{other}` that a variable can set: server, database, observe, egress and telemetry are"
                )));
            }
        }
    }
    // The customary name, which other programs of the same environment may mean otherwise: what is written wins.
    let named =
        |database: &Database| database.url.is_some() || database.url_file.is_some() || database.url_env.is_some();
    if let Some(url) = variables
        .get(DATABASE_URL)
        .filter(|url| !url.is_empty() && !named(&file.database))
    {
        file.database.url = Some(url.clone());
    }
    Ok(())
}

/// The variable that sets a key of a table, if one does.
pub fn variable_of(table: &str, key: &str, variables: &Variables) -> Option<String> {
    let sets = |name: &&String| {
        let path = name.strip_prefix(PREFIX).map(str::to_ascii_lowercase);
        path.as_deref().and_then(|path| path.split_once("__")) == Some((table, key))
    };
    variables.keys().find(sets).cloned()
}

/// The customary name of the variable with the database's address, where nothing else names one.
pub const DATABASE_URL: &str = "DATABASE_URL";

/// One key of a table; the value is TOML where it can be read so, else plain text.
fn read<T: DeserializeOwned>(key: &str, value: &str) -> Result<T, String> {
    let as_toml = format!("{key} = {value}");
    if let Ok(read) = toml::from_str(&as_toml) {
        return Ok(read);
    }
    let quoted = toml::Value::String(value.to_owned());
    toml::from_str(&format!("{key} = {quoted}")).map_err(|error| sentence(&error))
}
