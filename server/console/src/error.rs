//! Why a question gets no answer.

use model::actor::Right;

/// What the asker can do about it decides the variant.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The actor lacks a right.
    #[error("this needs the right `{}`", .0.as_str())]
    Denied(Right),
    /// There is no such thing.
    #[error("{0}")]
    NotFound(String),
    /// The question itself is wrong.
    #[error("{0}")]
    BadQuestion(String),
    /// The database is away; what the view holds is still answered.
    #[error("history cannot be read right now: {0}")]
    Unavailable(String),
    /// Too many ask the database at once, or it hangs; in a moment it may be otherwise.
    #[error("too many questions wait for the database; try again in a second")]
    Busy,
    /// No worker answered what a person asked for.
    #[error("{0}")]
    Upstream(String),
    /// Something that should not happen.
    #[error("{0}")]
    Broken(String),
}

impl From<store::Error> for Error {
    fn from(error: store::Error) -> Self {
        match error {
            store::Error::Unavailable(text) => Self::Unavailable(text),
            other => Self::Broken(other.to_string()),
        }
    }
}
