//! Storms in one line: what one connector does over and over, and what a rebalance moves, is told once and opens to the
//! single entries.

use std::collections::{BTreeMap, BTreeSet};

use chrono::TimeDelta;
use model::names::{ClusterName, ConnectorName};

use super::joined::joined;
use super::line::{LEAST, Moves, Shift, Storm, TimelineLine};
use super::wave::{wave, waves};
use super::{EntryKind, TimelineItem};

/// Between two entries of a storm passes no more time than this.
const WINDOW: TimeDelta = TimeDelta::minutes(10);

/// Between two moves of one rebalance passes no more time than this.
const REBALANCE: TimeDelta = TimeDelta::minutes(1);

type Key<'a> = (&'a ClusterName, &'a ConnectorName, EntryKind);

/// Folds entries (newest first) of one connector and kind into one line, where at least four of them follow one another
/// within ten minutes each. The line stands where its newest entry stood. What explains a change ends the storm: another
/// kind of entry about the same connector that says no turn (its config, what was asked of it), a worker that came or
/// left, a cluster that fell silent, a time when nothing was recorded. Storms of one connector at one time, of its states,
/// verdicts and faults, are one line. What one rebalance moves in a cluster, at least four
/// connectors and tasks with no more than a minute between two of them, is one line too; so are the failures, the verdicts and
/// the faults of at least four connectors, of whatever clusters, that turn alike at one moment for one cause, and those that
/// are seen for the first time together.
pub fn folded(items: &[TimelineItem]) -> Vec<TimelineLine> {
    let rebalances = rebalances(items);
    let waves = waves(items);
    let moved: BTreeSet<usize> = rebalances.iter().chain(&waves).flatten().copied().collect();
    let mut groups: Vec<Vec<usize>> = Vec::new();
    let mut open: BTreeMap<Key<'_>, usize> = BTreeMap::new();
    for (index, item) in items.iter().enumerate().filter(|(index, _)| !moved.contains(index)) {
        // What comes once in the life of a connector repeats nothing, and says that what was before it is over.
        let once = matches!(item.kind, EntryKind::Connector | EntryKind::Config);
        let (Some(connector), Some(_), false) = (&item.connector, &item.turn, once) else {
            match (&item.connector, item.kind) {
                (Some(name), _) => open.retain(|key, _| (key.0, key.1) != (&item.cluster, name)),
                (None, EntryKind::Worker | EntryKind::Cluster | EntryKind::Gap) => {
                    open.retain(|key, _| key.0 != &item.cluster)
                }
                (None, _) => {}
            }
            groups.push(vec![index]);
            continue;
        };
        let key = (&item.cluster, connector, item.kind);
        let group = open.get(&key).and_then(|group| groups.get_mut(*group));
        let joined = group.filter(|group| {
            let last = group.last().and_then(|last| items.get(*last));
            last.is_some_and(|last| last.at - item.at <= WINDOW)
        });
        match joined {
            Some(group) => group.push(index),
            None => {
                open.insert(key, groups.len());
                groups.push(vec![index]);
            }
        }
    }
    let mut lines: Vec<(usize, TimelineLine)> = Vec::new();
    type Tell = fn(&[&TimelineItem]) -> Option<TimelineLine>;
    let rebalances = rebalances.into_iter().map(|group| (group, rebalance as Tell));
    for (group, tell) in rebalances.chain(waves.into_iter().map(|group| (group, wave as Tell))) {
        let several: Vec<&TimelineItem> = group.iter().filter_map(|index| items.get(*index)).collect();
        lines.extend(group.first().copied().zip(tell(&several)));
    }
    for group in joined(groups, items) {
        let members = || group.iter().filter_map(|index| Some((*index, items.get(*index)?)));
        let several: Vec<&TimelineItem> = members().map(|(_, item)| item).collect();
        match (group.first(), storm(&several)) {
            (Some(first), Some(line)) => lines.push((*first, line)),
            _ => lines.extend(members().map(|(index, item)| {
                let (item, storm) = (item.clone(), None);
                (index, TimelineLine { item, storm })
            })),
        }
    }
    lines.sort_by_key(|(index, _)| *index);
    lines.into_iter().map(|(_, line)| line).collect()
}

/// The entries of each rebalance that moved enough to be told in one line, newest first.
fn rebalances(items: &[TimelineItem]) -> Vec<Vec<usize>> {
    let mut groups: Vec<Vec<usize>> = Vec::new();
    let mut open: BTreeMap<&ClusterName, usize> = BTreeMap::new();
    for (index, item) in items.iter().enumerate() {
        if item.turn.as_ref().is_none_or(|turn| turn.shift.is_none()) {
            if matches!(item.kind, EntryKind::Worker | EntryKind::Cluster | EntryKind::Gap) {
                open.remove(&item.cluster);
            }
            continue;
        }
        let group = open.get(&item.cluster).and_then(|group| groups.get_mut(*group));
        let joined = group.filter(|group| {
            let last = group.last().and_then(|last| items.get(*last));
            last.is_some_and(|last| last.at - item.at <= REBALANCE)
        });
        match joined {
            Some(group) => group.push(index),
            None => {
                open.insert(&item.cluster, groups.len());
                groups.push(vec![index]);
            }
        }
    }
    groups.retain(|group| {
        let members = || group.iter().filter_map(|index| items.get(*index));
        let subjects: BTreeSet<_> = members()
            .filter_map(|item| Some(&item.turn.as_ref()?.subject))
            .collect();
        // What one connector alone does where it is may be its own affair.
        let moved = |item: &TimelineItem| item.turn.as_ref().is_some_and(|turn| turn.shift == Some(Shift::Moved));
        let connectors: BTreeSet<_> = members().map(|item| &item.connector).collect();
        subjects.len() >= LEAST && (connectors.len() > 1 || members().any(moved))
    });
    groups
}

/// The line of what one rebalance did.
fn rebalance(items: &[&TimelineItem]) -> Option<TimelineLine> {
    let (newest, oldest) = (items.first()?, items.last()?);
    let turns = || {
        items
            .iter()
            .filter_map(|item| Some((item.connector.as_ref()?, item.turn.as_ref()?)))
    };
    let subjects: BTreeSet<(&str, bool)> = turns()
        .map(|(name, turn)| (&*turn.subject, turn.subject == name.as_str()))
        .collect();
    let instances = subjects.iter().filter(|(_, instance)| *instance).count();
    let moves = Moves {
        tasks: subjects.len() - instances,
        instances,
        elsewhere: turns().any(|(_, turn)| turn.shift == Some(Shift::Moved)),
    };
    let storm = Storm {
        subject: newest.cluster.to_string(),
        words: Vec::new(),
        times: subjects.len(),
        from: oldest.at,
        to: newest.at,
        cause: None,
        items: items.iter().map(|item| (*item).clone()).collect(),
        moves: Some(moves),
        wave: false,
        clusters: 1,
    };
    let item = TimelineItem {
        connector: None,
        health: None,
        turn: None,
        ..(*newest).clone()
    };
    Some(TimelineLine {
        item,
        storm: Some(storm),
    })
}

/// The line of entries that belong together; `None` when they are too few.
fn storm(items: &[&TimelineItem]) -> Option<TimelineLine> {
    let (newest, oldest) = (items.first()?, items.last()?);
    if items.len() < LEAST {
        return None;
    }
    // Of several kinds the states are what happened; verdicts and faults are what it meant.
    let main = items
        .iter()
        .find(|item| item.kind == EntryKind::State)
        .unwrap_or(newest);
    let turns = || {
        items
            .iter()
            .filter(|item| item.kind == main.kind)
            .filter_map(|item| item.turn.as_ref())
    };
    let mut counts: Vec<(&str, usize)> = Vec::new();
    // Oldest first, so that of equally common words the one that began stands first.
    for turn in turns().rev() {
        match counts.iter_mut().find(|(word, _)| *word == turn.word) {
            Some((_, count)) => *count += 1,
            None => counts.push((&turn.word, 1)),
        }
    }
    counts.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let first = turns().next()?;
    let same = turns().all(|turn| turn.subject == first.subject);
    let subject = match (same, &newest.connector) {
        (false, Some(name)) => format!("parts of {name}"),
        _ => first.subject.clone(),
    };
    let storm = Storm {
        subject,
        times: counts.first().map_or(0, |(_, count)| *count),
        words: counts.iter().map(|(word, _)| (*word).to_owned()).collect(),
        from: oldest.at,
        to: newest.at,
        cause: turns().find_map(|turn| turn.cause.clone()),
        items: items.iter().map(|item| (*item).clone()).collect(),
        moves: None,
        wave: false,
        clusters: 1,
    };
    let mut item = (**main).clone();
    item.health = items.iter().filter_map(|item| item.health).min();
    Some(TimelineLine {
        item,
        storm: Some(storm),
    })
}

#[cfg(test)]
mod tests;
