//! Judgements: a verdict with its reasons, never a colour without evidence.

use std::borrow::Cow;
use std::sync::Arc;

use litemap::LiteMap;
use serde::{Deserialize, Deserializer, Serialize};

use crate::Timestamp;
use crate::cause::Cause;
use crate::kept;
use crate::observe::Source;
use crate::scope::Scope;
use crate::state::State;

/// Health of a connector or task, worst first in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Health {
    /// It failed at least 3 times within 10 minutes.
    CrashLooping,
    /// The connector instance is FAILED, or every task is.
    Failed,
    /// Some tasks FAILED, others not.
    Degraded,
    /// Work is waiting and nothing progresses.
    Stalled,
    /// It sits on a worker that is gone, or is UNASSIGNED beyond the grace.
    Unassigned,
    /// RUNNING without tasks beyond the grace.
    NoTasks,
    /// It progresses, but lag is above its objective and not shrinking.
    Lagging,
    /// Nothing recent is known.
    Unknown,
    /// RESTARTING, or UNASSIGNED within the grace.
    Restarting,
    /// Asked to pause.
    Paused,
    /// Asked to stop.
    Stopped,
    /// None of the above.
    Healthy,
}

impl<'de> Deserialize<'de> for Health {
    /// A word that only a newer version knows is [`Health::Unknown`], which `#[serde(other)]` could say of the last alone.
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let word = Cow::<str>::deserialize(from)?;
        Ok(Self::parse(&word).unwrap_or(Self::Unknown))
    }
}

impl Health {
    /// Every health, worst first.
    pub const ALL: [Self; 12] = [
        Self::CrashLooping,
        Self::Failed,
        Self::Degraded,
        Self::Stalled,
        Self::Unassigned,
        Self::NoTasks,
        Self::Lagging,
        Self::Unknown,
        Self::Restarting,
        Self::Paused,
        Self::Stopped,
        Self::Healthy,
    ];

    /// The word of the API, the metrics and the search: `crash_looping` and so on.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::CrashLooping => "crash_looping",
            Self::Failed => "failed",
            Self::Degraded => "degraded",
            Self::Stalled => "stalled",
            Self::Unassigned => "unassigned",
            Self::NoTasks => "no_tasks",
            Self::Lagging => "lagging",
            Self::Unknown => "unknown",
            Self::Restarting => "restarting",
            Self::Paused => "paused",
            Self::Stopped => "stopped",
            Self::Healthy => "healthy",
        }
    }

    /// One letter, where many stand in a row: `f3h196` are three that failed and 196 that are healthy. It is recorded, so
    /// that none ever changes.
    pub fn letter(self) -> char {
        match self {
            Self::CrashLooping => 'c',
            Self::Failed => 'f',
            Self::Degraded => 'd',
            Self::Stalled => 's',
            Self::Unassigned => 'u',
            Self::NoTasks => 'n',
            Self::Lagging => 'l',
            Self::Unknown => 'k',
            Self::Restarting => 'r',
            Self::Paused => 'p',
            Self::Stopped => 'o',
            Self::Healthy => 'h',
        }
    }

    /// Reads [`Health::letter`].
    pub fn of_letter(letter: char) -> Option<Self> {
        Self::ALL.into_iter().find(|health| health.letter() == letter)
    }

    /// The words a person reads: `crash looping`, `no tasks`.
    pub fn words(self) -> &'static str {
        match self {
            Self::CrashLooping => "crash looping",
            Self::NoTasks => "no tasks",
            other => other.as_str(),
        }
    }

    /// What a connector, its name before it, says: `has failed`, `is crash looping`.
    pub fn says(self) -> &'static str {
        match self {
            Self::CrashLooping => "is crash looping",
            Self::Failed => "has failed",
            Self::Degraded => "is degraded",
            Self::Stalled => "has stalled",
            Self::Unassigned => "is unassigned",
            Self::NoTasks => "has no tasks",
            Self::Lagging => "is lagging",
            Self::Unknown => "is unknown",
            Self::Restarting => "is restarting",
            Self::Paused => "is paused",
            Self::Stopped => "is stopped",
            Self::Healthy => "is healthy",
        }
    }

    /// The health of the instance of a connector of this health, which has no verdict of its own: it is well unless nothing
    /// is known of it, REST says otherwise, or its worker is gone or runs none of its work. `tasks` are the connector's,
    /// each with its health and its worker.
    pub fn of_instance<'a>(
        self,
        state: &State,
        (worker, gone): (&str, bool),
        tasks: impl IntoIterator<Item = (Option<Self>, &'a str)>,
    ) -> Self {
        let left = gone || self.leaves_instance(worker, tasks);
        match state {
            _ if self == Self::Unknown => Self::Unknown,
            State::Failed => Self::Failed,
            _ if left && !matches!(state, State::Paused | State::Stopped) => Self::Unassigned,
            State::Unassigned => Self::Unassigned,
            State::Restarting => Self::Restarting,
            State::Paused => Self::Paused,
            State::Stopped => Self::Stopped,
            State::Running => Self::Healthy,
            State::Other(_) => Self::Unknown,
        }
    }

    /// Whether a connector instance is without a worker by the verdict on its connector: that is unassigned, and no task
    /// is, or one on the same worker. A worker that is back in its group without its work lives and runs none of it.
    pub fn leaves_instance<'a>(self, worker: &str, tasks: impl IntoIterator<Item = (Option<Self>, &'a str)>) -> bool {
        let mut lost = tasks
            .into_iter()
            .filter(|(health, _)| *health == Some(Self::Unassigned))
            .peekable();
        self == Self::Unassigned && (lost.peek().is_none() || lost.any(|(_, on)| on == worker))
    }

    /// Whether a state that REST reports means what this health says. RUNNING says nothing about progress, so it agrees
    /// only with what moves, or may.
    pub fn agrees_with(self, state: &State) -> bool {
        match state {
            State::Running => matches!(self, Self::Healthy),
            State::Failed => matches!(self, Self::Failed | Self::CrashLooping),
            State::Paused => self == Self::Paused,
            State::Stopped => self == Self::Stopped,
            State::Unassigned => matches!(self, Self::Unassigned | Self::Restarting),
            State::Restarting => self == Self::Restarting,
            State::Other(_) => false,
        }
    }

    /// Reads [`Health::as_str`].
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|health| health.as_str() == word)
    }

    /// Whether a person is needed: all but stopped, paused, restarting and healthy.
    pub fn unhealthy(self) -> bool {
        !matches!(self, Self::Stopped | Self::Paused | Self::Restarting | Self::Healthy)
    }
}

/// Whether a healthy connector moves data.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Activity {
    /// Records move.
    Active,
    /// Nothing waits and nothing moves.
    Idle,
    /// Not observed.
    #[default]
    #[serde(other)]
    Unknown,
}

impl Activity {
    /// `active`, `idle` or `unknown`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Idle => "idle",
            Self::Unknown => "unknown",
        }
    }
}

/// One reason for a verdict: a sentence, the evidence behind it, where that came from and when it was true.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason {
    /// A sentence that a tired person understands.
    #[serde(deserialize_with = "kept::read_word")]
    pub text: Arc<str>,
    /// The raw facts behind the sentence, short: `task 1: FAILED on 10.0.0.7:8083`.
    pub evidence: Arc<str>,
    /// Where the evidence came from.
    pub source: Source,
    /// When the evidence was seen to begin to hold.
    pub as_of: Timestamp,
}

/// The verdict about one connector.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Verdict {
    /// Its health.
    pub health: Health,
    /// Whether it moves data.
    #[serde(default)]
    pub activity: Activity,
    /// Since when this health has held.
    pub since: Timestamp,
    /// Why; evidence first, never empty.
    pub reasons: Vec<Reason>,
    /// The tasks' own verdicts.
    #[serde(default, deserialize_with = "kept::read_map")]
    pub tasks: LiteMap<u32, TaskVerdict>,
    /// What is wrong and whose it is; present exactly when `health` is unhealthy.
    #[serde(default)]
    pub diagnosis: Option<Diagnosis>,
    /// Revision of the settings by which it was judged.
    #[serde(default)]
    pub settings: u64,
}

/// The verdict about one task.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TaskVerdict {
    /// Its health.
    pub health: Health,
    /// Since when.
    pub since: Timestamp,
    /// Why, one sentence.
    #[serde(deserialize_with = "kept::read_word")]
    pub text: Arc<str>,
    /// Root cause in one line, when it FAILED.
    #[serde(default)]
    pub root_cause: Option<Arc<str>>,
}

/// Whose a fault is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Domain {
    /// The platform team's: workers, brokers, their principal, plugins, the network between them.
    Infrastructure,
    /// The connector's owner's: config, data, credentials, source or target system.
    Connector,
    /// The evidence does not decide.
    #[serde(other)]
    Unsure,
}

impl Domain {
    /// Reads [`Domain::as_str`].
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Infrastructure, Self::Connector, Self::Unsure]
            .into_iter()
            .find(|domain| domain.as_str() == word)
    }

    /// `infrastructure`, `connector` or `unsure`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Infrastructure => "infrastructure",
            Self::Connector => "connector",
            Self::Unsure => "unsure",
        }
    }
}

/// What kind of thing is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(
    missing_docs,
    reason = "these are the common words for what can be wrong, and each explains itself"
)]
pub enum Class {
    Auth,
    Acl,
    Network,
    Kafka,
    Worker,
    Resource,
    Plugin,
    Config,
    Schema,
    Data,
    Target,
    Source,
    Transient,
    #[serde(other)]
    Unknown,
}

impl Class {
    /// Every class.
    pub const ALL: [Self; 14] = [
        Self::Auth,
        Self::Acl,
        Self::Network,
        Self::Kafka,
        Self::Worker,
        Self::Resource,
        Self::Plugin,
        Self::Config,
        Self::Schema,
        Self::Data,
        Self::Target,
        Self::Source,
        Self::Transient,
        Self::Unknown,
    ];

    /// The lower-case word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Auth => "auth",
            Self::Acl => "acl",
            Self::Network => "network",
            Self::Kafka => "kafka",
            Self::Worker => "worker",
            Self::Resource => "resource",
            Self::Plugin => "plugin",
            Self::Config => "config",
            Self::Schema => "schema",
            Self::Data => "data",
            Self::Target => "target",
            Self::Source => "source",
            Self::Transient => "transient",
            Self::Unknown => "unknown",
        }
    }

    /// Reads [`Class::as_str`].
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|class| class.as_str() == word)
    }
}

/// What is wrong with one connector and whose it is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Diagnosis {
    /// Whose.
    pub domain: Domain,
    /// What kind.
    pub class: Class,
    /// How sure, 0 to 1.
    pub confidence: f32,
    /// One line.
    pub root_cause: Arc<str>,
    /// Why this class and domain, one sentence.
    pub why: Arc<str>,
    /// What was found, where that says more than the class.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "crate::newer::read_known"
    )]
    pub cause: Option<Cause>,
    /// What the fault belongs to when several connectors share it: a gone worker, an unreachable cluster.
    #[serde(default, deserialize_with = "crate::newer::read_known")]
    pub shared: Option<Scope>,
}

impl Diagnosis {
    /// What is wrong with a whole cluster.
    pub(crate) fn of_cluster(
        class: Class,
        confidence: f32,
        root_cause: Arc<str>,
        why: &str,
        cause: impl Into<Option<Cause>>,
    ) -> Self {
        Self {
            domain: Domain::Infrastructure,
            class,
            confidence,
            root_cause,
            why: why.into(),
            cause: cause.into(),
            shared: Some(Scope::Cluster),
        }
    }

    /// What cannot be told of one connector.
    pub(crate) fn untold(confidence: f32, root_cause: Arc<str>, why: &str, cause: Cause) -> Self {
        Self {
            domain: Domain::Unsure,
            class: Class::Unknown,
            confidence,
            root_cause,
            why: why.into(),
            cause: Some(cause),
            shared: None,
        }
    }
}
