//! `[server]` and `[database]`.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use url::Url;

use super::file::{Database, Server};
use super::secret::Surroundings;

/// `[server]`, defaults filled in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerConfig {
    /// A loopback address; port 0 takes any free one.
    pub listen: SocketAddr,
    /// The address by which people reach the server, when it is another; ends without a slash in its path.
    pub public_url: Option<Url>,
    /// Where the server keeps its files.
    pub data_dir: PathBuf,
    /// The secret key.
    pub secret_key_file: PathBuf,
    /// A sentence above every page.
    pub banner: Option<String>,
}

impl ServerConfig {
    /// Where a Postgres of our own lives.
    pub fn own_postgres(&self) -> PathBuf {
        self.data_dir.join("postgres")
    }
}

/// `[database]`, secrets read. No Debug: addresses may hold passwords.
#[derive(Clone, PartialEq, Eq)]
pub struct DatabaseConfig {
    /// Where the database is; `None` for a Postgres of our own.
    pub url: Option<String>,
    /// The same with the role that owns the tables, when that is another.
    pub owner_url: Option<String>,
    /// How long history is kept at least: it goes by whole months.
    pub history: Duration,
}

impl DatabaseConfig {
    /// The address with the role that owns the tables; `None` for a Postgres of our own.
    pub fn owner(&self) -> Option<&str> {
        self.owner_url.as_deref().or(self.url.as_deref())
    }
}

pub(super) fn server(table: &Server, around: &Surroundings<'_>) -> ServerConfig {
    let data_dir = match &table.data_dir {
        Some(path) => around.path(path),
        None => default_data_dir(around),
    };
    let secret_key_file = match &table.secret_key_file {
        Some(path) => around.path(path),
        None => data_dir.join("secret.key"),
    };
    ServerConfig {
        listen: table
            .listen
            .map_or(SocketAddr::from(([127, 0, 0, 1], 8480)), |listen| listen.0),
        public_url: table.public_url.as_ref().map(|url| url.0.clone()),
        data_dir,
        secret_key_file,
        banner: table.banner.clone().filter(|text| !text.trim().is_empty()),
    }
}

fn default_data_dir(around: &Surroundings<'_>) -> PathBuf {
    let variable = |name: &str| around.variables.get(name).filter(|value| !value.is_empty());
    if nix::unistd::geteuid().is_root() {
        PathBuf::from("/var/lib/signalbox")
    } else if let Some(data) = variable("XDG_DATA_HOME") {
        PathBuf::from(data).join("signalbox")
    } else if let Some(home) = variable("HOME") {
        PathBuf::from(home).join(".local/share/signalbox")
    } else {
        PathBuf::from("signalbox-data")
    }
}

pub(super) fn database(table: &Database, around: &Surroundings<'_>) -> Result<DatabaseConfig, String> {
    let one = |what: &str, written: &Option<String>, file: &Option<String>, variable: &Option<String>| {
        let elsewhere = around
            .one(what, file.as_deref(), variable.as_deref())
            .map_err(|why| format!("[database] {why}"))?;
        match (written, elsewhere) {
            (Some(_), Some(_)) => Err(format!(
                "[database] {what} stands there twice, once by file or variable"
            )),
            (written, elsewhere) => Ok(written.clone().or(elsewhere)),
        }
    };
    let url = one("url", &table.url, &table.url_file, &table.url_env)?;
    let owner_url = one(
        "owner_url",
        &table.owner_url,
        &table.owner_url_file,
        &table.owner_url_env,
    )?;
    for (key, url) in [("url", &url), ("owner_url", &owner_url)] {
        let postgres = |url: &String| url.starts_with("postgres://") || url.starts_with("postgresql://");
        if url.as_ref().is_some_and(|url| !postgres(url)) {
            // The address itself may hold a password.
            return Err(format!(
                "[database] {key} must be an address like postgres://user@host:5432/name"
            ));
        }
    }
    if url.is_none() && owner_url.is_some() {
        return Err("[database] owner_url is given without url".to_owned());
    }
    Ok(DatabaseConfig {
        url,
        owner_url,
        history: table.history.map_or(Duration::from_secs(90 * 86_400), |keep| keep.0),
    })
}
