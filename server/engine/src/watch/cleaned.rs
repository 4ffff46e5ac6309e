//! What each connector's entry of the list came to the last time, so that a list in which one connector differs costs
//! the masking of one connector.
//!
//! Nothing raw is kept: an entry is known again by a fingerprint of all of it under the server's key.

use std::collections::BTreeMap;
use std::sync::Arc;

use connect::wire;
use model::names::ConnectorName;
use model::observe::ListedConnector;
use model::secrets::{Fingerprint, FingerprintKey};
use model::state::ConnectorKind;

/// A plugin's class and version.
pub(super) type ClassVersion = (Arc<str>, Option<Arc<str>>);

/// The entries of the last list.
#[derive(Default)]
pub(super) struct Cleaned(BTreeMap<ConnectorName, Entry>);

/// One entry, masked and redacted.
pub(super) struct Entry {
    /// Of the entry as it came.
    pub(super) came: Fingerprint,
    /// The classes whose definitions were not known as it was masked.
    pub(super) wanted: Vec<ClassVersion>,
    pub(super) clean: ListedConnector,
}

impl Cleaned {
    /// What an entry came to, if it came so before and nothing was learnt since that makes more of it readable.
    pub(super) fn get(
        &self,
        name: &ConnectorName,
        came: &Fingerprint,
        learnt: impl Fn(&ClassVersion) -> bool,
    ) -> Option<&Entry> {
        let entry = self.0.get(name)?;
        let as_before = entry.came == *came && !entry.wanted.iter().any(learnt);
        as_before.then_some(entry)
    }

    /// The version of a connector's plugin as its last entry told it, if that was of this class.
    pub(super) fn version(&self, name: &ConnectorName, class: &str) -> Option<Arc<str>> {
        let clean = &self.0.get(name)?.clean;
        let told = clean.config.as_ref()?.config.text("connector.class")?;
        (told == class).then(|| clean.instance.as_ref()?.version.clone())?
    }

    pub(super) fn put(&mut self, name: ConnectorName, entry: Entry) {
        self.0.insert(name, entry);
    }

    /// Forgets whoever is not in the list.
    pub(super) fn retain(&mut self, there: impl Fn(&ConnectorName) -> bool) {
        self.0.retain(|name, _| there(name));
    }
}

/// The fingerprint of everything in an entry that masking and redacting read or pass on.
pub(super) fn came(raw: &wire::Connector, key: &FingerprintKey) -> Fingerprint {
    let mut parts: Vec<Vec<u8>> = Vec::new();
    let mut add = |part: Option<&str>| {
        parts.push(part.map_or_else(|| b"none".to_vec(), |part| [b"some ", part.as_bytes()].concat()));
    };
    add(raw.kind().map(ConnectorKind::as_str));
    let config = raw.info.as_ref().map(|info| info.config.version(key));
    add(config.as_ref().map(Fingerprint::as_str));
    for number in raw.unstarted().unwrap_or_default() {
        add(Some(&number.to_string()));
    }
    add(None);
    let status = raw.status.as_ref();
    let connector = status.and_then(|status| status.connector.as_ref());
    let tasks = status.iter().flat_map(|status| &status.tasks);
    let tasks = tasks.map(|(number, task)| (Some(number), task));
    for (number, instance) in connector.map(|instance| (None, instance)).into_iter().chain(tasks) {
        let trace = instance.trace.as_ref().map(|trace| trace.fingerprint(key));
        add(number.map(u32::to_string).as_deref());
        add(Some(instance.state.as_str()));
        add(Some(instance.worker_id.as_str()));
        add(trace.as_ref().map(Fingerprint::as_str));
        add(instance.version.as_deref());
    }
    key.fingerprint("list entry", parts.iter().map(Vec::as_slice))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(entry: &str) -> wire::Connector {
        let body = format!(r#"{{"lines":{entry}}}"#);
        wire::expanded(body.as_bytes()).unwrap().into_values().next().unwrap()
    }

    #[test]
    fn whatever_differs_in_an_entry_makes_it_another_and_nothing_else_does() {
        let key = FingerprintKey::new(b"key");
        let base = r#"{"info":{"config":{"a":"1"},"type":"sink"},"status":{"type":"sink",
            "connector":{"state":"RUNNING","worker_id":"a:1"},"tasks":[{"id":0,"state":"FAILED","worker_id":"a:1","trace":"x"}]}}"#;
        let first = came(&read(base), &key);
        assert_eq!(came(&read(base), &key), first);
        for (from, to) in [
            (r#""a":"1""#, r#""a":"2""#),
            (r#""a":"1""#, r#""a":null"#),
            (r#""a":"1""#, r#""b":"1""#),
            ("sink", "source"),
            ("RUNNING", "PAUSED"),
            (r#""worker_id":"a:1"},"#, r#""worker_id":"b:1"},"#),
            (r#""id":0"#, r#""id":1"#),
            (r#""trace":"x""#, r#""trace":"y""#),
            (r#""trace":"x""#, r#""version":"x""#),
            (r#""FAILED""#, r#""RUNNING""#),
        ] {
            assert!(base.contains(from), "{from}");
            assert_ne!(came(&read(&base.replace(from, to)), &key), first, "{from} to {to}");
        }
        assert_ne!(came(&read(base), &FingerprintKey::new(b"another")), first);
    }
}
