//! Live events.

use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use super::Verdict;
use super::words::EventKind;

/// One change; what is new about it is read where it is.
#[derive(Serialize, ToSchema)]
pub struct Event {
    /// Its number: later ones are greater.
    pub id: i64,
    /// When it was recorded.
    pub at: DateTime<Utc>,
    /// The cluster.
    pub cluster: String,
    /// The connector, where one is concerned.
    pub connector: Option<String>,
    /// What about it.
    pub changed: EventKind,
    /// The connector's verdict now.
    pub verdict: Option<Verdict>,
}

/// Events after a number.
#[derive(Serialize, ToSchema)]
pub struct EventList {
    /// Oldest first.
    pub items: Vec<Event>,
    /// Give it as `after` to get what comes next.
    pub next: i64,
    /// True when events after `after` are gone: read everything anew, then go on from `next`.
    pub reset: bool,
}

impl From<&engine::Event> for Event {
    fn from(event: &engine::Event) -> Self {
        Self {
            id: event.id,
            at: event.at,
            cluster: event.cluster.as_str().into(),
            connector: event.connector.as_ref().map(|name| name.as_str().into()),
            changed: (&event.changed).into(),
            verdict: event.health.map(Verdict::from),
        }
    }
}
