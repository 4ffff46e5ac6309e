//! One row of the table, and how it meets a chain of exceptions.

use memchr::memmem;

use super::codes::{codes, is_code};
use crate::trace::{self, Exception};
use crate::verdict::Class;

/// Which class a row gives.
#[derive(Clone, Copy, Debug)]
pub(super) enum Kind {
    /// This one.
    Is(Class),
    /// `target` for a sink, `source` for a source.
    OtherSystem,
    /// `data` for a sink, whose records the other system refuses; `source` for a source.
    RecordThere,
}

/// Whose the fault is.
#[derive(Clone, Copy, Debug)]
pub(super) enum Whose {
    /// The platform team's.
    Platform,
    /// The connector's owner's.
    Owner,
    /// The trace does not decide.
    Open,
    /// The owner's when the connector brings its own credentials, else the platform's.
    Principal,
}

/// One signature. An exception matches when each part that is not empty does. In `says` a `*` stands for a few words.
#[derive(Clone, Copy, Debug)]
pub(super) struct Row {
    /// The exception's class is or ends in one of these, at a dot.
    pub classes: &'static [&'static str],
    /// Its message holds one of these, lower case.
    pub says: &'static [&'static str],
    /// Its message names one of these codes, as [`codes`](super::codes) writes them.
    pub codes: &'static [&'static str],
    /// A class or frame anywhere in the chain begins with one of these.
    pub within: &'static [&'static str],
    /// One of its own frames, `package.Class.method`, holds one of these.
    pub thrown_in: &'static [&'static str],
    /// The class it gives.
    pub class: Kind,
    /// Whose it is.
    pub whose: Whose,
    /// How sure, 0 to 1.
    pub confidence: f32,
    /// Rows of a greater weight win wherever they match: 9 decides, 5 is common, 1 is a last resort.
    pub weight: u8,
    /// Whether the stage that the frames name, where they name one, says more than `why`.
    pub staged: bool,
    /// Why, a sentence without its full stop.
    pub why: &'static str,
}

/// A row with the usual weight that any exception may match.
pub(super) const ROW: Row = Row {
    classes: &[],
    says: &[],
    codes: &[],
    within: &[],
    thrown_in: &[],
    class: Kind::Is(Class::Unknown),
    whose: Whose::Open,
    confidence: 0.8,
    weight: 5,
    staged: false,
    why: "",
};

/// A chain made ready for matching.
pub(super) struct Chain<'c> {
    exceptions: &'c [Exception<'c>],
    messages: Vec<String>,
    codes: Vec<Vec<String>>,
}

impl<'c> Chain<'c> {
    pub fn new(exceptions: &'c [Exception<'c>]) -> Self {
        let (messages, codes) = exceptions
            .iter()
            .map(trace::message)
            .map(|message| (message.to_lowercase(), codes(&message)))
            .unzip();
        Self {
            exceptions,
            messages,
            codes,
        }
    }

    fn within(&self, packages: &[&str]) -> bool {
        let starts = |name: &str| packages.iter().any(|package| name.starts_with(package));
        self.exceptions
            .iter()
            .any(|exception| starts(exception.class) || exception.frames.iter().any(|frame| starts(frame)))
    }
}

impl Row {
    /// The index of the deepest exception that matches.
    pub fn deepest(&self, chain: &Chain<'_>) -> Option<usize> {
        let found = (0..chain.exceptions.len()).rev().find(|at| {
            let class = chain.exceptions[*at].class;
            (self.classes.is_empty() || self.classes.iter().any(|end| is_class(class, end)))
                && (self.says.is_empty() || self.says.iter().any(|part| holds(&chain.messages[*at], part)))
                && (self.codes.is_empty() || self.names_code(&chain.codes[*at]))
                && (self.thrown_in.is_empty() || self.thrown_there(&chain.exceptions[*at]))
        })?;
        (self.within.is_empty() || chain.within(self.within)).then_some(found)
    }

    fn thrown_there(&self, exception: &Exception<'_>) -> bool {
        let there = |frame: &str| self.thrown_in.iter().any(|part| frame.contains(part));
        exception.frames.iter().any(|frame| there(frame))
    }

    fn names_code(&self, codes: &[String]) -> bool {
        codes
            .iter()
            .any(|code| self.codes.iter().any(|wanted| is_code(code, wanted)))
    }
}

/// Most bytes of a message for which a `*` stands.
const GAP: usize = 40;

/// Whether a message, lower case, holds a part, or both ends of one with a `*`, the second soon after the first.
fn holds(message: &str, part: &str) -> bool {
    let Some((front, back)) = part.split_once('*') else {
        return memmem::find(message.as_bytes(), part.as_bytes()).is_some();
    };
    message.match_indices(front).any(|(at, front)| {
        let rest = &message[at + front.len()..];
        rest[..rest.floor_char_boundary(GAP + back.len())].contains(back)
    })
}

/// Whether `class` is `end` or ends in it after a dot; of an `end` with a `*` behind, whether it begins so.
fn is_class(class: &str, end: &str) -> bool {
    if let Some(package) = end.strip_suffix('*') {
        return class.starts_with(package);
    }
    class
        .strip_suffix(end)
        .is_some_and(|front| front.is_empty() || front.ends_with(['.', '$']))
}
