//! What befalls many connectors at one moment for one cause, be they of one cluster or of many that rely on one system: told
//! once, not once a connector.

use std::collections::{BTreeMap, BTreeSet};

use chrono::TimeDelta;
use model::names::ClusterName;

use super::line::{LEAST, Storm, TimelineLine};
use super::{EntryKind, TimelineItem, Turn};

/// From the first verdict of one wave to its last passes no more time than this: what comes one by one is no wave.
const MOMENT: TimeDelta = TimeDelta::seconds(10);

type Key<'a> = (Option<&'a ClusterName>, EntryKind, &'a str, &'a str);

/// The entries (newest first, by their places) of each wave: failures, verdicts or faults of at least four connectors that
/// turn alike for one cause, in whatever cluster; of those that turn well for a reason of their own, in one cluster.
pub(super) fn waves(items: &[TimelineItem]) -> Vec<Vec<usize>> {
    let mut groups: Vec<Vec<usize>> = Vec::new();
    let mut open: BTreeMap<Key<'_>, usize> = BTreeMap::new();
    for (index, item) in items.iter().enumerate() {
        let Some((Turn { word, .. }, shared)) = item
            .turn
            .as_ref()
            .and_then(|turn| Some((turn, turn.shared.as_deref()?)))
        else {
            continue;
        };
        let alone = shared.is_empty().then_some(&item.cluster);
        let key = (alone, item.kind, &**word, shared);
        let group = open.get(&key).and_then(|group| groups.get_mut(*group));
        let joined = group.filter(|group| {
            let newest = group.first().and_then(|newest| items.get(*newest));
            newest.is_some_and(|newest| newest.at - item.at <= MOMENT)
        });
        match joined {
            Some(group) => group.push(index),
            None => {
                open.insert(key, groups.len());
                groups.push(vec![index]);
            }
        }
    }
    groups.retain(|group| {
        let members = group.iter().filter_map(|index| items.get(*index));
        connectors(members) >= LEAST
    });
    groups
}

/// The line of a wave.
pub(super) fn wave(items: &[&TimelineItem]) -> Option<TimelineLine> {
    let (newest, oldest) = (items.first()?, items.last()?);
    let turn = newest.turn.as_ref()?;
    let clusters: BTreeSet<_> = items.iter().map(|item| &item.cluster).collect();
    let storm = Storm {
        subject: match clusters.len() {
            0 | 1 => newest.cluster.to_string(),
            many => format!("{many} clusters"),
        },
        clusters: clusters.len(),
        words: vec![turn.word.clone()],
        times: connectors(items.iter().copied()),
        from: oldest.at,
        to: newest.at,
        cause: turn.shared.clone().filter(|shared| !shared.is_empty()),
        items: items.iter().map(|item| (*item).clone()).collect(),
        moves: None,
        wave: true,
    };
    let item = TimelineItem {
        connector: None,
        turn: None,
        ..(*newest).clone()
    };
    Some(TimelineLine {
        item,
        storm: Some(storm),
    })
}

fn connectors<'a>(items: impl Iterator<Item = &'a TimelineItem>) -> usize {
    let names: BTreeSet<_> = items
        .filter_map(|item| Some((&item.cluster, item.connector.as_ref()?)))
        .collect();
    names.len()
}
