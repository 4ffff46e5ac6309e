//! What a mistyped word may have been meant as: what one edit makes of it, as a word or within a name of several words.

use std::collections::{BTreeMap, BTreeSet};

use memchr::memmem::Finder;

use super::asked::watched;
use super::near::within_one;
use crate::Fleet;
use crate::vocabulary::SHORTEST;

/// Most words that a mistyped one is taken for.
const MOST: usize = 5;

/// What stands somewhere in the fleet and is one edit away from a word that stands nowhere; in lower case.
pub(super) fn meant(fleet: &Fleet, whole: &str) -> Vec<String> {
    let lower = whole.to_lowercase();
    let found = near(fleet, &lower);
    if !found.is_empty() {
        return found;
    }
    let found = within(fleet, whole);
    if !found.is_empty() {
        return found;
    }
    named(fleet, &lower)
}

pub(super) fn occurs(fleet: &Fleet, word: &Finder<'_>) -> bool {
    watched(fleet).any(|cluster| cluster.connectors.haystack(&cluster.name).holds(word))
}

/// Words of the fleet that one edit makes of this one, those of most clusters first.
fn near(fleet: &Fleet, word: &str) -> Vec<String> {
    let mut found: BTreeMap<&str, usize> = BTreeMap::new();
    for cluster in watched(fleet) {
        for word in cluster.connectors.vocabulary(&cluster.name).near(word) {
            *found.entry(word).or_default() += 1;
        }
    }
    let mut found: Vec<(&str, usize)> = found.into_iter().collect();
    found.sort_by_key(|(word, clusters)| (std::cmp::Reverse(*clusters), *word));
    found.into_iter().take(MOST).map(|(word, _)| word.to_owned()).collect()
}

/// The slip is in one of several words: `fraud-alrts`, `MockSnk`.
fn within(fleet: &Fleet, whole: &str) -> Vec<String> {
    let parts = parts(whole);
    let mut found = Vec::new();
    if parts.len() < 2 {
        return found;
    }
    for part in parts {
        let (Some(before), Some(word), Some(behind)) =
            (whole.get(..part.start), whole.get(part.clone()), whole.get(part.end..))
        else {
            continue;
        };
        if word.chars().count() < SHORTEST {
            continue;
        }
        let forms = near(fleet, &word.to_lowercase()).into_iter();
        let forms = forms.map(|near| format!("{before}{near}{behind}").to_lowercase());
        found.extend(forms.filter(|form| occurs(fleet, &Finder::new(form))));
    }
    found.truncate(MOST);
    found
}

/// The slip is between the words, or in a number: whole names of connectors tell.
fn named(fleet: &Fleet, lower: &str) -> Vec<String> {
    let mut found = BTreeSet::new();
    for cluster in watched(fleet) {
        for name in cluster.connectors.haystack(&cluster.name).names() {
            // The cluster stands before each.
            let name = name.split_once('/').map_or(name, |(_, name)| name);
            if within_one(lower, name) {
                found.insert(name);
            }
        }
    }
    found.into_iter().take(MOST).map(str::to_owned).collect()
}

/// Where the words are of which a name is made: between characters that are no letters or digits, and from hump to hump.
fn parts(whole: &str) -> Vec<std::ops::Range<usize>> {
    let mut parts: Vec<std::ops::Range<usize>> = Vec::new();
    let mut before = ' ';
    for (at, c) in whole.char_indices() {
        let end = at + c.len_utf8();
        if c.is_alphanumeric() {
            let begins = !before.is_alphanumeric() || before.is_lowercase() && c.is_uppercase();
            match parts.last_mut() {
                Some(part) if !begins => part.end = end,
                _ => parts.push(at..end),
            }
        }
        before = c;
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_made_of_words() {
        for (whole, words) in [
            ("fraud-alrts", &["fraud", "alrts"][..]),
            ("payments.in_2", &["payments", "in", "2"]),
            ("MockSnk", &["Mock", "Snk"]),
            ("größe", &["größe"]),
            ("--", &[]),
        ] {
            let found: Vec<&str> = parts(whole).into_iter().map(|part| &whole[part]).collect();
            assert_eq!(found, words, "{whole}");
        }
    }
}
