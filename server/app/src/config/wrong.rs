//! What is wrong with a key of a table that a variable can set as well as the file: found out once both were read.

use std::ops::Range;

use toml::de::DeTable;

use super::env::{DATABASE_URL, Variables, variable_of};
use super::error::{ConfigError, Origin, Place};

/// What is wrong, without its place.
pub struct Wrong {
    /// The keys by which it may have been written, the one that is most likely meant first.
    pub keys: &'static [&'static str],
    /// What is wrong, and what would be right.
    pub message: String,
}

impl Wrong {
    pub fn new(keys: &'static [&'static str], message: impl Into<String>) -> Self {
        Self {
            keys,
            message: message.into(),
        }
    }

    /// With the place where it was written: a variable, which counts more than the file, or a line.
    pub fn at(self, table: &str, origin: &Origin<'_>, variables: &Variables) -> ConfigError {
        let set = self.keys.iter().find_map(|key| variable_of(table, key, variables));
        if let Some(name) = set {
            return in_variable(name, self.message);
        }
        let written = self.keys.iter().find_map(|key| value(origin.text, table, key));
        let customary = table == "database" && self.keys.contains(&"url") && variables.contains_key(DATABASE_URL);
        match written {
            None if customary => in_variable(DATABASE_URL.to_owned(), self.message),
            span => origin.error(span, self.message),
        }
    }
}

fn in_variable(name: String, message: String) -> ConfigError {
    ConfigError {
        place: Place::Variable(name),
        message,
    }
}

/// Where the value of a key stands in a file.
fn value(text: &str, table: &str, key: &str) -> Option<Range<usize>> {
    let file = DeTable::parse(text).ok()?;
    let table = file.get_ref().get(table)?.get_ref().as_table()?;
    Some(table.get(key)?.span())
}
