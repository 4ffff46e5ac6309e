//! What a list can be narrowed by, as links with counts: a click adds a choice to the query, another takes it back.

use std::collections::BTreeSet;

use console::{ConnectorPage, ConnectorQuery};
use model::verdict::Health;
use view::Query;
use view::search::{Key, values, with, without};

use super::columns::Columns;
use crate::links::Links;
use crate::shape::Shape;
use crate::words;

/// Choices of one facet that are shown without unfolding.
const SOME: usize = 8;

/// One facet.
pub(crate) struct Facet {
    pub(crate) title: &'static str,
    pub(crate) choices: Vec<Choice>,
    /// What unfolds.
    pub(crate) more: Vec<Choice>,
}

/// A choice of a facet.
pub(crate) struct Choice {
    /// Its shape, where it is a verdict.
    pub(crate) shape: Option<Shape>,
    pub(crate) words: String,
    pub(crate) count: String,
    pub(crate) href: String,
    pub(crate) chosen: bool,
}

/// The facets of a page. One with a single choice, which is not chosen, narrows nothing and is left out.
pub(crate) fn facets(query: &ConnectorQuery, columns: &Columns, page: &ConnectorPage, links: Links<'_>) -> Vec<Facet> {
    let maker = Maker {
        query,
        columns,
        links,
        matching: u32::try_from(page.matching).unwrap_or(u32::MAX),
    };
    let found = &page.facets;
    let mut healths = vec![(
        None,
        "unhealthy".to_owned(),
        "needs a person".to_owned(),
        Some(found.health.unhealthy()),
    )];
    healths.extend(found.health.iter().map(|(health, count)| {
        (
            Some(health),
            health.as_str().to_owned(),
            health.words().to_owned(),
            Some(count),
        )
    }));
    let teams = found.teams.iter().map(|(team, count)| {
        let word = team.as_ref().map_or("nobody", |team| team.as_str());
        (word.to_owned(), *count)
    });
    let clusters = found
        .clusters
        .iter()
        .map(|(cluster, count)| (cluster.as_str().to_owned(), *count));
    let kinds = found.kinds.iter().map(|(kind, count)| ((*kind).to_owned(), *count));
    let classes = found
        .classes
        .iter()
        .map(|(class, count)| (class.as_str().to_owned(), *count));
    let facets = [
        maker.facet("health", Key::Health, healths, false),
        maker.facet("team", Key::Team, plain(teams), true),
        maker.facet("cluster", Key::Cluster, plain(clusters), true),
        maker.facet("class of fault", Key::Class, plain(classes), true),
        maker.facet("kind", Key::Kind, plain(kinds), true),
    ];
    let narrows = |facet: &Facet| facet.choices.len() > 1 || facet.choices.iter().any(|choice| choice.chosen);
    facets.into_iter().filter(narrows).collect()
}

/// Its health if it is one, the value as it is asked for, the words, and how many there are, where that was counted.
type Counted = (Option<Health>, String, String, Option<u32>);

fn plain(found: impl Iterator<Item = (String, u32)>) -> Vec<Counted> {
    found
        .map(|(word, count)| (None, word.clone(), word, Some(count)))
        .collect()
}

struct Maker<'a> {
    query: &'a ConnectorQuery,
    columns: &'a Columns,
    links: Links<'a>,
    /// How many match all that is asked.
    matching: u32,
}

/// A value as it means the same: whatever its case, and of health with whatever stands between its words.
fn meant(key: Key, value: &str) -> String {
    let value = value.to_lowercase();
    match key {
        Key::Health => value.replace([' ', '-'], "_"),
        _ => value,
    }
}

impl Maker<'_> {
    /// A facet whose choices come most frequent first, or as they are.
    fn facet(&self, title: &'static str, key: Key, mut found: Vec<Counted>, sorted: bool) -> Facet {
        let narrowed = in_words(&self.query.filter, key);
        let asked = values(&narrowed.text, key);
        let written = |word: &str| asked.iter().find(|value| meant(key, value) == meant(key, word));
        for word in &asked {
            let known = found
                .iter()
                .any(|(_, known, _, _)| meant(key, known) == meant(key, word));
            // What is asked for stands there even where nothing is left of it; a glob means several. What is no value of
            // this facet (a Java class among those of faults) was not counted: where it is all that is asked, it is all
            // that matches.
            if !known && !word.contains('*') {
                let count = (asked.len() == 1).then_some(self.matching);
                found.push((None, word.clone(), word.clone(), count));
            }
        }
        found.retain(|(_, word, _, count)| count.is_none_or(|count| count > 0) || written(word).is_some());
        if sorted {
            found.sort_by(|left, right| {
                let rank = |one: &Counted, other: &Counted| (written(&one.1).is_none(), other.3);
                rank(left, right)
                    .cmp(&rank(right, left))
                    .then_with(|| left.1.cmp(&right.1))
            });
        }
        let choices = found.into_iter().map(|(health, word, words, count)| {
            let text = match written(&word) {
                Some(written) => without(&narrowed.text, key, written),
                None => with(&narrowed.text, key, &word),
            };
            Choice {
                shape: health.map(Shape::of),
                words,
                count: count.map_or_else(String::new, |count| words::thousands(u64::from(count))),
                chosen: written(&word).is_some(),
                href: self.to(Query {
                    text,
                    ..narrowed.clone()
                }),
            }
        });
        let mut choices: Vec<Choice> = choices.collect();
        // One more is not worth a fold.
        let more = match sorted && choices.len() > SOME + 1 {
            true => choices.split_off(SOME),
            false => Vec::new(),
        };
        Facet { title, choices, more }
    }

    fn to(&self, filter: Query) -> String {
        let query = ConnectorQuery {
            filter,
            cursor: None,
            ..self.query.clone()
        };
        self.links.list(&query, self.columns)
    }
}

/// The query with what keys of the address ask for by this key written into its text, so that a click changes one place.
fn in_words(query: &Query, key: Key) -> Query {
    let mut query = query.clone();
    let words: Vec<String> = match key {
        Key::Health => {
            let asked = std::mem::take(&mut query.health);
            let all: BTreeSet<Health> = Health::ALL.into_iter().filter(|health| health.unhealthy()).collect();
            match asked == all {
                true => vec!["unhealthy".to_owned()],
                false => asked.into_iter().map(|health| health.as_str().to_owned()).collect(),
            }
        }
        Key::Team => {
            let asked = std::mem::take(&mut query.teams)
                .into_iter()
                .map(|team| team.as_str().to_owned());
            let nobody = std::mem::take(&mut query.unowned).then(|| "nobody".to_owned());
            asked.chain(nobody).collect()
        }
        Key::Cluster => std::mem::take(&mut query.clusters)
            .into_iter()
            .map(|name| name.as_str().to_owned())
            .collect(),
        Key::Kind => query
            .kind
            .take()
            .map(|kind| kind.as_str().to_owned())
            .into_iter()
            .collect(),
        _ => Vec::new(),
    };
    for word in words {
        let known = values(&query.text, key);
        if !known.iter().any(|known| known.eq_ignore_ascii_case(&word)) {
            query.text = with(&query.text, key, &word);
        }
    }
    query
}
