//! The words that a cluster's names, classes, topics and teams are made of: what a mistyped word is compared with.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use model::names::{ClusterName, ConnectorName};

use crate::Connector;
use crate::columns::short_class;
use crate::search::near::within_one;

/// Shorter words are too much like one another.
pub(crate) const SHORTEST: usize = 3;

/// Words in lower case, each once.
#[derive(Debug)]
pub(crate) struct Vocabulary(Box<[Box<str>]>);

impl Vocabulary {
    pub(crate) fn of(cluster: &ClusterName, connectors: &BTreeMap<ConnectorName, Arc<Connector>>) -> Self {
        let mut words = BTreeSet::new();
        let mut seen: BTreeSet<Arc<str>> = BTreeSet::new();
        let mut add = |text: &str| {
            let lower = text.to_lowercase();
            let parts = lower.split(|c: char| !c.is_alphanumeric());
            // Numbers are told apart by one edit and mean nothing like.
            let telling = |part: &&str| part.chars().count() >= SHORTEST && part.chars().any(char::is_alphabetic);
            parts.filter(telling).for_each(|part| {
                if !words.contains(part) {
                    words.insert(Box::<str>::from(part));
                }
            });
        };
        add(cluster.as_str());
        for connector in connectors.values() {
            let facts = connector.facts();
            add(facts.name.as_str());
            let owner = connector.owner().map(|owner| Arc::<str>::from(owner.team.as_str()));
            let class = facts.class.clone();
            for shared in owner.into_iter().chain(class) {
                if seen.insert(shared.clone()) {
                    add(&shared);
                    add(&humps(short_class(&shared)));
                }
            }
            let config = facts.config.iter();
            config.flat_map(|config| config.topics.texts()).for_each(&mut add);
        }
        Self(words.into_iter().collect())
    }

    /// Those that one edit makes of a word in lower case.
    pub(crate) fn near(&self, word: &str) -> impl Iterator<Item = &str> {
        self.0
            .iter()
            .map(|known| &**known)
            .filter(move |known| within_one(word, known))
    }
}

/// `JdbcSinkConnector` as `Jdbc Sink Connector`.
fn humps(class: &str) -> String {
    let mut text = String::with_capacity(class.len() + 8);
    let mut small = false;
    for c in class.chars() {
        if small && c.is_uppercase() {
            text.push(' ');
        }
        small = c.is_lowercase();
        text.push(c);
    }
    text
}
