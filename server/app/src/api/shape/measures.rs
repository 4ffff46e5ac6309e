//! How measures of a connector went.

use chrono::{DateTime, Utc};
use console::{Chart, ChartLine};
use serde::Serialize;
use utoipa::ToSchema;

use super::words::{MarkKind, SeriesWord};

/// Measures of a connector over a stretch of time.
#[derive(Serialize, ToSchema)]
pub struct MeasureList {
    /// When the first point begins; each of the others begins `step_seconds` after the one before.
    pub from: DateTime<Utc>,
    /// When the stretch ends.
    pub until: DateTime<Utc>,
    /// Seconds that one point stands for.
    pub step_seconds: i64,
    /// What was measured; a series of which nothing was is not here.
    pub items: Vec<Measured>,
    /// What happened meanwhile, the oldest first.
    pub marks: Vec<Mark>,
    /// Whether more happened, earlier, than is marked.
    pub more_marks: bool,
    /// Always null: all are in `items`.
    pub next_cursor: Option<String>,
}

/// How one measure went.
#[derive(Serialize, ToSchema)]
pub struct Measured {
    /// Which. `lag_records`: records that wait; `lag_seconds`: the age of the oldest of them; `rate`: records that went
    /// through; `freshness`: the age of the newest change that a source has read; `dlq_depth`: records in its dead letter
    /// queue.
    pub series: SeriesWord,
    /// What its values count.
    pub unit: &'static str,
    /// The highest within each point, of `rate` the mean. null: it was not measured, which is no zero.
    pub points: Vec<Option<f64>>,
}

/// Something that happened.
#[derive(Serialize, ToSchema)]
pub struct Mark {
    /// When.
    pub at: DateTime<Utc>,
    /// What kind of thing.
    pub kind: MarkKind,
    /// In a word or two.
    pub word: String,
    /// In a sentence.
    pub text: String,
}

impl From<&Chart> for MeasureList {
    fn from(chart: &Chart) -> Self {
        Self {
            from: chart.span.from,
            until: chart.span.until,
            step_seconds: chart.span.step.num_seconds(),
            items: chart.lines.iter().filter_map(Measured::of).collect(),
            marks: chart.marks.iter().map(Mark::from).collect(),
            more_marks: chart.more_marks,
            next_cursor: None,
        }
    }
}

impl Measured {
    fn of(line: &ChartLine) -> Option<Self> {
        Some(Self {
            series: SeriesWord::of(line.series)?,
            unit: line.series.unit(),
            points: line.points.clone(),
        })
    }
}

impl From<&console::Mark> for Mark {
    fn from(mark: &console::Mark) -> Self {
        Self {
            at: mark.at,
            kind: mark.kind.into(),
            word: mark.word.clone(),
            text: mark.text.clone(),
        }
    }
}
