//! The way about a long page: its sections, in the order in which they stand there.

use console::ConnectorDetail;

use super::tasks::Task;
use super::trace::Trace;
use super::versions::Versions;

/// A section.
pub(super) struct Entry {
    /// The id of its heading.
    pub(super) id: &'static str,
    pub(super) words: &'static str,
    /// How many things stand there, where that says something.
    pub(super) count: Option<usize>,
}

pub(super) fn contents(
    detail: &ConnectorDetail,
    tasks: &[Task],
    traces: &[Trace],
    caused: bool,
    versions: Option<&Versions>,
) -> Vec<Entry> {
    let mut entries = vec![entry("why", "Why", None)];
    if caused {
        entries.push(entry("first", "What to do", None));
    }
    let numbered = tasks.len().saturating_sub(1);
    entries.push(entry("tasks", "Tasks", Some(numbered).filter(|count| *count > 0)));
    if detail.item.progress.is_some() {
        entries.push(entry("progress", "Progress", None));
    }
    if !traces.is_empty() {
        entries.push(entry("traces", "Trace", Some(traces.len()).filter(|count| *count > 1)));
    }
    entries.push(entry("facts", "Facts", None));
    entries.push(entry("history", "History", None));
    if detail.config.is_some() {
        entries.push(entry("chain", "Chain", None));
        let count = detail.config.as_ref().map(|listed| listed.config.iter().count());
        entries.push(entry("config", "Config", count));
    }
    if !detail.withheld {
        let count = versions.map(|versions| versions.newest.len() + versions.older.len());
        entries.push(entry("versions", "Versions", count.filter(|count| *count > 0)));
    }
    entries.push(entry("raw", "JSON", None));
    entries
}

fn entry(id: &'static str, words: &'static str, count: Option<usize>) -> Entry {
    Entry { id, words, count }
}
