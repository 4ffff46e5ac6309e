//! Redacting the traces of one cluster, also those that quote a secret which is no longer in force.
//!
//! Redactors hold a connector's own secrets, so they live only here, in the memory of the lease holder.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use model::facts::ClusterFacts;
use model::names::ConnectorName;
use model::secrets::{Fingerprint, FingerprintKey, RawTrace, Redactor};

/// Config versions of a connector whose secrets are looked for, beside the one in force: a trace stays until the next
/// start, and what it quotes may have been replaced meanwhile.
const OLDER: usize = 4;
/// How long a connector must be absent before its secrets are forgotten: one list may leave it out for a while, and its
/// traces quote the same secrets when it is back.
const ABSENT: Duration = Duration::from_secs(600);

/// A connector's instance (`None`) or one of its tasks.
type Place = (ConnectorName, Option<u32>);

/// Traces as they were recorded. Who takes a cluster over does not know the secrets of configs that are no longer in
/// force, but the record of a trace that is still there was made by somebody who did.
#[derive(Clone, Default)]
pub(crate) struct Recorded(BTreeMap<Place, (Fingerprint, Arc<str>)>);

impl Recorded {
    pub(crate) fn of(facts: &ClusterFacts) -> Self {
        let mut recorded = BTreeMap::new();
        for connector in facts.connectors.values() {
            for (place, instance) in connector.instances() {
                if let (Some(id), Some(trace)) = (&instance.trace_id, &instance.trace) {
                    recorded.insert((connector.name.clone(), place), (id.clone(), trace.clone()));
                }
            }
        }
        Self(recorded)
    }
}

impl Versions {
    fn strike(&self, text: Arc<str>) -> Arc<str> {
        self.struck_by_older(self.now.strike(&text).into())
    }

    fn struck_by_older(&self, text: Arc<str>) -> Arc<str> {
        let older = self.older.iter();
        older.fold(text, |text, redactor| redactor.strike(&text).into())
    }
}

/// The redactors of all connectors of a cluster.
pub(crate) struct Redactors {
    recorded: Recorded,
    of: BTreeMap<ConnectorName, Versions>,
    /// Since which list those of them have been absent that are.
    absent: BTreeMap<ConnectorName, Instant>,
}

struct Versions {
    version: Fingerprint,
    now: Redactor,
    older: Vec<Redactor>,
}

impl Redactors {
    pub(crate) fn new(recorded: Recorded) -> Self {
        Self {
            recorded,
            of: BTreeMap::new(),
            absent: BTreeMap::new(),
        }
    }

    /// Notes who is in a list taken `now`, and forgets connectors that have been in none for 10 minutes.
    pub(crate) fn retain(&mut self, now: Instant, there: impl Fn(&ConnectorName) -> bool) {
        let before = std::mem::take(&mut self.absent);
        let known = self.of.keys().chain(self.recorded.0.keys().map(|(name, _)| name));
        let absent = known.filter(|name| !there(name)).map(|name| {
            let since = before.get(name).copied().unwrap_or(now);
            (name.clone(), since)
        });
        let (gone, absent): (BTreeMap<_, _>, BTreeMap<_, _>) =
            absent.partition(|(_, since)| now.saturating_duration_since(*since) >= ABSENT);
        self.of.retain(|name, _| !gone.contains_key(name));
        self.recorded.0.retain(|(name, _), _| !gone.contains_key(name));
        self.absent = absent;
    }

    /// The config in force and its redactor.
    pub(crate) fn put(&mut self, name: &ConnectorName, version: &Fingerprint, redactor: Redactor) {
        match self.of.get_mut(name) {
            Some(versions) => {
                let before = std::mem::replace(&mut versions.now, redactor);
                if versions.version != *version {
                    versions.version = version.clone();
                    versions.older.truncate(OLDER - 1);
                    versions.older.insert(0, before);
                }
            }
            None => {
                let versions = Versions {
                    version: version.clone(),
                    now: redactor,
                    older: Vec::new(),
                };
                self.of.insert(name.clone(), versions);
            }
        }
    }

    /// What an earlier config showed that turned out to be a secret: a trace may quote it.
    pub(crate) fn put_older(&mut self, name: &ConnectorName, redactor: Redactor) {
        if let Some(versions) = self.of.get_mut(name) {
            versions.older.truncate(OLDER - 1);
            versions.older.insert(0, redactor);
        }
    }

    /// Whether the secrets that this trace may quote are known, or were as it was recorded; `followed` says whether each config
    /// is known that came into force.
    pub(crate) fn knows(&self, name: &ConnectorName, task: Option<u32>, id: &Fingerprint, followed: bool) -> bool {
        let recorded = self.recorded.0.get(&(name.clone(), task));
        followed && self.of.contains_key(name) || recorded.is_some_and(|(known, _)| known == id)
    }

    /// The trace without secrets, and its fingerprint.
    pub(crate) fn redact(
        &mut self,
        name: &ConnectorName,
        task: Option<u32>,
        trace: &RawTrace,
        key: &FingerprintKey,
    ) -> (Fingerprint, Arc<str>) {
        let id = trace.fingerprint(key);
        let place = (name.clone(), task);
        match self.recorded.0.get(&place) {
            Some((known, text)) if *known == id => {
                // What its plugin came to call a secret since then was none when the trace was recorded.
                let text = match self.of.get(name) {
                    Some(versions) => versions.strike(text.clone()),
                    None => text.clone(),
                };
                return (id, text);
            }
            Some(_) => {
                self.recorded.0.remove(&place);
            }
            None => {}
        }
        let text = match self.of.get(name) {
            Some(versions) => versions.struck_by_older(versions.now.redact(trace)),
            None => Redactor::patterns_only().redact(trace),
        };
        (id, text)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use model::secrets::RawConfig;

    use super::*;

    fn redactor(password: &str) -> Redactor {
        let pairs = BTreeMap::from([("connection.password".to_owned(), Some(password.to_owned()))]);
        Redactor::for_config(&RawConfig::new(pairs), None)
    }

    #[test]
    fn a_replaced_secret_is_struck_out_too_and_after_a_takeover() {
        let key = FingerprintKey::new(b"key");
        let (name, trace) = ("lines".into(), RawTrace::new("Refused: Hunter2-Correct".to_owned()));
        let mut redactors = Redactors::new(Recorded::default());
        redactors.put(&name, &Fingerprint::from_hex("01"), redactor("Hunter2-Correct"));
        redactors.put(&name, &Fingerprint::from_hex("02"), redactor("Another-Word-3"));
        let (id, text) = redactors.redact(&name, Some(0), &trace, &key);
        assert!(!text.contains("Hunter2"), "{text}");

        let recorded = Recorded(BTreeMap::from([((name.clone(), Some(0)), (id, text.clone()))]));
        let mut taken_over = Redactors::new(recorded);
        taken_over.put(&name, &Fingerprint::from_hex("02"), redactor("Another-Word-3"));
        assert_eq!(taken_over.redact(&name, Some(0), &trace, &key).1, text);
        let other = RawTrace::new("Another-Word-3 is wrong".to_owned());
        assert!(
            !taken_over
                .redact(&name, Some(0), &other, &key)
                .1
                .contains("Another-Word")
        );
    }

    #[test]
    fn what_was_no_secret_when_a_trace_was_recorded_is_struck_out_of_the_record() {
        let key = FingerprintKey::new(b"key");
        let (name, trace): (ConnectorName, _) = ("lines".into(), RawTrace::new("Refused: Hunter2-Correct".to_owned()));
        let id = trace.fingerprint(&key);
        let recorded = Recorded(BTreeMap::from([(
            (name.clone(), Some(0)),
            (id.clone(), "Refused: Hunter2-Correct".into()),
        )]));
        let mut redactors = Redactors::new(recorded);
        redactors.put(&name, &Fingerprint::from_hex("01"), redactor("Hunter2-Correct"));
        let (told, text) = redactors.redact(&name, Some(0), &trace, &key);
        assert_eq!(told, id);
        assert!(text.starts_with("Refused") && !text.contains("Hunter2"), "{text}");
    }

    #[test]
    fn what_one_list_leaves_out_is_not_forgotten() {
        let key = FingerprintKey::new(b"key");
        let (name, trace) = ("lines".into(), RawTrace::new("Refused: Hunter2-Correct".to_owned()));
        let mut redactors = Redactors::new(Recorded::default());
        let now = Instant::now();
        redactors.retain(now, |_| true);
        redactors.put(&name, &Fingerprint::from_hex("01"), redactor("Hunter2-Correct"));
        redactors.retain(now, |_| true);
        redactors.put(&name, &Fingerprint::from_hex("02"), redactor("Another-Word-3"));
        // Absent twice for less than the limit each, back in between.
        for (seconds, there) in [(5, false), (590, false), (600, true), (605, false), (1_200, false)] {
            redactors.retain(now + Duration::from_secs(seconds), |_| there);
        }
        redactors.put(&name, &Fingerprint::from_hex("02"), redactor("Another-Word-3"));
        let (_, text) = redactors.redact(&name, Some(0), &trace, &key);
        assert!(!text.contains("Hunter2"), "{text}");
        redactors.retain(now + Duration::from_secs(1_205), |_| false);
        assert!(redactors.of.is_empty() && redactors.absent.is_empty());
    }
}
