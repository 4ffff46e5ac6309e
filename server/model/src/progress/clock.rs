//! The clock of one task, or of a whole connector: since when work waits and nothing moved.

use chrono::TimeDelta;

use super::measures::{Unit, Waiting};
use crate::Timestamp;
use crate::facts::UnitFacts;

/// A pause between two looks that is longer than this is not counted: nobody looked, or the clock was moved.
const PAUSE: TimeDelta = TimeDelta::seconds(30);
/// An earlier moment than the last by more than this is a clock that was set back; by less, answers that overtook others.
const BACK: TimeDelta = TimeDelta::seconds(-5);

/// By how much every clock is moved at a look: nothing, or a pause in which nobody looked; below 0 where the clock was set back.
pub(super) fn unlooked(last: Option<Timestamp>, at: Timestamp) -> TimeDelta {
    let between = last.map_or(TimeDelta::zero(), |last| at - last);
    match between > PAUSE || between < BACK {
        true => between,
        false => TimeDelta::zero(),
    }
}

/// The clock of one task, or of a whole connector.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Clock {
    pub(super) task: Option<u32>,
    pub(super) moved: Option<Timestamp>,
    pub(super) standing: Option<Timestamp>,
    pub(super) position: i64,
    pub(super) known: bool,
    pub(super) waiting: Waiting,
    /// What is on record of it.
    recorded: Option<UnitFacts>,
}

impl Clock {
    pub(super) fn of(task: Option<u32>) -> Self {
        Self {
            task,
            ..Self::default()
        }
    }

    /// It moved.
    pub(super) fn moves(&mut self, at: Timestamp) {
        self.moved = self.moved.max(Some(at));
        self.standing = self.standing.map(|_| at);
    }

    /// Moves the clock over a time in which nobody looked.
    pub(super) fn skip(&mut self, time: TimeDelta, now: Timestamp) {
        if !time.is_zero() {
            self.standing = self.standing.map(|since| (since + time).min(now));
            self.moved = self.moved.map(|moved| moved.min(now));
        }
    }

    /// What waits now. `fresh` says that nothing is remembered: then it stands since `standing`, if anything waits.
    pub(super) fn waits(&mut self, waiting: Waiting, known: bool, at: Timestamp) {
        self.standing = match waiting.records {
            0 => None,
            _ => Some(self.standing.unwrap_or(at)),
        };
        (self.waiting, self.known) = (waiting, known);
    }

    /// Goes on from what is on record: as it was where the position is the same, else it moved meanwhile.
    pub(super) fn go_on(&mut self, facts: &UnitFacts, same: bool, at: Timestamp) {
        self.recorded = Some(facts.clone());
        match same {
            true => {
                self.moved = facts.moved.map(|moved| moved.min(at));
                self.standing = facts.standing.map(|since| since.min(at));
            }
            false => self.moved = Some(at),
        }
    }

    /// Takes on a partition, with when it moved, since when it stands, and what is committed.
    pub(super) fn takes(&mut self, moved: Option<Timestamp>, standing: Option<Timestamp>, offset: i64) {
        self.moved = self.moved.max(moved);
        self.standing = match (self.standing, standing) {
            (Some(one), Some(other)) => Some(one.min(other)),
            (one, other) => one.or(other),
        };
        self.position = self.position.wrapping_add(offset);
    }

    /// It has taken on all: it does not stand while any of them moves.
    pub(super) fn settle(&mut self) {
        self.standing = self
            .standing
            .map(|since| self.moved.map_or(since, |moved| since.max(moved)));
    }

    /// Stands for the same as `old` in what is on record.
    pub(super) fn keeps_what_was_recorded(&mut self, old: &Self) {
        self.recorded.clone_from(&old.recorded);
    }

    /// Whether it has been quiet for a while and that is not on record. What moves all the time is not recorded all the
    /// time: where the position differs from what is on record, it moved since.
    pub(super) fn quiet(&self, at: Timestamp, patience: TimeDelta) -> bool {
        let since = self.moved.max(self.standing);
        let differs = self.recorded.as_ref() != Some(&self.facts());
        differs && since.is_some_and(|since| at - since >= patience)
    }

    pub(super) fn facts(&self) -> UnitFacts {
        UnitFacts {
            task: self.task,
            moved: self.moved,
            standing: self.standing,
            position: self.position,
        }
    }

    pub(super) fn record(&mut self) -> UnitFacts {
        let facts = self.facts();
        self.recorded = Some(facts.clone());
        facts
    }

    pub(super) fn measures(&self) -> Unit {
        Unit {
            task: self.task,
            moved: self.moved,
            standing: self.standing,
            known: self.known,
            waiting: self.waiting.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;

    fn at(second: i64) -> Timestamp {
        DateTime::from_timestamp(1_795_000_000 + second, 0).unwrap()
    }

    fn records(records: u64) -> Waiting {
        Waiting {
            records,
            ..Waiting::default()
        }
    }

    #[test]
    fn it_stands_since_it_moved_last_or_since_work_came() {
        let mut clock = Clock::of(None);
        clock.waits(records(0), true, at(0));
        assert_eq!(clock.standing, None);
        clock.waits(records(5), true, at(1));
        clock.waits(records(9), true, at(2));
        assert_eq!(clock.standing, Some(at(1)));
        clock.moves(at(3));
        clock.waits(records(2), true, at(3));
        assert_eq!((clock.moved, clock.standing), (Some(at(3)), Some(at(3))));
        clock.waits(records(0), true, at(4));
        assert_eq!((clock.moved, clock.standing), (Some(at(3)), None));
    }

    #[test]
    fn a_time_in_which_nobody_looked_is_not_counted() {
        for (last, now, expected) in [
            (0, 1, 0),
            (0, 30, 0),
            (0, 31, 31),
            (0, 3_600, 3_600),
            (9, 5, 0),
            (3_600, 0, -3_600),
        ] {
            assert_eq!(
                unlooked(Some(at(last)), at(now)).num_seconds(),
                expected,
                "{last} {now}"
            );
        }
        assert!(unlooked(None, at(9)).is_zero());
        let mut clock = Clock::of(None);
        clock.moves(at(50));
        clock.waits(records(5), true, at(60));
        clock.skip(TimeDelta::seconds(100), at(170));
        assert_eq!((clock.moved, clock.standing), (Some(at(50)), Some(at(160))));
        clock.skip(TimeDelta::seconds(-120), at(30));
        assert_eq!((clock.moved, clock.standing), (Some(at(30)), Some(at(30))));
    }

    #[test]
    fn what_is_quiet_is_recorded_once() {
        let mut clock = Clock::of(Some(2));
        clock.moves(at(0));
        let patience = TimeDelta::seconds(10);
        assert!(!clock.quiet(at(9), patience));
        assert!(clock.quiet(at(10), patience));
        assert_eq!(clock.record().moved, Some(at(0)));
        assert!(!clock.quiet(at(100), patience));
        clock.waits(records(5), true, at(101));
        assert!(!clock.quiet(at(105), patience) && clock.quiet(at(111), patience));
    }
}
