//! Line ends and length of a trace.

use std::borrow::Cow;

/// A redacted trace is at most this long, in bytes.
pub(super) const LIMIT: usize = 64 * 1024;
/// Of it, what is kept from the start: the outermost exception. The rest is kept from the end, where the deepest
/// causes stand.
const HEAD: usize = 20 * 1024;
/// For the line that says what is left out.
const NOTE: usize = 128;

/// `\r\n` and `\r` become `\n`.
pub(super) fn line_ends(text: &str) -> Cow<'_, str> {
    if text.contains('\r') {
        Cow::Owned(text.replace("\r\n", "\n").replace('\r', "\n"))
    } else {
        Cow::Borrowed(text)
    }
}

/// Leaves out the middle of what is longer than [`LIMIT`], whole lines where lines are short enough.
pub(super) fn shorten(text: &str) -> Cow<'_, str> {
    if text.len() <= LIMIT {
        return Cow::Borrowed(text);
    }
    let tail_length = LIMIT - HEAD - NOTE;
    let head = floor(text, HEAD);
    let head = text.get(..head).and_then(|kept| kept.rfind('\n')).unwrap_or(head);
    let tail = ceil(text, text.len() - tail_length);
    let tail = text
        .get(tail..)
        .and_then(|kept| kept.find('\n').filter(|at| *at < tail_length / 2))
        .map_or(tail, |at| tail + at + 1);
    let left_out = text.get(head..tail).unwrap_or_default();
    let lines = left_out.matches('\n').count().saturating_sub(1);
    Cow::Owned(format!(
        "{}\n… {lines} lines ({} bytes) left out …\n{}",
        text.get(..head).unwrap_or_default(),
        left_out.len(),
        text.get(tail..).unwrap_or_default()
    ))
}

fn floor(text: &str, mut at: usize) -> usize {
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

fn ceil(text: &str, mut at: usize) -> usize {
    while !text.is_char_boundary(at) {
        at += 1;
    }
    at
}
