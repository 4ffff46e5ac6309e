//! How measures of a connector went, with what happened meanwhile.

mod mark;
mod span;

use std::collections::BTreeMap;

use chrono::TimeDelta;
use model::Timestamp;
use model::actor::{Actor, Right};
use model::blocks::{Line, Series, plan};
use model::names::{ClusterName, ConnectorId};
use store::{Store, Stretch, TimelineFilter};

use crate::{Console, Error, require};

pub use mark::{Mark, MarkKind};
pub use span::{MOST_POINTS, Span};

/// Entries of the history that are read for the marks of a chart: of more the newest are marked.
const MOST: i64 = 300;

/// Measures of a connector over a stretch of time.
#[derive(Clone, Debug, PartialEq)]
pub struct Chart {
    /// The stretch.
    pub span: Span,
    /// What was measured in it; a series of which nothing was is not here.
    pub lines: Vec<ChartLine>,
    /// What happened in it, the oldest first.
    pub marks: Vec<Mark>,
    /// Whether more happened than was read: then the earlier of it is not marked.
    pub more_marks: bool,
}

/// How one measure went.
#[derive(Clone, Debug, PartialEq)]
pub struct ChartLine {
    /// Which.
    pub series: Series,
    /// A value for each point of the stretch in the unit of the series; `None` where it was not measured.
    pub points: Vec<Option<f64>>,
}

impl Console {
    /// How measures of a connector went. `only`: these series; all when empty. Right: `see`.
    ///
    /// # Errors
    /// [`Error::Denied`]; [`Error::NotFound`]; [`Error::Unavailable`], [`Error::Busy`], [`Error::Broken`].
    pub async fn chart(&self, actor: &Actor, id: &ConnectorId, span: Span, only: &[Series]) -> Result<Chart, Error> {
        require(actor, Right::See)?;
        // One that never was has no chart.
        self.connector(actor, id)?;
        let formerly = self.formerly(&id.cluster);
        let names: Vec<ClusterName> = std::iter::once(&id.cluster).chain(&formerly).cloned().collect();
        let own = TimelineFilter {
            cluster: Some(id.cluster.clone()),
            formerly,
            connector: Some(id.name.clone()),
            kinds: mark::KINDS.map(str::to_owned).to_vec(),
            until: Some(span.until),
            limit: MOST,
            ..TimelineFilter::default()
        };
        let groups = TimelineFilter {
            connector: None,
            kinds: vec!["rebalance".to_owned()],
            ..own.clone()
        };
        let name = id.name.clone();
        let question = |store: Store| async move {
            let mut stretches = Vec::new();
            for cluster in &names {
                let there = store.measures_since(cluster, span.from).await?;
                let telling = plan::telling(&there, span.tier(), span.from, span.until);
                stretches.extend(store.measures_of(cluster, &name, &telling).await?);
            }
            Ok((stretches, store.timeline(&own).await?, store.timeline(&groups).await?))
        };
        let (stretches, own, groups) = self.reading(question).await?;
        let full = |items: &[_]| i64::try_from(items.len()).is_ok_and(|count| count >= MOST);
        let within = |items: &[model::record::HistoryItem]| {
            full(items) && items.last().is_some_and(|item| item.entry.at() >= span.from)
        };
        let more_marks = within(&own) || within(&groups);
        let mut marks: Vec<Mark> = own.into_iter().chain(groups).filter_map(Mark::of).collect();
        marks.retain(|mark| mark.at >= span.from && mark.at < span.until);
        marks.sort_by_key(|mark| mark.at);
        Ok(Chart {
            span,
            lines: lines(&stretches, span, only),
            marks,
            more_marks,
        })
    }
}

/// The lines of what was measured, each series at the points of the stretch.
fn lines(stretches: &[Stretch], span: Span, only: &[Series]) -> Vec<ChartLine> {
    let step = u32::try_from(span.step.num_seconds()).unwrap_or(u32::MAX);
    let mut lines: BTreeMap<Series, Line> = BTreeMap::new();
    for stretch in stretches {
        for (series, column) in &stretch.columns {
            if series.word().is_some() && (only.is_empty() || only.contains(series)) {
                let new = || Line::new(*series, span.from, step, span.points());
                lines
                    .entry(*series)
                    .or_insert_with(new)
                    .put(stretch.start, stretch.tier.step(), column);
            }
        }
    }
    let line = |(series, line): (Series, Line)| ChartLine {
        series,
        points: line
            .points()
            .into_iter()
            .map(|value| Some(value? as f64 / series.scale()))
            .collect(),
    };
    let mut lines: Vec<ChartLine> = lines.into_iter().map(line).collect();
    lines.retain(|line| line.points.iter().any(Option::is_some));
    lines
}

impl Chart {
    /// When each point begins.
    pub fn times(&self) -> impl Iterator<Item = Timestamp> + '_ {
        let step = self.span.step.num_seconds();
        (0_i64..)
            .take(self.span.points())
            .map(move |place| self.span.from + TimeDelta::seconds(place * step))
    }

    /// The line of a series.
    pub fn line(&self, series: Series) -> Option<&ChartLine> {
        self.lines.iter().find(|line| line.series == series)
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use model::blocks::Tier;

    use super::*;

    #[test]
    fn coarse_and_fine_stretches_join_and_a_gap_stays_one() {
        let at = |second: i64| DateTime::from_timestamp(86_400 * 20_000 + second, 0).unwrap();
        let span = Span::new(at(0), at(2 * 86_400), at(2 * 86_400)).unwrap();
        assert_eq!(span.step.num_seconds(), 240);
        let stretch = |tier, second, column: Vec<Option<u64>>| Stretch {
            tier,
            start: at(second),
            columns: vec![(Series::RATE, column.clone()), (Series(200), column)],
        };
        let stretches = [
            stretch(Tier::Hour, 0, vec![Some(1_000), Some(3_000), None]),
            stretch(Tier::Moment, 480, vec![Some(500)]),
            stretch(Tier::Moment, 490, vec![Some(1_500)]),
        ];
        let lines = lines(&stretches, span, &[]);
        assert_eq!(lines.len(), 1, "what only a newer version knows is not shown");
        assert_eq!(lines[0].points[..4], [Some(2.0), None, Some(1.0), None]);
        assert_eq!(lines[0].points.len(), 720);
        assert_eq!(super::lines(&stretches, span, &[Series::LAG_RECORDS]), []);
    }
}
