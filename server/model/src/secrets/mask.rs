//! From a raw config to one that can be shown.

use super::jaas::clear_but_references;
use super::keys::known_clear;
use super::naming::looks_secret;
use super::patterns;
use super::reference::{References, references};
use super::{Config, ConfigValue, Definitions, FingerprintKey, RawConfig};
use crate::kept;
use crate::observe::ListedConfig;

/// Masks `raw`, fingerprints all its values as the config's version, and reads target systems before the values
/// are gone; topics are read from what is left. `definitions` are those of its class, or `None` while they are unknown.
///
/// A masked value's fingerprint depends on the value alone, so that equal secrets match across keys and connectors.
/// A reference with literal text around it is masked as a whole unless that text is known to be clear: half a value
/// that looks like a whole one would be written back one day.
pub fn mask(raw: &RawConfig, definitions: Option<&Definitions>, key: &FingerprintKey) -> ListedConfig {
    let values = raw
        .pairs()
        .map(|(name, value)| {
            let shown = match value {
                None => ConfigValue::Null,
                Some(value) => match judge(name, value, definitions) {
                    Judged::Clear if references(value) == References::None => ConfigValue::Clear(value.into()),
                    Judged::Clear | Judged::Reference => ConfigValue::Reference(value.into()),
                    Judged::Secret | Judged::Unknown => ConfigValue::Masked(key.value(value)),
                },
            };
            (kept::word(name), shown)
        })
        .collect();
    let config = Config::new(kept::tight(values));
    ListedConfig {
        version: raw.version(key),
        targets: crate::target::targets(raw),
        topics: crate::topics::topics(&config),
        config,
    }
}

/// The value of `connector.class`, which is one of Connect's own keys, where it may be shown.
pub(super) fn class(raw: &RawConfig) -> Option<&str> {
    const CLASS: &str = "connector.class";
    let value = raw.get(CLASS)?;
    matches!(judge(CLASS, value, None), Judged::Clear | Judged::Reference).then_some(value)
}

/// What is known of one value.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Judged {
    /// It may be shown.
    Clear,
    /// It may be shown: its secrets are references.
    Reference,
    /// The plugin, the key's name or the value itself says that it is a secret.
    Secret,
    /// Nothing says that it is none.
    Unknown,
}

/// What is known of the value of `name`. In doubt it is masked.
pub(super) fn judge(name: &str, value: &str, definitions: Option<&Definitions>) -> Judged {
    if name == "name" {
        return Judged::Clear;
    }
    let found = references(value);
    if found == References::Whole || (found == References::Partly && clear_but_references(value)) {
        return Judged::Reference;
    }
    if patterns::carries_secret(value) {
        return Judged::Secret;
    }
    if known_clear(name) {
        return Judged::Clear;
    }
    let kind = definitions
        .and_then(|known| known.keys.get(name))
        .map(|known| known.kind.as_ref());
    match kind {
        Some("PASSWORD") => Judged::Secret,
        Some("BOOLEAN") if ["true", "false"].contains(&value.to_ascii_lowercase().as_str()) => Judged::Clear,
        Some("CLASS") if is_class_name(value) => Judged::Clear,
        _ if looks_secret(name) => Judged::Secret,
        Some(_) => Judged::Clear,
        None => Judged::Unknown,
    }
}

/// A Java class with its package, so that `…credentials.provider.class` may be shown although its name looks secret.
pub(super) fn is_class_name(value: &str) -> bool {
    value.contains('.') && value.chars().all(|c| c.is_ascii_alphanumeric() || "._$".contains(c))
}
