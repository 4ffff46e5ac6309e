//! The panel of counts: connectors by verdict now, and how each went over the last day.

use console::Trend;
use model::Timestamp;
use model::verdict::Health;
use view::Totals;

use crate::sparkline::{Sparkline, values};
use crate::{Frame, words};

/// Healths that are listed even when nothing has them: a zero is an answer too.
const ALWAYS: [Health; 5] = [
    Health::Failed,
    Health::Degraded,
    Health::Unassigned,
    Health::Unknown,
    Health::Healthy,
];

/// A row of the panel.
pub(crate) struct Count {
    pub(crate) health: Health,
    pub(crate) count: u32,
    pub(crate) words: String,
    pub(crate) href: String,
    pub(crate) line: Option<Sparkline>,
}

/// Rows of what there is, of what there was within the day, and of what is always told; `blind` where nothing was seen
/// yet, which is no zero.
pub(crate) fn counts(totals: &Totals, blind: bool, trend: Option<&Trend>, frame: &Frame) -> Vec<Count> {
    let links = frame.links();
    let told = |health: Health, count: u32| count > 0 || ALWAYS.contains(&health) || was(trend, health);
    let rows = totals.iter().filter(|(health, count)| told(*health, *count));
    rows.map(|(health, count)| Count {
        health,
        count,
        words: match blind && count == 0 {
            true => "?".to_owned(),
            false => words::thousands(u64::from(count)),
        },
        href: links.connectors_of(None, Some(health)),
        line: trend.map(|trend| Sparkline::of(trend, health, count, frame.zone())),
    })
    .collect()
}

/// Whether any connector had a health within the day.
fn was(trend: Option<&Trend>, health: Health) -> bool {
    trend.is_some_and(|trend| values(trend, health).any(|(_, value)| value.is_some_and(|value| value > 0)))
}

/// The day as a table, hour by hour.
pub(crate) struct Hours {
    /// The healths that stand in it, worst first.
    pub(crate) healths: Vec<Health>,
    /// The newest first: the hour by the reader's clock, and the counts; hours in which none was counted are one row, from
    /// its first hour to its last, without counts.
    pub(crate) rows: Vec<(String, Option<Vec<String>>)>,
}

impl Hours {
    /// Of a trend, whose points are taken together by the hour of the reader's clock.
    pub(crate) fn of(trend: &Trend, frame: &Frame) -> Self {
        let zone = frame.zone();
        let healths = Health::ALL.into_iter();
        let healths: Vec<Health> = healths
            .filter(|health| *health == Health::Healthy || was(Some(trend), *health))
            .collect();
        let hour = |at: Timestamp| zone.local(at).format("%d %H").to_string();
        let hours = trend.points.chunk_by(|one, other| hour(one.at) == hour(other.at));
        let row = |points: &[console::TrendPoint]| {
            let at = points.first()?.at;
            let counted: Vec<&Totals> = points.iter().filter_map(|point| point.totals.as_ref()).collect();
            let cell = |health: &Health| {
                let all = counted.iter().map(|totals| totals.of(*health));
                let count = if *health == Health::Healthy {
                    all.min()
                } else {
                    all.max()
                };
                words::thousands(u64::from(count.unwrap_or(0)))
            };
            let cells = (!counted.is_empty()).then(|| healths.iter().map(cell).collect());
            Some((zone.local(at).format("%H:00").to_string(), cells))
        };
        let rows: Vec<_> = hours.filter_map(row).collect();
        let mut rows: Vec<_> = rows
            .chunk_by(|one, other| one.1.is_none() && other.1.is_none())
            .filter_map(together)
            .collect();
        rows.reverse();
        Self { healths, rows }
    }
}

/// Hours in which nothing was counted, as one row: `04:00 to 03:00`.
fn together(rows: &[(String, Option<Vec<String>>)]) -> Option<(String, Option<Vec<String>>)> {
    match rows {
        [only] => Some(only.clone()),
        [(first, _), .., (last, _)] => Some((format!("{first} to {last}"), None)),
        [] => None,
    }
}
