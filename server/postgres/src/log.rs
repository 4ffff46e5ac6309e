//! The server's log: one file of bounded size, whose end is quoted in errors.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::Error;
use crate::home::Home;

/// The size in bytes from which the log is moved aside; one older file of about this size is kept.
const LIMIT: u64 = 8 * 1024 * 1024;
/// How often the size is looked at while the server runs.
pub(crate) const LOOK_EVERY: Duration = Duration::from_secs(60);
/// How much of the end is quoted, in bytes and lines.
const TAIL_BYTES: u64 = 4096;
const TAIL_LINES: usize = 15;

/// The log file; cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct Log {
    path: PathBuf,
}

impl Log {
    pub(crate) fn of(home: &Home) -> Result<Log, Error> {
        let dir = home.path().join("log");
        match fs::create_dir(&dir) {
            Err(e) if e.kind() != io::ErrorKind::AlreadyExists => return Err(Error::io("make", &dir, e)),
            _ => {}
        }
        Ok(Log {
            path: dir.join("postgres.log"),
        })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Opens the file to append to it, and says where the coming part begins, in bytes.
    pub(crate) fn open(&self) -> Result<(File, u64), Error> {
        let open = || {
            let file = OpenOptions::new()
                .append(true)
                .create(true)
                .mode(0o600)
                .open(&self.path)?;
            let begin = file.metadata()?.len();
            Ok((file, begin))
        };
        open().map_err(|e| Error::io("open", &self.path, e))
    }

    /// Moves the content aside when it has grown too large. The file is copied and emptied, never renamed, because a
    /// running server (which may not be our child) holds it open and appends to it.
    pub(crate) fn bound(&self) -> Result<(), Error> {
        let bound = || -> io::Result<()> {
            match fs::metadata(&self.path) {
                Ok(found) if found.len() > LIMIT => {
                    fs::copy(&self.path, self.path.with_extension("log.1"))?;
                    OpenOptions::new().write(true).open(&self.path)?.set_len(0)
                }
                Ok(_) => Ok(()),
                Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(()),
                Err(e) => Err(e),
            }
        };
        bound().map_err(|e| Error::io("shorten", &self.path, e))
    }

    /// The last lines written since `begin`, or a remark that there are none. Never an error: it is itself part of one.
    pub(crate) fn tail(&self, begin: u64) -> String {
        let read = || -> io::Result<String> {
            let mut file = File::open(&self.path)?;
            let end = file.metadata()?.len();
            let begin = if begin > end { 0 } else { begin };
            file.seek(SeekFrom::Start(begin.max(end.saturating_sub(TAIL_BYTES))))?;
            let mut bytes = Vec::new();
            file.take(TAIL_BYTES).read_to_end(&mut bytes)?;
            Ok(last_lines(&String::from_utf8_lossy(&bytes)))
        };
        match read() {
            Ok(tail) if tail.is_empty() => "(nothing)".to_owned(),
            Ok(tail) => tail,
            Err(e) => format!("(it cannot be read: {e})"),
        }
    }
}

/// The end of a text, as much as an error should quote.
pub(crate) fn last_lines(text: &str) -> String {
    let lines: Vec<&str> = text
        .lines()
        .map(str::trim_end)
        .filter(|line| !line.is_empty())
        .collect();
    lines
        .get(lines.len().saturating_sub(TAIL_LINES)..)
        .unwrap_or_default()
        .join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write as _;

    #[test]
    fn a_log_stays_bounded_while_its_writer_holds_it_open() {
        let dir = tempfile::tempdir().unwrap();
        let home = Home::claim(&dir.path().join("pg")).unwrap();
        let log = Log::of(&home).unwrap();
        let (mut writer, begin) = log.open().unwrap();
        assert_eq!(begin, 0);
        let line = format!("{}\n", "x".repeat(1023));
        for _ in 0..=LIMIT / 1024 {
            writer.write_all(line.as_bytes()).unwrap();
        }
        log.bound().unwrap();
        writer.write_all(b"after\n").unwrap();
        assert_eq!(fs::read_to_string(log.path()).unwrap(), "after\n");
        assert_eq!(log.tail(LIMIT), "after");
        assert!(fs::metadata(log.path().with_extension("log.1")).unwrap().len() > LIMIT);
    }

    #[test]
    fn only_the_end_since_the_start_is_quoted() {
        let dir = tempfile::tempdir().unwrap();
        let home = Home::claim(&dir.path().join("pg")).unwrap();
        let log = Log::of(&home).unwrap();
        fs::write(log.path(), "of last time\n").unwrap();
        let (mut writer, begin) = log.open().unwrap();
        assert_eq!(log.tail(begin), "(nothing)");
        for n in 0..40 {
            writeln!(writer, "line {n}").unwrap();
        }
        let tail = log.tail(begin);
        assert!(tail.starts_with("line 25") && tail.ends_with("line 39"), "{tail}");
    }
}
