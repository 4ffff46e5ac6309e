//! A chart as a table: some points in each row, so that it can be read.

use console::Chart;
use model::blocks::{Fold, Series};

use super::{Scale, names};
use crate::preferences::Zone;

/// Rows of the table.
const ROWS: usize = 24;

/// What was measured, the newest first.
pub(crate) struct Table {
    /// The series that stand in it, with their units.
    pub(crate) heads: Vec<String>,
    /// Since when, and a value of each series; nothing where it was not measured.
    pub(crate) rows: Vec<(String, Vec<Option<String>>)>,
    /// What one row stands for.
    pub(crate) every: String,
}

impl Table {
    pub(crate) fn of(chart: &Chart, zone: Zone) -> Self {
        let size = (chart.span.points() / ROWS).max(1);
        let form = match (chart.span.until - chart.span.from).num_hours() {
            0..=23 => "%H:%M",
            24..=72 => "%a %H:%M",
            _ => "%-d %b %H:%M",
        };
        let times: Vec<_> = chart.times().collect();
        let cell = |series: Series, points: &[Option<f64>]| {
            let known: Vec<f64> = points.iter().copied().flatten().collect();
            let value = match series.fold() {
                Fold::Highest => known.iter().copied().reduce(f64::max)?,
                Fold::Mean if known.is_empty() => return None,
                Fold::Mean => known.iter().sum::<f64>() / known.len() as f64,
            };
            Some(Scale::of(series, points).words(value))
        };
        let row = |(number, times): (usize, &[model::Timestamp])| {
            let lines = chart.lines.iter();
            let cells = lines.map(|line| {
                let own = line.points.iter().copied().skip(number * size).take(size);
                cell(line.series, &own.collect::<Vec<_>>())
            });
            Some((zone.local(*times.first()?).format(form).to_string(), cells.collect()))
        };
        let mut rows: Vec<_> = times.chunks(size).enumerate().filter_map(row).collect();
        // Before the first point there is nothing to be read.
        let known = |(_, cells): &(String, Vec<Option<String>>)| cells.iter().any(Option::is_some);
        let first = rows.iter().position(known).unwrap_or(rows.len());
        rows.drain(..first);
        rows.reverse();
        let every = chart.span.step * i32::try_from(size).unwrap_or(i32::MAX);
        Self {
            heads: chart.lines.iter().map(|line| names(line.series).1.to_owned()).collect(),
            rows,
            every: crate::moment::fine(every),
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, TimeDelta};
    use console::{ChartLine, Span};

    use super::*;

    #[test]
    fn a_row_tells_the_highest_lag_and_the_mean_rate_of_its_time() {
        let until = DateTime::from_timestamp(1_795_269_600, 0).unwrap();
        let span = Span::new(until - TimeDelta::hours(2), until, until).unwrap();
        let line = |series, values: &[f64]| {
            let mut points: Vec<Option<f64>> = values.iter().copied().map(Some).collect();
            points.resize(span.points(), None);
            ChartLine { series, points }
        };
        let chart = Chart {
            span,
            lines: vec![
                line(Series::LAG_RECORDS, &[1.0, 1_500.0]),
                line(Series::RATE, &[1.0, 2.0]),
            ],
            marks: Vec::new(),
            more_marks: false,
        };
        let table = Table::of(&chart, Zone::default());
        assert_eq!((table.rows.len(), table.every.as_str()), (ROWS, "5 min"));
        assert_eq!(table.heads, ["Records", "Rate"]);
        let oldest = table.rows.last().unwrap();
        assert_eq!(
            *oldest,
            (
                "12:00".to_owned(),
                vec![Some("1,500".to_owned()), Some("1.5/s".to_owned())]
            )
        );
        assert_eq!(table.rows[0].1, [None, None], "a gap is no zero");
    }
}
