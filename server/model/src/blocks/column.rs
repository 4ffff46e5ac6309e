//! One series of one connector within a block, as bytes.
//!
//! Words of varying length: an even one is the difference to the last value that was known, an odd one says how many points
//! are as the one before, or absent. What remains behind the last word is absent.

use super::damaged::Damaged;
use super::series::Series;
use super::varint::{put, take, unzigzag, zigzag};

/// The columns of a connector, each with the points of its block.
pub type Columns = Vec<(Series, Vec<Option<u64>>)>;

/// Values are no larger: more records than any log holds.
const MOST: u64 = 1 << 60;
/// Points of a block of any version.
pub(super) const MOST_POINTS: usize = 4_096;

/// A word for so many points: as the one before, or absent.
const SAME: u64 = 0b11;
const ABSENT: u64 = 0b01;

/// Writes a column. Returns whether anything was there to be written.
pub(super) fn write(points: &[Option<u64>], bytes: &mut Vec<u8>) -> bool {
    let whole = points.iter().rposition(Option::is_some).map_or(0, |last| last + 1);
    let mut last = 0_i64;
    let known = points.get(..whole).unwrap_or_default();
    for (number, run) in known.chunk_by(|one, other| one == other).enumerate() {
        let count = run.len() as u64;
        let Some(value) = run.first().copied().flatten() else {
            put(bytes, (count << 2) | ABSENT);
            continue;
        };
        let value = value.min(MOST).cast_signed();
        // A block of zeros is one word, and so is what goes on behind a gap as it was before.
        let more = match number == 0 && value == 0 || number > 0 && value == last {
            true => count,
            false => {
                put(bytes, zigzag(value - last) << 1);
                count - 1
            }
        };
        last = value;
        if more > 0 {
            put(bytes, (more << 2) | SAME);
        }
    }
    whole > 0
}

/// Reads a column of so many points.
pub(super) fn read(mut bytes: &[u8], points: usize) -> Result<Vec<Option<u64>>, Damaged> {
    if points > MOST_POINTS {
        return Err(Damaged("it has too many points"));
    }
    let mut column = Vec::with_capacity(points);
    let mut last = 0_i64;
    while !bytes.is_empty() {
        let word = take(&mut bytes)?;
        let (count, value) = if word & 1 == 0 {
            last = last.wrapping_add(unzigzag(word >> 1));
            (1, Some(last))
        } else {
            let value = (word & SAME == SAME).then_some(last);
            (usize::try_from(word >> 2).unwrap_or(usize::MAX), value)
        };
        if count > points - column.len() {
            return Err(Damaged("a column is longer than its block"));
        }
        let value = value.map(|value| u64::try_from(value).map_err(|_| Damaged("a value is below zero")));
        let value = value.transpose()?;
        column.extend(std::iter::repeat_n(value, count));
    }
    column.resize(points, None);
    Ok(column)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn written(points: &[Option<u64>]) -> Vec<u8> {
        let mut bytes = Vec::new();
        write(points, &mut bytes);
        bytes
    }

    #[test]
    fn what_is_idle_costs_next_to_nothing_and_what_is_absent_nothing() {
        assert_eq!(written(&[Some(0); 60]).len(), 2);
        assert_eq!(written(&[None; 60]).len(), 0);
        assert_eq!(written(&[Some(1_000); 144]).len(), 2 + 2);
        let gap = [Some(5), Some(5), None, None, Some(5), None];
        assert_eq!(written(&gap).len(), 4, "the end that is absent is not written");
        assert_eq!(read(&written(&gap), 6).unwrap(), gap);
    }

    #[test]
    fn absent_is_not_zero() {
        let points = [None, Some(0), None, Some(0), Some(7), Some(0)];
        assert_eq!(read(&written(&points), 6).unwrap(), points);
    }

    #[test]
    fn what_is_longer_than_its_block_is_refused_before_it_takes_room() {
        let mut bytes = Vec::new();
        put(&mut bytes, (u64::from(u32::MAX) << 2) | SAME);
        assert!(read(&bytes, 60).is_err());
        assert!(read(&[], usize::MAX).is_err());
        assert!(read(&[0b10], 60).is_err(), "below zero");
    }

    proptest! {
        #[test]
        fn every_column_comes_back(points in prop::collection::vec(prop::option::of(prop_oneof![0..4_u64, 0..=MOST]), 0..200)) {
            prop_assert_eq!(read(&written(&points), points.len()).unwrap(), points);
        }

        #[test]
        fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..64), points in 0..300_usize) {
            if let Ok(column) = read(&bytes, points) {
                prop_assert_eq!(column.len(), points);
            }
        }
    }
}
