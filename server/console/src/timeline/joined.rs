//! Storms of one connector at one time, told as one: its states, the verdicts on them and its faults turn together.

use super::line::LEAST;
use super::{EntryKind, TimelineItem};

/// Puts storms of verdicts and of faults into the storm of states in whose time they lie. Groups hold places of `items`,
/// newest first; what is no storm stays as it is, so that a verdict that came once is read by itself.
pub(super) fn joined(groups: Vec<Vec<usize>>, items: &[TimelineItem]) -> Vec<Vec<usize>> {
    let is_storm = |group: &[usize]| group.len() >= LEAST;
    let (mut states, others): (Vec<_>, Vec<_>) = groups
        .into_iter()
        .partition(|group| is_storm(group) && kind(group, items) == Some(EntryKind::State));
    let mut left = Vec::new();
    for group in others {
        let home = states
            .iter_mut()
            .find(|state| is_storm(&group) && of_one(state, &group, items) && meet(state, &group, items));
        match home {
            Some(state) => state.extend(group),
            None => left.push(group),
        }
    }
    for state in &mut states {
        state.sort_unstable();
    }
    states.extend(left);
    states
}

fn kind(group: &[usize], items: &[TimelineItem]) -> Option<EntryKind> {
    group.first().and_then(|index| items.get(*index)).map(|item| item.kind)
}

/// Whether both are about one connector.
fn of_one(one: &[usize], other: &[usize], items: &[TimelineItem]) -> bool {
    let about = |group: &[usize]| {
        let item = group.first().and_then(|index| items.get(*index))?;
        Some((&item.cluster, item.connector.as_ref()?))
    };
    about(one).is_some() && about(one) == about(other)
}

/// Whether their times meet.
fn meet(one: &[usize], other: &[usize], items: &[TimelineItem]) -> bool {
    let span = |group: &[usize]| {
        let at = |index: Option<&usize>| index.and_then(|index| items.get(*index)).map(|item| item.at);
        Some((at(group.last())?, at(group.first())?))
    };
    matches!((span(one), span(other)), (Some(one), Some(other)) if one.0 <= other.1 && other.0 <= one.1)
}
