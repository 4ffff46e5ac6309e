//! Which blocks are to be made, and which of those that are there tell a stretch of time.

use std::collections::BTreeSet;

use chrono::TimeDelta;

use super::tier::Tier;
use crate::Timestamp;

/// A block is made so long after its end: another server may have recorded its last moment, by its own clock.
const SETTLED: TimeDelta = TimeDelta::seconds(30);

/// The next block to be made of finer ones that are there, the finest first; `None` when nothing is missing. Whoever asks
/// again after it was made, or was found to be empty and is in `done`, comes to the end.
pub fn missing(
    there: &BTreeSet<(Tier, Timestamp)>,
    done: &BTreeSet<(Tier, Timestamp)>,
    now: Timestamp,
) -> Option<(Tier, Timestamp)> {
    let coarser = Tier::ALL.into_iter().filter_map(|tier| Some((tier, tier.finer()?)));
    for (tier, finer) in coarser {
        for (_, start) in there.iter().filter(|(of, _)| *of == finer) {
            let wanted = (tier, tier.start(*start));
            let over = tier.end(wanted.1) + SETTLED <= now;
            if over && !there.contains(&wanted) && !done.contains(&wanted) {
                return Some(wanted);
            }
        }
    }
    None
}

/// Of the blocks that are there those that tell this stretch of time, none finer than needed: where a block of `tier` is
/// there it tells its whole span, elsewhere finer ones do.
pub fn telling(
    there: &BTreeSet<(Tier, Timestamp)>,
    tier: Tier,
    from: Timestamp,
    until: Timestamp,
) -> Vec<(Tier, Timestamp)> {
    let within = |(of, start): &&(Tier, Timestamp)| of.end(*start) > from && *start < until;
    let told = |(of, start): &&(Tier, Timestamp)| {
        let mut coarser = Tier::ALL.into_iter().filter(|coarser| coarser > of && *coarser <= tier);
        *of <= tier && !coarser.any(|coarser| there.contains(&(coarser, coarser.start(*start))))
    };
    there.iter().filter(within).filter(told).copied().collect()
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;

    fn at(second: i64) -> Timestamp {
        DateTime::from_timestamp(86_400 * 20_000 + second, 0).unwrap()
    }

    fn there(told: &[(Tier, i64)]) -> BTreeSet<(Tier, Timestamp)> {
        told.iter().map(|(tier, second)| (*tier, at(*second))).collect()
    }

    #[test]
    fn a_block_is_missing_once_its_time_is_over_and_the_finest_comes_first() {
        let none = BTreeSet::new();
        let moments = there(&[(Tier::Moment, 10), (Tier::Moment, 590), (Tier::Moment, 600)]);
        assert_eq!(
            missing(&moments, &none, at(629)),
            None,
            "its last moment may still come"
        );
        assert_eq!(missing(&moments, &none, at(630)), Some((Tier::Minutes, at(0))));
        assert_eq!(missing(&moments, &there(&[(Tier::Minutes, 0)]), at(630)), None);
        let mut both = moments.clone();
        both.insert((Tier::Minutes, at(0)));
        assert_eq!(missing(&both, &none, at(630)), None);
        // Hours later: what was not made in time is made first, then what is made of it.
        assert_eq!(missing(&both, &none, at(90_000)), Some((Tier::Minutes, at(600))));
        both.insert((Tier::Minutes, at(600)));
        assert_eq!(missing(&both, &none, at(90_000)), Some((Tier::Hour, at(0))));
        both.insert((Tier::Hour, at(0)));
        assert_eq!(missing(&both, &none, at(90_000)), Some((Tier::Day, at(0))));
        assert_eq!(missing(&both, &none, at(86_429)), None);
    }

    #[test]
    fn coarse_blocks_tell_their_time_and_finer_ones_the_rest() {
        let all = there(&[
            (Tier::Moment, 3_590),
            (Tier::Moment, 3_600),
            (Tier::Moment, 4_200),
            (Tier::Minutes, 3_000),
            (Tier::Minutes, 3_600),
            (Tier::Hour, 0),
        ]);
        let hour = telling(&all, Tier::Hour, at(0), at(9_000));
        assert_eq!(
            hour,
            [
                (Tier::Moment, at(4_200)),
                (Tier::Minutes, at(3_600)),
                (Tier::Hour, at(0))
            ]
        );
        let minutes = telling(&all, Tier::Minutes, at(0), at(9_000));
        let expected = [
            (Tier::Moment, at(4_200)),
            (Tier::Minutes, at(3_000)),
            (Tier::Minutes, at(3_600)),
        ];
        assert_eq!(minutes, expected);
        assert_eq!(
            telling(&all, Tier::Minutes, at(3_600), at(4_200)),
            [(Tier::Minutes, at(3_600))]
        );
        assert_eq!(telling(&all, Tier::Minutes, at(4_210), at(9_000)), []);
    }
}
