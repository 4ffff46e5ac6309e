//! The configs that came into force, and what differs between two of them.

use console::{ConfigChange, ConfigDiff, config_diff};
use model::Timestamp;
use model::names::ConnectorId;
use model::secrets::{ConfigValue, DifferenceKind, KeyDifference};

use super::value::legible;
use crate::links::Links;
use crate::words;

/// Versions that are listed before the others are folded.
const SHOWN: usize = 8;

pub(super) struct Versions {
    pub(super) newest: Vec<Version>,
    pub(super) older: Vec<Version>,
    pub(super) older_words: String,
    /// What differs between the two that are compared; a sentence where nothing can be compared.
    pub(super) diff: Result<Option<Diff>, String>,
    /// To choose two of them by.
    pub(super) choices: Vec<Choice>,
}

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
    /// What it is compared with the one before by.
    pub(super) href: Option<String>,
    /// Whether that is what is shown.
    pub(super) shown: bool,
}

/// A version that may be chosen.
pub(super) struct Choice {
    pub(super) name: String,
    pub(super) at: Timestamp,
    pub(super) from: bool,
    pub(super) to: bool,
}

/// Two configs beside each other.
pub(crate) struct Diff {
    pub(crate) from: (String, Timestamp),
    pub(crate) to: (String, Timestamp),
    pub(crate) keys: Vec<Changed>,
    /// Said when there is nothing to be seen.
    pub(crate) note: Option<&'static str>,
}

/// A key that is not alike.
pub(crate) struct Changed {
    pub(crate) key: String,
    /// `added`, `removed`, `changed` or `unsure`.
    pub(crate) kind: &'static str,
    pub(crate) words: &'static str,
    pub(crate) from: Option<Side>,
    pub(crate) to: Option<Side>,
}

/// A value of one side: what both have at the beginning and at the end, and what only this one has between.
pub(crate) struct Side {
    pub(crate) kind: &'static str,
    pub(crate) start: String,
    pub(crate) own: String,
    pub(crate) end: String,
}

/// `deleted_at`: when the connector was found deleted, if it is. `from`, `to`: the two that are to be compared.
pub(super) fn versions(
    changes: &[ConfigChange],
    deleted_at: Option<Timestamp>,
    id: &ConnectorId,
    (from, to): (Option<&str>, Option<&str>),
    links: Links<'_>,
) -> Versions {
    let diff = config_diff(changes, from, to).map_err(|error| error.to_string());
    let compared = diff.as_ref().ok().and_then(Option::as_ref);
    let compared = compared.map(|diff| (&diff.from.version, &diff.to.version));
    let version = |(at, change): (usize, &ConfigChange)| {
        let before = changes.get(at + 1);
        Version {
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
            href: before.map(|before| links.compared(id, before.version.short(), change.version.short())),
            shown: before.is_some_and(|before| compared == Some((&before.version, &change.version))),
        }
    };
    let mut newest: Vec<Version> = changes.iter().enumerate().map(version).collect();
    let older = newest.split_off(SHOWN.min(newest.len()));
    let mut choices: Vec<Choice> = Vec::new();
    for change in changes {
        let name = change.version.short();
        if !choices.iter().any(|choice| choice.name == name) {
            choices.push(Choice {
                name: name.to_owned(),
                at: change.at,
                from: compared.is_some_and(|(from, _)| *from == change.version),
                to: compared.is_some_and(|(_, to)| *to == change.version),
            });
        }
    }
    Versions {
        newest,
        older_words: words::sentence(&words::counted(older.len(), "older one", "older ones")),
        older,
        choices,
        diff: diff.map(|diff| diff.as_ref().map(Diff::of)),
    }
}

impl Diff {
    fn of(diff: &ConfigDiff) -> Self {
        let named = |change: &ConfigChange| (change.version.short().to_owned(), change.at);
        let note = match &diff.keys {
            None => Some("The values of one of them are no longer kept."),
            Some(_) if diff.hidden => Some(
                "A masked value changed. Which one is not known: what was masked in one of them is readable in the other.",
            ),
            Some(keys) if keys.is_empty() => Some("They are one and the same config."),
            Some(_) => None,
        };
        Self {
            from: named(&diff.from),
            to: named(&diff.to),
            keys: diff.keys.iter().flatten().map(Changed::of).collect(),
            note,
        }
    }
}

impl Changed {
    fn of(difference: &KeyDifference) -> Self {
        let (from, to) = (difference.from.as_ref(), difference.to.as_ref());
        let masked = |value: Option<&ConfigValue>| matches!(value, Some(ConfigValue::Masked(_)));
        let (from, to) = sides(from, to, masked(from) && masked(to));
        Self {
            key: legible(&difference.key),
            kind: difference.kind.as_str(),
            words: match difference.kind {
                DifferenceKind::Added => "added",
                DifferenceKind::Removed => "removed",
                DifferenceKind::Changed => "changed",
                DifferenceKind::Unsure => "may have changed",
            },
            from,
            to,
        }
    }
}

fn sides(from: Option<&ConfigValue>, to: Option<&ConfigValue>, secret: bool) -> (Option<Side>, Option<Side>) {
    let written = |value: &ConfigValue| match value {
        ConfigValue::Masked(_) => ("masked", "masked".to_owned()),
        ConfigValue::Null => ("null", "null".to_owned()),
        ConfigValue::Clear(text) if text.is_empty() => ("null", "empty".to_owned()),
        ConfigValue::Clear(text) => ("clear", legible(text)),
        ConfigValue::Reference(text) => ("reference", legible(text)),
    };
    let (from, mut to) = (from.map(written), to.map(written));
    if secret {
        to = Some(("masked", "changed, not shown".to_owned()));
    }
    let (mut start, mut end) = (0, 0);
    if let (Some(("clear" | "reference", one)), Some(("clear" | "reference", other))) = (&from, &to) {
        start = alike(one.chars().zip(other.chars()));
        let room = one.chars().count().min(other.chars().count()) - start;
        end = alike(one.chars().rev().zip(other.chars().rev()).take(room));
    }
    // What has nothing in common with the other is not marked: all of it is its own.
    let apart = start + end == 0;
    let side = |(kind, text): (&'static str, String)| {
        let count = text.chars().count();
        if apart {
            let (start, own, end) = (text, String::new(), String::new());
            return Side { kind, start, own, end };
        }
        let between = |from: usize, to: usize| text.chars().skip(from).take(to - from).collect();
        Side {
            kind,
            start: between(0, start),
            own: between(start, count - end),
            end: between(count - end, count),
        }
    };
    (from.map(side), to.map(side))
}

/// How many letters are alike from here on, up to the last one that ends a word: half a number tells nothing.
fn alike(pairs: impl Iterator<Item = (char, char)>) -> usize {
    let (mut count, mut ended) = (0, 0);
    for (one, other) in pairs {
        if one != other {
            break;
        }
        count += 1;
        if !one.is_alphanumeric() {
            ended = count;
        }
    }
    ended
}
