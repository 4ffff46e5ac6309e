//! The masked config: in groups, with where each value comes from and what the plugin says of its key.

use console::ConnectorDetail;
use model::secrets::{ConfigValue, Definitions, KeyDefinition};

use super::value::{Value, documentation, legible, told};
use crate::words;

/// Keys that begin so belong together, whatever group the plugin gives them.
const FAMILIES: [(&str, &[&str]); 6] = [
    (
        "Connector",
        &[
            "name",
            "connector.",
            "tasks.max",
            "topics",
            "topics.regex",
            "config.action.reload",
        ],
    ),
    ("Converters", &["key.converter", "value.converter", "header.converter"]),
    ("Transformations", &["transforms", "predicates"]),
    ("Errors", &["errors."]),
    (
        "Kafka clients",
        &["producer.override.", "consumer.override.", "admin.override."],
    ),
    (
        "Topics and offsets",
        &[
            "topic.creation.",
            "offsets.storage.",
            "exactly.once.",
            "transaction.boundary",
        ],
    ),
];

pub(super) struct Config {
    pub(super) version: String,
    /// `12 keys given, two masked`.
    pub(super) counts: String,
    pub(super) groups: Vec<Group>,
    /// What the plugin falls back on where the config says nothing.
    pub(super) defaults: Vec<Value>,
    pub(super) defaults_words: String,
}

pub(super) struct Group {
    pub(super) name: String,
    pub(super) settings: Vec<Setting>,
}

pub(super) struct Setting {
    pub(super) value: Value,
    /// Where the value comes from, in a word or two.
    pub(super) source: String,
    /// `INT · high importance · default 100`.
    pub(super) told: Option<String>,
    /// The plugin's words.
    pub(super) documentation: String,
}

pub(super) fn config(detail: &ConnectorDetail, definitions: Option<&Definitions>) -> Option<Config> {
    let listed = detail.config.as_ref()?;
    let defined = |key: &str| definitions.and_then(|known| known.keys.get(key));
    let plugins = short_plugin(detail);
    let mut groups: Vec<Group> = FAMILIES.map(|(name, _)| Group::new(name)).into();
    for (key, value) in listed.config.iter() {
        let definition = defined(key);
        let name = family(key).unwrap_or_else(|| {
            let own = definition.and_then(|definition| definition.group.as_deref());
            own.unwrap_or(&plugins)
        });
        let setting = Setting::of(key, value, definition);
        match groups.iter_mut().find(|group| group.name == name) {
            Some(group) => group.settings.push(setting),
            None => groups.push(Group {
                name: name.to_owned(),
                settings: vec![setting],
            }),
        }
    }
    // What the plugin does comes right after what the connector is.
    groups[1..].sort_by_key(|group| FAMILIES.iter().any(|(name, _)| *name == group.name));
    groups.retain(|group| !group.settings.is_empty());
    let left = definitions.iter().flat_map(|known| &known.keys);
    let left = left.filter(|(key, _)| listed.config.get(key).is_none());
    let defaults: Vec<Value> = left.map(|(key, definition)| fallback(key, definition)).collect();
    let count = listed.config.iter().count();
    let masked = listed
        .config
        .iter()
        .filter(|(_, value)| matches!(value, ConfigValue::Masked(_)))
        .count();
    Some(Config {
        version: listed.version.short().to_owned(),
        counts: match masked {
            0 => format!("{} given", words::counted(count, "key", "keys")),
            some => format!(
                "{} given, {} masked",
                words::counted(count, "key", "keys"),
                words::number(some)
            ),
        },
        groups,
        defaults_words: words::sentence(&format!(
            "{} left at {}",
            words::counted(defaults.len(), "key is", "keys are"),
            words::form(defaults.len(), "its default", "their defaults")
        )),
        defaults,
    })
}

impl Group {
    fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            settings: Vec::new(),
        }
    }
}

impl Setting {
    fn of(key: &str, value: &ConfigValue, definition: Option<&KeyDefinition>) -> Self {
        let default = definition.and_then(|definition| definition.default.as_deref());
        let source = match value {
            ConfigValue::Reference(text) => provider(text).map_or_else(
                || "config provider".to_owned(),
                |provider| format!("from {}", legible(provider)),
            ),
            ConfigValue::Clear(text) if default == Some(&**text) => "as by default".to_owned(),
            ConfigValue::Clear(_) | ConfigValue::Masked(_) | ConfigValue::Null => "given".to_owned(),
        };
        Self {
            value: Value::of(key, value),
            source,
            told: definition.map(told),
            documentation: definition
                .map(|known| documentation(&known.documentation))
                .unwrap_or_default(),
        }
    }
}

/// `vault` of `${vault:secret/lake:user}`.
fn provider(text: &str) -> Option<&str> {
    let (_, rest) = text.split_once("${")?;
    let (name, _) = rest.split_once(':')?;
    (!name.is_empty() && !name.contains(['}', '$'])).then_some(name)
}

fn fallback(key: &str, definition: &KeyDefinition) -> Value {
    let (text, kind) = match definition.default.as_deref() {
        _ if &*definition.kind == "PASSWORD" => ("not given, a password".to_owned(), "null"),
        Some("") => ("empty".to_owned(), "null"),
        Some(text) => (legible(text), "clear"),
        None => ("none".to_owned(), "null"),
    };
    Value {
        key: legible(key),
        text,
        kind,
    }
}

fn family(key: &str) -> Option<&'static str> {
    let begins = |start: &&str| {
        let rest = key.strip_prefix(*start);
        rest.is_some_and(|rest| start.ends_with('.') || rest.is_empty() || rest.starts_with('.'))
    };
    let known = FAMILIES.iter().find(|(_, starts)| starts.iter().any(begins));
    known.map(|(name, _)| *name)
}

/// What keys are called that the plugin puts into no group: by the plugin itself.
fn short_plugin(detail: &ConnectorDetail) -> String {
    let class = detail.item.class.as_deref().map(view::short_class);
    class.unwrap_or("Plugin").to_owned()
}
