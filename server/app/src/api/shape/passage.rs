//! What a record passes in a connector: converters and transformations.

use std::collections::BTreeMap;
use std::sync::Arc;

use model::{converters, secrets, transforms};
use serde::Serialize;
use utoipa::ToSchema;

use super::config::ConfigValue;
use super::words::ConverterRole;

/// A converter of a connector.
#[derive(Serialize, ToSchema)]
pub struct Converter {
    /// What it is for.
    pub role: ConverterRole,
    /// Its class; null: the workers' own is used, which no worker tells.
    pub class: Option<ConfigValue>,
    /// Its own keys, without what they begin with in the config.
    pub config: BTreeMap<String, ConfigValue>,
}

/// A transformation of a connector.
#[derive(Serialize, ToSchema)]
pub struct Transformation {
    /// Its name in `transforms`.
    pub alias: String,
    /// Its class; null when the config gives none.
    #[serde(rename = "type")]
    pub class: Option<ConfigValue>,
    /// Null when all records pass it.
    pub predicate: Option<Predicate>,
    /// Its own keys, without what they begin with in the config.
    pub config: BTreeMap<String, ConfigValue>,
}

/// A predicate where a transformation uses it.
#[derive(Serialize, ToSchema)]
pub struct Predicate {
    /// Its name in `predicates`.
    pub alias: String,
    /// Its class; null when the config gives none.
    #[serde(rename = "type")]
    pub class: Option<ConfigValue>,
    /// Whether the records are meant that it does not hold for.
    pub negate: bool,
    /// Its own keys, without what they begin with in the config.
    pub config: BTreeMap<String, ConfigValue>,
}

impl From<&converters::Converter> for Converter {
    fn from(converter: &converters::Converter) -> Self {
        Self {
            role: converter.role.into(),
            class: converter.class.as_ref().map(ConfigValue::from),
            config: own(&converter.keys),
        }
    }
}

impl From<&transforms::Transformation> for Transformation {
    fn from(step: &transforms::Transformation) -> Self {
        Self {
            alias: step.alias.to_string(),
            class: step.class.as_ref().map(ConfigValue::from),
            predicate: step.predicate.as_ref().map(Predicate::from),
            config: own(&step.keys),
        }
    }
}

impl From<&transforms::AppliedPredicate> for Predicate {
    fn from(predicate: &transforms::AppliedPredicate) -> Self {
        Self {
            alias: predicate.alias.to_string(),
            class: predicate.class.as_ref().map(ConfigValue::from),
            negate: predicate.negate,
            config: own(&predicate.keys),
        }
    }
}

fn own(keys: &[(Arc<str>, secrets::ConfigValue)]) -> BTreeMap<String, ConfigValue> {
    keys.iter()
        .map(|(key, value)| (key.to_string(), ConfigValue::from(value)))
        .collect()
}
