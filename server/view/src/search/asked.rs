//! A query read against the fleet: what every cluster is asked.

use std::collections::{BTreeMap, BTreeSet};

use memchr::memmem::Finder;
use model::verdict::{Activity, Class, Health};

use super::lag::LagAsk;
use super::lex::{Token, tokens};
use super::near::nearest;
use super::trouble::{Near, Trouble, written};
use super::{Key, Pattern, slip};
use crate::columns::{What, short_class};
use crate::vocabulary::SHORTEST;
use crate::{Cluster, Fleet, Query};

/// What is asked of each connector.
#[derive(Default)]
pub(crate) struct Asked {
    keys: BTreeMap<Key, Values>,
    /// What lags must be, or must not be; all of it.
    pub(crate) lags: Vec<(LagAsk, bool)>,
    pub(crate) words: Vec<Word>,
    pub(crate) troubles: Vec<Trouble>,
    pub(crate) near: Vec<Near>,
}

/// The values of one key.
#[derive(Default)]
pub(crate) struct Values {
    /// One of these, if there are any.
    pub(crate) any: Vec<Pattern>,
    /// None of these.
    pub(crate) none: Vec<Pattern>,
}

/// A word, in lower case; any of its forms must occur, or none of them.
pub(crate) struct Word {
    pub(crate) forms: Vec<Finder<'static>>,
    pub(crate) negated: bool,
}

impl Asked {
    /// Reads a query's text. What the fleet does not know is set aside with a word about it, unless the query is strict:
    /// then nothing matches it.
    pub(crate) fn of(fleet: &Fleet, query: &Query) -> Self {
        let mut asked = Self::default();
        for token in tokens(&query.text) {
            match token.key.as_deref().map(|word| (word, Key::parse(word))) {
                None => asked.word(fleet, &token),
                Some((_, Some(key))) => asked.value(fleet, key, &token, query),
                // A name that is pasted may hold a colon.
                Some((_, None)) if slip::occurs(fleet, &finder(&token.whole())) => asked.word(fleet, &token),
                Some((word, None)) => {
                    let meant = Key::nearest(word);
                    let known = || Key::ALL.map(Key::as_str).join(", ");
                    let text = match meant {
                        Some(key) => format!("There is no key {word:?}; the nearest is {}.", key.as_str()),
                        None => format!("There is no key {word:?}; there are {}.", known()),
                    };
                    let instead = meant.map(|key| written(token.negated, key.as_str(), &token.value));
                    asked.troubles.push(Trouble::new(text, &query.text, token.at, instead));
                }
            }
        }
        asked
    }

    pub(crate) fn values(&self, key: Key) -> Option<&Values> {
        self.keys.get(&key)
    }

    fn put(&mut self, key: Key, token: &Token, pattern: Pattern) {
        let values = self.keys.entry(key).or_default();
        if token.negated {
            &mut values.none
        } else {
            &mut values.any
        }
        .push(pattern);
    }

    fn word(&mut self, fleet: &Fleet, token: &Token) {
        let whole = token.whole();
        if !token.quoted && whole.contains('*') {
            return self.put(Key::Connector, token, Pattern::of(&whole, false));
        }
        let mut forms = vec![finder(&whole)];
        if !token.negated && !token.quoted && whole.chars().count() >= SHORTEST && !slip::occurs(fleet, &forms[0]) {
            let found = slip::meant(fleet, &whole);
            if !found.is_empty() {
                forms = found.iter().map(|word| finder(word)).collect();
                self.near.push(Near { word: whole, found });
            }
        }
        self.words.push(Word {
            forms,
            negated: token.negated,
        });
    }

    fn value(&mut self, fleet: &Fleet, key: Key, token: &Token, query: &Query) {
        let (word, value) = (key.as_str(), token.value.as_str());
        if value.is_empty() {
            let text = format!("A value is missing behind {word}:.");
            let trouble = Trouble::new(text, &query.text, token.at.clone(), None);
            return self.troubles.push(trouble);
        }
        if key == Key::Lag {
            match LagAsk::parse(value) {
                Some(ask) => self.lags.push((ask, !token.negated)),
                None => {
                    let text =
                        format!("{value:?} is no lag; write lag:>1000 for records, lag:>5m for time, or lag:unknown.");
                    let trouble = Trouble::new(text, &query.text, token.at.clone(), None);
                    self.troubles.push(trouble);
                }
            }
            return;
        }
        let pattern = match key {
            // `crash looping` and `crash-looping` are one word here.
            Key::Health => Pattern::of(&value.replace([' ', '-'], "_"), token.quoted),
            _ => Pattern::of(value, token.quoted),
        };
        let closed = matches!(key, Key::Health | Key::Kind | Key::Activity);
        let known = known(fleet, key, &pattern);
        if known || (query.strict && !closed) {
            return self.put(key, token, pattern);
        }
        let meant = nearest_value(fleet, key, value);
        let instead = meant.as_ref().map(|meant| written(token.negated, word, meant));
        let nearest = meant
            .map(|meant| format!("; the nearest is {meant}"))
            .unwrap_or_default();
        let text = match key {
            Key::Health => format!("{value:?} is no health{nearest}."),
            Key::Kind => format!("A connector's kind is source or sink, not {value:?}."),
            Key::Activity => format!("A connector is active, idle or unknown, not {value:?}."),
            // Read above.
            Key::Lag => return,
            Key::Connector => format!("No connector is called {value:?}{nearest}."),
            Key::Cluster => format!("No cluster is called {value:?}{nearest}."),
            Key::Team => format!("No connector belongs to a team {value:?}{nearest}."),
            Key::Class => format!("{value:?} is neither the class of a fault nor of a connector here{nearest}."),
            Key::Plugin => format!("No connector has the class {value:?}{nearest}."),
            Key::Topic => format!("No connector's config names the topic {value:?}{nearest}."),
            Key::Worker => format!("No connector runs on a worker {value:?}{nearest}."),
            Key::Target => format!("No connector's config names the system {value:?}{nearest}."),
        };
        let trouble = Trouble::new(text, &query.text, token.at.clone(), instead);
        self.troubles.push(if closed { trouble } else { trouble.nowhere() });
    }
}

/// The words of health, with the one for all that need a person.
pub(crate) fn healths() -> impl Iterator<Item = &'static str> {
    ["unhealthy"].into_iter().chain(Health::ALL.map(Health::as_str))
}

/// The words of activity.
pub(crate) fn activities() -> impl Iterator<Item = &'static str> {
    [Activity::Active, Activity::Idle, Activity::Unknown]
        .into_iter()
        .map(Activity::as_str)
}

fn finder(word: &str) -> Finder<'static> {
    Finder::new(&word.to_lowercase()).into_owned()
}

pub(super) fn watched(fleet: &Fleet) -> impl Iterator<Item = &Cluster> {
    fleet
        .clusters
        .values()
        .map(|cluster| &**cluster)
        .filter(|cluster| !cluster.refused())
}

/// Whether any value of the fleet is meant.
fn known(fleet: &Fleet, key: Key, pattern: &Pattern) -> bool {
    let column = |what| watched(fleet).any(|cluster| cluster.connectors.column(what).knows(pattern));
    match key {
        Key::Health => healths().any(|word| pattern.matches(word)),
        Key::Kind => ["source", "sink"].into_iter().any(|word| pattern.matches(word)),
        Key::Activity => activities().any(|word| pattern.matches(word)),
        Key::Lag => true,
        Key::Cluster => watched(fleet).any(|cluster| pattern.matches(&cluster.name.as_str().to_lowercase())),
        Key::Team => {
            let own = |cluster: &Cluster| {
                let mut teams = cluster.connectors.index().teams.iter();
                teams.any(|team| pattern.matches(&team.as_str().to_lowercase()))
            };
            pattern.matches(NOBODY) || watched(fleet).any(own)
        }
        Key::Class => {
            let mut classes = Class::ALL.into_iter().map(Class::as_str).chain([NONE]);
            classes.any(|class| pattern.matches(class)) || column(What::Plugin)
        }
        Key::Plugin => column(What::Plugin),
        Key::Topic => column(What::Topic),
        Key::Worker => column(What::Worker),
        Key::Target => pattern.matches(NONE) || column(What::Target),
        Key::Connector => watched(fleet).any(|cluster| {
            let haystack = cluster.connectors.haystack(&cluster.name);
            let (mut names, prefix) = (haystack.names(), cluster.name.as_str().to_lowercase());
            names.any(|name| called(name, &prefix, pattern))
        }),
    }
}

/// What stands for the team of what nobody owns.
pub(crate) const NOBODY: &str = "nobody";

/// What stands for the class of what has no fault, and for the system of what names none.
pub(crate) const NONE: &str = "none";

/// Whether a connector, whose cluster and name are `cluster/name` in lower case, is meant by its name.
pub(crate) fn called(whole: &str, cluster: &str, pattern: &Pattern) -> bool {
    let name = whole.strip_prefix(cluster).and_then(|rest| rest.strip_prefix('/'));
    pattern.matches(whole) || name.is_some_and(|name| pattern.matches(name))
}

fn nearest_value(fleet: &Fleet, key: Key, value: &str) -> Option<String> {
    let column = |what| -> BTreeSet<String> {
        let columns = watched(fleet).map(|cluster| cluster.connectors.column(what));
        columns
            .flat_map(|column| &column.values)
            .map(|value| value.shown.to_string())
            .collect()
    };
    let known: BTreeSet<String> = match key {
        Key::Health => healths().map(str::to_owned).collect(),
        Key::Kind => ["source", "sink"].map(str::to_owned).into(),
        Key::Activity => activities().map(str::to_owned).collect(),
        Key::Lag => BTreeSet::new(),
        Key::Cluster => watched(fleet).map(|cluster| cluster.name.to_string()).collect(),
        Key::Team => {
            let teams = watched(fleet).flat_map(|cluster| &cluster.connectors.index().teams);
            teams.map(ToString::to_string).chain([NOBODY.to_owned()]).collect()
        }
        Key::Class => {
            let plugins = column(What::Plugin);
            let shorts = plugins.iter().map(|class| short_class(class).to_owned());
            shorts
                .chain(Class::ALL.map(|class| class.as_str().to_owned()))
                .collect()
        }
        Key::Plugin => column(What::Plugin)
            .iter()
            .map(|class| short_class(class).to_owned())
            .collect(),
        Key::Topic => column(What::Topic),
        Key::Worker => column(What::Worker),
        Key::Target => column(What::Target),
        Key::Connector => watched(fleet)
            .flat_map(|cluster| cluster.connectors.keys())
            .map(ToString::to_string)
            .collect(),
    };
    nearest(value, known.iter().map(String::as_str))
}
