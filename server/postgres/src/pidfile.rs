//! `postmaster.pid`: who runs on the data, on which port, and whether it is ready.
//!
//! The file outlives an unclean death, and process ids are used again: it is believed only when the process of that
//! number lives and is a Postgres on this very data.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::Error;

/// What the server wrote about itself. Lines of the file: process id, data directory, start time, port, socket
/// directory, listen address, shared memory, state (PostgreSQL source, `miscadmin.h`, `LOCK_FILE_LINE_*`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PidFile {
    pub(crate) pid: i32,
    /// None until the server has written it.
    pub(crate) port: Option<u16>,
    pub(crate) state: State,
}

/// How far the server is, by its own word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum State {
    Starting,
    Ready,
    Stopping,
}

/// What a data directory says about a server on it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Found {
    /// None runs, and nothing is in the way of starting one.
    Nothing,
    /// One lives.
    Running(PidFile),
    /// The number in the file now belongs to a process that is no Postgres on this data.
    Reused,
    /// The file holds no number: a server is writing it at this moment, or died while it did.
    Unfinished,
}

pub(crate) fn path(data: &Path) -> PathBuf {
    data.join("postmaster.pid")
}

/// Reads the file; none when it is absent, or so new that it holds no number yet.
pub(crate) fn read(data: &Path) -> Result<Option<PidFile>, Error> {
    let path = path(data);
    match fs::read_to_string(&path) {
        Ok(text) => Ok(parse(&text)),
        Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(e) => Err(Error::io("read", &path, e)),
    }
}

/// Finds out whether a server runs on the data.
pub(crate) fn look(data: &Path) -> Result<Found, Error> {
    let Some(file) = read(data)? else {
        return Ok(if path(data).exists() {
            Found::Unfinished
        } else {
            Found::Nothing
        });
    };
    Ok(match arguments(file.pid) {
        None => Found::Nothing,
        Some(arguments) if is_server_on(&arguments, data) => Found::Running(file),
        Some(_) => Found::Reused,
    })
}

/// Whether this process lives and is a Postgres on this data.
pub(crate) fn is_server(pid: i32, data: &Path) -> bool {
    arguments(pid).is_some_and(|arguments| is_server_on(&arguments, data))
}

fn parse(text: &str) -> Option<PidFile> {
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    // A standalone backend writes its number negated; it is a process on the data all the same.
    let pid = lines
        .first()?
        .parse::<i32>()
        .ok()?
        .checked_abs()
        .filter(|pid| *pid > 1)?;
    let state = match lines.get(7).copied() {
        Some("ready" | "standby") => State::Ready,
        Some("stopping") => State::Stopping,
        _ => State::Starting,
    };
    Some(PidFile {
        pid,
        port: lines.get(3).and_then(|port| port.parse().ok()),
        state,
    })
}

/// The command line of a live process; none when it is gone or only waits to be reaped. It is readable where the
/// working directory and the program file of another user's process are not (root in a container without ptrace).
fn arguments(pid: i32) -> Option<Vec<String>> {
    let split = |text: &str, at: fn(char) -> bool| -> Option<Vec<String>> {
        let arguments: Vec<String> = text
            .split(at)
            .filter(|part| !part.is_empty())
            .map(str::to_owned)
            .collect();
        (!arguments.is_empty()).then_some(arguments)
    };
    if Path::new("/proc/self/cmdline").exists() {
        let bytes = fs::read(format!("/proc/{pid}/cmdline")).ok()?;
        split(&String::from_utf8_lossy(&bytes), |c| c == '\0')
    } else {
        let output = Command::new("ps")
            .args(["-ww", "-o", "command=", "-p", &pid.to_string()])
            .output()
            .ok()?;
        split(&String::from_utf8_lossy(&output.stdout), char::is_whitespace)
    }
}

/// `…/postgres -D <data> …`, as [`crate::Own`] starts it.
fn is_server_on(arguments: &[String], data: &Path) -> bool {
    let program = arguments.first().and_then(|program| Path::new(program).file_name());
    let on_data = arguments
        .windows(2)
        .any(|pair| matches!(pair, [flag, dir] if flag == "-D" && Path::new(dir) == data));
    program.is_some_and(|name| name == "postgres") && on_data
}

#[cfg(test)]
mod tests {
    use super::*;

    const READY: &str = "4711\n/srv/pg/data\n1763720000\n40123\n\n127.0.0.1\n  1234567      32768\nready   \n";

    #[test]
    fn a_file_is_read_as_far_as_it_is_written() {
        let file = |port, state| Some(PidFile { pid: 4711, port, state });
        assert_eq!(parse(READY), file(Some(40123), State::Ready));
        assert_eq!(
            parse(&READY.replace("ready   ", "starting")),
            file(Some(40123), State::Starting)
        );
        assert_eq!(
            parse(&READY.replace("ready   ", "stopping")),
            file(Some(40123), State::Stopping)
        );
        assert_eq!(parse("4711\n/srv/pg/data\n"), file(None, State::Starting));
        for broken in ["", "\n", "x\n", "0\n", "1\n", "99999999999999\n"] {
            assert_eq!(parse(broken), None, "{broken:?}");
        }
    }

    #[test]
    fn a_number_used_again_by_another_process_is_not_believed() {
        let dir = tempfile::tempdir().unwrap();
        let this = std::process::id();
        fs::write(path(dir.path()), READY.replace("4711", &this.to_string())).unwrap();
        assert_eq!(look(dir.path()).unwrap(), Found::Reused);
        assert!(!is_server(i32::try_from(this).unwrap(), dir.path()));
    }

    #[test]
    fn a_dead_number_is_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let mut child = Command::new("true").spawn().unwrap();
        let pid = child.id();
        child.wait().unwrap();
        fs::write(path(dir.path()), READY.replace("4711", &pid.to_string())).unwrap();
        assert_eq!(look(dir.path()).unwrap(), Found::Nothing);
    }

    #[test]
    fn a_file_without_a_number_is_unfinished() {
        let dir = tempfile::tempdir().unwrap();
        assert_eq!(look(dir.path()).unwrap(), Found::Nothing);
        fs::write(path(dir.path()), "").unwrap();
        assert_eq!(look(dir.path()).unwrap(), Found::Unfinished);
    }

    #[test]
    fn only_a_postgres_on_this_data_is_ours() {
        let line = |text: &str| text.split(' ').map(str::to_owned).collect::<Vec<_>>();
        let data = Path::new("/srv/pg/data");
        assert!(is_server_on(
            &line("/usr/lib/postgresql/15/bin/postgres -D /srv/pg/data -p 5"),
            data
        ));
        assert!(!is_server_on(
            &line("/usr/lib/postgresql/15/bin/postgres -D /srv/pg/data2"),
            data
        ));
        assert!(!is_server_on(&line("vi -D /srv/pg/data"), data));
        assert!(!is_server_on(&line("postgres: checkpointer"), data));
    }
}
