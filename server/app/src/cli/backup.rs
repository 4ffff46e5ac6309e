//! `backup` and `restore`.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use clap::Args;
use model::Clock as _;

use super::config_file::ConfigFile;
use super::exit::Exit;
use super::out::{complain, say};
use super::runtime::block_on;
use crate::backup::{self, Archive, BackupError};
use crate::clock::SystemClock;
use crate::life::Ending;

/// Arguments of `backup`.
#[derive(Debug, Args)]
pub struct Backup {
    #[command(flatten)]
    config: ConfigFile,
    /// The file to make; it holds the secret key, so only its owner may read it. Default: signalbox-backup-TIME.tar in
    /// the present folder.
    #[arg(long, value_name = "FILE")]
    to: Option<PathBuf>,
}

/// Arguments of `restore`.
#[derive(Debug, Args)]
pub struct Restore {
    #[command(flatten)]
    config: ConfigFile,
    /// The backup.
    #[arg(value_name = "FILE")]
    from: PathBuf,
    /// Only read the backup and say whether it is whole and what is in it.
    #[arg(long)]
    check: bool,
}

impl Backup {
    pub fn run(self) -> Exit {
        let config = match self.config.load() {
            Ok((config, _)) => config,
            Err(exit) => return exit,
        };
        let now = SystemClock.now();
        let to = self
            .to
            .unwrap_or_else(|| PathBuf::from(now.format("signalbox-backup-%Y%m%dT%H%M%SZ.tar").to_string()));
        block_on(async {
            let mut signals = match Ending::new() {
                Ok(signals) => signals,
                Err(error) => return complain(Exit::Wrong, &error),
            };
            let taken = tokio::select! {
                taken = backup::take(&config, &to, now, tell) => taken,
                signal = signals.next() => return given_up(&to, signal),
            };
            match taken {
                Ok(manifest) => {
                    // The file's own, which is what is to be kept.
                    let size = std::fs::metadata(&to).map_or_else(
                        |error| format!("size not known ({error})"),
                        |file| format!("{} bytes", file.len()),
                    );
                    say(format_args!(
                        "{}: {size}, schema {}. It holds the secret key: keep it as you keep that.",
                        to.display(),
                        manifest.schema
                    ));
                    Exit::Well
                }
                Err(error) => failed(&error),
            }
        })
    }
}

impl Restore {
    pub fn run(self) -> Exit {
        let archive = match Archive::open(&self.from) {
            Ok(archive) => archive,
            Err(error) => return failed(&error),
        };
        let manifest = archive.manifest();
        let taken = manifest.taken_at.format("%Y-%m-%d %H:%M:%S UTC");
        say(format_args!(
            "taken at {taken} by version {}, schema {}",
            manifest.version, manifest.schema
        ));
        if self.check {
            for rows in manifest.parts.iter().filter_map(|part| part.table.as_ref()) {
                tell(&rows.name, rows.rows);
            }
            say("whole");
            return Exit::Well;
        }
        let config = match self.config.load() {
            Ok((config, _)) => config,
            Err(exit) => return exit,
        };
        block_on(async {
            match backup::restore(&archive, &config, tell).await {
                Ok(()) => {
                    say("restored; start the server");
                    Exit::Well
                }
                Err(error) => failed(&error),
            }
        })
    }
}

fn tell(table: &str, rows: u64) {
    say(format_args!(
        "  {table:<16} {rows:>10} {}",
        if rows == 1 { "row" } else { "rows" }
    ));
}

/// Leaves nothing of a backup that is not taken to its end: what was written of it holds the secret key.
fn given_up(to: &Path, signal: &str) -> Exit {
    match std::fs::remove_file(backup::draft(to)) {
        Err(error) if error.kind() != ErrorKind::NotFound => complain(Exit::Wrong, &error),
        _ => complain(Exit::Wrong, &format_args!("{signal}: no backup was taken")),
    }
}

fn failed(error: &BackupError) -> Exit {
    let exit = match error {
        BackupError::Database(store::Error::Unavailable(_)) => Exit::Unreached,
        BackupError::Exists { .. }
        | BackupError::Broken { .. }
        | BackupError::OtherKey { .. }
        | BackupError::Key(_) => Exit::Usage,
        _ => Exit::Wrong,
    };
    complain(exit, error)
}
