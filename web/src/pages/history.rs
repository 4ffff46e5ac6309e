//! Entries of the history, as lists show them.

use console::TimelineItem;
use model::Timestamp;
use model::names::ConnectorId;
use model::verdict::Health;

use crate::Frame;
use crate::moment::Day;

/// One entry.
pub(crate) struct Line {
    pub(crate) key: String,
    pub(crate) at: Timestamp,
    pub(crate) health: Option<Health>,
    pub(crate) text: String,
    pub(crate) cluster: String,
    pub(crate) cluster_href: String,
    /// The connector's page, where one is concerned.
    pub(crate) href: Option<String>,
    /// `by NAME`, or that it came from outside.
    pub(crate) actor: Option<String>,
    pub(crate) kind: &'static str,
}

/// The entries of one day, newest first.
pub(crate) struct Days {
    pub(crate) day: Day,
    pub(crate) lines: Vec<Line>,
}

impl Line {
    pub(crate) fn of(item: &TimelineItem, frame: &Frame) -> Self {
        let links = frame.links();
        let id = item.connector.as_ref().map(|name| ConnectorId {
            cluster: item.cluster.clone(),
            name: name.clone(),
        });
        Self {
            key: format!("entry {}", item.id),
            at: item.at,
            health: item.health,
            text: item.text.clone(),
            cluster: item.cluster.to_string(),
            cluster_href: links.cluster(&item.cluster),
            href: id.map(|id| links.connector(&id)),
            actor: item.actor.as_deref().map(|actor| match actor {
                "outside" => "from outside Signalbox".to_owned(),
                name => format!("by {name}"),
            }),
            kind: item.kind,
        }
    }
}

/// Gathers entries by their day in UTC.
pub(crate) fn by_day(items: &[TimelineItem], frame: &Frame) -> Vec<Days> {
    let mut days: Vec<Days> = Vec::new();
    for item in items {
        let same = |last: &Days| {
            last.lines
                .last()
                .is_some_and(|line| line.at.date_naive() == item.at.date_naive())
        };
        let line = Line::of(item, frame);
        match days.last_mut().filter(|last| same(last)) {
            Some(day) => day.lines.push(line),
            None => days.push(Days {
                day: frame.day(&item.at),
                lines: vec![line],
            }),
        }
    }
    days
}
