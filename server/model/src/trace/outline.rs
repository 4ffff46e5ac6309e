//! A trace as a person reads it: exception by exception, the telling one marked, frames of the JDK and of Kafka gathered.

use std::sync::Arc;

use super::choose::FRAMEWORK;
use super::{parse, root_cause};

/// Exceptions that are told apart; what follows them stands in the text only.
const PARTS: usize = 64;
/// Runs of frames that are told of one exception.
const RUNS: usize = 64;

/// One exception of a trace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part<'t> {
    /// Whole class name; empty when the trace begins with plain text.
    pub class: &'t str,
    /// The message, line by line.
    pub message: Vec<&'t str>,
    /// Its frames, in runs.
    pub frames: Vec<Frames<'t>>,
    /// Whether this is the one that says most.
    pub telling: bool,
}

/// Frames that follow one another and are all of the JDK and Kafka, or none of them is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frames<'t> {
    /// Whether they are the JDK's and Kafka's, which tell nothing about who failed.
    pub framework: bool,
    /// Each as it is written, without `at`.
    pub lines: Vec<&'t str>,
}

/// Reads a (redacted) trace from its outermost exception to the deepest. Lines that belong to no exception's header,
/// message or frames, such as what was suppressed, are left out: the text itself has them.
pub fn outline(trace: &str) -> Vec<Part<'_>> {
    let mut parts: Vec<Part<'_>> = Vec::new();
    // The indentation of the `Suppressed:` whose block is being left out.
    let mut suppressed: Option<usize> = None;
    for line in trace.lines() {
        let text = line.trim();
        let indent = line.len() - line.trim_start().len();
        if text.is_empty() {
            continue;
        }
        let Some(current) = parts.last_mut() else {
            let (class, message) = parse::header(text).unwrap_or(("", text));
            parts.push(Part::new(class, message));
            continue;
        };
        if let Some(cause) = text.strip_prefix("Caused by:").map(str::trim_start) {
            if suppressed.is_some_and(|at| at > 0 && indent >= at) {
                continue;
            }
            suppressed = None;
            if let Some((class, message)) = parse::header(cause) {
                if parts.len() == PARTS {
                    break;
                }
                parts.push(Part::new(class, message));
                continue;
            }
        }
        if suppressed.is_some_and(|at| indent >= at) {
            continue;
        }
        if text.starts_with("Suppressed: ") {
            suppressed = Some(indent);
        } else if let Some(frame) = parse::frame(text, false) {
            let framework = FRAMEWORK.iter().any(|package| frame.starts_with(package));
            current.add(framework, text.trim_start_matches("at "));
        } else if current.frames.is_empty() && !parse::is_ellipsis(text) {
            current.message.push(text);
        }
    }
    mark(&mut parts, root_cause(trace).map(|cause| cause.exception));
    parts
}

/// The deepest one of the chosen class says most; without one, the deepest.
fn mark(parts: &mut [Part<'_>], chosen: Option<Arc<str>>) {
    let at = parts
        .iter()
        .rposition(|part| chosen.as_deref() == Some(part.class))
        .or(parts.len().checked_sub(1));
    if let Some(part) = at.and_then(|at| parts.get_mut(at)) {
        part.telling = true;
    }
}

impl<'t> Part<'t> {
    fn new(class: &'t str, message: &'t str) -> Self {
        let message = message.trim();
        Self {
            class,
            message: Some(message).filter(|text| !text.is_empty()).into_iter().collect(),
            frames: Vec::new(),
            telling: false,
        }
    }

    /// Class name without package.
    pub fn simple(&self) -> &'t str {
        parse::simple(self.class)
    }

    fn add(&mut self, framework: bool, line: &'t str) {
        if let Some(run) = self.frames.last_mut().filter(|run| run.framework == framework) {
            run.lines.push(line);
        } else if self.frames.len() < RUNS {
            self.frames.push(Frames {
                framework,
                lines: vec![line],
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TRACE: &str = include_str!("../../tests/it/traces/01-json-poison-card-number.txt");

    #[test]
    fn the_telling_one_is_marked_and_frames_are_gathered() {
        let parts = outline(
            "a.OneException: Tolerance exceeded in error handler\n\tat org.apache.kafka.connect.runtime.A.b(A.java:1)\n\tat java.base/java.lang.Thread.run(Thread.java:2)\n\tat com.acme.Sink.put(Sink.java:9)\n\tSuppressed: a.CloseException: x\n\t\tat a.B.c(B.java:1)\nCaused by: b.TwoException: the disk is full,\nsays the driver\n\tat com.acme.Disk.write(Disk.java:3)\n\t... 2 more\n",
        );
        let told: Vec<_> = parts
            .iter()
            .map(|part| (part.simple(), part.telling, part.frames.len()))
            .collect();
        assert_eq!(told, [("OneException", false, 2), ("TwoException", true, 1)]);
        assert_eq!(parts[0].frames[0].lines.len(), 2);
        assert!(parts[0].frames[0].framework && !parts[0].frames[1].framework);
        assert_eq!(parts[0].frames[1].lines, ["com.acme.Sink.put(Sink.java:9)"]);
        assert_eq!(parts[1].message, ["the disk is full,", "says the driver"]);
    }

    #[test]
    fn of_a_recorded_trace_the_parsers_own_exception_tells() {
        let parts = outline(TRACE);
        let telling: Vec<&str> = parts.iter().filter(|part| part.telling).map(Part::simple).collect();
        assert_eq!(telling, ["JsonParseException"]);
    }

    #[test]
    fn plain_text_and_nothing_are_read_too() {
        assert!(outline(" \n").is_empty());
        let parts = outline("the worker went away\nwithout a word");
        assert_eq!((parts.len(), parts[0].class, parts[0].telling), (1, "", true));
        let many = "Caused by: a.BException: x\n".repeat(10_000);
        assert_eq!(outline(&many).len(), PARTS);
    }
}
