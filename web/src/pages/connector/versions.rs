//! The configs that came into force.

use console::ConfigChange;
use model::Timestamp;

pub(super) struct Version {
    pub(super) key: String,
    pub(super) name: String,
    pub(super) at: Timestamp,
    pub(super) until: Option<Timestamp>,
    /// What differs from the one before.
    pub(super) changed: String,
    /// When the same one came into force the time before.
    pub(super) same_as: Option<Timestamp>,
}

pub(super) fn versions(changes: &[ConfigChange]) -> Vec<Version> {
    let version = |change: &ConfigChange| Version {
        key: format!("{} {}", change.version.short(), change.at.timestamp_millis()),
        name: change.version.short().to_owned(),
        at: change.at,
        until: change.until,
        changed: match change.changed_keys.as_deref() {
            None => "the earliest kept".to_owned(),
            Some([]) => "a masked value changed".to_owned(),
            Some(keys) => keys.join(", "),
        },
        same_as: change.same_as,
    };
    changes.iter().map(version).collect()
}
