//! Records of a status topic.
//!
//! They tell more than a worker's REST API, which hides the UNASSIGNED record of a task whose RUNNING record has the
//! same generation: read raw, every orderly exit shows.

use std::sync::Arc;

use model::names::{ConnectorName, WorkerId};
use model::secrets::RawTrace;
use model::state::State;

use super::json::{self, Fields};
use super::{Malformed, named, task_key};

/// The longest word (a state, a worker's id, a version) that is kept, in characters; as for what REST says.
const LONGEST: usize = 200;

/// One record. No Debug: it may hold a raw trace.
pub enum StatusRecord {
    /// `status-connector-NAME`.
    Connector {
        /// The connector.
        connector: ConnectorName,
        /// Its status; `None` when it was removed.
        status: Option<Status>,
    },
    /// `status-task-NAME-N`.
    Task {
        /// The connector.
        connector: ConnectorName,
        /// The task's number.
        task: u32,
        /// Its status; `None` when it was removed.
        status: Option<Status>,
    },
    /// `status-topic-TOPIC:connector-NAME`: the connector reads or writes the topic.
    Topic {
        /// The topic.
        topic: Arc<str>,
        /// The connector.
        connector: ConnectorName,
        /// Who noticed; `None` when the set of topics was reset.
        used: Option<TopicUse>,
    },
}

/// What a worker wrote about a connector instance or task. No Debug: it holds the raw trace.
#[derive(Clone)]
pub struct Status {
    /// The state, also one that this version does not know.
    pub state: State,
    /// The worker that wrote it.
    pub worker_id: WorkerId,
    /// The trace, when FAILED.
    pub trace: Option<RawTrace>,
    /// The Connect group's generation when it was written. It starts again at a low number when the group was deleted,
    /// so nothing is ordered by it alone.
    pub generation: Option<i64>,
    /// The plugin's version as running, where the worker writes it (since 4.1).
    pub version: Option<Arc<str>>,
}

/// Who noticed that a connector uses a topic.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TopicUse {
    /// The task's number.
    pub task: Option<u32>,
    /// When, in ms since 1970, by the worker's clock.
    pub discovered_ms: Option<i64>,
}

/// Reads a record; `None` when its key is none of the known kinds.
///
/// # Errors
/// [`Malformed`].
pub fn read(key: &[u8], value: Option<&[u8]>) -> Option<Result<StatusRecord, Malformed>> {
    let key = String::from_utf8_lossy(key);
    if let Some(name) = key.strip_prefix("status-connector-") {
        return Some(connector(name, value));
    }
    if let Some(rest) = key.strip_prefix("status-task-") {
        return Some(task(rest, value));
    }
    let rest = key.strip_prefix("status-topic-")?;
    Some(topic(rest, value))
}

fn connector(name: &str, value: Option<&[u8]>) -> Result<StatusRecord, Malformed> {
    Ok(StatusRecord::Connector {
        connector: named(name)?.into(),
        status: json::fields(value)?.as_ref().map(status).transpose()?,
    })
}

fn task(rest: &str, value: Option<&[u8]>) -> Result<StatusRecord, Malformed> {
    let (name, task) = task_key(rest)?;
    Ok(StatusRecord::Task {
        connector: name.into(),
        task,
        status: json::fields(value)?.as_ref().map(status).transpose()?,
    })
}

/// A topic's name holds no colon, a connector's may.
fn topic(rest: &str, value: Option<&[u8]>) -> Result<StatusRecord, Malformed> {
    let (topic, name) = rest.split_once(":connector-").ok_or(Malformed::Key)?;
    if topic.contains(':') {
        return Err(Malformed::Key);
    }
    let used = |fields: &Fields<'_>| {
        let inner = fields.get("topic").and_then(|value| json::object(value));
        let inner = inner.ok_or(Malformed::Field("topic"))?;
        let number = |field| inner.get(field).and_then(|value| json::whole(value));
        Ok(TopicUse {
            task: number("task").and_then(|task| u32::try_from(task).ok()),
            discovered_ms: number("discoverTimestamp"),
        })
    };
    Ok(StatusRecord::Topic {
        topic: named(topic)?.into(),
        connector: named(name)?.into(),
        used: json::fields(value)?.as_ref().map(used).transpose()?,
    })
}

fn status(fields: &Fields<'_>) -> Result<Status, Malformed> {
    let text = |field| fields.get(field).and_then(|value| json::string(value));
    let state = text("state").ok_or(Malformed::Field("state"))?;
    let version = text("version").filter(|version| version != "undefined");
    Ok(Status {
        state: State::parse(&word(&state)),
        worker_id: word(&text("worker_id").unwrap_or_default()).into(),
        trace: text("trace").filter(|trace| !trace.is_empty()).map(RawTrace::new),
        generation: fields.get("generation").and_then(|value| json::whole(value)),
        version: version.map(|version| word(&version).into()),
    })
}

/// A word of at most 200 characters, without what a terminal or a page would obey, so that it equals what REST says of
/// the same thing.
fn word(text: &str) -> String {
    let obeyed = |c: char| {
        c.is_control()
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
    };
    text.chars().filter(|c| !obeyed(*c)).take(LONGEST).collect()
}

#[cfg(test)]
#[path = "status_tests.rs"]
mod tests;
