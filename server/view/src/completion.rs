//! What may stand where a person is typing: keys, then values with counts, then connectors.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::ops::Range;

use model::names::{ClusterName, ConnectorName};
use model::verdict::Class;

use crate::columns::{What, short_class};
use crate::search::{Key, NOBODY, healths, quoted, tokens};
use crate::{Cluster, Fleet, Staleness};

/// Most of each sort that are offered.
const MOST: usize = 8;

/// What is offered for the last part of a text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Completions {
    /// The part, in bytes of the text; empty behind a blank.
    pub part: Range<usize>,
    /// What it may become, the likeliest first.
    pub offers: Vec<Offer>,
}

/// One thing that may stand there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Offer {
    /// A key; its value is still to be written.
    Key {
        /// `team:`, with the sign that stands there.
        text: String,
        /// What it asks for.
        says: &'static str,
    },
    /// A value with its key.
    Value {
        /// `team:payments`, with the sign that stands there.
        text: String,
        /// How many connectors have it.
        count: usize,
    },
    /// A connector.
    Connector {
        /// Its cluster.
        cluster: ClusterName,
        /// Its name.
        name: ConnectorName,
    },
}

impl Fleet {
    /// Offers for the part of a query at the end of `text`.
    pub fn complete(&self, text: &str, staleness: &Staleness) -> Completions {
        let open = !text.ends_with(char::is_whitespace);
        let token = tokens(text).pop().filter(|token| open || token.at.end == text.len());
        let Some(token) = token else {
            return Completions {
                part: text.len()..text.len(),
                offers: keys("", ""),
            };
        };
        let sign = if token.negated { "-" } else { "" };
        let part = token.at.clone();
        let offers = match token.key.as_deref() {
            Some(word) => match Key::parse(word) {
                Some(key) => self.values(key, &token.value.to_lowercase(), sign, MOST * 2, staleness),
                None => Vec::new(),
            },
            None => {
                let word = token.value.to_lowercase();
                let mut offers = keys(&word, sign);
                let facets = [
                    Key::Health,
                    Key::Team,
                    Key::Cluster,
                    Key::Class,
                    Key::Kind,
                    Key::Topic,
                    Key::Target,
                ];
                let mut values: Vec<Offer> = facets
                    .into_iter()
                    .flat_map(|key| self.values(key, &word, sign, 3, staleness))
                    .collect();
                values.truncate(MOST);
                offers.extend(values);
                if !token.negated {
                    offers.extend(self.named(&word));
                }
                offers
            }
        };
        Completions { part, offers }
    }

    /// Values of a key that hold what is written, those that begin so first, then the most frequent.
    fn values(&self, key: Key, written: &str, sign: &str, most: usize, staleness: &Staleness) -> Vec<Offer> {
        let mut found: HashMap<String, usize> = HashMap::new();
        let mut add = |value: &str, count: usize| {
            if count > 0 && value.to_lowercase().contains(written) {
                *found.entry(value.to_owned()).or_default() += count;
            }
        };
        for cluster in self.clusters.values().filter(|cluster| !cluster.refused()) {
            count(cluster, key, written, staleness, &mut add);
        }
        if key == Key::Connector {
            return self.named(written);
        }
        let mut found: Vec<(String, usize)> = found.into_iter().collect();
        let begins = |value: &str| value.to_lowercase().starts_with(written);
        found.sort_by_key(|(value, count)| (!begins(value), Reverse(*count), value.clone()));
        found.truncate(most);
        let offer = |(value, count): (String, usize)| Offer::Value {
            text: format!("{sign}{}:{}", key.as_str(), quoted(&value)),
            count,
        };
        found.into_iter().map(offer).collect()
    }

    /// Connectors whose names hold what is written, those that begin so first.
    fn named(&self, written: &str) -> Vec<Offer> {
        let (mut begin, mut hold) = (Vec::new(), Vec::new());
        if written.is_empty() {
            return hold;
        }
        for cluster in self.clusters.values().filter(|cluster| !cluster.refused()) {
            let haystack = cluster.connectors.haystack(&cluster.name);
            let prefix = cluster.name.as_str().to_lowercase().len() + 1;
            for (whole, (name, connector)) in haystack.names().zip(cluster.connectors.iter()) {
                let lower = whole.get(prefix..).unwrap_or_default();
                let list = match (lower.starts_with(written), whole.contains(written)) {
                    (true, _) => &mut begin,
                    (_, true) => &mut hold,
                    (false, false) => continue,
                };
                if list.len() < MOST && connector.live() {
                    list.push(Offer::Connector {
                        cluster: cluster.name.clone(),
                        name: name.clone(),
                    });
                }
            }
        }
        begin.extend(hold);
        begin.truncate(MOST);
        begin
    }
}

fn keys(word: &str, sign: &str) -> Vec<Offer> {
    let keys = Key::ALL.into_iter().filter(|key| key.as_str().starts_with(word));
    keys.map(|key| Offer::Key {
        text: format!("{sign}{}:", key.as_str()),
        says: key.says(),
    })
    .collect()
}

/// Tells the values of a key in a cluster that hold what is written, with how many connectors have them.
fn count(cluster: &Cluster, key: Key, written: &str, staleness: &Staleness, add: &mut impl FnMut(&str, usize)) {
    let index = cluster.connectors.index();
    let live = || index.rows.iter().filter(|row| row.live);
    let column = |what, add: &mut dyn FnMut(&str, usize)| {
        let column = cluster.connectors.column(what);
        if !column.values.iter().any(|value| value.holds(written)) {
            return;
        }
        let mut counts = vec![0; column.values.len()];
        let rows = index.rows.iter().enumerate().filter(|(_, row)| row.live);
        for place in rows.flat_map(|(row, _)| column.places(row)) {
            counts
                .get_mut(*place as usize)
                .into_iter()
                .for_each(|count| *count += 1);
        }
        for (value, count) in column.values.iter().zip(counts) {
            add(
                if what == What::Plugin {
                    short_class(&value.shown)
                } else {
                    &value.shown
                },
                count,
            );
        }
    };
    match key {
        Key::Health => {
            let totals = cluster.totals(staleness);
            for word in healths() {
                let health = model::verdict::Health::parse(word);
                let count = health.map_or_else(|| totals.unhealthy(), |health| totals.of(health));
                add(word, count as usize);
            }
        }
        Key::Team => cluster.team_totals(staleness).for_each(|(team, totals)| {
            add(team.map_or(NOBODY, |team| team.as_str()), totals.all() as usize);
        }),
        Key::Cluster => add(cluster.name.as_str(), live().count()),
        Key::Kind => live().filter_map(|row| row.kind).for_each(|kind| add(kind.as_str(), 1)),
        Key::Class => {
            live()
                .filter_map(|row| row.class)
                .map(Class::as_str)
                .for_each(|class| add(class, 1));
            column(What::Plugin, add);
        }
        Key::Plugin => column(What::Plugin, add),
        Key::Topic => column(What::Topic, add),
        Key::Worker => column(What::Worker, add),
        Key::Target => column(What::Target, add),
        Key::Activity => live()
            .map(|row| row.connector.verdict().activity)
            .for_each(|activity| add(activity.as_str(), 1)),
        Key::Lag | Key::Connector => {}
    }
}
