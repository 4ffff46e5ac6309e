//! What each node is called, in a drawing and in words, and where it leads.

use console::TopologyQuery;
use model::names::TeamName;
use model::topics::Topic;
use model::verdict::Health;
use view::Query;
use view::search::{Key as SearchKey, with};
use view::topology::{End, Key, NOBODY, Node};

use crate::lettering::{letters, shortened};
use crate::links::Links;
use crate::words;

/// The widest text of a box, in letters.
const MOST: usize = 26;

/// A node in words.
pub(super) struct Label {
    /// What is written in front, quietly: `postgresql`.
    pub(super) before: String,
    /// As it fits into a box.
    pub(super) short: String,
    /// Whole.
    pub(super) whole: String,
    /// What it is, with what there is to know of it.
    pub(super) title: String,
    pub(super) href: Option<String>,
    /// The shape of a verdict.
    pub(super) health: Option<Health>,
    /// How its box looks: `system`, `connector`, `topic`, `rule`, `group`.
    pub(super) look: &'static str,
}

impl Label {
    pub(super) fn of(node: &Node, query: &TopologyQuery, links: Links<'_>) -> Self {
        let about = |text: &str| {
            Some(links.topology(&TopologyQuery {
                filter: Query {
                    text: text.to_owned(),
                    ..query.filter.clone()
                },
                ..query.clone()
            }))
        };
        let clusters: Vec<&str> = node.clusters.iter().map(|name| name.as_str()).collect();
        match &node.key {
            Key::System { end, kind, address } => {
                let before = if address.starts_with(&**kind) { "" } else { kind };
                let whole = address.to_string();
                Self::new(before, whole, "system")
                    .titled(format!("{kind} {address}, {}", done(*end)))
                    .leading(about(address))
            }
            Key::Systems { end, kind } => {
                let whole = words::counted(node.count, "system", "systems");
                Self::new(kind, whole, "group").titled(format!(
                    "{} of kind {kind}, {}",
                    words::counted(node.count, "system", "systems"),
                    done(*end)
                ))
            }
            Key::Connector { end, id } => {
                let health = node.health.unwrap_or(Health::Unknown);
                let owner = node.team.as_ref().map_or("nobody's", TeamName::as_str);
                Self {
                    health: Some(health),
                    ..Self::new("", id.name.to_string(), "connector")
                }
                .titled(format!("{id}: {}, {}, {owner}", health.words(), sort(*end)))
                .leading(Some(links.connector(id)))
            }
            Key::Connectors { end, cluster, team } => {
                let whole = words::counted(node.count, sort(*end), sorts(*end));
                let owner = team
                    .as_ref()
                    .map(|team| team.as_ref().map_or("nobody", TeamName::as_str));
                // Among clusters an opened one is drawn by its teams.
                let before = match owner {
                    None => cluster.to_string(),
                    Some(owner) if query.filter.clusters.len() == 1 => owner.to_owned(),
                    Some(owner) => format!("{cluster} {owner}"),
                };
                Self {
                    health: Some(worst(node)),
                    ..Self::new(&before, whole.clone(), "group")
                }
                .titled(format!("{whole} of {cluster}{}: {}", owned(owner), told(node)))
                .leading(Some(links.topology(&opened(&node.key, query))))
            }
            Key::Topic { topic, .. } => {
                let (text, look, what) = match topic {
                    Topic::Named(name) => (name.to_string(), "topic", "topic"),
                    Topic::Pattern(text) => (format!("/{text}/"), "rule", "every topic that this expression matches:"),
                    Topic::Prefix(text) => (format!("{text}*"), "rule", "topics that begin so:"),
                };
                let title = format!("{what} {text}, on the Kafka of {}", words::list(&clusters, 3));
                Self::new("", text, look)
                    .titled(title)
                    .leading(about(&with("", SearchKey::Topic, topic.text())))
            }
            Key::Topics { .. } => {
                let whole = words::counted(node.count, "topic", "topics");
                let title = format!("{whole} on the Kafka of {}", words::list(&clusters, 5));
                Self::new("", whole, "group").titled(title)
            }
        }
    }

    fn new(before: &str, whole: String, look: &'static str) -> Self {
        let beside = MOST.saturating_sub(letters(&whole) + 1);
        let before = shortened(before, beside.max(MOST / 2));
        let room = MOST - if before.is_empty() { 0 } else { letters(&before) + 1 };
        Self {
            short: shortened(&whole, room),
            before,
            whole,
            title: String::new(),
            href: None,
            health: None,
            look,
        }
    }

    fn titled(self, title: String) -> Self {
        Self { title, ..self }
    }

    fn leading(self, href: Option<String>) -> Self {
        Self { href, ..self }
    }

    /// How wide its text is, in letters.
    pub(super) fn letters(&self) -> usize {
        let before = if self.before.is_empty() {
            0
        } else {
            letters(&self.before) + 1
        };
        before + letters(&self.short)
    }
}

/// The same question with a group opened. A cluster that was drawn by its teams is narrowed to first.
fn opened(group: &Key, query: &TopologyQuery) -> TopologyQuery {
    let mut next = query.clone();
    let Key::Connectors { cluster, team, .. } = group else {
        return next;
    };
    match team {
        None => {
            next.open.insert(cluster.as_str().into());
        }
        Some(team) => {
            // The names of clusters open nothing among teams.
            if next.open.contains(cluster.as_str()) {
                next.open.clear();
            }
            next.filter.clusters = [cluster.clone()].into();
            next.open.insert(team.as_ref().map_or(NOBODY, TeamName::as_str).into());
        }
    }
    next
}

/// The worst health among connectors that needs a person, else that they are healthy.
fn worst(node: &Node) -> Health {
    let mut occurring = node.totals.iter().filter(|(_, count)| *count > 0);
    let worst = occurring.next().map_or(Health::Unknown, |(health, _)| health);
    if worst.unhealthy() { worst } else { Health::Healthy }
}

/// `three failed, 117 healthy`.
fn told(node: &Node) -> String {
    let told = node.totals.iter().filter(|(_, count)| *count > 0);
    let told: Vec<String> = told
        .map(|(health, count)| format!("{} {}", words::thousands(u64::from(count)), health.words()))
        .collect();
    told.join(", ")
}

fn owned(owner: Option<&str>) -> String {
    owner.map(|owner| format!(", owned by {owner}")).unwrap_or_default()
}

fn done(end: End) -> &'static str {
    match end {
        End::From => "read",
        End::To => "written",
    }
}

fn sort(end: End) -> &'static str {
    match end {
        End::From => "source",
        End::To => "sink",
    }
}

fn sorts(end: End) -> &'static str {
    match end {
        End::From => "sources",
        End::To => "sinks",
    }
}
