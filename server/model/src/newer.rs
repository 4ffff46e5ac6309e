//! Reading what a newer version wrote beside this one.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};

/// Reads a value; of a kind that only a newer version knows, none.
pub(crate) fn read_known<'de, D: Deserializer<'de>, T: DeserializeOwned>(from: D) -> Result<Option<T>, D::Error> {
    let value = Option::<serde_json::Value>::deserialize(from)?;
    Ok(value.and_then(|value| T::deserialize(value).ok()))
}
