//! History.

use chrono::{DateTime, Utc};
use console::{TimelineItem, TimelinePage};
use serde::Serialize;
use utoipa::ToSchema;

use super::Verdict;
use super::words::EntryKind;

/// A page of history.
#[derive(Serialize, ToSchema)]
pub struct Timeline {
    /// Newest first.
    pub items: Vec<TimelineEntry>,
    /// Give it as `cursor` to get the next page; null at the end.
    pub next_cursor: Option<String>,
}

/// One thing that happened.
#[derive(Serialize, ToSchema)]
pub struct TimelineEntry {
    /// Its number, unique.
    pub id: i64,
    /// When.
    pub at: DateTime<Utc>,
    /// What kind of thing.
    pub kind: EntryKind,
    /// A sentence.
    pub text: String,
    /// Who did it: a name, `outside` for what came past Signalbox, null when nobody did or nobody knows.
    pub actor: Option<String>,
    /// The cluster.
    pub cluster: String,
    /// The connector, where one is concerned.
    pub connector: Option<String>,
    /// The verdict that it is about.
    pub verdict: Option<Verdict>,
}

impl From<&TimelinePage> for Timeline {
    fn from(page: &TimelinePage) -> Self {
        Self {
            items: page.items.iter().map(TimelineEntry::from).collect(),
            next_cursor: page.next.map(|next| next.to_string()),
        }
    }
}

impl From<&TimelineItem> for TimelineEntry {
    fn from(item: &TimelineItem) -> Self {
        Self {
            id: item.id,
            at: item.at,
            kind: item.kind.into(),
            text: item.text.clone(),
            actor: item.actor.as_deref().map(str::to_owned),
            cluster: item.cluster.as_str().into(),
            connector: item.connector.as_ref().map(|name| name.as_str().into()),
            verdict: item.health.map(Verdict::from),
        }
    }
}
