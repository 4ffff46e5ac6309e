//! Masking at entry.

mod cause_stays;
mod escaped;
mod mask;
mod planted;
mod redact;
mod walls;

use std::sync::Arc;

use model::secrets::{Definitions, KeyDefinition, RawConfig};

fn config(pairs: &[(&str, &str)]) -> RawConfig {
    RawConfig::new(
        pairs
            .iter()
            .map(|(k, v)| ((*k).to_owned(), Some((*v).to_owned())))
            .collect(),
    )
}

fn definitions(kinds: &[(&str, &str)]) -> Definitions {
    let keys = kinds.iter().map(|(key, kind)| {
        let definition = KeyDefinition {
            kind: (*kind).into(),
            default: None,
            documentation: "".into(),
            ..KeyDefinition::default()
        };
        (Arc::from(*key), definition)
    });
    Definitions { keys: keys.collect() }
}
