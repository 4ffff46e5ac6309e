//! The transformations of a connector, in the order in which a record passes them, with the predicates that decide
//! whether it does.

use std::sync::Arc;

use crate::secrets::{Config, ConfigValue};

/// One transformation of the chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transformation {
    /// Its name in `transforms`.
    pub alias: Arc<str>,
    /// Its class; `None` when the config gives none, which Connect refuses.
    pub class: Option<ConfigValue>,
    /// Whether only some records pass it.
    pub predicate: Option<AppliedPredicate>,
    /// Its own keys, without what they begin with in the config.
    pub keys: Vec<(Arc<str>, ConfigValue)>,
}

/// A predicate where a transformation uses it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AppliedPredicate {
    /// Its name in `predicates`.
    pub alias: Arc<str>,
    /// Whether the records that it does not hold for are meant.
    pub negate: bool,
    /// Its class; `None` when the config gives none, which Connect refuses.
    pub class: Option<ConfigValue>,
    /// Its own keys, without what they begin with in the config.
    pub keys: Vec<(Arc<str>, ConfigValue)>,
}

/// The chain in the order of `transforms`; empty when there is none. `None` when `transforms` itself cannot be read here,
/// because it is masked or refers to a config provider.
pub fn transforms(config: &Config) -> Option<Vec<Transformation>> {
    let list = match config.get("transforms") {
        None | Some(ConfigValue::Null) => return Some(Vec::new()),
        Some(ConfigValue::Clear(list)) => list,
        Some(ConfigValue::Reference(_) | ConfigValue::Masked(_)) => return None,
    };
    let aliases = list.split(',').map(str::trim).filter(|alias| !alias.is_empty());
    Some(aliases.map(|alias| transformation(config, alias)).collect())
}

fn transformation(config: &Config, alias: &str) -> Transformation {
    let name = format!("transforms.{alias}");
    let text = |key: &str| config.text(&format!("{name}.{key}")).map(str::trim);
    let predicate = text("predicate").filter(|alias| !alias.is_empty()).map(|alias| {
        let name = format!("predicates.{alias}");
        AppliedPredicate {
            alias: alias.into(),
            negate: text("negate").is_some_and(|word| word.eq_ignore_ascii_case("true")),
            class: config.get(&format!("{name}.type")).cloned(),
            keys: own(config, &name, &["type"]),
        }
    });
    Transformation {
        alias: alias.into(),
        class: config.get(&format!("{name}.type")).cloned(),
        predicate,
        keys: own(config, &name, &["type", "predicate", "negate"]),
    }
}

/// The keys below a name that are not Connect's own.
fn own(config: &Config, name: &str, connects: &[&str]) -> Vec<(Arc<str>, ConfigValue)> {
    let own = config.below(name).filter(|(key, _)| !connects.contains(key));
    own.map(|(key, value)| (key.into(), value.clone())).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn config(pairs: serde_json::Value) -> Config {
        serde_json::from_value(pairs).unwrap()
    }

    #[test]
    fn the_chain_stands_in_the_order_of_transforms() {
        let config = config(json!({
            "transforms": {"clear": " route , mask,, bare"},
            "transforms.mask.type": {"clear": "org.apache.kafka.connect.transforms.MaskField$Value"},
            "transforms.mask.fields": {"clear": "card"},
            "transforms.mask.replacement": {"masked": "aa"},
            "transforms.mask.predicate": {"clear": "tombstone"},
            "transforms.mask.negate": {"clear": "TRUE"},
            "transforms.route.type": {"clear": "org.apache.kafka.connect.transforms.RegexRouter"},
            "transforms.unused.type": {"clear": "x.Y"},
            "predicates": {"clear": "tombstone"},
            "predicates.tombstone.type": {"clear": "org.apache.kafka.connect.transforms.predicates.RecordIsTombstone"},
        }));
        let chain = transforms(&config).unwrap();
        let told: Vec<&str> = chain.iter().map(|step| &*step.alias).collect();
        assert_eq!(told, ["route", "mask", "bare"]);
        let [route, mask, bare] = chain.as_slice() else {
            panic!()
        };
        assert_eq!((route.predicate.as_ref(), route.keys.len()), (None, 0));
        assert_eq!(bare.class, None);
        let keys: Vec<&str> = mask.keys.iter().map(|(key, _)| &**key).collect();
        assert_eq!(keys, ["fields", "replacement"]);
        let predicate = mask.predicate.as_ref().unwrap();
        assert_eq!((&*predicate.alias, predicate.negate), ("tombstone", true));
        assert!(
            predicate
                .class
                .as_ref()
                .unwrap()
                .shown()
                .unwrap()
                .ends_with("RecordIsTombstone")
        );
    }

    #[test]
    fn no_chain_and_one_that_cannot_be_read_are_told_apart() {
        assert_eq!(transforms(&config(json!({}))), Some(vec![]));
        assert_eq!(transforms(&config(json!({"transforms": {"clear": ""}}))), Some(vec![]));
        assert_eq!(
            transforms(&config(json!({"transforms": {"reference": "${file:a:b}"}}))),
            None
        );
        let undefined = config(json!({
            "transforms": {"clear": "a"}, "transforms.a.type": {"clear": "x.Y"}, "transforms.a.predicate": {"clear": "p"},
        }));
        let chain = transforms(&undefined).unwrap();
        assert_eq!(chain[0].predicate.as_ref().unwrap().class, None);
    }
}
