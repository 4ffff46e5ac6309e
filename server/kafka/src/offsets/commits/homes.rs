//! How far each partition of `__consumer_offsets` was read, and since when that is all there was.
//!
//! Once in a while the ends of all of them are asked for (a *look*). A partition whose reading has come to the end that a
//! look found was complete when that look was put. Reading comes there with a record just before the end, or with the
//! end itself, since after the last record there may be entries that no reader sees. A partition that is behind keeps
//! the first end that it has not reached, so that it proves something as soon as it can.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Instant;

use crate::Error;

#[derive(Debug, Default)]
pub(super) struct Homes {
    all: BTreeMap<i32, Home>,
}

/// A look at the ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Look {
    /// Grows with every look.
    pub number: u64,
    /// When it was put.
    pub at: Instant,
}

#[derive(Debug, Default)]
struct Home {
    /// Everything below was read; `None` before the first look told where to begin.
    reach: Option<i64>,
    /// `reach` when the present look was put: an end below means that the log was cut or made anew.
    reach_then: Option<i64>,
    /// The first end that is not reached yet.
    goal: Option<(Look, i64)>,
    complete: Option<Look>,
    /// Why it cannot be read; over when something was read.
    trouble: Option<Error>,
    /// Why it could not be looked at; over when it was.
    silence: Option<Error>,
    /// Looks in a row for which there was more to read and nothing was.
    idle: u32,
}

/// What to do with a partition after a look.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Told {
    /// Nothing.
    Fine,
    /// Begin to read here, with new baselines.
    Begin(i64),
    /// Stop reading; it begins again after this.
    Lost,
}

impl Homes {
    /// Makes these the partitions to read, and returns those that are to be read no more.
    pub(super) fn want(&mut self, wanted: &BTreeSet<i32>) -> Vec<i32> {
        let gone = self
            .all
            .iter()
            .filter(|(number, home)| !wanted.contains(number) && home.reach.is_some());
        let gone = gone.map(|(number, _)| *number).collect();
        self.all.retain(|number, _| wanted.contains(number));
        for number in wanted {
            self.all.entry(*number).or_default();
        }
        gone
    }

    /// All partitions to look at; what is said of them is about now.
    pub(super) fn look(&mut self) -> Vec<i32> {
        for home in self.all.values_mut() {
            home.reach_then = home.reach;
        }
        self.all.keys().copied().collect()
    }

    /// Whether the partition is being read.
    pub(super) fn reads(&self, number: i32) -> bool {
        self.all.get(&number).is_some_and(|home| home.reach.is_some())
    }

    /// Everything below `offset` was read. False for a partition that is not (or no longer) read.
    pub(super) fn reached(&mut self, number: i32, offset: i64) -> bool {
        let Some(home) = self.all.get_mut(&number) else {
            return false;
        };
        let Some(reach) = &mut home.reach else {
            return false;
        };
        *reach = offset.max(*reach);
        home.trouble = None;
        home.settle();
        true
    }

    /// The partition cannot be read now; it goes on where it was.
    pub(super) fn trouble(&mut self, number: i32, error: Error) {
        if let Some(home) = self.all.get_mut(&number) {
            home.trouble = Some(error);
        }
    }

    /// The look said nothing of the partition.
    pub(super) fn silence(&mut self, number: i32, error: Error) {
        if let Some(home) = self.all.get_mut(&number) {
            home.silence = Some(error);
        }
    }

    /// The look said nothing at all.
    pub(super) fn silence_all(&mut self, error: &Error) {
        for home in self.all.values_mut() {
            home.silence = Some(error.clone());
        }
    }

    /// The partition cannot be read on where it was.
    pub(super) fn lost(&mut self, number: i32, error: Error) {
        if let Some(home) = self.all.get_mut(&number) {
            *home = Home {
                trouble: Some(error),
                complete: home.complete,
                ..Home::default()
            };
        }
    }

    /// All partitions that are read are lost; returns them.
    pub(super) fn lost_all(&mut self, error: &Error) -> Vec<i32> {
        let read = self.all.iter().filter(|(_, home)| home.reach.is_some());
        let read: Vec<i32> = read.map(|(number, _)| *number).collect();
        for number in self.all.keys().copied().collect::<Vec<_>>() {
            self.lost(number, error.clone());
        }
        read
    }

    /// What the look said of one partition.
    pub(super) fn told(&mut self, look: Look, number: i32, end: i64) -> Told {
        let Some(home) = self.all.get_mut(&number) else {
            return Told::Fine;
        };
        home.silence = None;
        let Some(reach) = home.reach else {
            home.reach = Some(end);
            home.reach_then = Some(end);
            home.goal = None;
            home.complete = Some(look);
            return Told::Begin(end);
        };
        if home.reach_then.is_some_and(|then| end < then) {
            let reason = format!("the log ends at {end} and was read up to {reach}: it was cut, or made anew");
            self.lost(number, Error::Refused { reason });
            return Told::Lost;
        }
        if home.goal.is_none() {
            home.goal = Some((look, end));
        }
        home.settle();
        home.idle = match home.goal {
            Some(_) if home.reach == home.reach_then => home.idle.saturating_add(1),
            _ => 0,
        };
        Told::Fine
    }

    /// Whether a partition is not being read though it could be, for so many looks.
    pub(super) fn stuck(&self, looks: u32) -> bool {
        let may = |home: &&Home| !matches!(home.trouble, Some(Error::Authorization { .. }));
        self.all.values().filter(may).any(|home| home.idle >= looks)
    }

    /// The last look up to which a partition is complete.
    pub(super) fn complete(&self, number: i32) -> Option<Look> {
        let home = self.all.get(&number)?;
        home.reach.and(home.complete)
    }

    /// Each partition with the last look up to which it was complete, and what keeps it from being so now.
    pub(super) fn all(&self) -> impl Iterator<Item = (i32, Option<Look>, Option<&Error>)> {
        let each = self.all.iter();
        each.map(|(number, home)| {
            let trouble = home.trouble.as_ref().or(home.silence.as_ref());
            (*number, home.complete, trouble)
        })
    }
}

impl Home {
    fn settle(&mut self) {
        if let (Some(reach), Some((look, end))) = (self.reach, self.goal)
            && reach >= end
        {
            self.complete = Some(look);
            self.goal = None;
        }
    }
}

#[cfg(test)]
#[path = "homes_tests.rs"]
mod tests;
