//! Records of a config topic.
//!
//! The workers' own reading of this topic holds the task configs back until a commit; a reader of single records does
//! not, and nothing of a config leaves as readable text. Of session keys, which sign what workers tell each other, not
//! even the length leaves.

use std::sync::Arc;

use model::names::ConnectorName;
use model::secrets::RawConfig;
use model::state::TargetState;
use serde_json::value::RawValue;

use super::json::{self, Fields};
use super::{Malformed, named, task_key};

/// Bytes of one config, keys and values: four times what a record holds by default. Everything that is made of a config
/// takes many times its length.
const LONGEST: usize = 4 << 20;

/// One record. No Debug: it may hold a raw config.
pub enum ConfigRecord {
    /// `target-state-NAME`: what the connector shall do. Without such a record it is STARTED.
    Target {
        /// The connector.
        connector: ConnectorName,
        /// The wish; `None` when it was removed with its connector.
        target: Option<Target>,
    },
    /// `connector-NAME`.
    Connector {
        /// The connector.
        connector: ConnectorName,
        /// Its config, placeholders unresolved, secrets in plain; `None` when it was deleted.
        config: Option<RawConfig>,
    },
    /// `task-NAME-N`. It counts once a commit with all tasks follows, and stays when the connector is deleted.
    Task {
        /// The connector.
        connector: ConnectorName,
        /// The task's number.
        task: u32,
        /// Its config; `None` when it was removed.
        config: Option<RawConfig>,
    },
    /// `commit-NAME`: the task configs written since the last commit hold from now on. It stays when the connector is
    /// deleted.
    Commit {
        /// The connector.
        connector: ConnectorName,
        /// How many tasks it has now; `None` when the record was removed.
        tasks: Option<u32>,
    },
    /// `restart-connector-NAME`: somebody asked for a restart. An event, not a state.
    Restart {
        /// The connector.
        connector: ConnectorName,
        /// What to restart; `None` when the record was removed, which asks for nothing.
        asked: Option<Restart>,
    },
    /// `tasks-fencing-NAME`: the bookkeeping of an exactly-once source (since 3.3).
    Fencing {
        /// The connector.
        connector: ConnectorName,
        /// How many producers were fenced; `None` when the record was removed.
        tasks: Option<u32>,
    },
    /// `session-key`: the workers have a new one (hourly). Nothing of it is kept.
    SessionKey,
    /// `logger-cluster-NAMESPACE`: somebody set a level on all workers (since 3.7). An event, not a state.
    Logger {
        /// The logger.
        namespace: Arc<str>,
        /// The level; `None` when the record was removed.
        level: Option<Arc<str>>,
    },
}

/// What a connector shall do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// A known one.
    Known(TargetState),
    /// A word that this version does not know, as it came.
    Other(Arc<str>),
}

/// What a restart shall restart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Restart {
    /// The tasks too, not only the connector instance.
    pub include_tasks: bool,
    /// Only what is FAILED.
    pub only_failed: bool,
}

/// Reads a record; `None` when its key is none of the known kinds.
///
/// # Errors
/// [`Malformed`].
pub fn read(key: &[u8], value: Option<&[u8]>) -> Option<Result<ConfigRecord, Malformed>> {
    let key = String::from_utf8_lossy(key);
    if key == "session-key" {
        return Some(Ok(ConfigRecord::SessionKey));
    }
    let (rest, read) = KINDS
        .iter()
        .find_map(|(prefix, read)| Some((key.strip_prefix(prefix)?, read)))?;
    Some(read(rest, value))
}

type Reader = fn(&str, Option<&[u8]>) -> Result<ConfigRecord, Malformed>;

/// What keys begin with; no prefix is the beginning of another one.
const KINDS: [(&str, Reader); 7] = [
    ("target-state-", target),
    ("connector-", connector),
    ("task-", task),
    ("commit-", commit),
    ("restart-connector-", restart),
    ("tasks-fencing-", fencing),
    ("logger-cluster-", logger),
];

fn target(name: &str, value: Option<&[u8]>) -> Result<ConfigRecord, Malformed> {
    let wish = |fields: &Fields<'_>| {
        let word = |field| fields.get(field).and_then(|value| json::string(value));
        // Workers since 3.5 write both: the older field has no word for STOPPED.
        let words = [word("state.v2"), word("state")];
        let known = words.iter().flatten().find_map(|word| known(word));
        let other = words.iter().flatten().next();
        match (known, other) {
            (Some(known), _) => Ok(Target::Known(known)),
            (None, Some(other)) => Ok(Target::Other(other.chars().take(200).collect::<String>().into())),
            (None, None) => Err(Malformed::Field("state")),
        }
    };
    Ok(ConfigRecord::Target {
        connector: named(name)?.into(),
        target: json::fields(value)?.as_ref().map(wish).transpose()?,
    })
}

fn known(word: &str) -> Option<TargetState> {
    let all = [TargetState::Started, TargetState::Paused, TargetState::Stopped];
    all.into_iter().find(|state| state.as_str() == word)
}

fn connector(name: &str, value: Option<&[u8]>) -> Result<ConfigRecord, Malformed> {
    Ok(ConfigRecord::Connector {
        connector: named(name)?.into(),
        config: json::fields(value)?.as_ref().map(properties).transpose()?,
    })
}

fn task(rest: &str, value: Option<&[u8]>) -> Result<ConfigRecord, Malformed> {
    let (name, task) = task_key(rest)?;
    Ok(ConfigRecord::Task {
        connector: name.into(),
        task,
        config: json::fields(value)?.as_ref().map(properties).transpose()?,
    })
}

fn properties(fields: &Fields<'_>) -> Result<RawConfig, Malformed> {
    let missing = Malformed::Field("properties");
    let properties = fields.get("properties").ok_or(missing)?;
    if properties.get().len() > LONGEST {
        return Err(Malformed::Long);
    }
    let pairs = json::object(properties).ok_or(missing)?;
    let pair = |(key, value): (String, &RawValue)| (key, json::text(value));
    Ok(RawConfig::new(pairs.into_iter().map(pair).collect()))
}

fn commit(name: &str, value: Option<&[u8]>) -> Result<ConfigRecord, Malformed> {
    Ok(ConfigRecord::Commit {
        connector: named(name)?.into(),
        tasks: json::fields(value)?
            .as_ref()
            .map(|fields| count(fields, "tasks"))
            .transpose()?,
    })
}

fn fencing(name: &str, value: Option<&[u8]>) -> Result<ConfigRecord, Malformed> {
    let fields = json::fields(value)?;
    Ok(ConfigRecord::Fencing {
        connector: named(name)?.into(),
        tasks: fields.as_ref().map(|fields| count(fields, "task-count")).transpose()?,
    })
}

fn count(fields: &Fields<'_>, field: &'static str) -> Result<u32, Malformed> {
    let count = fields.get(field).and_then(|value| json::whole(value));
    count
        .and_then(|count| u32::try_from(count).ok())
        .ok_or(Malformed::Field(field))
}

fn restart(name: &str, value: Option<&[u8]>) -> Result<ConfigRecord, Malformed> {
    let asked = |fields: Fields<'_>| {
        let flag = |field| fields.get(field).and_then(|value| json::boolean(value));
        Restart {
            include_tasks: flag("include-tasks").unwrap_or(false),
            only_failed: flag("only-failed").unwrap_or(false),
        }
    };
    Ok(ConfigRecord::Restart {
        connector: named(name)?.into(),
        asked: json::fields(value)?.map(asked),
    })
}

fn logger(namespace: &str, value: Option<&[u8]>) -> Result<ConfigRecord, Malformed> {
    let level = |fields: &Fields<'_>| {
        let level = fields.get("level").and_then(|value| json::string(value));
        level
            .map(|level| level.chars().take(200).collect::<String>().into())
            .ok_or(Malformed::Field("level"))
    };
    Ok(ConfigRecord::Logger {
        namespace: named(namespace)?.into(),
        level: json::fields(value)?.as_ref().map(level).transpose()?,
    })
}

#[cfg(test)]
#[path = "config_tests.rs"]
mod tests;
