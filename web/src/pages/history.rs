//! Entries of the history, as lists show them.

use console::{EntryKind, Moves, Storm, TimelineItem, TimelineQuery, folded};
use model::Timestamp;
use model::names::ConnectorId;
use model::verdict::Health;

use crate::Frame;
use crate::moment::Day;
use crate::words;

/// One entry.
pub(crate) struct Line {
    pub(crate) key: String,
    /// By which a link finds it.
    pub(crate) id: String,
    pub(crate) at: Timestamp,
    pub(crate) health: Option<Health>,
    pub(crate) text: String,
    pub(crate) cluster: String,
    pub(crate) cluster_href: String,
    /// Where this moment is found again, of a line on the page of all history.
    pub(crate) moment: Option<String>,
    /// The connector's page, where one is concerned.
    pub(crate) href: Option<String>,
    /// `by NAME`, or that it came from outside.
    pub(crate) actor: Option<String>,
    pub(crate) kind: &'static str,
    /// The entries that this line stands for; none: it stands for itself.
    pub(crate) storm: Vec<Self>,
    /// Where all of them stand, of what befell many connectors at once.
    pub(crate) all: Option<String>,
}

/// The entries of one day, newest first.
pub(crate) struct Days {
    pub(crate) day: Day,
    pub(crate) lines: Vec<Line>,
}

impl Line {
    pub(crate) fn of(item: &TimelineItem, frame: &Frame) -> Self {
        let links = frame.links();
        let id = item.connector.as_ref().map(|name| ConnectorId {
            cluster: item.cluster.clone(),
            name: name.clone(),
        });
        Self {
            key: format!("entry {}", item.id),
            id: format!("entry-{}", item.id),
            at: item.at,
            health: item.health,
            text: frame.told(&item.text).into_owned(),
            cluster: item.cluster.to_string(),
            cluster_href: links.cluster(&item.cluster),
            href: id.map(|id| links.connector(&id)),
            actor: item.actor.as_deref().map(|actor| match actor {
                "outside" => "from outside Signalbox".to_owned(),
                name => format!("by {name}"),
            }),
            kind: item.kind.as_str(),
            moment: None,
            storm: Vec::new(),
            all: None,
        }
    }

    /// The newest lines, storms folded.
    pub(crate) fn newest(items: &[TimelineItem], most: usize, frame: &Frame) -> Vec<Self> {
        let mut lines = lines(items, true, frame);
        lines.truncate(most);
        lines
    }
}

/// Entries as lines, storms folded; `more` says that there are older ones than these.
fn lines(items: &[TimelineItem], more: bool, frame: &Frame) -> Vec<Line> {
    let mut storms: Vec<String> = Vec::new();
    let line = |line: console::TimelineLine| {
        let told = Line::of(&line.item, frame);
        let Some(storm) = line.storm else { return told };
        // The oldest entry at hand may not be the oldest of them.
        let cut = more && storm.items.last().map(|item| item.id) == items.last().map(|item| item.id);
        // The newest storm of a connector keeps its name while it goes on, so that it stays open on a page that is
        // drawn anew.
        let about = format!("{} {}", told.href.as_deref().unwrap_or(&told.cluster_href), told.kind);
        storms.push(about.clone());
        let one = storm.clusters == 1;
        let nth = storms.iter().filter(|known| **known == about).count();
        Line {
            key: format!("storm {nth} {about}"),
            text: match storm.wave {
                true => wave_text(&storm, line.item.kind, cut),
                false => storm_text(&storm, frame),
            },
            all: storm.wave.then(|| {
                frame.links().timeline(&TimelineQuery {
                    cluster: one.then(|| line.item.cluster.clone()),
                    ..TimelineQuery::default()
                })
            }),
            cluster: match one {
                true => told.cluster,
                false => storm.subject.clone(),
            },
            cluster_href: match one {
                true => told.cluster_href,
                false => frame.links().whole_timeline(),
            },
            storm: storm.items.iter().map(|item| Line::of(item, frame)).collect(),
            ..told
        }
    };
    folded(items).into_iter().map(line).collect()
}

/// `s3-archive task 1: RUNNING and FAILED in turn, 12 times from 13:02 to 13:09: disk full`; of a rebalance
/// `12 tasks moved to other workers at 13:02`.
fn storm_text(storm: &Storm, frame: &Frame) -> String {
    let span = frame.span(storm.from, storm.to);
    if let Some(moves) = storm.moves {
        return format!("{} {span}", moved(moves));
    }
    let all: Vec<&str> = storm.words.iter().map(String::as_str).collect();
    let turns = match all.as_slice() {
        [only] => (*only).to_owned(),
        several => format!("{} in turn", words::list(several, 4)),
    };
    let cause = storm
        .cause
        .as_deref()
        .map(|cause| format!(": {cause}"))
        .unwrap_or_default();
    format!(
        "{}: {turns}, {} times {span}{cause}",
        storm.subject,
        words::thousands(storm.times as u64)
    )
}

/// `12 connectors of orders became unknown: No worker of orders answers`, `12 faults of orders opened: disk full`, `12
/// connectors of orders appeared`.
fn wave_text(storm: &Storm, kind: EntryKind, cut: bool) -> String {
    let count = words::thousands(storm.times as u64);
    let more = if cut { " or more" } else { "" };
    let word = storm.words.first().map_or("another", String::as_str);
    let cause = storm
        .cause
        .as_deref()
        .map(|cause| format!(": {cause}"))
        .unwrap_or_default();
    let of = &storm.subject;
    match kind {
        EntryKind::Fault => format!("{count}{more} faults of {of} {word}{cause}"),
        EntryKind::Connector => format!("{count}{more} connectors of {of} {word}"),
        EntryKind::State => format!("{count}{more} connectors of {of} {word}{cause}"),
        EntryKind::Config => format!("{count}{more} connectors of {of} have their first config version"),
        _ => format!("{count}{more} connectors of {of} became {word}{cause}"),
    }
}

/// `12 tasks and one connector moved to other workers`.
fn moved(moves: Moves) -> String {
    let counted = [
        (moves.tasks, "task", "tasks"),
        (moves.instances, "connector", "connectors"),
    ];
    let counted = counted.into_iter().filter(|(count, _, _)| *count > 0);
    let counted: Vec<String> = counted
        .map(|(count, one, many)| format!("{} {}", words::thousands(count as u64), words::form(count, one, many)))
        .collect();
    let counted: Vec<&str> = counted.iter().map(String::as_str).collect();
    let what = match moves.elsewhere {
        true => "moved to other workers",
        false => "were let go or taken up again",
    };
    format!("{} {what}", words::list(&counted, 2))
}

/// Gathers lines by their day; a storm stands where it ended. `asked` is what the history is narrowed to, `more`
/// whether older ones follow on another page.
pub(crate) fn by_day(items: &[TimelineItem], more: bool, asked: &TimelineQuery, frame: &Frame) -> Vec<Days> {
    let mut days: Vec<Days> = Vec::new();
    for line in lines(items, more, frame) {
        let moment = frame.links().timeline(&TimelineQuery {
            until: Some(line.at),
            ..asked.clone()
        });
        let line = Line {
            moment: Some(format!("{moment}#{}", line.id)),
            ..line
        };
        let day = frame.day(&line.at);
        match days.last_mut().filter(|last| last.day == day) {
            Some(days) => days.lines.push(line),
            None => days.push(Days { day, lines: vec![line] }),
        }
    }
    days
}
