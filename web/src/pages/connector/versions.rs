//! The configs that came into force.

use console::ConfigChange;
use model::Timestamp;

pub(super) struct Version {
    pub(super) key: String,
    pub(super) name: String,
    pub(super) at: Timestamp,
    pub(super) until: Option<Timestamp>,
    /// Whether it was in force when its connector was deleted.
    pub(super) last: bool,
    /// What differs from the one before.
    pub(super) changed: String,
    /// When the same one came into force the time before.
    pub(super) same_as: Option<Timestamp>,
}

/// `deleted_at`: when the connector was found deleted, if it is.
pub(super) fn versions(changes: &[ConfigChange], deleted_at: Option<Timestamp>) -> Vec<Version> {
    let version = |change: &ConfigChange| Version {
        key: format!("{} {}", change.version.short(), change.at.timestamp_millis()),
        name: change.version.short().to_owned(),
        at: change.at,
        until: change.until.or(deleted_at),
        last: change.until.is_none() && deleted_at.is_some(),
        changed: match change.changed_keys.as_deref() {
            None => "the earliest kept".to_owned(),
            Some([]) => "a masked value changed".to_owned(),
            Some(keys) => keys.join(", "),
        },
        same_as: change.same_as,
    };
    changes.iter().map(version).collect()
}
