//! What stands above the page of a cluster: its state in one shape and one sentence, and which others it may be.

use console::ClusterDetail;
use model::verdict::Health;
use view::Alike;

use crate::links::Links;
use crate::words;

/// A cluster that this one may be.
pub(super) struct Twin {
    pub(super) name: String,
    pub(super) href: String,
    /// What both have, a clause.
    pub(super) why: String,
}

/// The state of the cluster as one shape: out of sight before all, then the worst of what it runs.
pub(super) fn worst(detail: &ClusterDetail) -> Health {
    if !detail.item.reachable {
        return Health::Unknown;
    }
    if detail
        .item
        .workers
        .iter()
        .any(|worker| worker.alive == model::facts::Alive::Dead)
    {
        return Health::Unassigned;
    }
    let mut found = detail.item.totals.iter().filter(|(_, count)| *count > 0);
    found.next().map_or(Health::Healthy, |(health, _)| {
        if health.unhealthy() { health } else { Health::Healthy }
    })
}

/// What follows the name: `answers; one of three workers is gone`.
pub(super) fn headline(detail: &ClusterDetail) -> String {
    let item = &detail.item;
    if item.same_as.is_some() {
        return "is refused: it is configured twice".to_owned();
    }
    if !item.looked && item.as_of.is_some() {
        return "is not looked at now".to_owned();
    }
    if !item.reachable {
        return if item.as_of.is_some() {
            "does not answer"
        } else {
            "has never answered"
        }
        .to_owned();
    }
    let gone = item.workers.iter().filter(|worker| worker.alive.gone()).count();
    let unhealthy = item.totals.unhealthy() as usize;
    if gone > 0 {
        return format!(
            "has lost {} of {}",
            words::number(gone),
            words::counted(item.workers.len(), "worker", "workers")
        );
    }
    match unhealthy {
        0 => "is well".to_owned(),
        some => format!(
            "answers; {} {} a person",
            words::counted(some, "connector", "connectors"),
            words::form(some, "needs", "need")
        ),
    }
}

pub(super) fn twin(alike: &Alike, links: Links<'_>) -> Twin {
    let workers: Vec<&str> = alike.workers.iter().map(|id| id.as_str()).collect();
    let workers = match workers.len() {
        0 => None,
        count => Some(format!(
            "both name the {} {}",
            words::form(count, "worker", "workers"),
            words::list(&workers, 3)
        )),
    };
    let connectors = match (alike.common, alike.own, alike.others) {
        (0, _, _) => None,
        (common, own, others) if common == own && common == others => Some(format!(
            "both list the same {}",
            words::counted(common, "connector", "connectors")
        )),
        (common, own, others) => Some(format!(
            "{} on both lists of {} and {}",
            words::counted(common, "connector stands", "connectors stand"),
            words::number(own),
            words::number(others)
        )),
    };
    let both = [match alike.same_kafka {
        true => "they run on the same Kafka cluster".to_owned(),
        false => "they have an address in common".to_owned(),
    }];
    let both: Vec<String> = both.into_iter().chain(workers).chain(connectors).collect();
    let both: Vec<&str> = both.iter().map(String::as_str).collect();
    Twin {
        name: alike.other.to_string(),
        href: links.cluster(&alike.other),
        why: words::list(&both, both.len()),
    }
}
