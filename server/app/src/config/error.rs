//! What is wrong with a configuration, and where.

use std::fmt;
use std::ops::Range;
use std::path::PathBuf;

/// A refused configuration: one sentence with its place. Never holds a secret's value.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {message}")]
pub struct ConfigError {
    /// Where.
    pub place: Place,
    /// What is wrong, and what would be right.
    pub message: String,
}

/// Where something is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// At a line and column (both from 1) of a file.
    File {
        /// The file.
        path: PathBuf,
        /// Line and column, where known.
        at: Option<(usize, usize)>,
    },
    /// In an environment variable.
    Variable(String),
    /// In what was neither read from a file nor from a variable.
    Defaults,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File {
                path,
                at: Some((line, column)),
            } => write!(f, "{}:{line}:{column}", path.display()),
            Self::File { path, at: None } => write!(f, "{}", path.display()),
            Self::Variable(name) => write!(f, "environment variable {name}"),
            Self::Defaults => f.write_str("configuration"),
        }
    }
}

/// A text with the place that it came from.
pub struct Origin<'a> {
    pub path: Option<&'a std::path::Path>,
    pub text: &'a str,
}

impl Origin<'_> {
    /// An error at a range of bytes of the text.
    pub fn error(&self, span: Option<Range<usize>>, message: impl Into<String>) -> ConfigError {
        let place = match self.path {
            Some(path) => Place::File {
                path: path.to_owned(),
                at: span.map(|span| line_and_column(self.text, span.start)),
            },
            None => Place::Defaults,
        };
        ConfigError {
            place,
            message: message.into(),
        }
    }
}

/// Line and column of a byte, both from 1; the column counts characters.
fn line_and_column(text: &str, byte: usize) -> (usize, usize) {
    let before = text.get(..byte).unwrap_or(text);
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    let column = before.get(line_start..).unwrap_or_default().chars().count() + 1;
    (before.matches('\n').count() + 1, column)
}

/// What the parser says in one line, with the nearest known key for an unknown one.
pub fn sentence(error: &toml::de::Error) -> String {
    let message = error.message().lines().next().unwrap_or_default();
    let Some(rest) = message.strip_prefix("unknown field `") else {
        return message.to_owned();
    };
    let mut words = rest.split('`');
    let unknown = words.next().unwrap_or_default();
    // What follows is ", expected one of `a`, `b`" or ", expected `a` or `b`": every second piece is a key.
    let known: Vec<&str> = words.skip(1).step_by(2).collect();
    match nearest(unknown, known.iter().copied()) {
        Some(key) => format!("unknown key `{unknown}`; did you mean `{key}`?"),
        None => format!("unknown key `{unknown}`; known here: {}", known.join(", ")),
    }
}

/// The known word that a mistyped one was most likely meant to be.
pub fn nearest<'a>(unknown: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let distances = known.map(|key| (strsim::damerau_levenshtein(unknown, key), key));
    let nearest = distances
        .min()
        .filter(|(distance, key)| *distance <= 2.max(key.len() / 3));
    nearest.map(|(_, key)| key)
}
