//! The root cause in a Java stack trace.

use std::sync::Arc;

/// What a trace says, in short.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RootCause {
    /// Class of the exception that says most, without package in [`RootCause::line`] but whole here.
    pub exception: Arc<str>,
    /// One line for a tired person: short class name and message, data values struck out, at most 240 characters.
    pub line: Arc<str>,
    /// Every exception from the outermost to the deepest: class and first line of the message.
    pub chain: Vec<(Arc<str>, Arc<str>)>,
}

/// Reads a (redacted) trace. `None` when it is empty.
pub fn root_cause(trace: &str) -> Option<RootCause> {
    let _ = trace;
    None
}
