//! The demo where no Kafka can be had: a simulated fleet, which says so on every page and in every cluster's name.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::Watched;
use crate::artifacts::Cache;
use crate::database::Database;
use crate::directory::Directory;
use crate::process::Process;
use crate::wait::{Look, PATIENCE};
use crate::{Error, Progress, Result};

/// What every page of it says on top.
const SAYS: &str = "Simulated: a fake fleet. No Kafka, no Connect, no record moves.";

/// A running `fake-fleet` with a database for Signalbox.
#[derive(Debug)]
pub struct Simulated {
    watched: Watched,
    _process: Process,
    database: Database,
    directory: Directory,
}

impl Simulated {
    /// Starts two simulated clusters of three workers with 14 connectors each. The binary is that of `FAKE_FLEET_BIN`,
    /// else the one beside this program.
    ///
    /// # Errors
    /// [`Error::Missing`] when there is no such binary; [`Error::Postgres`] when there is no database.
    pub async fn start(cache: &Cache, directory: Option<&Path>, progress: &Progress) -> Result<Self> {
        let beside = std::env::current_exe().ok().map(|own| own.with_file_name("fake-fleet"));
        let binary = std::env::var_os("FAKE_FLEET_BIN")
            .map(PathBuf::from)
            .or(beside)
            .filter(|path| path.is_file());
        let binary = binary.ok_or_else(|| Error::Missing {
            program: "fake-fleet",
            remedy: "build it (cargo build -p testkit), or name it in FAKE_FLEET_BIN".to_owned(),
        })?;
        let directory = Directory::make(directory, false)?;
        let mut command = Command::new(binary);
        command.args(["--clusters", "2", "--workers", "3", "--connectors", "14"]);
        let process = Process::start("fake-fleet", &command, &directory.path().join("fake-fleet.log"))?;
        let urls = process
            .ready("the simulated fleet prints its addresses", PATIENCE, || async {
                let urls = addresses(&process.output());
                Ok(if urls.len() == 2 {
                    Look::Done(urls)
                } else {
                    Look::NotYet(process.output())
                })
            })
            .await?;
        let names = ["simulated-orders", "simulated-legacy"].map(str::to_owned);
        let watched = Watched {
            bootstrap: None,
            clusters: names.into_iter().zip(urls).collect(),
            banner: Some(SAYS.to_owned()),
        };
        let database = Database::start(cache, directory.path(), progress).await?;
        Ok(Self {
            watched,
            _process: process,
            database,
            directory,
        })
    }

    /// What Signalbox is told of it.
    pub fn watched(&self) -> &Watched {
        &self.watched
    }

    /// Its database's address.
    pub fn database(&self) -> &Database {
        &self.database
    }

    /// A directory for Signalbox, made if needed.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn server_directory(&self) -> Result<PathBuf> {
        self.directory.sub("signalbox")
    }
}

/// Each cluster's addresses, from the lines `urls = ["…", "…"]` that the simulated fleet prints.
fn addresses(output: &str) -> Vec<Vec<String>> {
    let lines = output.lines().filter_map(|line| line.strip_prefix("urls = ["));
    let complete = lines.filter_map(|line| line.strip_suffix(']'));
    complete
        .map(|line| {
            line.split(',')
                .map(|url| url.trim().trim_matches('"').to_owned())
                .collect()
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::addresses;

    #[test]
    fn addresses_are_read_once_their_line_is_whole() {
        let output =
            "# x\n[[clusters]]\nname = \"fake-1\"\nurls = [\"http://a:1\", \"http://a:2\"]\nurls = [\"http://b";
        assert_eq!(addresses(output), [["http://a:1", "http://a:2"]]);
    }
}
