//! Names of connectors, and `GET /connectors`.

use std::fmt;

use model::names::ConnectorName;
use serde::de::{Deserialize, Deserializer, Error, Visitor};

/// A connector's name as a worker writes it. What is no character (half of a surrogate pair, a byte that is no UTF-8)
/// becomes U+FFFD, so that one odd name does not hide the connectors beside it.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Name(pub(super) ConnectorName);

impl<'de> Deserialize<'de> for Name {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_bytes(NameVisitor)
    }
}

struct NameVisitor;

impl Visitor<'_> for NameVisitor {
    type Value = Name;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a connector's name")
    }

    fn visit_bytes<E: Error>(self, bytes: &[u8]) -> Result<Name, E> {
        Ok(Name(String::from_utf8_lossy(bytes).as_ref().into()))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Name, E> {
        Ok(Name(text.into()))
    }
}

/// Reads the plain list of connectors.
///
/// # Errors
/// serde's, when it is no list of names.
pub fn names(body: &[u8]) -> Result<Vec<ConnectorName>, serde_json::Error> {
    let names: Vec<Name> = serde_json::from_slice(body)?;
    Ok(names.into_iter().map(|name| name.0).collect())
}
