//! The configs that came into force, one after the other: from the history, which tells every change but not for ever,
//! and from the versions kept, of which those that were in force since stay longer but stand there once each.

use std::collections::BTreeMap;
use std::sync::Arc;

use model::Timestamp;
use model::observe::ListedConfig;
use model::record::{Entry, HistoryItem};
use model::secrets::Fingerprint;
use model::transition::Change;
use store::ConfigVersion;

/// A config that came into force.
#[derive(Clone, Debug, PartialEq)]
pub struct ConfigChange {
    /// Fingerprint of all its values.
    pub version: Fingerprint,
    /// When it came into force.
    pub at: Timestamp,
    /// When the next one took its place; `None`: it is the latest.
    pub until: Option<Timestamp>,
    /// When this version was first seen.
    pub seen_at: Timestamp,
    /// Keys that differ from the config before; `None` for the earliest known.
    pub changed_keys: Option<Vec<String>>,
    /// When the same version came into force the time before; `None` for one that was new.
    pub same_as: Option<Timestamp>,
    /// The masked config itself; `None` when it is no longer kept.
    pub config: Option<Arc<ListedConfig>>,
}

/// What is known of one change before it is set beside its neighbours.
struct Known {
    at: Timestamp,
    version: Fingerprint,
    keys: Option<Vec<String>>,
    /// Whether the history tells it.
    told: bool,
}

/// Changes, newest first. `history` holds the entries about configs, newest first; `whole` says that none newer than its
/// oldest is missing before it for want of room, so that what was there earlier may be told from `versions`: of changes
/// that the history has dropped, when a version was first seen, and when it last came into force.
pub(super) fn changes(history: &[HistoryItem], versions: &[ConfigVersion], whole: bool) -> Vec<ConfigChange> {
    let mut known: Vec<Known> = history.iter().filter_map(told).collect();
    let oldest = known.last().map(|change| change.at);
    let earlier = versions.iter().filter(|_| whole).flat_map(|version| {
        let moments = [Some(version.seen_at), Some(version.in_force_since)];
        let [first, last] = moments.map(|at| at.filter(|at| oldest.is_none_or(|oldest| *at < oldest)));
        let last = last.filter(|last| Some(*last) != first);
        first.into_iter().chain(last).map(|at| Known {
            at,
            version: version.version.clone(),
            keys: None,
            told: false,
        })
    });
    known.extend(earlier);
    known.sort_by_key(|change| change.at);
    // Going forward, each knows what was before it.
    let config = |wanted: &Fingerprint| versions.iter().find(|version| version.version == *wanted);
    let mut seen: BTreeMap<Fingerprint, Timestamp> = BTreeMap::new();
    let mut changes: Vec<ConfigChange> = Vec::new();
    for change in known {
        let Known {
            at,
            version,
            keys,
            told,
        } = change;
        // What was in force in between is not kept any more: nothing can be said of it, and that one config followed itself
        // would be wrong.
        if !told && changes.last().is_some_and(|before| before.version == version) {
            continue;
        }
        let before = changes.last_mut().map(|before: &mut ConfigChange| {
            before.until = Some(at);
            before.version.clone()
        });
        let differing = || {
            let (from, to) = (config(before.as_ref()?)?, config(&version)?);
            let keys = from.config.config.changed_keys(&to.config.config);
            Some(keys.iter().map(ToString::to_string).collect())
        };
        changes.push(ConfigChange {
            changed_keys: keys.or_else(differing),
            same_as: seen.insert(version.clone(), at),
            seen_at: config(&version).map_or(at, |version| version.seen_at),
            config: config(&version).map(|version| version.config.clone()),
            version,
            at,
            until: None,
        });
    }
    changes.reverse();
    changes
}

fn told(item: &HistoryItem) -> Option<Known> {
    let Entry::Transition(transition) = &item.entry else {
        return None;
    };
    let Change::Config { from, to, keys } = &transition.change else {
        return None;
    };
    Some(Known {
        at: transition.at,
        version: to.clone(),
        // The first config of a connector differs from nothing, and neither does the first after its deletion.
        keys: from.as_ref().map(|_| keys.iter().map(ToString::to_string).collect()),
        told: true,
    })
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use model::observe::Source;
    use model::secrets::Config;
    use model::topics::Topics;
    use model::transition::{Subject, Transition};

    use super::*;

    fn at(seconds: i64) -> Timestamp {
        DateTime::from_timestamp(1_795_270_000 + seconds, 0).unwrap()
    }

    fn entry(seconds: i64, from: Option<&str>, to: &str) -> HistoryItem {
        HistoryItem {
            id: seconds,
            cluster: "orders".into(),
            entry: Entry::Transition(Transition {
                at: at(seconds),
                source: Source::Rest,
                subject: Subject::Connector("a".into()),
                change: Change::Config {
                    from: from.map(Fingerprint::from_hex),
                    to: Fingerprint::from_hex(to),
                    keys: [format!("key-of-{to}").into()].into(),
                },
                actor: None,
            }),
        }
    }

    fn version(name: &str, seen: i64, in_force: i64) -> ConfigVersion {
        ConfigVersion {
            version: Fingerprint::from_hex(name),
            seen_at: at(seen),
            in_force_since: at(in_force),
            config: Arc::new(ListedConfig {
                version: Fingerprint::from_hex(name),
                config: Config::default(),
                targets: Vec::new(),
                topics: Topics::default(),
            }),
        }
    }

    /// `aa 30..40 same 10 [key]`, newest first.
    fn read(history: &[HistoryItem], versions: &[ConfigVersion], whole: bool) -> Vec<String> {
        let second = |moment: Timestamp| (moment - at(0)).num_seconds();
        changes(history, versions, whole)
            .into_iter()
            .map(|change| {
                let until = change.until.map(|until| second(until).to_string()).unwrap_or_default();
                let same = change
                    .same_as
                    .map(|same| format!(" same {}", second(same)))
                    .unwrap_or_default();
                let keys = change
                    .changed_keys
                    .map(|keys| format!(" [{}]", keys.join(",")))
                    .unwrap_or_default();
                format!("{} {}..{until}{same}{keys}", change.version.as_str(), second(change.at))
            })
            .collect()
    }

    #[test]
    fn a_config_that_was_returned_to_stands_there_twice() {
        let history = [
            entry(30, Some("bb"), "aa"),
            entry(20, Some("aa"), "bb"),
            entry(10, None, "aa"),
        ];
        let versions = [version("aa", 10, 30), version("bb", 20, 20)];
        assert_eq!(
            read(&history, &versions, true),
            ["aa 30.. same 10 [key-of-aa]", "bb 20..30 [key-of-bb]", "aa 10..20"]
        );
    }

    #[test]
    fn what_the_history_has_dropped_is_told_from_the_versions() {
        // Of `aa 1, bb 5, aa 8` nothing is left but the versions.
        let versions = [version("cc", 20, 20), version("aa", 1, 8), version("bb", 5, 5)];
        let history = [entry(20, Some("aa"), "cc")];
        assert_eq!(
            read(&history, &versions, true),
            ["cc 20.. [key-of-cc]", "aa 8..20 same 1 []", "bb 5..8 []", "aa 1..5"]
        );
        // Where the history itself goes on further back than was read, nothing is put together.
        assert_eq!(read(&history, &versions, false), ["cc 20.. [key-of-cc]"]);
        assert_eq!(read(&[], &versions[2..], true), ["bb 5.."]);
        // Nor is `bb`, which was deleted with the history of its end.
        assert_eq!(
            read(&history, &versions[..2], true),
            ["cc 20.. [key-of-cc]", "aa 1..20"]
        );
        assert!(read(&[], &[], true).is_empty());
    }
}
