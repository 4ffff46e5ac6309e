//! Who asks, and what they may.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// One thing that a person or program may be allowed to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Right {
    /// See inventory, states, verdicts and history, without configs.
    See,
    /// See configs (masked) and traces.
    SeeConfig,
    /// See record payloads.
    SeePayload,
    /// Restart, pause, resume, stop.
    Operate,
    /// Create and change connectors and Signalbox's own records.
    Edit,
    /// Change offsets.
    Offsets,
    /// Delete connectors.
    Delete,
    /// Send dead letters back.
    Redrive,
    /// Everything about the server itself.
    Administer,
}

impl Right {
    /// All rights, in the order of the configuration's documentation.
    pub const ALL: [Self; 9] = [
        Self::See,
        Self::SeeConfig,
        Self::SeePayload,
        Self::Operate,
        Self::Edit,
        Self::Offsets,
        Self::Delete,
        Self::Redrive,
        Self::Administer,
    ];

    /// The word of the configuration.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::See => "see",
            Self::SeeConfig => "see_config",
            Self::SeePayload => "see_payload",
            Self::Operate => "operate",
            Self::Edit => "edit",
            Self::Offsets => "offsets",
            Self::Delete => "delete",
            Self::Redrive => "redrive",
            Self::Administer => "administer",
        }
    }
}

/// How an actor came in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Door {
    /// A browser session that began with the one-time link.
    Session,
    /// A bearer token of `[[tokens]]`.
    Token,
    /// Loopback, for what is open there: probes and metrics.
    Loopback,
}

/// Who asks a question or gives a command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Actor {
    /// Name for the audit record: a token's name or `local operator`.
    pub name: Arc<str>,
    /// How they came in.
    pub door: Door,
    /// What they may do.
    pub rights: BTreeSet<Right>,
}

impl Actor {
    /// Whether the actor holds `right`.
    pub fn may(&self, right: Right) -> bool {
        self.rights.contains(&right)
    }
}
