//! Records of a topic that is not known wholly yet: the last one of each key, until all are there.

use std::collections::BTreeMap;

use kafka::internal::config::Target;
use kafka::internal::status::Status;
use kafka::internal::{ConfigRecord, StatusRecord};
use model::Timestamp;
use model::internal::lands_late;
use model::names::{ConnectorName, WorkerId};
use model::secrets::RawConfig;
use model::state::TargetState;

/// A record of a status topic. No Debug: it may hold a raw trace.
pub(super) struct StatusWord {
    pub(super) connector: ConnectorName,
    pub(super) task: Option<u32>,
    pub(super) at: Timestamp,
    pub(super) status: Option<Status>,
}

impl StatusWord {
    /// What a record says of a connector instance or task; `None` for the others.
    pub(super) fn of(record: StatusRecord, at: Timestamp) -> Option<Self> {
        let (connector, task, status) = match record {
            StatusRecord::Connector { connector, status } => (connector, None, status),
            StatusRecord::Task {
                connector,
                task,
                status,
            } => (connector, Some(task), status),
            StatusRecord::Topic { .. } => return None,
        };
        Some(Self {
            connector,
            task,
            at,
            status,
        })
    }
}

/// A record of a config topic. No Debug: it may hold a raw config.
pub(super) struct ConfigWord {
    pub(super) connector: ConnectorName,
    pub(super) at: Timestamp,
    pub(super) said: Said,
}

/// What it says.
pub(super) enum Said {
    Config(Option<RawConfig>),
    Target(Option<TargetState>),
    Tasks(u32),
}

impl ConfigWord {
    /// What a record says of what a connector is or shall do; `None` for the others.
    pub(super) fn of(record: ConfigRecord, at: Timestamp) -> Option<Self> {
        let (connector, said) = match record {
            ConfigRecord::Connector { connector, config } => (connector, Said::Config(config)),
            ConfigRecord::Target { connector, target } => {
                let target = match target {
                    Some(Target::Known(target)) => Some(target),
                    Some(Target::Other(_)) => None,
                    // Without a record of it a connector is to run.
                    None => Some(TargetState::Started),
                };
                (connector, Said::Target(target))
            }
            ConfigRecord::Commit {
                connector,
                tasks: Some(tasks),
            } => (connector, Said::Tasks(tasks)),
            _ => return None,
        };
        Some(Self { connector, at, said })
    }
}

/// The last words on the keys of a status topic, and every word since it is known wholly.
#[derive(Default)]
pub(super) struct Statuses {
    last: BTreeMap<(ConnectorName, Option<u32>), StatusWord>,
    since: Vec<StatusWord>,
}

impl Statuses {
    /// Takes a word that comes while the topic is known wholly.
    pub(super) fn push(&mut self, word: StatusWord) {
        self.since.push(word);
    }

    /// Takes a word before that.
    pub(super) fn put(&mut self, word: StatusWord) {
        let key = (word.connector.clone(), word.task);
        let before = self.last.get(&key).and_then(|before| before.status.as_ref());
        let late = before.zip(word.status.as_ref()).is_some_and(|(before, status)| {
            let before = (&before.worker_id, before.generation);
            lands_late(before, &status.state, (&status.worker_id, status.generation))
        });
        if !late {
            self.last.insert(key, word);
        }
    }

    pub(super) fn take(&mut self) -> Vec<StatusWord> {
        let last = std::mem::take(&mut self.last).into_values();
        last.chain(std::mem::take(&mut self.since)).collect()
    }

    /// The workers that the last words name.
    pub(super) fn workers(&self) -> impl Iterator<Item = &WorkerId> {
        let statuses = self.last.values().filter_map(|word| word.status.as_ref());
        statuses.map(|status| &status.worker_id)
    }
}

/// The same of a config topic, in their order.
#[derive(Default)]
pub(super) struct Configs {
    words: BTreeMap<(ConnectorName, u8), (u64, ConfigWord)>,
    taken: u64,
    since: Vec<ConfigWord>,
}

impl Configs {
    /// Takes a word that comes while the topic is known wholly.
    pub(super) fn push(&mut self, word: ConfigWord) {
        self.since.push(word);
    }

    /// Takes a word before that.
    pub(super) fn put(&mut self, word: ConfigWord) {
        let kind = match word.said {
            Said::Config(_) => 0,
            Said::Target(_) => 1,
            Said::Tasks(_) => 2,
        };
        self.taken += 1;
        self.words.insert((word.connector.clone(), kind), (self.taken, word));
    }

    pub(super) fn take(&mut self) -> Vec<ConfigWord> {
        let mut words: Vec<(u64, ConfigWord)> = std::mem::take(&mut self.words).into_values().collect();
        words.sort_unstable_by_key(|(number, _)| *number);
        let last = words.into_iter().map(|(_, word)| word);
        last.chain(std::mem::take(&mut self.since)).collect()
    }

    /// The connectors that the last words say exist.
    pub(super) fn connectors(&self) -> impl Iterator<Item = &ConnectorName> {
        let words = self.words.values().map(|(_, word)| word);
        let configured = words.filter(|word| matches!(word.said, Said::Config(Some(_))));
        configured.map(|word| &word.connector)
    }
}
