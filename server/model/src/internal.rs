//! What the internal topics of a Connect cluster tell, and what of it is kept in memory while they are read.
//!
//! A topic tells the last word on every key, and every word as it is written. So the last words are kept beside the facts
//! ([`LastWords`]): a list that was asked for earlier, or that a worker gives which reads its topics late, must not undo them.
//! They are not recorded: whoever takes a cluster over reads them again.

use std::collections::BTreeMap;
use std::sync::Arc;

use litemap::LiteMap;
use serde::{Deserialize, Serialize};

use crate::Timestamp;
use crate::names::{ConnectorName, WorkerId};
use crate::observe::{Gap, ListedConfig, ListedInstance};
use crate::secrets::Redactor;
use crate::state::{State, TargetState};

/// Which of its three internal topics.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum InternalTopic {
    /// `status.storage.topic`.
    Status,
    /// `config.storage.topic`.
    Config,
    /// `offset.storage.topic`.
    Offset,
    /// One that only a newer version of Signalbox knows, which recorded it.
    #[serde(other)]
    Other,
}

impl InternalTopic {
    /// A word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Status => "status",
            Self::Config => "config",
            Self::Offset => "offset",
            Self::Other => "other",
        }
    }
}

/// How the reading of a topic stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TopicSeen {
    /// Which of the three.
    pub kind: InternalTopic,
    /// Its name; `None` while it is not known which topic it is.
    pub name: Option<Arc<str>>,
    /// Why it is not known wholly; `None` while all that it holds was told, and what comes is told as it comes.
    pub gap: Option<Gap>,
}

/// The same on record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TopicFacts {
    /// Its name, where that is known.
    #[serde(default)]
    pub name: Option<Arc<str>>,
    /// Why it is not known wholly; `None` while it is.
    #[serde(default)]
    pub gap: Option<Gap>,
    /// Since when it stands so.
    pub since: Timestamp,
}

/// Records of a status topic, free of secrets, those of one key in their order.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StatusesSeen {
    /// Whether these are the last words on all keys there are: what was told of the topic before is forgotten.
    pub whole: bool,
    /// The records.
    pub statuses: Vec<StatusSeen>,
}

/// One record of a status topic.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StatusSeen {
    /// The connector.
    pub connector: ConnectorName,
    /// Its task; `None` for the connector instance.
    pub task: Option<u32>,
    /// When it was written, by the clock of the worker or the broker.
    pub at: Timestamp,
    /// The group's generation as it was written.
    pub generation: Option<i64>,
    /// What it says; `None` when it was removed.
    pub status: Option<ListedInstance>,
}

/// Records of a config topic, masked, in their order.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ConfigsSeen {
    /// Whether these are the last words on all keys there are.
    pub whole: bool,
    /// The records.
    pub configs: Vec<ConfigSeen>,
}

/// One record of a config topic.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ConfigSeen {
    /// The connector.
    pub connector: ConnectorName,
    /// When it was written, by the clock of the worker or the broker.
    pub at: Timestamp,
    /// What it says.
    pub said: ConfigSaid,
}

/// What a record of a config topic says of its connector.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConfigSaid {
    /// Its config; `None` when it was deleted.
    Config(Option<Arc<ListedConfig>>),
    /// What it shall do; `None` for a word that this version does not know.
    Target(Option<TargetState>),
    /// How many tasks are configured.
    Tasks(u32),
}

/// The last words of the internal topics of one cluster.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LastWords {
    /// Whether the status topic is known wholly.
    pub(crate) statuses_whole: bool,
    pub(crate) statuses: BTreeMap<ConnectorName, Arc<ToldStatuses>>,
    /// Whether the config topic is known wholly.
    pub(crate) configs_whole: bool,
    pub(crate) configs: BTreeMap<ConnectorName, Arc<ToldConfig>>,
}

/// Of one connector.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct ToldStatuses {
    pub(crate) instance: Option<ToldStatus>,
    pub(crate) tasks: LiteMap<u32, ToldStatus>,
    /// When the last tombstone of one of its tasks came.
    pub(crate) removed: Option<Timestamp>,
}

/// The last word on one key.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct ToldStatus {
    /// When it came here.
    pub(crate) came: Timestamp,
    pub(crate) generation: Option<i64>,
    pub(crate) said: ListedInstance,
}

/// Of one connector.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct ToldConfig {
    /// `None` before its first config came and once it was deleted.
    pub(crate) config: Option<Arc<ListedConfig>>,
    pub(crate) deleted: bool,
    /// As written; without a record of it a connector is to run.
    pub(crate) target: Option<Option<TargetState>>,
}

impl ToldConfig {
    /// What it shall do, as far as this version understands it.
    pub(crate) fn target(&self) -> Option<TargetState> {
        self.target.unwrap_or(Some(TargetState::Started))
    }
}

impl LastWords {
    /// Whether both topics that lists are made of are known wholly, so that lists need not be asked for often.
    pub fn whole(&self) -> bool {
        self.statuses_whole && self.configs_whole
    }

    /// Forgets connectors that were forgotten, and what is said of such as nothing else knows.
    pub(crate) fn forget(&mut self, known: impl Fn(&ConnectorName) -> bool) {
        self.statuses.retain(|name, _| known(name));
        self.configs.retain(|name, told| !told.deleted || known(name));
    }

    /// What came before the clock was set back to `now` came before anything that is listed from now on.
    pub(crate) fn not_ahead(&mut self, now: Timestamp) {
        for statuses in self.statuses.values_mut() {
            let ahead = |told: &ToldStatus| told.came > now;
            if statuses.instance.as_ref().is_some_and(ahead) || statuses.tasks.values().any(ahead) {
                let statuses = Arc::make_mut(statuses);
                let tasks = statuses.tasks.iter_mut().map(|(_, told)| told);
                for told in statuses.instance.iter_mut().chain(tasks) {
                    told.came = told.came.min(now);
                }
            }
        }
    }

    /// Strikes what was no secret when it was quoted out of the traces of a connector.
    pub(crate) fn strike(&mut self, name: &ConnectorName, redactor: &Redactor) {
        let Some(statuses) = self.statuses.get_mut(name).map(Arc::make_mut) else {
            return;
        };
        let tasks = statuses.tasks.iter_mut().map(|(_, told)| told);
        let all = statuses.instance.iter_mut().chain(tasks);
        for trace in all.filter_map(|told| told.said.trace.as_mut()) {
            redactor.strike_out(trace);
        }
    }

    /// What the status topic says of a connector, while it is known wholly.
    pub(crate) fn statuses_of(&self, name: &ConnectorName) -> Option<&Arc<ToldStatuses>> {
        self.statuses.get(name).filter(|_| self.statuses_whole)
    }

    /// What the config topic says of a connector, while it is known wholly.
    pub(crate) fn config_of(&self, name: &ConnectorName) -> Option<&Arc<ToldConfig>> {
        self.configs.get(name).filter(|_| self.configs_whole)
    }

    /// Whether the config topic told that it was deleted.
    pub(crate) fn deleted(&self, name: &ConnectorName) -> bool {
        self.config_of(name).is_some_and(|told| told.deleted)
    }

    /// Whether the config topic holds a config of it.
    pub(crate) fn exists(&self, name: &ConnectorName) -> bool {
        self.config_of(name).is_some_and(|told| told.config.is_some())
    }

    /// Takes a record that came at `came`; false when it came too late to say anything, see [`ToldStatus::outdates`].
    pub(crate) fn status(&mut self, seen: &StatusSeen, came: Timestamp) -> bool {
        let statuses = Arc::make_mut(self.statuses.entry(seen.connector.clone()).or_default());
        let before = match seen.task {
            None => statuses.instance.as_ref(),
            Some(task) => statuses.tasks.get(&task),
        };
        if before.is_some_and(|before| before.outdates(seen)) {
            return false;
        }
        let told = seen.status.as_ref().map(|said| ToldStatus {
            came,
            generation: seen.generation,
            said: said.clone(),
        });
        match (seen.task, told) {
            (None, told) => statuses.instance = told,
            (Some(task), Some(told)) => drop(statuses.tasks.insert(task, told)),
            (Some(task), None) => {
                statuses.tasks.remove(&task);
                statuses.removed = Some(came);
            }
        }
        true
    }

    /// Takes a record of the config topic.
    pub(crate) fn config(&mut self, seen: &ConfigSeen) {
        let told = Arc::make_mut(self.configs.entry(seen.connector.clone()).or_default());
        match &seen.said {
            ConfigSaid::Config(config) => {
                told.config.clone_from(config);
                told.deleted = config.is_none();
            }
            ConfigSaid::Target(target) => told.target = Some(*target),
            ConfigSaid::Tasks(_) => {}
        }
    }
}

impl ToldStatus {
    /// Whether a record that stands behind this one in the topic is older all the same. Workers write without waiting and
    /// repeat what failed, so that the word with which a worker lets go of something may land after that of the worker
    /// which took it over. It is known by its lower generation. What any other word says holds, since generations begin
    /// anew with their group; and so does that of the same worker, by which an orderly exit shows.
    fn outdates(&self, seen: &StatusSeen) -> bool {
        let said = seen.status.as_ref();
        said.is_some_and(|said| {
            let now = (&self.said.worker_id, self.generation);
            lands_late(now, &said.state, (&said.worker_id, seen.generation))
        })
    }
}

/// Whether a worker's word is older than that of the one which stands before it in the topic, each with the generation
/// of its record; see [`LastWords`].
pub fn lands_late(
    (now, generation): (&WorkerId, Option<i64>),
    state: &State,
    (worker, written): (&WorkerId, Option<i64>),
) -> bool {
    let older = matches!((written, generation), (Some(then), Some(now)) if then < now);
    older && *state == State::Unassigned && worker != now
}
