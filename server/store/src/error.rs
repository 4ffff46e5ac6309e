//! What can go wrong, by what the caller does next.

use std::fmt;

/// Why the store could not do what it was asked. Texts hold what Postgres said, never the address with its password.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Postgres does not answer, starts up, shuts down, has no connection left or gave up on a lock: try again. When a
    /// [`crate::Store::commit`] ends so, it may have been recorded or not.
    #[error("Postgres cannot be used right now: {0}")]
    Unavailable(String),
    /// The lease is held by another server, or ran out: nothing was written, and nothing may be written with it again.
    #[error("the lease of {unit} is no longer held in epoch {epoch}")]
    Fenced {
        /// The unit.
        unit: String,
        /// The epoch that the caller held.
        epoch: i64,
    },
    /// Everything in this database was masked with another secret key.
    #[error("this database was written with another secret key (its fingerprint is {theirs}, this server's is {ours})")]
    OtherKey {
        /// Fingerprint in the database, short.
        theirs: String,
        /// Fingerprint of this server's key, short.
        ours: String,
    },
    /// The schema could not be brought up to date.
    #[error("the database's schema could not be brought up to date: {0}")]
    Migration(String),
    /// Rows are to be put where others are already.
    #[error("the database is not empty: its table {table} has rows")]
    NotEmpty {
        /// A table with rows.
        table: String,
    },
    /// Rows were taken out of a schema that is newer than the one they are to be put into.
    #[error("the schema is that of migration {theirs}, and only migrations up to {ours} can be used here")]
    NewerSchema {
        /// The newer one.
        theirs: i64,
        /// The newest that would do.
        ours: i64,
    },
    /// A row holds what this version cannot read.
    #[error("unreadable record in the database: {0}")]
    Corrupt(String),
    /// Anything else: refused rights, a missing table, a wrong password. Trying again does not help.
    #[error("the database refused: {0}")]
    Other(String),
}

impl Error {
    pub(crate) fn corrupt(what: impl fmt::Display, why: impl fmt::Display) -> Self {
        Self::Corrupt(format!("{what}: {why}"))
    }
}

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        match error {
            sqlx::Error::Database(database) => {
                let text = database.message().to_owned();
                match database.code() {
                    Some(code) if passes(&code) => Self::Unavailable(text),
                    Some(code) => Self::Other(format!("{text} (SQLSTATE {code})")),
                    None => Self::Other(text),
                }
            }
            sqlx::Error::Io(io) => Self::Unavailable(words(io.to_string())),
            sqlx::Error::Tls(tls) => Self::Unavailable(words(format!("TLS: {tls}"))),
            sqlx::Error::PoolTimedOut => Self::Unavailable("no connection became free or could be made in time".into()),
            sqlx::Error::PoolClosed => Self::Unavailable("the pool is closed".into()),
            // Whoever speaks otherwise than Postgres does is no Postgres, or one that a broken way leads to.
            sqlx::Error::Protocol(text) => {
                Self::Unavailable(format!("what answers does not speak as Postgres does: {text}"))
            }
            sqlx::Error::WorkerCrashed => Self::Unavailable("the connection's worker ended".into()),
            sqlx::Error::ColumnDecode { index, source } => Self::corrupt(format!("column {index}"), source),
            // The text of a bad address would quote it, password included.
            sqlx::Error::Configuration(_) => Self::Other("the database's address cannot be read".into()),
            other => Self::Other(other.to_string()),
        }
    }
}

/// What the TLS library says, where it has no words for it but the names in its code: `Other(OtherError(NAME))`.
fn words(text: String) -> String {
    let Some((before, name)) = text.split_once("Other(OtherError(") else {
        return text;
    };
    match name.trim_end_matches(')') {
        "CaUsedAsEndEntity" => format!("{before}it is that of an authority (CA:TRUE), and no server's"),
        name => format!("{before}{name}"),
    }
}

impl From<sqlx::migrate::MigrateError> for Error {
    fn from(error: sqlx::migrate::MigrateError) -> Self {
        use sqlx::migrate::MigrateError;
        match error {
            MigrateError::Execute(error) => Self::from(error).during_migration(None),
            MigrateError::ExecuteMigration(error, version) => Self::from(error).during_migration(Some(version)),
            other => Self::Migration(other.to_string()),
        }
    }
}

impl Error {
    /// A refusal while migrating is about the schema; an absence stays an absence.
    fn during_migration(self, version: Option<i64>) -> Self {
        match (self, version) {
            (Self::Other(text), Some(version)) => Self::Migration(format!("migration {version}: {text}")),
            (Self::Other(text), None) => Self::Migration(text),
            (other, _) => other,
        }
    }
}

/// SQLSTATEs that pass by themselves (appendix A of Postgres's manual): class 08 connection, 53 resources, 57 shutdown,
/// start-up and cancelled statements, 40 serialisation and deadlock, 55000 an object that cannot be used as it is now,
/// such as a database that takes no connections, 55P03 lock timeout, 25P03 idle transaction, 25006 a server that is
/// still a standby.
fn passes(code: &str) -> bool {
    matches!(code.get(..2), Some("08" | "53" | "57" | "40")) || matches!(code, "55000" | "55P03" | "25P03" | "25006")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_certificate_that_is_an_authoritys_is_told_in_words() {
        let of = |text: &str| Error::from(sqlx::Error::Io(std::io::Error::other(text))).to_string();
        let said = of("invalid peer certificate: Other(OtherError(CaUsedAsEndEntity))");
        assert!(
            said.ends_with("certificate: it is that of an authority (CA:TRUE), and no server's"),
            "{said}"
        );
        let said = of("invalid peer certificate: Other(OtherError(PathLenConstraintViolated))");
        assert!(said.ends_with("certificate: PathLenConstraintViolated"), "{said}");
        assert!(of("Connection refused (os error 111)").ends_with("Connection refused (os error 111)"));
    }

    #[test]
    fn what_is_no_postgres_is_an_absence() {
        let strange = Error::from(sqlx::Error::Protocol("unexpected message".to_owned()));
        assert!(
            matches!(&strange, Error::Unavailable(text) if text.contains("unexpected message")),
            "{strange}"
        );
    }

    #[test]
    fn what_passes_by_itself_is_told_from_what_does_not() {
        for (code, expected) in [
            ("08006", true),  // the connection failed
            ("53300", true),  // too many connections
            ("57014", true),  // the statement timed out
            ("57P01", true),  // shut down by an administrator
            ("57P03", true),  // starting up
            ("40P01", true),  // deadlock
            ("55000", true),  // a database that takes no connections
            ("55P03", true),  // lock timeout
            ("25006", true),  // a standby
            ("28P01", false), // wrong password
            ("3D000", false), // no such database
            ("42501", false), // right refused
            ("42P01", false), // no such table
            ("23514", false), // no partition for the row
            ("", false),
        ] {
            assert_eq!(passes(code), expected, "{code}");
        }
    }
}
