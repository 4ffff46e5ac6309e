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
}
