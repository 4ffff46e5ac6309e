//! What may stand before a colon.

use crate::search::near::nearest;

/// A key of the query language.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Key {
    /// Health as shown, or `unhealthy` for all that need a person.
    Health,
    /// The owning team; `nobody` for what has none.
    Team,
    /// The cluster.
    Cluster,
    /// `source` or `sink`.
    Kind,
    /// The fault's class, or the connector's Java class.
    Class,
    /// The connector's Java class, with or without its package.
    Plugin,
    /// A topic that the config names.
    Topic,
    /// A worker that an instance runs on, with or without its port.
    Worker,
    /// A system at the other end: its address, its host or its kind.
    Target,
    /// How far behind it is: `>1000` records, `>5m`, or `unknown`.
    Lag,
    /// Whether it moves data.
    Activity,
    /// The name, or cluster and name with a slash between them.
    Connector,
}

impl Key {
    /// Every key, in the order in which they are offered.
    pub const ALL: [Self; 12] = [
        Self::Health,
        Self::Team,
        Self::Cluster,
        Self::Class,
        Self::Kind,
        Self::Topic,
        Self::Target,
        Self::Worker,
        Self::Plugin,
        Self::Lag,
        Self::Activity,
        Self::Connector,
    ];

    /// As it is written.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Health => "health",
            Self::Team => "team",
            Self::Cluster => "cluster",
            Self::Kind => "kind",
            Self::Class => "class",
            Self::Plugin => "plugin",
            Self::Topic => "topic",
            Self::Worker => "worker",
            Self::Target => "target",
            Self::Lag => "lag",
            Self::Activity => "activity",
            Self::Connector => "connector",
        }
    }

    /// What it asks for, for who is about to write it.
    pub fn says(self) -> &'static str {
        match self {
            Self::Health => "how it is, as shown",
            Self::Team => "who owns it",
            Self::Cluster => "where it runs",
            Self::Kind => "source or sink",
            Self::Class => "the fault's class, or the Java class",
            Self::Plugin => "the Java class",
            Self::Topic => "a topic of its config",
            Self::Worker => "the worker that runs it",
            Self::Target => "the system at the other end",
            Self::Lag => "how far behind it is: >1000, >5m or unknown",
            Self::Activity => "active, idle or unknown",
            Self::Connector => "its name",
        }
    }

    /// Reads [`Key::as_str`], in any case.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|key| key.as_str().eq_ignore_ascii_case(word))
    }

    pub(crate) fn nearest(word: &str) -> Option<Self> {
        nearest(word, Self::ALL.into_iter().map(Self::as_str)).and_then(|word| Self::parse(&word))
    }
}
