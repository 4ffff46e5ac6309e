//! Making coarser points of finer ones.

use std::collections::BTreeMap;

use super::block::{Block, Maker};
use super::column::Columns;
use super::damaged::Damaged;
use super::directory::{Entries, Slice};
use super::series::{Fold, Series};
use super::tier::Tier;
use crate::Timestamp;
use crate::names::ConnectorName;

/// A block with what it stands for.
#[derive(Clone, Debug)]
pub struct Part {
    /// Its kind.
    pub tier: Tier,
    /// When it began.
    pub start: Timestamp,
    /// The block.
    pub block: Block,
}

/// Points of one series at even distances, into which finer ones are put.
#[derive(Clone, Debug)]
pub struct Line {
    fold: Fold,
    start: i64,
    step: i64,
    /// Of each point the highest or the sum, and how many it stands for.
    points: Vec<(u128, u32)>,
}

impl Line {
    /// Nothing yet, of so many points.
    pub fn new(series: Series, start: Timestamp, step: u32, points: usize) -> Self {
        Self {
            fold: series.fold(),
            start: start.timestamp(),
            step: i64::from(step.max(1)),
            points: vec![(0, 0); points],
        }
    }

    /// Puts points in, the first of which is that of `start`. What lies outside of the line is passed over.
    pub fn put(&mut self, start: Timestamp, step: u32, column: &[Option<u64>]) {
        let each = (0_i64..)
            .zip(column)
            .filter_map(|(place, value)| Some((place, (*value)?)));
        for (place, value) in each {
            let at = start.timestamp() + place * i64::from(step);
            let place = usize::try_from((at - self.start).div_euclid(self.step));
            let Some((all, count)) = place.ok().and_then(|place| self.points.get_mut(place)) else {
                continue;
            };
            *all = match self.fold {
                Fold::Highest => (*all).max(u128::from(value)),
                Fold::Mean => *all + u128::from(value),
            };
            *count += 1;
        }
    }

    /// The points; `None` where nothing was put in.
    pub fn points(&self) -> Vec<Option<u64>> {
        let value = |(all, count): &(u128, u32)| {
            let value = match self.fold {
                Fold::Highest => *all,
                Fold::Mean => all.checked_div(u128::from(*count))?,
            };
            (*count > 0).then(|| u64::try_from(value).unwrap_or(u64::MAX))
        };
        self.points.iter().map(value).collect()
    }
}

/// A block that is gone through connector by connector.
struct Cursor<'a> {
    part: &'a Part,
    entries: Entries<'a>,
    next: Option<(Vec<u8>, Slice)>,
}

impl Cursor<'_> {
    fn go_on(&mut self) -> Result<(), Damaged> {
        self.next = self.entries.next()?.map(|(name, slice)| (name.to_vec(), slice));
        Ok(())
    }
}

/// The block of this kind that begins then, of finer ones. `None` where nothing of it was measured. Only one connector is
/// held unpacked at a time.
///
/// # Errors
/// [`Damaged`], by one of them: which is told by giving each alone.
pub fn gather(tier: Tier, start: Timestamp, parts: &[Part]) -> Result<Option<Block>, Damaged> {
    let mut cursors = Vec::with_capacity(parts.len());
    for part in parts {
        let entries = Entries::of(&part.block.directory)?;
        let mut cursor = Cursor {
            part,
            entries,
            next: None,
        };
        cursor.go_on()?;
        cursors.push(cursor);
    }
    let mut maker = Maker::new(tier.points());
    loop {
        let names = cursors.iter().filter_map(|cursor| Some(&cursor.next.as_ref()?.0));
        let Some(name) = names.min().cloned() else {
            return Ok(maker.done());
        };
        let mut lines: BTreeMap<Series, Line> = BTreeMap::new();
        for cursor in &mut cursors {
            let Some((_, slice)) = cursor.next.take_if(|(next, _)| *next == name) else {
                continue;
            };
            let Part {
                tier: of,
                start: at,
                block,
            } = cursor.part;
            let bytes = block.data.get(slice.offset..).unwrap_or_default();
            for (series, column) in slice.read(bytes)? {
                let new = || Line::new(series, start, tier.step(), tier.points());
                lines.entry(series).or_insert_with(new).put(*at, of.step(), &column);
            }
            cursor.go_on()?;
        }
        let text = std::str::from_utf8(&name).map_err(|_| Damaged("a name is no text"))?;
        let columns: Columns = lines.iter().map(|(series, line)| (*series, line.points())).collect();
        maker.add(&ConnectorName::from(text), &columns);
    }
}
