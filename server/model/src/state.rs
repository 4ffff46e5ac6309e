//! The states that Kafka Connect itself reports.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// State of a connector instance or task as a worker reports it. It says nothing about progress.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum State {
    /// Its owner let go of it in order; nobody runs it.
    Unassigned,
    /// It was started.
    Running,
    /// It noticed the target state PAUSED.
    Paused,
    /// It noticed the target state STOPPED (connectors only, since 3.5).
    Stopped,
    /// It threw; it never recovers by itself.
    Failed,
    /// Between stop and start of a restart with flags (since 3.0).
    Restarting,
    /// A word that this version does not know, kept as it came.
    #[serde(untagged)]
    Other(Arc<str>),
}

impl State {
    /// Reads the word of a REST body or status record; upper case as Connect writes it.
    pub fn parse(word: &str) -> Self {
        match word {
            "UNASSIGNED" => Self::Unassigned,
            "RUNNING" => Self::Running,
            "PAUSED" => Self::Paused,
            "STOPPED" => Self::Stopped,
            "FAILED" => Self::Failed,
            "RESTARTING" => Self::Restarting,
            other => Self::Other(other.into()),
        }
    }

    /// The word as Connect writes it.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Unassigned => "UNASSIGNED",
            Self::Running => "RUNNING",
            Self::Paused => "PAUSED",
            Self::Stopped => "STOPPED",
            Self::Failed => "FAILED",
            Self::Restarting => "RESTARTING",
            Self::Other(word) => word,
        }
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What the owner of a connector asked for; it survives restarts and reconfiguration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum TargetState {
    /// To run.
    Started,
    /// To keep its tasks and do nothing.
    Paused,
    /// To run no task.
    Stopped,
}

impl TargetState {
    /// The word as the config topic writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Started => "STARTED",
            Self::Paused => "PAUSED",
            Self::Stopped => "STOPPED",
        }
    }
}

/// How a target state is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TargetSource {
    /// Read from the config topic.
    ConfigTopic,
    /// Concluded from the connector's state.
    #[serde(other)]
    Inferred,
}

/// Source or sink.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ConnectorKind {
    /// It reads a system and writes topics.
    Source,
    /// It reads topics and writes a system.
    Sink,
}

impl ConnectorKind {
    /// `source` or `sink`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Source => "source",
            Self::Sink => "sink",
        }
    }
}
