//! The filters of the list of connectors, as links and as a form.

use std::collections::BTreeSet;

use console::{ConnectorPage, ConnectorQuery};
use model::verdict::Health;
use view::Query;

use crate::links::Links;
use crate::words;

/// A health that the list can be narrowed to.
pub(crate) struct Facet {
    /// `None`: a group of healths, without a shape of its own.
    pub(crate) health: Option<Health>,
    pub(crate) word: &'static str,
    pub(crate) count: String,
    pub(crate) href: String,
    pub(crate) chosen: bool,
}

/// `all`, `needs a person`, then each health that occurs, worst first. Choosing what is chosen takes it back.
pub(crate) fn facets(query: &ConnectorQuery, page: &ConnectorPage, links: Links<'_>) -> Vec<Facet> {
    let with = |health: BTreeSet<Health>| {
        links.connectors(&ConnectorQuery {
            filter: Query {
                health,
                ..query.filter.clone()
            },
            limit: query.limit,
            cursor: None,
        })
    };
    let count = |count: u32| words::thousands(u64::from(count));
    let unhealthy: BTreeSet<Health> = Health::ALL.into_iter().filter(|health| health.unhealthy()).collect();
    let group = |word, total: u32, set: BTreeSet<Health>| Facet {
        health: None,
        word,
        count: count(total),
        chosen: query.filter.health == set,
        href: with(set),
    };
    let mut facets = vec![group("all", page.totals.all(), BTreeSet::new())];
    if page.totals.unhealthy() > 0 {
        facets.push(group("needs a person", page.totals.unhealthy(), unhealthy));
    }
    let occurring = page
        .totals
        .iter()
        .filter(|(health, count)| *count > 0 || query.filter.health.contains(health) && query.filter.health.len() == 1);
    facets.extend(occurring.map(|(health, total)| {
        let only = BTreeSet::from([health]);
        let chosen = query.filter.health == only;
        Facet {
            health: Some(health),
            word: health.words(),
            count: count(total),
            href: with(if chosen { BTreeSet::new() } else { only }),
            chosen,
        }
    }));
    facets
}
