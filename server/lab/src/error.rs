//! What can go wrong in the lab, by what the caller may do about it.

use std::path::PathBuf;
use std::time::Duration;

/// The lab's result.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// A failure of the lab; each variant asks for something different.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A program is missing on this machine: install it.
    #[error("{program} is missing: {remedy}")]
    Missing {
        /// The program's name as it is called.
        program: &'static str,
        /// What to install or set.
        remedy: String,
    },
    /// The artifacts could not be fetched: check the network, or run without real workers.
    #[error("the artifacts \"{set}\" could not be had from Maven: {reason}")]
    Artifacts {
        /// The set of artifacts, for example `worker-4.3.1`.
        set: String,
        /// What Maven said.
        reason: String,
    },
    /// A process ended, or did not become ready; `tail` is the end of its log.
    #[error("{process} {problem}; the end of its log {log}:\n{tail}")]
    Start {
        /// The process's name in the lab.
        process: String,
        /// What happened instead of readiness.
        problem: String,
        /// Where its log lies.
        log: PathBuf,
        /// The log's last lines.
        tail: String,
    },
    /// A condition did not come true in time.
    #[error("waited {} s for {condition}; last seen: {seen}", waited.as_secs())]
    Deadline {
        /// The condition in words.
        condition: String,
        /// How long was waited.
        waited: Duration,
        /// What was seen at the last look.
        seen: String,
    },
    /// A worker answered, and the answer is a refusal.
    #[error("{request} was refused with {status}: {body}")]
    Refused {
        /// Method and path.
        request: String,
        /// HTTP status.
        status: u16,
        /// The body, shortened.
        body: String,
    },
    /// No worker of the cluster could be asked.
    #[error("{request} got no answer: {reason}")]
    Unreachable {
        /// Method and path.
        request: String,
        /// The last worker's failure.
        reason: String,
    },
    /// Kafka refused or did not answer.
    #[error("Kafka: {0}")]
    Kafka(#[from] kafka::Error),
    /// Postgres could not be had.
    #[error("Postgres: {0}")]
    Postgres(#[from] postgres::Error),
    /// A verb of the shell, or an option, that makes no sense.
    #[error("{0}")]
    Usage(String),
    /// The machine refused a file, a socket or a process.
    #[error("{doing}: {source}")]
    Io {
        /// What was attempted.
        doing: String,
        /// The machine's answer.
        source: std::io::Error,
    },
}

/// Names what was attempted when the machine refuses it.
pub(crate) trait Doing<T> {
    fn doing(self, what: impl FnOnce() -> String) -> Result<T>;
}

impl<T> Doing<T> for std::io::Result<T> {
    fn doing(self, what: impl FnOnce() -> String) -> Result<T> {
        self.map_err(|source| Error::Io { doing: what(), source })
    }
}
