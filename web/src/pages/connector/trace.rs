//! Traces as a woken person reads them: what happened on top, who said so, and the whole text behind.

use console::ConnectorDetail;
use model::trace::{Frames, Part, outline};
use model::verdict::Health;

use super::value::{Parted, legible};
use crate::shape::Shape;
use crate::words;

/// Exceptions of a chain that are named around the telling one.
const NAMED: usize = 8;
/// Lines of a message that stand on top.
const LINES: usize = 6;
/// Characters of a line that stands there.
const LONG: usize = 400;

pub(crate) struct Trace {
    /// By which its parts are named on the page.
    pub(crate) id: String,
    pub(crate) what: String,
    pub(crate) shape: Shape,
    pub(crate) root_cause: String,
    pub(crate) lines: String,
    pub(crate) text: String,
    /// The exception that says most.
    pub(crate) class: String,
    pub(crate) message: Vec<String>,
    pub(crate) frames: Vec<Run>,
    /// What it led to, from the nearest to the outermost.
    pub(crate) led_to: Vec<(String, String)>,
    /// What stands below it and says less.
    pub(crate) below: Vec<(String, String)>,
}

/// Frames that are neither Kafka's nor the JDK's and are shown before the others of their run are folded.
const FRAMES: usize = 5;

/// Frames that follow one another.
pub(crate) struct Run {
    /// `nine frames of Kafka and the JDK`; empty when they are shown.
    pub(crate) folded: String,
    pub(crate) lines: Vec<String>,
}

/// Traces, each once: tasks that failed alike share it.
pub(super) fn traces(detail: &ConnectorDetail) -> Vec<Trace> {
    let fault = detail.item.fault.as_ref().map(|fault| &*fault.root_cause);
    let instance = detail.instance.iter().filter_map(|instance| {
        let text = instance.trace.as_deref()?;
        Some(("connector".to_owned(), Health::Failed, fault, text))
    });
    let tasks = detail.item.tasks.iter().filter_map(|task| {
        let text = task.trace.as_deref()?;
        let what = format!("task {}", task.number);
        Some((what, task.health, task.root_cause.as_deref(), text))
    });
    let mut traces: Vec<(&str, Trace)> = Vec::new();
    for (what, health, root, text) in instance.chain(tasks) {
        if let Some((_, same)) = traces.iter_mut().find(|(known, _)| *known == text) {
            same.what.push_str(", ");
            same.what.push_str(&what);
            continue;
        }
        let shape = Shape::marked(detail.item.deleted_at.is_none().then_some(health));
        let id = format!("trace-{}", traces.len() + 1);
        traces.push((text, Trace::of(id, what, shape, root, text)));
    }
    traces.into_iter().map(|(_, trace)| trace).collect()
}

impl Trace {
    fn of(id: String, what: String, shape: Shape, root: Option<&str>, text: &str) -> Self {
        let parts = outline(text);
        let at = parts.iter().position(|part| part.telling).unwrap_or_default();
        let telling = parts.get(at);
        let above = parts.get(..at).unwrap_or_default().iter().rev();
        let below = parts.get(at + 1..).unwrap_or_default().iter();
        let message = telling.map(|part| part.message.as_slice()).unwrap_or_default();
        let told = message.first().copied();
        // What the line above says already is not said twice.
        let message = match (root, message) {
            (Some(root), [only]) if root.contains(only) => &[],
            (_, message) => message,
        };
        let first = || text.lines().next().unwrap_or_default().to_owned();
        Self {
            id,
            what,
            shape,
            root_cause: root.map_or_else(first, words::sentence),
            lines: words::counted(text.lines().count(), "line", "lines"),
            text: legible(text),
            class: telling.map(|part| legible(part.class)).unwrap_or_default(),
            message: message.iter().take(LINES).map(|line| clipped(line)).collect(),
            frames: telling
                .map(|part| part.frames.iter().flat_map(Run::of).collect())
                .unwrap_or_default(),
            led_to: above.take(NAMED).map(|part| named(part, told)).collect(),
            below: below.take(NAMED).map(|part| named(part, told)).collect(),
        }
    }

    /// The class as it may break.
    pub(crate) fn class_parted(&self) -> Parted<'_> {
        Parted(&self.class)
    }
}

impl Run {
    /// The frames, in one run or in two: of many the last ones are folded.
    fn of(frames: &Frames<'_>) -> Vec<Self> {
        let (shown, folded) = match frames.framework {
            true => frames.lines.split_at(0),
            false => frames.lines.split_at(frames.lines.len().min(FRAMES)),
        };
        let words = match frames.framework {
            true => ["frame of Kafka or the JDK", "frames of Kafka and the JDK"],
            false => ["more frame", "more frames"],
        };
        let run = |lines: &[&str], folded: String| Self {
            folded,
            lines: lines.iter().map(|line| legible(line)).collect(),
        };
        let told = words::sentence(&words::counted(folded.len(), words[0], words[1]));
        let both = [run(shown, String::new()), run(folded, told)];
        both.into_iter().filter(|run| !run.lines.is_empty()).collect()
    }
}

/// An exception beside the telling one; what only repeats `told` says nothing.
fn named(part: &Part<'_>, told: Option<&str>) -> (String, String) {
    let repeats = |line: &&&str| told.is_some_and(|told| !told.is_empty() && line.contains(told));
    let first = part
        .message
        .first()
        .filter(|line| !repeats(line))
        .map(|line| clipped(line));
    (legible(part.simple()), first.unwrap_or_default())
}

fn clipped(line: &str) -> String {
    let mut short: String = line.chars().take(LONG).collect();
    if short.len() < line.len() {
        short.push('…');
    }
    legible(&short)
}
