//! Configs that came into force and are not recorded yet, each with its time. Rows are recorded as they are now; without
//! this a config that another one followed while the database was away would be nowhere, although the history names it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use model::Timestamp;
use model::names::ConnectorName;
use model::observe::ListedConfig;
use store::InForce;

/// Configs kept of those that others followed, while the database takes none.
const MOST: usize = 10_000;
/// The same in bytes of their keys and values: one may have megabytes.
const MOST_BYTES: usize = 16 << 20;

/// Configs that came into force, those of each connector in their order.
#[derive(Clone, Default)]
pub(super) struct Configs {
    of: BTreeMap<ConnectorName, Vec<InForce>>,
    followed: Followed,
}

/// How many of them others followed. The last of each connector stands in the facts as well, and costs nothing more.
#[derive(Clone, Copy, Default)]
struct Followed {
    count: usize,
    bytes: usize,
}

impl Configs {
    pub(super) fn push(&mut self, connector: &ConnectorName, since: Timestamp, config: Arc<ListedConfig>) {
        let known = self.of.entry(connector.clone()).or_default();
        if let Some(before) = known.last() {
            self.followed.count += 1;
            self.followed.bytes += size(&before.config);
        }
        known.push(InForce {
            connector: connector.clone(),
            since,
            config,
        });
    }

    pub(super) fn is_empty(&self) -> bool {
        self.of.is_empty()
    }

    pub(super) fn connectors(&self) -> impl Iterator<Item = &ConnectorName> {
        self.of.keys()
    }

    /// All of them, as the store takes them.
    pub(super) fn all(&self) -> Vec<InForce> {
        self.of.values().flatten().cloned().collect()
    }

    /// Takes out those of some connectors.
    pub(super) fn take_out(&mut self, is_of: impl Fn(&ConnectorName) -> bool) -> Self {
        let out = self.of.extract_if(.., |name, _| is_of(name)).collect();
        self.followed = Followed::of(&self.of);
        Self::from(out)
    }

    /// Adds what came into force after these, or is about other connectors.
    pub(super) fn add(&mut self, newer: Self) {
        for (name, configs) in newer.of {
            self.of.entry(name).or_default().extend(configs);
        }
        self.followed = Followed::of(&self.of);
    }

    /// Nobody will ask for those of connectors that are forgotten.
    pub(super) fn forget<'a>(&mut self, gone: impl IntoIterator<Item = &'a ConnectorName>) {
        let gone: BTreeSet<&ConnectorName> = gone.into_iter().collect();
        self.take_out(|name| gone.contains(name));
    }

    /// Takes out all but the last of each connector.
    pub(super) fn take_followed(&mut self) -> Self {
        let mut out = BTreeMap::new();
        if self.followed.count > 0 {
            for (name, configs) in &mut self.of {
                let last = configs.split_off(configs.len().saturating_sub(1));
                let followed = std::mem::replace(configs, last);
                if !followed.is_empty() {
                    out.insert(name.clone(), followed);
                }
            }
        }
        self.followed = Followed::default();
        Self::from(out)
    }

    /// Drops those that others followed, where they are more than are kept. Returns from when to when they came into force.
    pub(super) fn give_way(&mut self) -> Option<(Timestamp, Timestamp)> {
        let Followed { count, bytes } = self.followed;
        if count < MOST && bytes < MOST_BYTES {
            return None;
        }
        self.take_followed().span()
    }

    /// From when to when they came into force.
    pub(super) fn span(&self) -> Option<(Timestamp, Timestamp)> {
        let moments = || self.of.values().flatten().map(|config| config.since);
        moments().min().zip(moments().max())
    }

    pub(super) fn len(&self) -> usize {
        self.of.values().map(Vec::len).sum()
    }

    fn from(of: BTreeMap<ConnectorName, Vec<InForce>>) -> Self {
        let followed = Followed::of(&of);
        Self { of, followed }
    }
}

impl Followed {
    fn of(all: &BTreeMap<ConnectorName, Vec<InForce>>) -> Self {
        let followed = all.values().filter_map(|configs| configs.split_last());
        followed
            .flat_map(|(_, followed)| followed)
            .fold(Self::default(), |sum, one| Self {
                count: sum.count + 1,
                bytes: sum.bytes + size(&one.config),
            })
    }
}

/// Bytes of its keys and values, about.
fn size(config: &ListedConfig) -> usize {
    const FINGERPRINT: usize = 64;
    let values = config.config.iter();
    values
        .map(|(key, value)| key.len() + value.shown().map_or(FINGERPRINT, str::len))
        .sum()
}
