//! What happened while something was measured: dashed lines with words that do not lie over one another.

use console::{Chart, Mark};
use model::Timestamp;

use crate::Frame;
use crate::moment::Clock;

/// Two lines lie so far apart, in hundredths of the width: what lies closer together is one line.
const APART: f64 = 6.5;
/// Words stand in so many rows in turn, so that two of one row have room.
const ROWS: usize = 3;
/// Letters that have room.
const LETTERS: usize = 12;
/// Sentences that are listed.
const LISTED: usize = 60;

/// A dashed line: one thing that happened, or several close together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Group {
    /// Its place in hundredths of the width.
    pub(crate) place: String,
    /// Its number, by which a narrow window names it.
    pub(crate) number: usize,
    /// `config`, `restart +2`.
    pub(crate) word: String,
    /// In which row from the top its word stands.
    pub(crate) row: usize,
    /// Where its word stands to its line: `start`, `middle` or `end`.
    pub(crate) anchor: &'static str,
    /// Each of them with its sentence, in lines.
    pub(crate) says: String,
}

/// Something that happened.
pub(crate) struct Event {
    pub(crate) number: usize,
    pub(crate) at: Clock,
    pub(crate) text: String,
}

/// Marks that lie close together, the oldest first.
fn close(chart: &Chart) -> Vec<(f64, Vec<&Mark>)> {
    let span = chart.span;
    let long = (span.until - span.from).num_milliseconds().max(1) as f64;
    let place = |at: Timestamp| (at - span.from).num_milliseconds() as f64 / long * 100.0;
    let mut groups: Vec<(f64, Vec<&Mark>)> = Vec::new();
    for mark in &chart.marks {
        match groups.last_mut() {
            Some((first, marks)) if place(mark.at) - *first < APART => marks.push(mark),
            _ => groups.push((place(mark.at), vec![mark])),
        }
    }
    groups
}

pub(crate) fn groups(chart: &Chart) -> Vec<Group> {
    let group = |(number, (place, marks)): (usize, (f64, Vec<&Mark>))| {
        // The one that explains most speaks for all, of several the last: that is how it ended.
        let first = marks.iter().rev().min_by_key(|mark| mark.kind)?;
        let mut word: String = first.word.chars().take(LETTERS).collect();
        if marks.len() > 1 {
            word = format!("{word} +{}", marks.len() - 1);
        }
        let says: Vec<&str> = marks.iter().map(|mark| mark.text.as_str()).collect();
        Some(Group {
            place: format!("{place:.2}"),
            number: number + 1,
            word,
            row: number % ROWS,
            anchor: match place {
                ..6.0 => "start",
                94.0.. => "end",
                _ => "middle",
            },
            says: says.join("\n"),
        })
    };
    close(chart).into_iter().enumerate().filter_map(group).collect()
}

/// The same as a list, the newest first.
pub(crate) fn events(chart: &Chart, frame: &Frame) -> Vec<Event> {
    let groups = close(chart);
    let each = groups
        .iter()
        .zip(1..)
        .flat_map(|((_, marks), number)| marks.iter().map(move |mark| (number, *mark)));
    let mut events: Vec<Event> = each
        .map(|(number, mark)| Event {
            number,
            at: frame.clock(&mark.at),
            text: crate::words::sentence(&mark.text),
        })
        .collect();
    events.reverse();
    events.truncate(LISTED);
    events
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, TimeDelta};
    use console::{MarkKind, Span};

    use super::*;

    fn chart(marks: &[(i64, MarkKind, &str)]) -> Chart {
        let until = DateTime::from_timestamp(1_795_269_600, 0).unwrap();
        let span = Span::new(until - TimeDelta::minutes(100), until, until).unwrap();
        let mark = |(minute, kind, word): &(i64, MarkKind, &str)| Mark {
            at: span.from + TimeDelta::minutes(*minute),
            kind: *kind,
            word: (*word).to_owned(),
            text: format!("it is {word}"),
        };
        Chart {
            span,
            lines: Vec::new(),
            marks: marks.iter().map(mark).collect(),
            more_marks: false,
        }
    }

    #[test]
    fn what_happened_together_is_one_line_and_what_explains_it_speaks_for_it() {
        let chart = chart(&[
            (1, MarkKind::Transition, "FAILED"),
            (20, MarkKind::Transition, "RUNNING"),
            (21, MarkKind::Config, "config"),
            (24, MarkKind::Rebalance, "rebalance"),
            (99, MarkKind::Restart, "restart"),
        ]);
        let told = groups(&chart);
        let words: Vec<_> = told
            .iter()
            .map(|group| (group.number, group.word.as_str(), group.anchor))
            .collect();
        assert_eq!(
            words,
            [
                (1, "FAILED", "start"),
                (2, "config +2", "middle"),
                (3, "restart", "end")
            ]
        );
        assert_eq!(told[1].says, "it is RUNNING\nit is config\nit is rebalance");
    }

    #[test]
    fn lines_lie_apart_and_words_of_one_row_have_room_whatever_happens() {
        let all: Vec<_> = (0..1_000)
            .map(|number| (number / 10, MarkKind::Transition, "crash looping"))
            .collect();
        let told = groups(&chart(&all));
        let places: Vec<f64> = told.iter().map(|group| group.place.parse().unwrap()).collect();
        assert!(
            places.windows(2).all(|pair| pair[1] - pair[0] >= APART - 0.01),
            "{places:?}"
        );
        assert!(told.windows(ROWS).all(|some| some[0].row != some[ROWS - 1].row));
        assert!(told.iter().all(|group| group.word.chars().count() <= LETTERS + 4));
    }
}
