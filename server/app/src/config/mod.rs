//! The configuration: one TOML file with overrides from the environment, checked whole before anything uses it.

mod env;
mod error;
mod file;
mod find;
mod fleet;
mod kafka;
mod objectives;
mod secret;
mod server;
mod summary;
mod teams;
mod telemetry;
mod tokens;
mod value;
mod wrong;

use std::path::{Path, PathBuf};

use engine::FleetSpec;

pub use env::{Variables, of_process};
pub use error::{ConfigError, Place};
pub use find::find;
pub use server::{DatabaseConfig, ServerConfig};
pub use summary::summary;
pub use telemetry::{Otlp, TelemetryConfig};
pub use tokens::{TokenSpec, hash as token_hash};

use error::{Origin, sentence};
use file::File;
use secret::Surroundings;

/// Every key with its default and what it means.
pub const DEFAULTS: &str = include_str!("default.toml");

/// A configuration that holds. No Debug: it holds secrets.
pub struct Config {
    /// The file it was read from; `None` for the defaults alone.
    pub path: Option<PathBuf>,
    /// `[server]`: in force until the process ends.
    pub server: ServerConfig,
    /// `[database]`: in force until the process ends.
    pub database: DatabaseConfig,
    /// `[telemetry]`: what is logged can be reloaded.
    pub telemetry: TelemetryConfig,
    /// What to watch; can be reloaded.
    pub fleet: FleetSpec,
    /// `[[tokens]]`; can be reloaded.
    pub tokens: Vec<TokenSpec>,
}

/// Reads the file at `path` (the defaults alone without one) with the overrides of `variables`.
///
/// # Errors
/// The first thing that is wrong, with its place.
pub fn load(path: Option<&Path>, variables: &Variables) -> Result<Config, ConfigError> {
    let text = match path {
        Some(path) => std::fs::read_to_string(path).map_err(|error| ConfigError {
            place: Place::File {
                path: path.to_owned(),
                at: None,
            },
            message: format!("cannot be read: {error}"),
        })?,
        None => String::new(),
    };
    parse(path, &text, variables)
}

/// As [`load`], for the text of a file that was read already.
///
/// # Errors
/// The first thing that is wrong, with its place.
pub fn parse(path: Option<&Path>, text: &str, variables: &Variables) -> Result<Config, ConfigError> {
    let origin = Origin { path, text };
    let mut file: File = toml::from_str(text).map_err(|error| origin.error(error.span(), sentence(&error)))?;
    env::apply(&mut file, variables)?;
    let folder = path.and_then(Path::parent).unwrap_or(Path::new(""));
    let around = Surroundings { folder, variables };
    let server = server::server(&file.server, &around);
    let database = server::database(&file.database, &around);
    let database = database.map_err(|wrong| wrong.at("database", &origin, variables))?;
    let telemetry = std::mem::take(&mut file.telemetry);
    let telemetry = telemetry::telemetry(telemetry, &around).map_err(|message| origin.error(None, message))?;
    Ok(Config {
        path: path.map(Path::to_owned),
        server,
        database,
        telemetry,
        tokens: tokens::tokens(&file.tokens, &origin, &around)?,
        fleet: fleet::fleet(file, &origin, &around)?,
    })
}
