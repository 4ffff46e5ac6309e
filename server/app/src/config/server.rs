//! `[server]` and `[database]`.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use store::Store;
use url::Url;

use super::file::{Database, Server};
use super::secret::Surroundings;
use super::wrong::Wrong;

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
    /// The keys that another one sets otherwise.
    pub fn differing(&self, other: &Self) -> Vec<&'static str> {
        let keys = [
            ("[server] listen", self.listen != other.listen),
            ("[server] public_url", self.public_url != other.public_url),
            ("[server] data_dir", self.data_dir != other.data_dir),
            (
                "[server] secret_key_file",
                self.secret_key_file != other.secret_key_file,
            ),
            ("[server] banner", self.banner != other.banner),
        ];
        differ(&keys)
    }

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
    /// The keys that another one sets otherwise.
    pub fn differing(&self, other: &Self) -> Vec<&'static str> {
        differ(&[
            ("[database] url", self.url != other.url),
            ("[database] owner_url", self.owner_url != other.owner_url),
            ("[database] history", self.history != other.history),
        ])
    }

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

/// The forms in which each of the two addresses may be written.
const URL: &[&str] = &["url", "url_file", "url_env"];
const OWNER_URL: &[&str] = &["owner_url", "owner_url_file", "owner_url_env"];

pub(super) fn database(table: &Database, around: &Surroundings<'_>) -> Result<DatabaseConfig, Wrong> {
    let one = |keys: &'static [&'static str],
               what: &str,
               written: &Option<String>,
               file: &Option<String>,
               variable: &Option<String>| {
        let elsewhere = around
            .one(what, file.as_deref(), variable.as_deref())
            .map_err(|why| Wrong::new(keys, format!("[database] {why}")))?;
        let url = match (written, elsewhere) {
            (Some(_), Some(_)) => {
                let twice = format!("[database] {what} stands there twice, once by file or variable");
                return Err(Wrong::new(keys, twice));
            }
            (written, elsewhere) => written.clone().or(elsewhere),
        };
        // The address itself may hold a password, so nothing of it is repeated.
        let postgres = |url: &String| url.starts_with("postgres://") || url.starts_with("postgresql://");
        match &url {
            Some(url) if !postgres(url) || Store::check_address(url).is_err() => {
                let form = format!("[database] {what} must be an address like postgres://user@host:5432/name");
                Err(Wrong::new(keys, form))
            }
            _ => Ok(url),
        }
    };
    let url = one(URL, "url", &table.url, &table.url_file, &table.url_env)?;
    let owner_url = one(
        OWNER_URL,
        "owner_url",
        &table.owner_url,
        &table.owner_url_file,
        &table.owner_url_env,
    )?;
    if url.is_none() && owner_url.is_some() {
        return Err(Wrong::new(OWNER_URL, "[database] owner_url is given without url"));
    }
    Ok(DatabaseConfig {
        url,
        owner_url,
        history: table.history.map_or(Duration::from_secs(90 * 86_400), |keep| keep.0),
    })
}

/// Those of these keys that differ.
fn differ(keys: &[(&'static str, bool)]) -> Vec<&'static str> {
    let differ = keys.iter().filter(|(_, differs)| *differs);
    differ.map(|(key, _)| *key).collect()
}
