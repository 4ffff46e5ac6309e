//! The text that words are searched in.

use std::collections::BTreeMap;
use std::sync::Arc;

use memchr::memmem::Finder;
use model::names::{ClusterName, ConnectorName};

use crate::Connector;

/// The lower-cased text of all connectors of a cluster, one behind the other in the order of their names. A word holds no
/// white space, so it never reaches over the line feed between two of them.
#[derive(Debug)]
pub(crate) struct Haystack {
    text: String,
    /// Where each connector's text ends.
    ends: Box<[usize]>,
}

impl Haystack {
    pub(crate) fn of(cluster: &ClusterName, connectors: &BTreeMap<ConnectorName, Arc<Connector>>) -> Self {
        let mut text = String::new();
        let ends = connectors.values().map(|connector| {
            text.push_str(&read(cluster, connector).to_lowercase());
            text.push('\n');
            text.len()
        });
        let ends = ends.collect();
        text.shrink_to_fit();
        Self { text, ends }
    }

    /// Whether this word, which is in lower case, occurs in any connector's text.
    pub(crate) fn holds(&self, word: &Finder<'_>) -> bool {
        word.find(self.text.as_bytes()).is_some()
    }

    /// `cluster/name` of each connector, in lower case.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        let starts = [0].into_iter().chain(self.ends.iter().copied());
        starts.zip(&*self.ends).map(|(start, end)| {
            let text = self.text.get(start..*end).unwrap_or_default();
            text.split('\n').next().unwrap_or_default()
        })
    }

    /// For each connector whether this word, which is in lower case, occurs in its text.
    pub(crate) fn holding(&self, word: &Finder<'_>) -> Vec<bool> {
        let mut holding = vec![false; self.ends.len()];
        let (mut from, mut row) = (0, 0);
        while let Some(found) = self.text.as_bytes().get(from..).and_then(|rest| word.find(rest)) {
            let at = from + found;
            row += self
                .ends
                .get(row..)
                .map_or(0, |ends| ends.partition_point(|end| *end <= at));
            let (Some(holds), Some(end)) = (holding.get_mut(row), self.ends.get(row)) else {
                break;
            };
            *holds = true;
            from = *end;
        }
        holding
    }
}

fn read(cluster: &ClusterName, connector: &Connector) -> String {
    let facts = connector.facts();
    let mut text = format!("{}/{}", cluster.as_str(), facts.name.as_str());
    let mut add = |part: &str| {
        text.push('\n');
        text.push_str(part);
    };
    add(facts.class.as_deref().unwrap_or_default());
    if let Some(owner) = connector.owner() {
        add(owner.team.as_str());
    }
    if let Some(config) = &facts.config {
        config.topics.texts().for_each(&mut add);
        config.targets.iter().for_each(|target| add(&target.address));
    }
    if let Some(diagnosis) = &connector.verdict().diagnosis {
        add(&diagnosis.root_cause);
        add(diagnosis.class.as_str());
    }
    for (_, instance) in facts.instances() {
        add(instance.worker_id.as_str());
    }
    text
}
