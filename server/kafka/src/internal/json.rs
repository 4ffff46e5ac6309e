//! JSON as Connect's converter writes it, with and without the envelope of a schema.
//!
//! Objects are read one level at a time: what nobody asks for stays text of the record, so that nothing is built of it.
//! Of a field that stands there twice the last one holds, as it does for the workers.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, Visitor};
use serde_json::value::RawValue;

use super::Malformed;

/// The fields of an object, each still unread.
pub(super) type Fields<'a> = BTreeMap<String, &'a RawValue>;

/// The record's value: of an envelope (an object with exactly the fields `schema` and `payload`, which clusters wrote
/// before Connect 3.0) what is in it. `None` for null.
pub(super) fn payload(bytes: &[u8]) -> Result<Option<&RawValue>, Malformed> {
    let whole: &RawValue = serde_json::from_slice(bytes).map_err(|_| Malformed::Json)?;
    let fields = object(whole).unwrap_or_default();
    let enveloped = fields.len() == 2 && fields.contains_key("schema");
    let inner = fields.get("payload").filter(|_| enveloped).copied().unwrap_or(whole);
    Ok(some(inner))
}

/// The fields of the value; `None` for a tombstone, be it one of Kafka's or a null in JSON.
pub(super) fn fields(value: Option<&[u8]>) -> Result<Option<Fields<'_>>, Malformed> {
    match value.map(payload).transpose()?.flatten() {
        None => Ok(None),
        Some(value) => object(value).map(Some).ok_or(Malformed::Object),
    }
}

/// The fields of an object; `None` when it is none.
pub(super) fn object(value: &RawValue) -> Option<Fields<'_>> {
    let object = value.get().starts_with('{');
    object.then(|| serde_json::from_str(value.get()).ok()).flatten()
}

/// The elements of an array; `None` when it is none.
pub(super) fn array(value: &RawValue) -> Option<Vec<&RawValue>> {
    let array = value.get().starts_with('[');
    array.then(|| serde_json::from_str(value.get()).ok()).flatten()
}

/// The value unless it is null.
pub(super) fn some(value: &RawValue) -> Option<&RawValue> {
    Some(value).filter(|value| value.get() != "null")
}

/// A text; `None` for anything else. What is no character (half of a surrogate pair) becomes U+FFFD.
pub(super) fn string(value: &RawValue) -> Option<String> {
    let string = value.get().starts_with('"');
    let read = string.then(|| serde_json::from_str::<Lossy>(value.get()));
    read?.ok().map(|text| text.0)
}

/// A value as text: strings as they are, numbers and booleans as JSON writes them, null as nothing, and anything nested
/// as an empty text, since a config has no nested values.
pub(super) fn text(value: &RawValue) -> Option<String> {
    match value.get().bytes().next() {
        Some(b'"') => string(value),
        Some(b'{' | b'[') => Some(String::new()),
        _ => some(value).map(|value| value.get().to_owned()),
    }
}

/// A whole number; `None` for anything else.
pub(super) fn whole(value: &RawValue) -> Option<i64> {
    value.get().parse().ok()
}

/// `true` or `false`; `None` for anything else.
pub(super) fn boolean(value: &RawValue) -> Option<bool> {
    value.get().parse().ok()
}

struct Lossy(String);

impl<'de> Deserialize<'de> for Lossy {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_bytes(LossyVisitor)
    }
}

struct LossyVisitor;

impl Visitor<'_> for LossyVisitor {
    type Value = Lossy;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text")
    }

    fn visit_bytes<E: Error>(self, bytes: &[u8]) -> Result<Lossy, E> {
        Ok(Lossy(String::from_utf8_lossy(bytes).into_owned()))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Lossy, E> {
        Ok(Lossy(text.to_owned()))
    }
}
