//! Two hours of a sink.

use chrono::TimeDelta;
use console::{Chart, ChartLine, Mark, MarkKind, Span};
use model::blocks::Series;

use super::ago;

/// Its lag grew while nobody looked for a while, its config was changed, and it was restarted.
pub fn chart() -> Chart {
    let now = ago(0);
    let span = Span::new(now - TimeDelta::hours(2), now, now).unwrap();
    let points = |of: fn(usize) -> f64| {
        let known = |place: usize| (!(200..300).contains(&place)).then(|| of(place));
        (0..span.points()).map(known).collect()
    };
    let mark = |minutes: i64, kind, word: &str, text: &str| Mark {
        at: now - TimeDelta::minutes(minutes),
        kind,
        word: word.to_owned(),
        text: text.to_owned(),
    };
    Chart {
        span,
        lines: vec![
            ChartLine {
                series: Series::LAG_RECORDS,
                points: points(|place| place as f64 * 2.0),
            },
            ChartLine {
                series: Series::RATE,
                points: points(|_| 12.5),
            },
        ],
        marks: vec![
            mark(
                90,
                MarkKind::Config,
                "config",
                "the config of s3-archive changed: <tasks.max>",
            ),
            mark(
                20,
                MarkKind::Restart,
                "restart",
                "task 1 of s3-archive is RUNNING, was FAILED",
            ),
        ],
        more_marks: true,
    }
}
