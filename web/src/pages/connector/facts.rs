//! What a connector is, line by line.

use console::{ConnectorDetail, ConnectorQuery};
use model::Timestamp;
use model::state::{TargetSource, TargetState};
use model::topics::{Topic, Topics};
use view::Query;

use super::super::row::short_class;
use crate::links::Links;

/// Names of topics that are shown; the others stand in the config.
const SHOWN: usize = 8;

pub(super) struct Fact {
    pub(super) name: &'static str,
    pub(super) text: String,
    /// Shown in the fixed-width face.
    pub(super) code: bool,
    /// What stands quietly beside it.
    pub(super) note: String,
    pub(super) at: Option<Timestamp>,
    pub(super) href: Option<String>,
}

pub(super) fn facts(detail: &ConnectorDetail, links: Links<'_>) -> Vec<Fact> {
    let item = &detail.item;
    let mut facts = Vec::new();
    facts.push(match &item.owner {
        Some(owner) => Fact {
            note: format!("by {}", owner.source),
            href: Some(links.connectors(&ConnectorQuery::of(Query {
                teams: [owner.team.clone()].into(),
                ..Query::default()
            }))),
            ..fact("Owner", owner.team.as_str())
        },
        None => fact("Owner", "nobody"),
    });
    facts.push(Fact {
        href: Some(links.cluster(&item.id.cluster)),
        ..fact("Cluster", item.id.cluster.as_str())
    });
    if let Some(kind) = item.kind {
        facts.push(fact("Kind", kind.as_str()));
    }
    if let Some(class) = &item.class {
        let version = detail.instance.as_ref().and_then(|instance| instance.version.clone());
        facts.push(Fact {
            note: version.map(|version| version.to_string()).unwrap_or_default(),
            ..fact("Class", short_class(class))
        });
    }
    if let Some((target, source)) = item.target {
        let words = match target {
            TargetState::Started => "to run",
            TargetState::Paused => "to pause",
            TargetState::Stopped => "to stop",
        };
        let known = match source {
            TargetSource::ConfigTopic => "by the config topic",
            TargetSource::Inferred => "inferred from its state",
        };
        facts.push(Fact {
            note: known.to_owned(),
            ..fact("Asked", words)
        });
    }
    for system in &item.systems {
        facts.push(Fact {
            code: true,
            note: system.kind.to_string(),
            ..fact("System", &system.address)
        });
    }
    facts.extend(topics(&detail.topics));
    facts.push(Fact {
        at: Some(item.first_seen),
        ..fact("First seen", "")
    });
    if let Some(at) = item.deleted_at {
        facts.push(Fact {
            at: Some(at),
            ..fact("Deleted", "")
        });
    }
    facts
}

/// What it reads and writes.
fn topics(topics: &Topics) -> Vec<Fact> {
    let mut facts = Vec::new();
    for (name, list) in [("Reads", &topics.reads), ("Writes", &topics.writes)] {
        let named = |topic: &&Topic| matches!(topic, Topic::Named(_));
        let names: Vec<&str> = list.iter().filter(named).map(Topic::text).collect();
        let more = names.len().saturating_sub(SHOWN);
        if let Some(first) = names.get(..SHOWN.min(names.len())).filter(|first| !first.is_empty()) {
            facts.push(Fact {
                code: true,
                note: match more {
                    0 => String::new(),
                    more => format!("and {more} more, see its config"),
                },
                ..fact(name, &first.join(", "))
            });
        }
        for topic in list {
            let note = match topic {
                Topic::Named(_) => continue,
                Topic::Pattern(_) => "every topic that this expression matches",
                Topic::Prefix(_) => "every topic that begins so",
            };
            facts.push(Fact {
                code: true,
                note: note.to_owned(),
                ..fact(name, topic.text())
            });
        }
    }
    if topics.rerouted {
        facts.push(fact(
            "Writes",
            "after its transformations, perhaps to topics of other names",
        ));
    }
    if let Some(topic) = &topics.dead_letters {
        facts.push(Fact {
            code: true,
            ..fact("Dead letters", topic)
        });
    }
    facts
}

fn fact(name: &'static str, text: &str) -> Fact {
    Fact {
        name,
        text: text.to_owned(),
        code: false,
        note: String::new(),
        at: None,
        href: None,
    }
}
