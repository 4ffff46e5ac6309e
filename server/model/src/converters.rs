//! The converters of a connector: how keys, values and headers of records become bytes and back.

use std::sync::Arc;

use crate::secrets::{Config, ConfigValue};

/// What a converter is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConverterRole {
    /// Keys of records.
    Key,
    /// Values of records.
    Value,
    /// Headers of records.
    Header,
}

impl ConverterRole {
    /// All, in the order in which they are told.
    pub const ALL: [Self; 3] = [Self::Key, Self::Value, Self::Header];

    /// One word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Key => "key",
            Self::Value => "value",
            Self::Header => "header",
        }
    }

    /// The key of configs that names its class.
    pub fn config_key(self) -> &'static str {
        match self {
            Self::Key => "key.converter",
            Self::Value => "value.converter",
            Self::Header => "header.converter",
        }
    }
}

/// One converter of a connector.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Converter {
    /// What it is for.
    pub role: ConverterRole,
    /// Its class as the config gives it; `None`: the workers' own converter is used, which no worker tells.
    pub class: Option<ConfigValue>,
    /// Its own keys, without what they begin with in the config.
    pub keys: Vec<(Arc<str>, ConfigValue)>,
}

/// The three converters of a connector.
pub fn converters(config: &Config) -> [Converter; 3] {
    ConverterRole::ALL.map(|role| {
        let name = role.config_key();
        Converter {
            role,
            class: config.get(name).filter(|value| **value != ConfigValue::Null).cloned(),
            keys: config
                .below(name)
                .map(|(key, value)| (key.into(), value.clone()))
                .collect(),
        }
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_not_given_is_the_workers() {
        let config: Config = serde_json::from_value(json!({
            "key.converter": "null",
            "value.converter": {"clear": "org.apache.kafka.connect.json.JsonConverter"},
            "value.converter.schemas.enable": {"clear": "false"},
            "value.converters": {"clear": "another key"},
        }))
        .unwrap();
        let [key, value, header] = converters(&config);
        assert_eq!((key.class, header.class), (None, None));
        assert_eq!(
            value.class.unwrap().shown(),
            Some("org.apache.kafka.connect.json.JsonConverter")
        );
        assert_eq!(
            value.keys,
            [("schemas.enable".into(), ConfigValue::Clear("false".into()))]
        );
        assert!(key.keys.is_empty());
    }
}
