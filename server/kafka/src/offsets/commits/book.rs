//! The newest commit of every partition of every wanted group, put together from two sources: the tail of
//! `__consumer_offsets`, and a list of all of a group's offsets (the baseline) for what was committed before the tail
//! began.
//!
//! **Which of both wins.** A baseline carries neither time nor position, so it is never weighed against a record: a
//! partition of which the tail gave a record since it (last) began keeps that, also when it tells of a removal. This is
//! right because the tail began before the baseline was asked for, and because a baseline is only written down once
//! the tail has read on beyond the moment of its answer (see `baselines`): whatever the tail gives after that is newer.
//! The stretch between two beginnings of the tail is a session; a baseline that was asked for in an earlier one is
//! thrown away.
//!
//! Memory is bounded by wanted groups and their partitions: a slow reader finds one entry for each, with the newest
//! commit and how many there were.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use crate::offsets::{Commit, Standing, Value, partition_of};

/// Partitions of all groups together, as a bound for hostile ones: 20 times what 2,000 groups of 20 partitions have.
pub(super) const MOST: usize = 800_000;

/// A group's session, in which a baseline is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Ticket {
    pub group: Arc<str>,
    session: u64,
}

#[derive(Debug, Default)]
pub(super) struct Book {
    groups: HashMap<Arc<str>, Group>,
    /// Groups with something to tell.
    changed: Vec<Arc<str>>,
    /// Names of topics, each kept once.
    topics: HashSet<Arc<str>>,
    cells: usize,
    left_out: u64,
    sessions: u64,
    /// Partitions of `__consumer_offsets`; 0 while it is not known.
    partitions: i32,
}

#[derive(Debug)]
struct Group {
    home: Option<i32>,
    session: u64,
    /// Whether the baseline of this session was written down.
    known: bool,
    standing: Standing,
    standing_changed: bool,
    changed: bool,
    topics: Vec<(Arc<str>, Vec<Cell>)>,
}

#[derive(Debug, Clone, Copy)]
struct Cell {
    partition: i32,
    /// Commits since the reader took the last one.
    commits: u32,
    /// The next offset to read; `GONE` where there is no commit any more.
    offset: i64,
    committed_at_ms: Option<i64>,
    /// The session in which it was last heard of; 0 for never.
    session: u64,
    changed: bool,
}

const GONE: i64 = -1;

impl Book {
    /// Makes these the wanted groups, and returns those that were not before.
    pub(super) fn want(&mut self, groups: &BTreeSet<Arc<str>>) -> Vec<Arc<str>> {
        self.groups.retain(|group, _| groups.contains(group));
        self.changed.retain(|group| groups.contains(group));
        self.cells = self.groups.values().map(Group::cells).sum();
        self.topics.retain(|topic| Arc::strong_count(topic) > 1);
        let new = groups.iter().filter(|group| !self.groups.contains_key(*group));
        let new: Vec<Arc<str>> = new.cloned().collect();
        for group in &new {
            self.sessions += 1;
            let entry = Group {
                home: partition_of(group, self.partitions),
                session: self.sessions,
                known: false,
                standing: Standing::Waiting,
                standing_changed: true,
                changed: true,
                topics: Vec::new(),
            };
            self.groups.insert(Arc::clone(group), entry);
            self.changed.push(Arc::clone(group));
        }
        new
    }

    /// Places all groups among so many partitions of `__consumer_offsets`.
    pub(super) fn place(&mut self, partitions: i32) {
        self.partitions = partitions;
        for (name, group) in &mut self.groups {
            group.home = partition_of(name, partitions);
        }
    }

    /// How many partitions `__consumer_offsets` has, 0 while it is not known.
    pub(super) fn partitions(&self) -> i32 {
        self.partitions
    }

    /// The partitions that wanted groups are in.
    pub(super) fn homes(&self) -> BTreeSet<i32> {
        self.groups.values().filter_map(|group| group.home).collect()
    }

    /// The partition that a group is in.
    pub(super) fn home(&self, group: &str) -> Option<i32> {
        self.groups.get(group)?.home
    }

    /// The tail begins (anew) to read this partition: what was heard of its groups may be old. Returns what to ask.
    pub(super) fn begin(&mut self, home: i32) -> Vec<Ticket> {
        let mut tickets = Vec::new();
        for (name, group) in &mut self.groups {
            if group.home == Some(home) {
                self.sessions += 1;
                group.session = self.sessions;
                group.known = false;
                tickets.push(Ticket {
                    group: Arc::clone(name),
                    session: group.session,
                });
            }
        }
        for ticket in &tickets {
            self.stand(ticket, Standing::Waiting);
        }
        tickets
    }

    /// What to ask for a group whose partition is being read already.
    pub(super) fn ticket(&self, group: &str) -> Option<Ticket> {
        let (name, group) = self.groups.get_key_value(group)?;
        Some(Ticket {
            group: Arc::clone(name),
            session: group.session,
        })
    }

    /// Whether a baseline for this ticket would be written down.
    pub(super) fn awaits(&self, ticket: &Ticket) -> bool {
        let group = self.groups.get(&ticket.group);
        group.is_some_and(|group| group.session == ticket.session && !group.known)
    }

    /// Whether anybody wants to know of this group.
    pub(super) fn wants(&self, group: &str) -> bool {
        self.groups.contains_key(group)
    }

    /// A record of the tail; `None` for a removal.
    pub(super) fn commit(&mut self, group: &str, topic: &str, partition: i32, value: Option<Value>) {
        let Some((name, entry)) = self.groups.get_key_value(group) else {
            return;
        };
        let (name, session) = (Arc::clone(name), entry.session);
        // A removal must be remembered while a baseline is under way that may not know of it yet.
        if value.is_none() && entry.known && entry.cell(topic, partition).is_none() {
            return;
        }
        let Some(cell) = self.cell(&name, topic, partition) else {
            return;
        };
        cell.session = session;
        cell.commits = cell.commits.saturating_add(1);
        cell.offset = value.map_or(GONE, |value| value.offset);
        cell.committed_at_ms = value.and_then(|value| value.committed_at_ms);
        cell.changed = true;
        self.change(&name);
    }

    /// All offsets of a group as its coordinator listed them; false if they come too late.
    pub(super) fn baseline<'a>(&mut self, ticket: &Ticket, offsets: impl Iterator<Item = (&'a str, i32, i64)>) -> bool {
        if !self.awaits(ticket) {
            return false;
        }
        for (topic, partition, offset) in offsets.filter(|(_, partition, offset)| *partition >= 0 && *offset >= 0) {
            let session = ticket.session;
            let Some(cell) = self.cell(&ticket.group, topic, partition) else {
                continue;
            };
            if cell.session == session {
                continue;
            }
            if cell.offset != offset || cell.session == 0 {
                cell.offset = offset;
                cell.committed_at_ms = None;
                cell.changed = true;
            }
            cell.session = session;
        }
        if let Some(group) = self.groups.get_mut(&ticket.group) {
            group.known = true;
            for cell in group.topics.iter_mut().flat_map(|(_, cells)| cells) {
                if cell.session != ticket.session && cell.offset != GONE {
                    cell.offset = GONE;
                    cell.committed_at_ms = None;
                    cell.changed = true;
                }
            }
        }
        self.stand(ticket, Standing::Complete);
        self.change(&ticket.group);
        true
    }

    /// How a group stands, for the same session.
    pub(super) fn stand(&mut self, ticket: &Ticket, standing: Standing) {
        let group = self.groups.get_mut(&ticket.group);
        if let Some(group) = group.filter(|group| group.session == ticket.session && group.standing != standing) {
            group.standing = standing;
            group.standing_changed = true;
            self.change(&ticket.group);
        }
    }

    /// Whether there is anything to take.
    pub(super) fn has_changed(&self) -> bool {
        !self.changed.is_empty()
    }

    /// Commits that found no room, since the beginning.
    pub(super) fn left_out(&self) -> u64 {
        self.left_out
    }

    /// What has changed since the last time.
    pub(super) fn take(&mut self) -> (Vec<Commit>, Vec<(Arc<str>, Standing)>) {
        let (mut commits, mut standings) = (Vec::new(), Vec::new());
        for name in std::mem::take(&mut self.changed) {
            let Some(group) = self.groups.get_mut(&name) else {
                continue;
            };
            group.changed = false;
            if std::mem::take(&mut group.standing_changed) {
                standings.push((Arc::clone(&name), group.standing.clone()));
            }
            let before = group.cells();
            for (topic, cells) in &mut group.topics {
                for cell in cells.iter_mut().filter(|cell| cell.changed) {
                    cell.changed = false;
                    commits.push(Commit {
                        group: Arc::clone(&name),
                        topic: Arc::clone(topic),
                        partition: cell.partition,
                        offset: (cell.offset != GONE).then_some(cell.offset),
                        committed_at_ms: cell.committed_at_ms,
                        commits: std::mem::take(&mut cell.commits),
                    });
                }
                // What is gone was told, and no baseline is under way that could bring it back.
                cells.retain(|cell| cell.offset != GONE || !group.known);
            }
            group.topics.retain(|(_, cells)| !cells.is_empty());
            self.cells -= before - group.cells();
        }
        (commits, standings)
    }

    fn change(&mut self, name: &Arc<str>) {
        if let Some(group) = self.groups.get_mut(name)
            && !std::mem::replace(&mut group.changed, true)
        {
            self.changed.push(Arc::clone(name));
        }
    }

    /// The cell of a partition, made if there is room.
    fn cell(&mut self, group: &str, topic: &str, partition: i32) -> Option<&mut Cell> {
        let group = self.groups.get_mut(group)?;
        let at = match group.topics.binary_search_by(|(name, _)| (**name).cmp(topic)) {
            Ok(at) => at,
            Err(_) if self.cells >= MOST => {
                self.left_out += 1;
                return None;
            }
            Err(at) => {
                let name = self.topics.get(topic).map_or_else(|| Arc::from(topic), Arc::clone);
                self.topics.insert(Arc::clone(&name));
                group.topics.insert(at, (name, Vec::new()));
                at
            }
        };
        let (_, cells) = group.topics.get_mut(at)?;
        match cells.binary_search_by_key(&partition, |cell| cell.partition) {
            Ok(at) => cells.get_mut(at),
            Err(_) if self.cells >= MOST => {
                self.left_out += 1;
                None
            }
            Err(at) => {
                let cell = Cell {
                    partition,
                    commits: 0,
                    offset: GONE,
                    committed_at_ms: None,
                    session: 0,
                    changed: false,
                };
                cells.insert(at, cell);
                self.cells += 1;
                cells.get_mut(at)
            }
        }
    }
}

impl Group {
    fn cells(&self) -> usize {
        self.topics.iter().map(|(_, cells)| cells.len()).sum()
    }

    fn cell(&self, topic: &str, partition: i32) -> Option<&Cell> {
        let at = self.topics.binary_search_by(|(name, _)| (**name).cmp(topic)).ok()?;
        let (_, cells) = self.topics.get(at)?;
        let at = cells.binary_search_by_key(&partition, |cell| cell.partition).ok()?;
        cells.get(at)
    }
}

#[cfg(test)]
#[path = "book_tests.rs"]
mod tests;
