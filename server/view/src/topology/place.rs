//! Which connectors stand for themselves, and in which group the others are.

use std::collections::BTreeSet;
use std::sync::Arc;

use model::names::TeamName;

use super::draft::Item;
use super::{Grouped, Key, NOBODY};

/// Tells each connector its place.
#[derive(Clone, Copy)]
pub(super) struct Place<'a> {
    by: Grouped,
    open: Option<&'a BTreeSet<Arc<str>>>,
    /// Opened clusters are drawn by teams.
    by_team: bool,
    /// So many connectors of opened groups stand for themselves, the worst first.
    first: usize,
}

impl<'a> Place<'a> {
    /// All stand for themselves.
    pub(super) fn alone() -> Self {
        Self {
            by: Grouped::Alone,
            open: None,
            by_team: false,
            first: usize::MAX,
        }
    }

    /// All are in groups but those of opened ones.
    pub(super) fn grouped(by: Grouped, open: &'a BTreeSet<Arc<str>>) -> Self {
        Self {
            by,
            open: Some(open),
            ..Self::alone()
        }
    }

    /// Opened clusters in the groups of their teams.
    pub(super) fn by_team(self) -> Self {
        Self {
            by_team: self.by == Grouped::Clusters,
            ..self
        }
    }

    /// Opened groups with their first connectors, the others by cluster or team.
    pub(super) fn first(self, first: usize) -> Self {
        Self { first, ..self }
    }

    /// The group of each connector, `None` for those that stand for themselves.
    pub(super) fn groups<'b>(self, items: &'b [Item<'b>]) -> impl Iterator<Item = (&'b Item<'b>, Option<Key>)> {
        let mut alone = 0;
        items.iter().map(move |item| {
            let group = self.group(item, alone);
            alone += usize::from(group.is_none());
            (item, group)
        })
    }

    fn group(&self, item: &Item<'_>, alone: usize) -> Option<Key> {
        let team = || item.team.cloned();
        let (name, mut of) = match self.by {
            Grouped::Alone => return None,
            Grouped::Clusters => (item.cluster.as_str(), None),
            Grouped::Teams => (item.team.map_or(NOBODY, TeamName::as_str), Some(team())),
        };
        let opened = self.open.is_some_and(|open| open.contains(name));
        if opened && !self.by_team && alone < self.first {
            return None;
        }
        if opened && self.by_team {
            of = Some(team());
        }
        Some(Key::Connectors {
            end: item.end,
            cluster: item.cluster.clone(),
            team: of,
        })
    }
}
