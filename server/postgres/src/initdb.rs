//! Making the data, so that a kill in the middle leaves nothing that blocks the next start: the files are made under
//! another name, and become the data by one rename.

use std::fs::{self, DirBuilder};
use std::io;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use crate::account::Account;
use crate::home::{Home, is_empty};
use crate::log::last_lines;
use crate::password::{FILE as PASSWORD_FILE, USER};
use crate::{Binaries, Error};

/// The names under which data is made; the rest is a process id.
const UNFINISHED: &str = "data.new-";
/// How long the leftovers of a killed predecessor, whose `initdb` may still be writing, are tried to be removed.
const CLEAR_WITHIN: Duration = Duration::from_secs(10);

/// Whether the data is there. Anything else in its place is refused.
pub(crate) fn is_done(home: &Home) -> Result<bool, Error> {
    let data = home.data();
    match data.symlink_metadata() {
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(false),
        Err(e) => return Err(Error::io("look at", &data, e)),
        Ok(_) => {}
    }
    if data.join("PG_VERSION").is_file() {
        Ok(true)
    } else if data.is_dir() && is_empty(&data)? {
        Ok(false)
    } else {
        Err(Error::NotOurs { path: data })
    }
}

/// Makes the data. `durable` is false only in tests: then nothing is forced to the disk.
pub(crate) async fn run(home: &Home, binaries: &Binaries, account: &Account, durable: bool) -> Result<(), Error> {
    let unfinished = home.path().join(format!("{UNFINISHED}{}", std::process::id()));
    DirBuilder::new()
        .mode(0o700)
        .create(&unfinished)
        .map_err(|e| Error::io("make", &unfinished, e))?;
    account.give(&unfinished)?;
    let made = make(home, binaries, account, durable, &unfinished).await;
    if made.is_err() {
        // The first error is the one to tell; what is left here goes at the next start.
        if let Err(error) = fs::remove_dir_all(&unfinished) {
            tracing::warn!(%error, "an unfinished database directory could not be removed");
        }
    }
    made
}

async fn make(home: &Home, programs: &Binaries, account: &Account, durable: bool, to: &Path) -> Result<(), Error> {
    let mut command = account.command(&programs.initdb, home.path());
    command.arg("--pgdata").arg(to).arg("--username").arg(USER);
    command.arg("--pwfile").arg(home.path().join(PASSWORD_FILE));
    command.args([
        "--auth=scram-sha-256",
        "--encoding=UTF8",
        "--locale=C",
        "--data-checksums",
    ]);
    if !durable {
        command.arg("--no-sync");
    }
    command.stdin(Stdio::null());
    let output = tokio::process::Command::from(command)
        .kill_on_drop(true)
        .output()
        .await
        .map_err(|e| Error::io("run", &programs.initdb, e))?;
    if !output.status.success() {
        let said = format!(
            "{}\n{}",
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        );
        return Err(Error::of_disk(&said, home.path()).unwrap_or_else(|| Error::Initdb {
            data_dir: home.data(),
            output: last_lines(&said),
        }));
    }
    fs::rename(to, home.data()).map_err(|e| Error::io("move into place", to, e))?;
    if durable { home.sync() } else { Ok(()) }
}

/// Removes what killed predecessors left unfinished. A child of theirs may live for another moment and put files
/// into what is being removed, hence the repetition; without its files it gives up.
pub(crate) async fn clear_unfinished(home: &Home) -> Result<(), Error> {
    let deadline = Instant::now() + CLEAR_WITHIN;
    for entry in fs::read_dir(home.path()).map_err(|e| Error::io("list", home.path(), e))? {
        let entry = entry.map_err(|e| Error::io("list", home.path(), e))?;
        if !entry.file_name().to_string_lossy().starts_with(UNFINISHED) {
            continue;
        }
        loop {
            match fs::remove_dir_all(entry.path()) {
                Ok(()) => break,
                Err(e) if e.kind() == io::ErrorKind::NotFound && !entry.path().exists() => break,
                Err(e) if Instant::now() > deadline => return Err(Error::io("remove", &entry.path(), e)),
                Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
            }
        }
    }
    Ok(())
}
