//! Which exception of a chain says what happened.

use super::parse::Exception;

/// Messages of Kafka Connect and common connectors that only say that something below them failed.
const WRAPPERS: &[&str] = &[
    "exiting workersinktask due to unrecoverable exception",
    "tolerance exceeded in error handler",
    "unhandled exception in error handler",
    "unrecoverable exception from producer send callback",
    "unrecoverable exception trying to send",
    "an exception occurred in the change event producer",
    "jdbc sink connector failure",
    "failed to start connector",
    "failed to start task",
    "failed to process the sinkrecords",
    "exception encountered in",
    "error while processing records",
];

/// Messages that name a broken connection and neither end of it, or less.
const BARE: &[&str] = &[
    "broken pipe",
    "connection reset",
    "connection reset by peer",
    "connection refused",
    "connection refused (connection refused)",
    "connection timed out",
    "connection timed out (connection timed out)",
    "connect timed out",
    "read timed out",
    "socket closed",
    "socket is closed",
    "stream closed",
    "closed",
    "unexpected end of stream",
    "ssl peer shut down incorrectly",
    "the connection attempt failed",
    "this connection has been closed",
    "timeout",
    "timed out",
];

/// Shortest message, in bytes, that is preferred to an answer around it.
const PLAIN: usize = 20;

/// Classes that say nothing alone, whatever their message.
const BARE_CLASSES: &[&str] = &[
    "EOFException",
    "ClassNotFoundException",
    "InterruptedException",
    "ClosedChannelException",
    "AsynchronousCloseException",
];

/// Packages whose frames tell nothing about who failed.
pub(super) const FRAMEWORK: &[&str] = &[
    "java.",
    "javax.",
    "jdk.",
    "sun.",
    "com.sun.",
    "scala.",
    "kotlin.",
    "org.apache.kafka.common.",
    "org.apache.kafka.clients.",
    "org.apache.kafka.connect.runtime.",
    "org.apache.kafka.connect.util.",
];

/// How much an exception says by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Says {
    /// It has no message.
    Nothing,
    /// Only that something below it failed.
    Wraps,
    /// Too little to act on.
    Little,
    /// What happened.
    Plainly,
}

/// The exception that says most, and those that may add to it.
pub(super) struct Choice {
    pub at: usize,
    /// When the chosen one is not the deepest, the deepest that is no wrapper.
    pub below: Option<usize>,
    /// The nearest one above that says plainly what failed, if the chosen one does so too.
    pub above: Option<usize>,
}

/// Chooses; `None` for an empty chain.
pub(super) fn choose(chain: &[Exception<'_>]) -> Option<Choice> {
    let says: Vec<Says> = (0..chain.len()).map(|at| says(chain, at)).collect();
    let last = |wanted: Says| says.iter().rposition(|said| *said == wanted);
    let at = last(Says::Plainly)
        .map(|at| in_plain_words(chain, at))
        .or(last(Says::Little).filter(|at| !chain[*at].text().is_empty()))
        .or(says.iter().rposition(|said| *said != Says::Wraps))
        .or(chain.len().checked_sub(1))?;
    let below = says
        .iter()
        .rposition(|said| *said != Says::Wraps)
        .filter(|below| *below > at);
    let above = says[..at]
        .iter()
        .rposition(|said| *said == Says::Plainly)
        .filter(|_| says[at] == Says::Plainly);
    Some(Choice { at, below, above })
}

/// The exception above the chosen one where that is a server's answer, written out, around the very words of the one
/// above: these come to the point.
fn in_plain_words(chain: &[Exception<'_>], at: usize) -> usize {
    let answer = chain[at].text();
    let above = at.checked_sub(1).filter(|above| {
        let words = chain[*above].text();
        words.len() >= PLAIN && !words.contains('{') && answer.contains('{') && answer.contains(words)
    });
    above.unwrap_or(at)
}

fn says(chain: &[Exception<'_>], at: usize) -> Says {
    let exception = &chain[at];
    let text = exception.text();
    if text.is_empty() {
        return Says::Nothing;
    }
    let lower = text.to_lowercase();
    let repeats = chain
        .get(at + 1)
        .is_some_and(|cause| !cause.class.is_empty() && text.starts_with(cause.class));
    if repeats || WRAPPERS.iter().any(|wrapper| lower.starts_with(wrapper)) && chain.len() > at + 1 {
        return Says::Wraps;
    }
    let bare = lower.trim_end_matches(['.', '!']);
    if BARE_CLASSES.contains(&exception.simple()) || BARE.contains(&bare) {
        return Says::Little;
    }
    Says::Plainly
}

/// `Class.method` of the first frame that is neither the JDK's nor Kafka's framework.
pub(super) fn thrown_in(exception: &Exception<'_>) -> Option<String> {
    let frame = exception
        .frames
        .iter()
        .find(|frame| !FRAMEWORK.iter().any(|package| frame.starts_with(package)))
        .or(exception.frames.first())?;
    let (class, method) = frame.rsplit_once('.')?;
    Some(format!("{}.{method}", super::parse::simple(class)))
}
