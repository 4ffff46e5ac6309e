//! Recording how measures go: each ten seconds one point of every connector.

use std::collections::BTreeMap;

use model::Timestamp;
use model::blocks::{Block, Columns, Part, Series, Tier};
use model::names::{ClusterName, ConnectorName};
use model::progress::{LagReading, Measures};

/// What was measured earlier than this is not how it is now: a gap.
const OLD: chrono::TimeDelta = chrono::TimeDelta::seconds(15);
/// A rate is told of two counts that lie no further apart.
const APART: chrono::TimeDelta = chrono::TimeDelta::seconds(30);

/// What was recorded last.
#[derive(Default)]
pub(super) struct Charting {
    moment: Option<Timestamp>,
    /// How many records had gone through each connector, and when.
    passed: BTreeMap<ClusterName, BTreeMap<ConnectorName, (Timestamp, i64)>>,
}

impl Charting {
    /// The moment to record, once for each: they begin at full ten seconds, so that none is left out because a look came a
    /// little late.
    pub(super) fn due(&mut self, now: Timestamp) -> Option<Timestamp> {
        let moment = Tier::Moment.start(now);
        (self.moment.replace(moment) != Some(moment)).then_some(moment)
    }

    /// The block of a cluster; `None` where nothing is known.
    pub(super) fn block(
        &mut self,
        cluster: &ClusterName,
        measures: &BTreeMap<ConnectorName, Measures>,
        moment: Timestamp,
        now: Timestamp,
    ) -> Option<Part> {
        let before = self.passed.remove(cluster).unwrap_or_default();
        let mut passed = BTreeMap::new();
        let current = measures.iter().filter(|(_, measures)| now - measures.as_of <= OLD);
        let columns = current.map(|(name, measures)| {
            let mut columns = known(measures, now);
            if let Some(count) = measures.passed {
                passed.insert(name.clone(), (now, count));
                let rate = before.get(name).and_then(|before| rate(*before, (now, count)));
                columns.extend(rate.map(|rate| (Series::RATE, vec![Some(rate)])));
            }
            (name, columns)
        });
        let block = Block::of(1, columns);
        self.passed.insert(cluster.clone(), passed);
        Some(Part {
            tier: Tier::Moment,
            start: moment,
            block: block?,
        })
    }
}

/// What is known of a connector, but its rate.
fn known(measures: &Measures, now: Timestamp) -> Columns {
    let lag = measures
        .sink
        .as_ref()
        .and_then(|sink| sink.lag.as_ref())
        .map(LagReading::from);
    let freshness = measures.source.as_ref().and_then(|source| source.freshness(now));
    let all = [
        (Series::LAG_RECORDS, lag.as_ref().and_then(LagReading::waiting)),
        (Series::LAG_SECONDS, lag.as_ref().and_then(LagReading::seconds)),
        (Series::FRESHNESS, freshness),
    ];
    let told = all
        .into_iter()
        .filter_map(|(series, value)| Some((series, vec![Some(value?)])));
    told.collect()
}

/// Records that went through in between, in thousandths of one a second. A count that fell began anew.
fn rate(before: (Timestamp, i64), now: (Timestamp, i64)) -> Option<u64> {
    let time = now.0 - before.0;
    let grown = u64::try_from(now.1.checked_sub(before.1)?).ok()?;
    let ms = u64::try_from(time.num_milliseconds()).ok().filter(|ms| *ms > 0)?;
    (time <= APART).then(|| grown.saturating_mul(1_000_000) / ms)
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, TimeDelta};
    use model::blocks::find;
    use model::progress::{Keeps, Lag, SinkMeasures, SourceMeasures};

    use super::*;

    fn at(ms: i64) -> Timestamp {
        DateTime::from_timestamp(1_795_000_000, 0).unwrap() + TimeDelta::milliseconds(ms)
    }

    fn measures(as_of: Timestamp, passed: Option<i64>) -> Measures {
        Measures {
            as_of,
            watched: as_of,
            units: Vec::new(),
            rhythm: None,
            gathers: false,
            passed,
            sink: None,
            source: None,
        }
    }

    fn sink(as_of: Timestamp, records: u64, passed: i64) -> Measures {
        let lag = Lag {
            records,
            unknown_partitions: 0,
            seconds: None,
            trend: None,
            caught_up_in: None,
            runway: None,
            as_of,
        };
        Measures {
            sink: Some(SinkMeasures {
                keeps: Keeps::Hidden,
                never_committed: false,
                lag: Some(lag),
            }),
            ..measures(as_of, Some(passed))
        }
    }

    fn told(part: &Part, name: &str) -> Vec<(Series, u64)> {
        let slice = find(&part.block.directory, &name.into()).unwrap();
        let columns = slice.map(|slice| slice.read(&part.block.data[slice.offset..]).unwrap());
        let each = columns.into_iter().flatten();
        each.map(|(series, points)| (series, points[0].unwrap())).collect()
    }

    #[test]
    fn each_ten_seconds_are_due_once_however_late_the_look_comes() {
        let mut charting = Charting::default();
        let due: Vec<_> = [4_000, 9_900, 10_900, 19_999, 20_000, 45_000]
            .into_iter()
            .filter_map(|ms| charting.due(at(ms)))
            .map(|moment| (moment - at(0)).num_seconds())
            .collect();
        assert_eq!(due, [0, 10, 20, 40]);
    }

    #[test]
    fn what_is_known_is_recorded_and_what_is_not_is_absent() {
        let mut charting = Charting::default();
        let source = Measures {
            source: Some(SourceMeasures {
                read_until: Some(at(-4_000)),
                ..SourceMeasures::default()
            }),
            ..measures(at(0), None)
        };
        let all = BTreeMap::from([
            ("caught-up".into(), sink(at(0), 0, 5)),
            ("behind".into(), sink(at(0), 7, 5)),
            ("source".into(), source),
            ("old".into(), sink(at(-16_000), 7, 5)),
            ("nothing".into(), measures(at(0), None)),
        ]);
        let part = charting.block(&"orders".into(), &all, at(0), at(0)).unwrap();
        assert_eq!(
            told(&part, "caught-up"),
            [(Series::LAG_RECORDS, 0), (Series::LAG_SECONDS, 0)]
        );
        assert_eq!(
            told(&part, "behind"),
            [(Series::LAG_RECORDS, 7)],
            "nothing tells their age"
        );
        assert_eq!(told(&part, "source"), [(Series::FRESHNESS, 4)]);
        assert_eq!((told(&part, "old"), told(&part, "nothing")), (Vec::new(), Vec::new()));
        let nothing = [("old".into(), sink(at(-16_000), 7, 5))].into();
        assert!(charting.block(&"orders".into(), &nothing, at(0), at(0)).is_none());
    }

    #[test]
    fn a_rate_is_what_went_through_between_two_looks() {
        let mut charting = Charting::default();
        let rates: Vec<Option<u64>> = [(0, 1_000), (10_000, 1_500), (20_000, 1_500), (30_000, 20), (90_000, 90)]
            .into_iter()
            .map(|(ms, passed)| {
                let all = [("sink".into(), sink(at(ms), 1, passed))].into();
                let part = charting.block(&"orders".into(), &all, at(ms), at(ms)).unwrap();
                let rate = told(&part, "sink")
                    .into_iter()
                    .find(|(series, _)| *series == Series::RATE);
                rate.map(|(_, rate)| rate)
            })
            .collect();
        assert_eq!(rates, [None, Some(50_000), Some(0), None, None]);
    }
}
