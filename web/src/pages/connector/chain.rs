//! The way of a record through the connector: converters, then transformations in their order with their predicates, and
//! what stands at both ends.

use console::ConnectorDetail;
use model::converters::{Converter, converters};
use model::names::ClusterName;
use model::secrets::{Config, ConfigValue};
use model::state::ConnectorKind;
use model::topics::Topic;
use model::transforms::{AppliedPredicate, Transformation, transforms};

use super::value::{Value, legible};
use crate::links::Links;
use crate::words;
use view::short_class;

/// Names that are shown at an end; the others are counted.
const SHOWN: usize = 3;

pub(super) struct Chain {
    pub(super) steps: Vec<Step>,
    /// `three transformations, one of them by a predicate`.
    pub(super) words: String,
}

pub(super) struct Step {
    /// `end`, `converters`, `transform` or `plugin`.
    pub(super) kind: &'static str,
    /// What it does there, quietly.
    pub(super) role: String,
    pub(super) title: String,
    pub(super) code: bool,
    /// The whole class, and where it is documented.
    pub(super) class: Option<(String, String)>,
    pub(super) keys: Vec<Value>,
    pub(super) predicate: Option<Predicate>,
    pub(super) parts: Vec<Part>,
}

/// A converter.
pub(super) struct Part {
    pub(super) role: &'static str,
    pub(super) title: String,
    pub(super) class: Option<(String, String)>,
    pub(super) keys: Vec<Value>,
}

pub(super) struct Predicate {
    /// `only when`, `except when`.
    pub(super) when: &'static str,
    pub(super) alias: String,
    pub(super) title: String,
    pub(super) class: Option<(String, String)>,
    pub(super) keys: Vec<Value>,
}

/// The chain of a connector whose config may be seen.
pub(super) fn chain(detail: &ConnectorDetail, links: Links<'_>) -> Option<Chain> {
    let config = &detail.config.as_ref()?.config;
    let cluster = &detail.item.id.cluster;
    let mut steps = vec![outside(detail), plugin(detail, links)];
    let (changed, words) = changed(config, cluster, links);
    steps.extend(changed);
    steps.push(bytes(config, cluster, links));
    steps.push(topics(detail));
    // As a source has it; in a sink records go the other way, and pass their transformations in the same order.
    if detail.item.kind != Some(ConnectorKind::Source) {
        steps.reverse();
        let inner = steps.len().saturating_sub(2);
        if let Some(inner) = steps.get_mut(2..inner) {
            inner.reverse();
        }
    }
    Some(Chain { steps, words })
}

fn changed(config: &Config, cluster: &ClusterName, links: Links<'_>) -> (Vec<Step>, String) {
    let Some(chain) = transforms(config) else {
        let unread = Step {
            title: "transformations that cannot be shown".to_owned(),
            role: "transforms is masked, or comes from a config provider".to_owned(),
            ..Step::of("transform")
        };
        return (vec![unread], "transformations unknown".to_owned());
    };
    let filtered = chain.iter().filter(|step| step.predicate.is_some()).count();
    let mut words = words::counted(chain.len(), "transformation", "transformations");
    if filtered > 0 {
        words = format!("{words}, {} by a predicate", words::number(filtered));
    }
    let steps = chain.iter().map(|step| transformation(step, cluster, links)).collect();
    (steps, words)
}

fn transformation(step: &Transformation, cluster: &ClusterName, links: Links<'_>) -> Step {
    Step {
        role: legible(&step.alias),
        title: class_title(step.class.as_ref()),
        class: documented(step.class.as_ref(), cluster, links),
        keys: Value::all(&step.keys),
        predicate: step
            .predicate
            .as_ref()
            .map(|applied| predicate(applied, cluster, links)),
        ..Step::of("transform")
    }
}

fn predicate(applied: &AppliedPredicate, cluster: &ClusterName, links: Links<'_>) -> Predicate {
    Predicate {
        when: if applied.negate { "except when" } else { "only when" },
        alias: legible(&applied.alias),
        title: class_title(applied.class.as_ref()),
        class: documented(applied.class.as_ref(), cluster, links),
        keys: Value::all(&applied.keys),
    }
}

fn bytes(config: &Config, cluster: &ClusterName, links: Links<'_>) -> Step {
    let part = |converter: &Converter| Part {
        role: converter.role.as_str(),
        title: match &converter.class {
            None => "the worker’s default".to_owned(),
            given => class_title(given.as_ref()),
        },
        class: documented(converter.class.as_ref(), cluster, links),
        keys: Value::all(&converter.keys),
    };
    Step {
        title: "Converters".to_owned(),
        parts: converters(config).iter().map(part).collect(),
        ..Step::of("converters")
    }
}

fn plugin(detail: &ConnectorDetail, links: Links<'_>) -> Step {
    let class = detail.item.class.as_deref();
    let version = detail
        .instance
        .as_ref()
        .and_then(|instance| instance.version.as_deref());
    let tasks = detail.item.tasks.len() + detail.item.unstarted.len();
    let mut role = words::counted(tasks, "task", "tasks");
    if let Some(version) = version {
        role = format!("{}, {role}", legible(version));
    }
    Step {
        role,
        title: class.map_or_else(|| "the connector".to_owned(), |class| legible(short_class(class))),
        class: class.map(|class| {
            let href = links.plugin(&detail.item.id.cluster, class, version);
            (legible(class), href)
        }),
        ..Step::of("plugin")
    }
}

fn outside(detail: &ConnectorDetail) -> Step {
    let systems: Vec<String> = detail
        .item
        .systems
        .iter()
        .map(|system| legible(&system.address))
        .collect();
    let kinds: Vec<&str> = detail.item.systems.iter().map(|system| &*system.kind).collect();
    end(
        &systems,
        kinds.first().copied().unwrap_or("system"),
        "its system, which the config does not tell",
    )
}

fn topics(detail: &ConnectorDetail) -> Step {
    let topics = match detail.item.kind {
        Some(ConnectorKind::Source) => &detail.topics.writes,
        _ => &detail.topics.reads,
    };
    let names: Vec<String> = topics.iter().map(Topic::text).map(legible).collect();
    end(
        &names,
        words::form(names.len(), "topic", "topics"),
        "its topics, which the config does not tell",
    )
}

fn end(names: &[String], role: &str, unknown: &str) -> Step {
    let shown = names.get(..SHOWN.min(names.len())).unwrap_or_default();
    let more = names.len() - shown.len();
    let mut title = shown.join(", ");
    if more > 0 {
        title = format!("{title} and {} more", words::thousands(more as u64));
    }
    let known = !names.is_empty();
    Step {
        title: if known { title } else { unknown.to_owned() },
        role: if known { role.to_owned() } else { String::new() },
        code: known,
        ..Step::of("end")
    }
}

fn class_title(class: Option<&ConfigValue>) -> String {
    match class {
        None | Some(ConfigValue::Null) => "no type is given".to_owned(),
        Some(ConfigValue::Masked(_)) => "its type is masked".to_owned(),
        Some(ConfigValue::Clear(text)) => legible(short_class(text)),
        Some(ConfigValue::Reference(text)) => legible(text),
    }
}

/// The whole class and where it is documented.
fn documented(class: Option<&ConfigValue>, cluster: &ClusterName, links: Links<'_>) -> Option<(String, String)> {
    match class {
        Some(ConfigValue::Clear(class)) => Some((legible(class), links.plugin(cluster, class.trim(), None))),
        _ => None,
    }
}

impl Step {
    fn of(kind: &'static str) -> Self {
        Self {
            kind,
            role: String::new(),
            title: String::new(),
            code: false,
            class: None,
            keys: Vec::new(),
            predicate: None,
            parts: Vec::new(),
        }
    }
}
