//! What is kept of every connector of a fleet, in no more room than it needs: words that thousands have in common are
//! kept once, and maps hold no empty slots. Nobody can tell but by the memory.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use litemap::LiteMap;
use serde::{Deserialize, Deserializer};

/// Longer texts are seldom the same.
const LONGEST: usize = 128;
/// Words that are shared at once. A fleet has some hundred: keys of configs, classes, workers, sentences of verdicts.
const MOST: usize = 8192;

static WORDS: Mutex<Words> = Mutex::new(Words {
    all: BTreeSet::new(),
    unshared: 0,
});

struct Words {
    all: BTreeSet<Arc<str>>,
    /// Words turned away since the last time that those out of use were dropped.
    unshared: usize,
}

impl Words {
    fn share(&mut self, text: &str) -> Arc<str> {
        if let Some(known) = self.all.get(text) {
            return known.clone();
        }
        let word: Arc<str> = text.into();
        if self.all.len() >= MOST {
            self.unshared += 1;
            if self.unshared < MOST {
                return word;
            }
            self.unshared = 0;
            self.all.retain(|word| Arc::strong_count(word) > 1);
        }
        if self.all.len() < MOST {
            self.all.insert(word.clone());
        }
        word
    }
}

/// The text, shared with whoever else keeps the same one. For words that many have in common, not for what is unique.
pub(crate) fn word(text: &str) -> Arc<str> {
    if text.len() > LONGEST {
        return text.into();
    }
    // Whoever panicked in between left a set of words behind, which is all that is needed.
    let mut words = WORDS.lock().unwrap_or_else(PoisonError::into_inner);
    words.share(text)
}

/// Reads a word.
pub(crate) fn read_word<'de, D: Deserializer<'de>>(from: D) -> Result<Arc<str>, D::Error> {
    Ok(word(&String::deserialize(from)?))
}

/// Reads a word that may be missing.
pub(crate) fn read_some_word<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Arc<str>>, D::Error> {
    let text = Option::<String>::deserialize(from)?;
    Ok(text.map(|text| word(&text)))
}

/// Reads a map that takes no more room than its entries.
pub(crate) fn read_map<'de, D, K, V>(from: D) -> Result<LiteMap<K, V>, D::Error>
where
    D: Deserializer<'de>,
    K: Deserialize<'de> + Ord,
    V: Deserialize<'de>,
{
    LiteMap::deserialize(from).map(tight)
}

/// Reads a map whose keys are words that many maps have in common.
pub(crate) fn read_map_by_word<'de, D, V>(from: D) -> Result<LiteMap<Arc<str>, V>, D::Error>
where
    D: Deserializer<'de>,
    V: Deserialize<'de>,
{
    #[derive(PartialEq, Eq, PartialOrd, Ord, Deserialize)]
    struct Word(#[serde(deserialize_with = "read_word")] Arc<str>);

    let entries = LiteMap::<Word, V>::deserialize(from)?.into_tuple_vec();
    let entries = entries.into_iter().map(|(word, value)| (word.0, value)).collect();
    // The same keys in the same order.
    Ok(tight(LiteMap::from_sorted_store_unchecked(entries)))
}

/// The same map without empty slots.
pub(crate) fn tight<K, V>(map: LiteMap<K, V>) -> LiteMap<K, V> {
    let mut entries = map.into_tuple_vec();
    entries.shrink_to_fit();
    LiteMap::from_sorted_store_unchecked(entries)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Timestamp;
    use crate::fold::fold;
    use crate::observe::{Listed, ListedConfig, Observation, Seen};
    use crate::record::ClusterRecord;
    use crate::secrets::{Config, FingerprintKey, mask};
    use crate::settings::Settings;

    #[test]
    fn equal_words_are_kept_once_and_long_texts_for_themselves() {
        assert!(Arc::ptr_eq(&word("connector.class"), &word("connector.class")));
        let long = "x".repeat(LONGEST + 1);
        assert!(!Arc::ptr_eq(&word(&long), &word(&long)));
    }

    #[test]
    fn words_out_of_use_make_room_and_those_in_use_stay() {
        let mut words = Words {
            all: BTreeSet::new(),
            unshared: 0,
        };
        let kept = words.share("kept");
        for number in 0..2 * MOST + 9 {
            words.share(&format!("word {number}"));
            assert!(words.all.len() <= MOST);
        }
        assert!(Arc::ptr_eq(&kept, &words.share("kept")));
        let late = words.share("late");
        assert!(Arc::ptr_eq(&late, &words.share("late")), "there is room again");
    }

    #[test]
    fn a_map_that_was_read_has_no_empty_slots() {
        let text: String = (0..40).map(|number| format!("\"{number}\":{number},")).collect();
        let text = format!("{{{}}}", text.trim_end_matches(','));
        let map: LiteMap<u32, u32> = read_map(&mut serde_json::Deserializer::from_str(&text)).unwrap();
        let entries = map.into_tuple_vec();
        assert_eq!((entries.len(), entries.capacity()), (40, 40));
        assert!(entries.is_sorted());
    }

    /// A connector with two tasks, listed by a worker.
    fn listed() -> crate::facts::ConnectorFacts {
        let instance = || crate::observe::ListedInstance {
            state: crate::state::State::Running,
            worker_id: "a:1".into(),
            trace: None,
            trace_id: None,
            version: None,
        };
        let connector = crate::observe::ListedConnector {
            kind: None,
            config: Some(Arc::new(masked())),
            unstarted: None,
            instance: Some(instance()),
            tasks: [(0, instance()), (1, instance())].into_iter().collect(),
        };
        let at = Timestamp::default();
        let observation = Observation {
            at,
            answered: at,
            seen: Seen::Listed(Listed {
                by: "a:1".into(),
                connectors: [("lines".into(), connector)].into_iter().collect(),
            }),
        };
        let facts = ClusterRecord::empty(&"orders".into()).facts();
        let mut folded = fold(facts, &observation, &Settings::default());
        // A copy would have no more room than it needs.
        Arc::into_inner(folded.facts.connectors.remove("lines").unwrap()).unwrap()
    }

    fn masked() -> ListedConfig {
        let raw = r#"{"name": "lines", "topics": "lines", "tasks.max": "2"}"#;
        let key = FingerprintKey::new(b"a key that only this test has");
        mask(&serde_json::from_str(raw).unwrap(), None, &key)
    }

    fn keys(config: &Config) -> Vec<Arc<str>> {
        config.iter().map(|(key, _)| key.clone()).collect()
    }

    #[test]
    fn configs_have_their_keys_in_common_however_they_came_to_be() {
        let text = serde_json::to_string(&masked().config).unwrap();
        let read = || serde_json::from_str::<Config>(&text).unwrap();
        let first = keys(&masked().config);
        for other in [keys(&masked().config), keys(&read()), keys(&read())] {
            assert_eq!(first.len(), 3);
            assert!(first.iter().zip(&other).all(|(one, other)| Arc::ptr_eq(one, other)));
        }
    }

    #[test]
    fn the_facts_hold_no_spare_room() {
        let facts = listed();
        let again: crate::facts::ConnectorFacts =
            serde_json::from_value(serde_json::to_value(&facts).unwrap()).unwrap();
        for facts in [facts, again] {
            let tasks = facts.tasks.into_tuple_vec();
            assert_eq!((tasks.len(), tasks.capacity()), (2, 2));
        }
        let text = serde_json::to_string(&masked().config).unwrap();
        let read: Config = serde_json::from_str(&text).unwrap();
        for config in [masked().config, read] {
            assert_eq!(config.into_room(), (3, 3));
        }
    }
}
