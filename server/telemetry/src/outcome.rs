//! What is asked of a peer, and how it ended.

/// How a question to a peer ended, as a label.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Answered.
    Ok,
    /// Answered with what was known.
    Unchanged,
    /// Not answered.
    Failed,
}

impl Outcome {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Unchanged => "unchanged",
            Self::Failed => "failed",
        }
    }
}

/// What a worker is asked, or Kafka about a group of workers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Question {
    /// Whether there is a connector.
    Connector,
    /// Who is in the group; Kafka is asked.
    Group,
    /// How the worker is.
    Health,
    /// All connectors with config and status.
    List,
    /// The names of all connectors.
    Names,
    /// What a plugin can be configured with.
    PluginConfig,
    /// What the worker can load.
    Plugins,
    /// Who the worker is.
    Root,
}

impl Question {
    /// The label of metrics, and the word in logs.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Connector => "connector",
            Self::Group => "group",
            Self::Health => "health",
            Self::List => "list",
            Self::Names => "names",
            Self::PluginConfig => "plugin_config",
            Self::Plugins => "plugins",
            Self::Root => "root",
        }
    }

    /// Where a worker is asked it, as people know it; in words where Kafka is asked.
    pub fn path(self) -> &'static str {
        match self {
            Self::Connector => "/connectors/…",
            Self::Group => "members of the group, from Kafka",
            Self::Health => "/health",
            Self::List => "/connectors?expand",
            Self::Names => "/connectors",
            Self::PluginConfig => "/connector-plugins/…/config",
            Self::Plugins => "/connector-plugins",
            Self::Root => "/",
        }
    }
}
