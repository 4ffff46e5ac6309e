//! Gathering the rows of a list in groups.

use std::collections::HashMap;
use std::sync::Arc;

use super::GroupKey;
use crate::index::Row;
use crate::page::Key;
use crate::selection::Selection;
use crate::{Cluster, Connector, Totals};

/// Most connectors of one group that are listed.
pub(super) const MOST_ROWS: usize = 25;

/// A group that is being gathered: of each cluster the first rows, since no more are shown of all.
#[derive(Default)]
pub(super) struct Gathered<'a> {
    pub(super) totals: Totals,
    pub(super) rows: Vec<(Key<'a>, &'a Arc<Cluster>, &'a Arc<Connector>)>,
    /// Rows of the cluster that is read.
    taken: usize,
}

impl<'a> Gathered<'a> {
    pub(super) fn add(&mut self, selection: &Selection<'a>, row: &'a Row) {
        self.totals.add(selection.health(row));
        // The rest of a row lies elsewhere in memory: it is looked at for those few that may be shown.
        if self.taken < MOST_ROWS {
            self.taken += 1;
            let key = selection.key(row);
            self.rows.push((key, selection.cluster(), &row.connector));
        }
    }
}

/// The groups found so far, each with a number. Within a cluster a group is told by a small number of the cluster's own,
/// so that its name is looked up once a cluster and not once a row.
#[derive(Default)]
pub(super) struct Found<'a> {
    groups: Vec<Gathered<'a>>,
    numbers: HashMap<GroupKey, usize>,
    here: Vec<Option<usize>>,
}

impl<'a> Found<'a> {
    pub(super) fn next_cluster(&mut self) {
        self.here.clear();
        self.groups.iter_mut().for_each(|group| group.taken = 0);
    }

    /// The group of this name.
    pub(super) fn named(&mut self, key: GroupKey) -> &mut Gathered<'a> {
        let number = self.number(key);
        &mut self.groups[number]
    }

    /// The group that this cluster calls `place`, whose name is asked for when it comes first.
    pub(super) fn at(&mut self, place: usize, name: impl FnOnce() -> GroupKey) -> &mut Gathered<'a> {
        if self.here.len() <= place {
            self.here.resize(place + 1, None);
        }
        let number = self.here[place].unwrap_or_else(|| self.number(name()));
        self.here[place] = Some(number);
        &mut self.groups[number]
    }

    fn number(&mut self, key: GroupKey) -> usize {
        let groups = &mut self.groups;
        *self.numbers.entry(key).or_insert_with(|| {
            groups.push(Gathered::default());
            groups.len() - 1
        })
    }

    pub(super) fn all(self) -> Vec<(GroupKey, Gathered<'a>)> {
        let mut groups: Vec<Option<Gathered<'a>>> = self.groups.into_iter().map(Some).collect();
        let gathered = |(key, number): (GroupKey, usize)| Some((key, groups.get_mut(number)?.take()?));
        self.numbers.into_iter().filter_map(gathered).collect()
    }
}
