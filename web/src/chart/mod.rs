//! How a measure went, drawn here: the line, its axes, what happened meanwhile, and the same as a table.
//!
//! Places are shares of the width, so that shapes may be stretched to any window and words may not.

mod line;
mod marks;
mod range;
mod scale;
mod table;
mod ticks;

use console::{Chart, ChartLine};
use model::blocks::Series;
use model::names::ConnectorId;
use model::state::ConnectorKind;

use crate::Frame;

pub use range::Range;
pub(crate) use scale::Scale;

/// A chart with what stands around it.
pub(crate) struct Drawing {
    /// What is shown: `Records that wait`.
    pub(crate) title: &'static str,
    /// The unit of the axis.
    pub(crate) unit: &'static str,
    /// The other ranges and measures, by address.
    pub(crate) ranges: Vec<Choice>,
    pub(crate) measures: Vec<Choice>,
    /// Why there is nothing to be drawn.
    pub(crate) empty: Option<&'static str>,
    /// The line and, beneath it, the area.
    pub(crate) line: line::Line,
    /// Words of the axes, from the top and from the left.
    pub(crate) heights: Vec<String>,
    pub(crate) times: Vec<ticks::Tick>,
    pub(crate) marks: Vec<marks::Group>,
    /// What happened, in sentences, the newest first.
    pub(crate) events: Vec<marks::Event>,
    pub(crate) more_events: bool,
    pub(crate) table: table::Table,
    /// The same in numbers, for the script: when it begins and how long a point is in ms, how high it is, and the points.
    pub(crate) from: i64,
    pub(crate) step: i64,
    pub(crate) top: f64,
    pub(crate) points: String,
    pub(crate) series: &'static str,
    /// What it shows in a sentence, for who does not see it.
    pub(crate) says: String,
}

/// Something to choose by a link.
pub(crate) struct Choice {
    pub(crate) word: &'static str,
    pub(crate) href: String,
    pub(crate) chosen: bool,
}

/// What is shown of a connector where nobody says.
pub(crate) fn usual(kind: Option<ConnectorKind>) -> Series {
    match kind {
        Some(ConnectorKind::Source) => Series::FRESHNESS,
        Some(ConnectorKind::Sink) | None => Series::LAG_RECORDS,
    }
}

/// What a series is called: in a heading, and where it is chosen.
fn names(series: Series) -> (&'static str, &'static str) {
    match series {
        Series::LAG_RECORDS => ("Records that wait", "Records"),
        Series::LAG_SECONDS => ("Age of the oldest record that waits", "Age"),
        Series::FRESHNESS => ("Age of the newest change that was read", "Freshness"),
        Series::DLQ_DEPTH => ("Records in its dead letter queue", "Dead letters"),
        _ => ("Records that went through", "Rate"),
    }
}

/// Those that a kind of connector may have.
fn offered(kind: Option<ConnectorKind>) -> &'static [Series] {
    match kind {
        Some(ConnectorKind::Source) => &[Series::FRESHNESS, Series::RATE],
        Some(ConnectorKind::Sink) | None => &[Series::LAG_RECORDS, Series::LAG_SECONDS, Series::RATE],
    }
}

impl Drawing {
    /// Of the series that was asked for, or of the usual one where that was measured, or else of any that was.
    pub(crate) fn of(
        chart: &Chart,
        id: &ConnectorId,
        kind: Option<ConnectorKind>,
        range: Range,
        asked: Option<Series>,
        frame: &Frame,
    ) -> Self {
        let links = frame.links();
        let shown = asked.unwrap_or_else(|| {
            let mut all = std::iter::once(usual(kind)).chain(offered(kind).iter().copied());
            all.find(|series| chart.line(*series).is_some()).unwrap_or(usual(kind))
        });
        let own = chart.line(shown).map(|line| line.points.as_slice()).unwrap_or_default();
        let scale = Scale::of(shown, own);
        let mut measures: Vec<Series> = offered(kind).to_vec();
        // Also what is shown by its address alone.
        measures.extend(Some(shown).filter(|shown| !offered(kind).contains(shown)));
        let choice = |series: Series, range: Range, word, chosen| Choice {
            word,
            href: links.chart(id, range, (series != usual(kind)).then_some(series)),
            chosen,
        };
        Self {
            title: names(shown).0,
            unit: shown.unit(),
            ranges: Range::ALL.into_iter().map(|other| choice(shown, other, other.words(), other == range)).collect(),
            measures: measures.into_iter().map(|other| choice(other, range, names(other).1, other == shown)).collect(),
            empty: chart.line(shown).is_none().then_some(match chart.lines.is_empty() {
                true => "Nothing was measured in this time. A point is recorded every ten seconds while Kafka tells how far \
                         it is.",
                false => "This was not measured in this time; something else of it was.",
            }),
            line: line::Line::of(own, scale.top),
            heights: scale.heights(),
            times: ticks::ticks(chart.span, frame.zone()),
            marks: marks::groups(chart),
            events: marks::events(chart, frame),
            more_events: chart.more_marks,
            table: table::Table::of(chart, frame.zone()),
            from: chart.span.from.timestamp_millis(),
            step: chart.span.step.num_milliseconds(),
            top: scale.top,
            points: listed(own),
            series: shown.word().unwrap_or_default(),
            says: says(chart.line(shown), scale, range),
        }
    }
}

/// Points with commas between them, nothing where nothing was measured.
fn listed(points: &[Option<f64>]) -> String {
    let word = |point: &Option<f64>| point.map(|value| value.to_string()).unwrap_or_default();
    points.iter().map(word).collect::<Vec<_>>().join(",")
}

/// The line in a sentence.
fn says(line: Option<&ChartLine>, scale: Scale, range: Range) -> String {
    let known = |line: &ChartLine| line.points.iter().copied().flatten().collect::<Vec<f64>>();
    let known = line.map(known).unwrap_or_default();
    let (Some(last), Some(most)) = (known.last(), known.iter().copied().reduce(f64::max)) else {
        return format!("nothing was measured in the last {}", range.words());
    };
    format!(
        "{} at last, at most {} in the last {}",
        scale.words(*last),
        scale.words(most),
        range.words()
    )
}
