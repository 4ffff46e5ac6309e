//! The root cause in a Java stack trace.
//!
//! The deepest `Caused by` is the root cause unless it says nothing: wrappers are skipped, and a bare `EOFException`
//! or `Connection reset` is read with the exception above it, and a short message with what was being done.

mod choose;
mod line;
mod markup;
mod outline;
mod parse;
mod statement;
mod strike;

use std::sync::Arc;

pub use outline::{Frames, Part, outline};
pub(crate) use parse::{Exception, parse, simple};

/// Longest root cause line, in characters.
const LINE: usize = 240;
/// Longest part of it about an exception beside the chosen one, in characters.
const BESIDE: usize = 90;
/// Longest message, in characters, of which it is doubtful that it says what was being done.
const SHORT: usize = 60;
/// Characters of a message that are looked at for the line; what stands behind them is left out.
const READ: usize = 2000;

/// What a trace says, in short.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RootCause {
    /// Class of the exception that says most, without package in [`RootCause::line`] but whole here; empty when the
    /// trace is plain text.
    pub exception: Arc<str>,
    /// One line for a tired person: short class name and message, data values struck out, at most 240 characters.
    pub line: Arc<str>,
    /// The exceptions from the outermost to the deepest: class and first line of the message, data values struck out.
    /// At most 64; of a longer chain the middle is left out.
    pub chain: Vec<(Arc<str>, Arc<str>)>,
}

/// Reads a (redacted) trace. `None` when it is empty. Takes time linear in the trace's length and bounded memory.
pub fn root_cause(trace: &str) -> Option<RootCause> {
    of_chain(&parse(trace))
}

/// The root cause of a chain that was read already.
pub(crate) fn of_chain(chain: &[Exception<'_>]) -> Option<RootCause> {
    let choice = choose::choose(chain)?;
    let chosen = &chain[choice.at];
    let below = choice.below.map(|at| beneath(chosen, &chain[at]));
    let words = sentence(chosen, below.is_none());
    let beside = below.or_else(|| overhead(chosen, &chain[choice.above?]));
    let room = LINE - beside.as_ref().map_or(0, |beside| beside.chars().count() + 1);
    let mut line = line::shorten(&words, room);
    if let Some(beside) = beside {
        line.push(' ');
        line.push_str(&beside);
    }
    Some(RootCause {
        exception: chosen.class.into(),
        line: line.into(),
        chain: chain.iter().map(summary).collect(),
    })
}

fn summary(exception: &Exception<'_>) -> (Arc<str>, Arc<str>) {
    let text = markup::without_markup(exception.text());
    let first = text.lines().next().unwrap_or_default();
    let postgres = is_postgres(exception);
    (
        exception.class.into(),
        line::clip(&struck(first, postgres), LINE).into(),
    )
}

/// The chosen exception in words; `alone` when nothing below it is added.
fn sentence(exception: &Exception<'_>, alone: bool) -> String {
    let text = shown(exception);
    let name = exception.simple();
    match (name.is_empty(), text.is_empty()) {
        (true, true) => "a trace without readable text".to_owned(),
        (true, false) => text,
        (false, false) => format!("{name}: {text}"),
        (false, true) => match choose::thrown_in(exception).filter(|_| alone) {
            Some(place) => format!("{name} without a message, thrown in {place}"),
            None => format!("{name} without a message"),
        },
    }
}

/// The exception below the chosen one, in brackets, without what was said already.
fn beneath(chosen: &Exception<'_>, below: &Exception<'_>) -> String {
    let name = below.simple();
    let text = shown(below);
    let said = shown(chosen).replace('/', ".").contains(&text.replace('/', "."));
    let words = if text.is_empty() && !below.class.starts_with("java.io.") {
        choose::thrown_in(below).map_or_else(|| name.to_owned(), |place| format!("{name} in {place}"))
    } else if said {
        name.to_owned()
    } else {
        format!("{name}: {text}")
    };
    format!("(below it: {})", line::clip(&words, BESIDE))
}

/// What was being done when the chosen exception came, in brackets: a short message such as `Unauthorized` does not
/// tell. `None` when the chosen one is long enough or the one above only repeats it.
fn overhead(chosen: &Exception<'_>, above: &Exception<'_>) -> Option<String> {
    let said = shown(chosen);
    if said.is_empty() || said.chars().count() > SHORT {
        return None;
    }
    let text = shown(above);
    let doing = text.split(said.as_str()).next().unwrap_or_default();
    let doing = doing.split(chosen.class).next().unwrap_or_default();
    // What introduced the words that were cut off goes with them, and a quote that they closed.
    let ends: &[char] = if doing.len() < text.len() { &['\'', '"'] } else { &[] };
    let doing =
        doing.trim_end_matches(|c| ends.contains(&c) || matches!(c, ' ' | ':' | ',' | ';' | '(' | '[' | '.' | '-'));
    let name = above.simple();
    (!doing.is_empty()).then(|| format!("(above it: {})", line::clip(&format!("{name}: {doing}"), BESIDE)))
}

/// The message on one line, data values struck out.
fn shown(exception: &Exception<'_>) -> String {
    let message = line::without_source(&message(exception));
    statement::without_batch(message.trim_end_matches([':', ' ']))
}

/// The whole message on one line, data values struck out, for showing and for signatures: what a record holds must
/// neither be seen nor be taken for the cause.
pub(crate) fn message(exception: &Exception<'_>) -> String {
    struck(exception.text(), is_postgres(exception))
}

fn is_postgres(exception: &Exception<'_>) -> bool {
    exception.class.starts_with("org.postgresql.") || exception.text().contains("PSQLException: ")
}

fn struck(text: &str, postgres: bool) -> String {
    let text = line::without_tags(&markup::without_markup(text));
    let line = line::one_line(&parse::without_frames(&text));
    strike::strike(&line::clip(&statement::without_sql(&line), READ), postgres)
}

#[cfg(test)]
mod tests;
