//! Single values that should be strings and sometimes are not.

use std::collections::BTreeMap;
use std::fmt;

use model::secrets::RawConfig;
use serde::de::{Deserialize, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};

/// A value as text: strings as they are, numbers and booleans as JSON writes them, null as nothing, and anything nested
/// as an empty mark, since Connect has no nested values. No Debug: it may be a secret.
pub(super) struct Text(pub(super) Option<String>);

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TextVisitor)
    }
}

struct TextVisitor;

impl<'de> Visitor<'de> for TextVisitor {
    type Value = Text;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_str<E>(self, text: &str) -> Result<Text, E> {
        Ok(Text(Some(text.to_owned())))
    }

    fn visit_string<E>(self, text: String) -> Result<Text, E> {
        Ok(Text(Some(text)))
    }

    fn visit_bool<E>(self, value: bool) -> Result<Text, E> {
        Ok(Text(Some(value.to_string())))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Text, E> {
        Ok(Text(Some(value.to_string())))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Text, E> {
        Ok(Text(Some(value.to_string())))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Text, E> {
        Ok(Text(Some(value.to_string())))
    }

    fn visit_unit<E>(self) -> Result<Text, E> {
        Ok(Text(None))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Text, A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Text(Some(String::new())))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Text, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Text(Some(String::new())))
    }
}

/// Reads an optional text field; null and missing are the same.
pub(crate) fn text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    Ok(Text::deserialize(deserializer)?.0)
}

/// Bytes of one config, keys and values: four times what a record of a config topic holds by default.
const LONGEST: usize = 4 << 20;

/// Reads a config with values of any kind. One that is longer than any is refused: everything that is made of it takes
/// many times its length.
pub(super) fn config<'de, D: Deserializer<'de>>(deserializer: D) -> Result<RawConfig, D::Error> {
    let pairs = Option::<BTreeMap<String, Text>>::deserialize(deserializer)?.unwrap_or_default();
    let length = |(key, value): (&String, &Text)| key.len() + value.0.as_ref().map_or(0, String::len);
    if pairs.iter().map(length).sum::<usize>() > LONGEST {
        return Err(D::Error::custom("a config of more than 4 MB"));
    }
    Ok(RawConfig::new(
        pairs.into_iter().map(|(key, value)| (key, value.0)).collect(),
    ))
}
