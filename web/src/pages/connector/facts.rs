//! What a connector is, line by line.

use console::{ConnectorDetail, ConnectorQuery};
use model::Timestamp;
use model::state::{TargetSource, TargetState};
use model::topics::{Topic, Topics};
use view::Query;

use model::converters::{ConverterRole, converters};
use model::secrets::ConfigValue;
use model::transforms::transforms;

use super::value::legible;
use crate::links::Links;
use view::short_class;

/// Names of topics that are shown; the others stand in the config.
const SHOWN: usize = 8;

pub(crate) struct Fact {
    pub(crate) name: &'static str,
    pub(crate) text: String,
    /// Shown in the fixed-width face.
    pub(crate) code: bool,
    /// What stands quietly beside it.
    pub(crate) note: String,
    pub(crate) at: Option<Timestamp>,
    pub(crate) href: Option<String>,
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
        let version = detail
            .instance
            .as_ref()
            .and_then(|instance| instance.version.as_deref());
        let documented = (!detail.withheld).then(|| links.plugin(&item.id.cluster, class, version));
        facts.push(Fact {
            note: version.unwrap_or_default().to_owned(),
            href: documented,
            ..fact("Class", short_class(class))
        });
    }
    facts.extend(passage(detail));
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

/// What records pass on their way: converters and transformations.
fn passage(detail: &ConnectorDetail) -> Vec<Fact> {
    let Some(listed) = &detail.config else {
        return Vec::new();
    };
    let mut facts: Vec<Fact> = converters(&listed.config)
        .iter()
        .map(|converter| {
            let name = match converter.role {
                ConverterRole::Key => "Key converter",
                ConverterRole::Value => "Value converter",
                ConverterRole::Header => "Header converter",
            };
            match &converter.class {
                Some(ConfigValue::Clear(class)) => fact(name, &legible(short_class(class))),
                Some(ConfigValue::Reference(text)) => fact(name, &legible(text)),
                Some(ConfigValue::Masked(_)) => fact(name, "masked"),
                Some(ConfigValue::Null) | None => Fact {
                    note: "the worker’s default".to_owned(),
                    ..fact(name, "")
                },
            }
        })
        .collect();
    let chain = transforms(&listed.config).unwrap_or_default();
    if !chain.is_empty() {
        let aliases: Vec<String> = chain.iter().map(|step| legible(&step.alias)).collect();
        facts.push(Fact {
            href: Some("#chain".to_owned()),
            ..fact("Transformations", &aliases.join(", "))
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
