//! `doctor`: what is wrong, and what to do about it.

mod paste;

use clap::Args;
use engine::FleetSpec;
use engine::doctor::{DatabaseBeside, Finding, Severity, examine_database, examine_fleet, spec_of};
use store::Store;
use url::Url;

use super::config_file::ConfigFile;
use super::exit::Exit;
use super::out::{complain, say};
use super::runtime::block_on;
use crate::clock::SystemClock;
use crate::config::Config;
use crate::key::SecretKey;

/// Arguments of `doctor`.
#[derive(Debug, Args)]
pub struct Doctor {
    #[command(flatten)]
    config: ConfigFile,
    /// Examine the Connect cluster with this worker instead of a configuration, and print the lines to put into one.
    #[arg(long, value_name = "ADDRESS")]
    url: Vec<Url>,
    /// The Kafka brokers below it: `host:9092,host:9092`.
    #[arg(long, value_name = "BROKERS", requires = "url")]
    bootstrap: Option<String>,
}

impl Doctor {
    pub fn run(self) -> Exit {
        if self
            .url
            .iter()
            .any(|url| !url.username().is_empty() || url.password().is_some())
        {
            let why = "an address must not carry credentials: put `auth` with password_file into a configuration, and \
                       ask with --config";
            return complain(Exit::Usage, &why);
        }
        if !self.url.is_empty() {
            let spec = spec_of(self.url.clone(), self.bootstrap.as_deref());
            return block_on(async {
                let findings = examine_fleet(&spec, None).await;
                let exit = tell(&findings);
                // What is no worker is nothing to put into a file.
                if exit == Exit::Well {
                    say(paste::lines(&spec, self.bootstrap.as_deref()));
                }
                exit
            });
        }
        let (config, _) = match self.config.load() {
            Ok(loaded) => loaded,
            Err(exit) => return exit,
        };
        block_on(async {
            let mut findings = vec![of_config(&config.fleet, config.path.as_deref()), of_key(&config)];
            let store = config.database.url.as_deref().map(|url| Store::lazy(url, 2));
            let known = store.as_ref().and_then(|store| store.as_ref().ok());
            let (database, fleet) = tokio::join!(
                of_database(&config, store.as_ref()),
                examine_fleet(&config.fleet, known)
            );
            findings.extend(database);
            findings.extend(fleet);
            tell(&findings)
        })
    }
}

fn of_config(fleet: &FleetSpec, path: Option<&std::path::Path>) -> Finding {
    let counted = |count: usize, word: &str| format!("{count} {word}{}", if count == 1 { "" } else { "s" });
    let (clusters, teams) = (
        counted(fleet.clusters.len(), "cluster"),
        counted(fleet.teams.len(), "team"),
    );
    let counts = format!("{clusters}, {teams}");
    match path {
        Some(path) => Finding::good("configuration", format!("{}: {counts}", path.display())),
        None => Finding::of(
            "configuration",
            Severity::Note,
            "no file was found, so the defaults are in force",
        )
        .todo("`signalbox config print > signalbox.toml` makes one; name it with --config or SIGNALBOX_CONFIG"),
    }
}

fn of_key(config: &Config) -> Finding {
    let (subject, path) = ("secret key", &config.server.secret_key_file);
    if !path.exists() {
        let text = format!("there is none yet at {}; `serve` makes it", path.display());
        return Finding::of(subject, Severity::Note, text)
            .todo("back it up with the database: fingerprints of masked values are made with it");
    }
    match SecretKey::open(path) {
        Ok(_) => Finding::good(subject, format!("{} is closed to others", path.display())),
        Err(error) => Finding::of(subject, Severity::Problem, error.to_string()).todo(
            "correct the file that `secret_key_file` of [server] names: it belongs to who runs the server, with mode 600, and \
             goes with the database",
        ),
    }
}

async fn of_database(config: &Config, store: Option<&store::Result<Store>>) -> Vec<Finding> {
    let subject = "database";
    let owner = config
        .database
        .owner_url
        .as_deref()
        .map(|url| Store::lazy(url, 1))
        .transpose();
    // Of a key that cannot be read another finding tells.
    let key = SecretKey::open(&config.server.secret_key_file).ok();
    let key = key.map(|key| key.fingerprints().identity());
    match store {
        Some(Ok(store)) => {
            let (owner, mut findings) = match owner {
                Ok(owner) => (owner, Vec::new()),
                Err(error) => {
                    let wrong = Finding::of(subject, Severity::Problem, error.to_string());
                    (None, vec![wrong.todo("correct [database] owner_url")])
                }
            };
            let beside = DatabaseBeside {
                owner: owner.as_ref(),
                key: key.as_ref(),
            };
            findings.extend(examine_database(store, beside, &SystemClock).await);
            findings
        }
        Some(Err(error)) => {
            vec![Finding::of(subject, Severity::Problem, error.to_string()).todo("correct [database] url")]
        }
        None => vec![match postgres::Binaries::find(None) {
            Ok(found) => {
                let text = format!(
                    "none is named; `serve` runs its own with the Postgres {} of this machine",
                    found.version
                );
                Finding::good(subject, text)
            }
            Err(error) => Finding::of(subject, Severity::Problem, error.to_string()).todo(
                "name a database as [database] url, or install Postgres here, as the Debian package postgresql does",
            ),
        }],
    }
}

/// Prints the findings by subject, in the order in which subjects came.
fn tell(findings: &[Finding]) -> Exit {
    let mut subjects: Vec<&str> = Vec::new();
    for finding in findings {
        if !subjects.contains(&finding.subject.as_str()) {
            subjects.push(&finding.subject);
        }
    }
    for subject in subjects {
        say(subject);
        for finding in findings.iter().filter(|finding| finding.subject == subject) {
            let mark = match finding.severity {
                Severity::Good => "ok     ",
                Severity::Note => "note   ",
                Severity::Warning => "warning",
                Severity::Problem => "PROBLEM",
            };
            say(format_args!("  {mark}  {}", finding.text));
            if let Some(todo) = &finding.todo {
                say(format_args!("           -> {todo}"));
            }
        }
    }
    let count = |severity| findings.iter().filter(|finding| finding.severity == severity).count();
    let (problems, warnings) = (count(Severity::Problem), count(Severity::Warning));
    say(format_args!("\nproblems: {problems}, warnings: {warnings}"));
    if problems > 0 { Exit::Wrong } else { Exit::Well }
}
