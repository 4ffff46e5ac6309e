//! From the text of a Java stack trace to its chain of exceptions, in one pass and with bounded memory.

use std::collections::VecDeque;

/// Exceptions kept from the outer end of the chain.
const OUTER: usize = 8;
/// Exceptions kept from the deep end of the chain.
const DEEP: usize = 56;
/// Bytes kept of a message.
const MESSAGE: usize = 4096;
/// Frames kept of an exception; the first ones say where it was thrown.
const FRAMES: usize = 48;
/// Longest class or method name that is taken for one, in bytes.
const NAME: usize = 400;

/// One exception of the chain.
#[derive(Clone, Debug, Default)]
pub(crate) struct Exception<'t> {
    /// Whole class name; empty when the trace begins with plain text.
    pub class: &'t str,
    /// The message, lines joined by `\n`, at most 4 kB.
    pub message: String,
    /// `package.Class.method` of the first frames, module names taken off.
    pub frames: Vec<&'t str>,
    /// Whether frames or their ellipsis were seen, after which no message line follows.
    closed: bool,
    /// Whether the frames ended in `... n more`.
    more: bool,
}

impl<'t> Exception<'t> {
    fn new(class: &'t str, message: &str) -> Self {
        let mut new = Self {
            class,
            ..Self::default()
        };
        new.add(message.trim());
        new
    }

    /// Class name without package.
    pub fn simple(&self) -> &'t str {
        simple(self.class)
    }

    /// The message without its outer blanks; empty for `null` too, which is how Java writes none.
    pub fn text(&self) -> &str {
        match self.message.trim() {
            "null" => "",
            text => text,
        }
    }

    fn add(&mut self, text: &str) {
        if is_bare_frame(text) {
            return;
        }
        let room = MESSAGE.saturating_sub(self.message.len() + 1);
        if room > 0 && !text.is_empty() {
            if !self.message.is_empty() {
                self.message.push('\n');
            }
            self.message.push_str(&text[..text.floor_char_boundary(room)]);
        }
    }
}

/// Class name without package.
pub(crate) fn simple(class: &str) -> &str {
    class.rsplit('.').next().unwrap_or(class)
}

/// Reads the chain, outermost first; empty for an empty trace. Of a chain longer than 64 the middle is left out.
pub(crate) fn parse(trace: &str) -> Vec<Exception<'_>> {
    let mut outer: Vec<Exception<'_>> = Vec::new();
    let mut deep: VecDeque<Exception<'_>> = VecDeque::new();
    let mut base = 0;
    // The indentation of the `Suppressed:` whose block is being skipped.
    let mut suppressed: Option<usize> = None;
    let mut lines = trace.split('\n').peekable();
    while let Some(line) = lines.next() {
        let cut = lines.peek().is_none();
        let text = line.trim_start_matches([' ', '\t']);
        let indent = line.len() - text.len();
        let text = text.trim_end();
        let Some(current) = deep.back_mut().or(outer.last_mut()) else {
            if !text.is_empty() {
                base = indent;
                outer.push(first(text));
            }
            continue;
        };
        if let Some(cause) = text.strip_prefix("Caused by:").map(str::trim_start) {
            match suppressed {
                Some(at) if at > base && indent >= at => continue,
                _ => suppressed = None,
            }
            if cause.starts_with("[CIRCULAR REFERENCE") {
                current.closed = true;
                continue;
            }
            // Further in and before any frame it is a line of the message that happens to quote another trace.
            if indent <= base || current.closed {
                if let Some((class, message)) = header(cause) {
                    if outer.len() < OUTER {
                        outer.push(Exception::new(class, message));
                    } else {
                        if deep.len() == DEEP {
                            deep.pop_front();
                        }
                        deep.push_back(Exception::new(class, message));
                    }
                    continue;
                }
                if cut {
                    continue;
                }
            }
        }
        if suppressed.is_some() {
            continue;
        }
        if let Some(other) = text.strip_prefix("Suppressed: ")
            && (indent > base || current.closed)
            && header(other).is_some()
        {
            suppressed = Some(indent);
            current.closed = true;
        } else if let Some(frame) = frame(text, cut) {
            current.closed = true;
            if current.frames.len() < FRAMES {
                current.frames.push(frame);
            }
        } else if is_ellipsis(text) {
            current.closed = true;
            current.more = true;
        } else if text.starts_with("[CIRCULAR REFERENCE") {
            current.closed = true;
        } else if !current.closed {
            match header(text) {
                // A log line came before the trace itself.
                Some((class, message)) if current.class.is_empty() && looks_thrown(class) => {
                    *current = Exception::new(class, message);
                }
                _ => current.add(text),
            }
        }
    }
    outer.extend(deep);
    quoted_causes(outer)
}

/// Puts a `Caused by:` that stood in a message back where it belongs. A cause whose frames end in `... n more` shares
/// its last frames with the exception above, so that one must have had frames; when none were printed for it, the
/// frames are its own and the line between was part of its message. Kafka's API exceptions carry no frames by design.
fn quoted_causes(chain: Vec<Exception<'_>>) -> Vec<Exception<'_>> {
    let mut kept: Vec<Exception<'_>> = Vec::with_capacity(chain.len());
    for exception in chain {
        let whole = kept.len() > 1;
        match kept.last_mut() {
            Some(above)
                if whole
                    && exception.more
                    && !exception.frames.is_empty()
                    && !above.closed
                    && !above.text().is_empty()
                    && !above.class.starts_with("org.apache.kafka.common.") =>
            {
                above.add(&format!("Caused by: {}: {}", exception.class, exception.message));
                above.frames = exception.frames;
                above.closed = true;
                above.more = true;
            }
            _ => kept.push(exception),
        }
    }
    kept
}

/// The first line that says anything: a header, or plain text.
fn first(text: &str) -> Exception<'_> {
    let thrown = text
        .strip_prefix("Exception in thread \"")
        .and_then(|rest| rest.split_once("\" "))
        .map_or(text, |(_, rest)| rest);
    let thrown = thrown.strip_prefix("Caused by: ").unwrap_or(thrown);
    match header(thrown) {
        Some((class, message)) => Exception::new(class, message),
        None => Exception::new("", text),
    }
}

/// Splits `class: message`; `None` when no class name stands first.
pub(super) fn header(text: &str) -> Option<(&str, &str)> {
    let (class, message) = text.split_once(':').unwrap_or((text, ""));
    // Java writes no blank before the colon; `Error : 308` is how Oracle's driver begins a cause that has no class.
    let class = if class.contains('.') { class.trim_end() } else { class };
    let last = simple(class);
    let named = class.len() <= NAME
        && class.starts_with(char::is_alphabetic)
        && last.starts_with(char::is_uppercase)
        && !class.contains("..")
        && class
            .chars()
            .all(|c| c.is_alphanumeric() || matches!(c, '.' | '_' | '$' | '-'));
    (named && (class.contains('.') || looks_thrown(class))).then_some((class, message))
}

/// Whether a class is called like something that is thrown.
fn looks_thrown(class: &str) -> bool {
    ["Exception", "Error", "Throwable", "Failure"]
        .iter()
        .any(|end| class.ends_with(end))
}

/// `package.Class.method` of a frame line; a line cut by the end of the trace may lack its bracket.
pub(super) fn frame(text: &str, cut: bool) -> Option<&str> {
    let rest = text.strip_prefix("at ")?;
    let place = match rest.split_once('(') {
        Some((place, _)) => place,
        None if cut => rest,
        None => return None,
    };
    let place = place.trim_end();
    let named = place.len() <= NAME
        && place.contains('.')
        && place
            .chars()
            .all(|c| c.is_alphanumeric() || matches!(c, '.' | '_' | '$' | '/' | '<' | '>' | '-' | '@' | '~'));
    named.then(|| without_module(place))
}

/// A frame that a library wrote into its message: `package.Class.method(File.java:12)`.
/// Takes out lines that are frames: some plugins write those of the cause into their messages.
pub(super) fn without_frames(text: &str) -> String {
    let lines = text.lines().filter(|line| !is_bare_frame(line.trim()));
    lines.collect::<Vec<_>>().join("\n")
}

fn is_bare_frame(text: &str) -> bool {
    text.len() <= 2 * NAME
        && text.split_once('(').is_some_and(|(place, file)| {
            file.ends_with(')')
                && (file.contains(".java:") || file.contains(".scala:") || file.contains(".kt:"))
                && place.contains('.')
                && !place.contains(char::is_whitespace)
        })
}

/// Takes `java.base/` or `app//` off; a hidden class's own slash comes after its name and stays.
fn without_module(place: &str) -> &str {
    match place.rsplit_once('/') {
        Some((module, rest)) if !module.contains(char::is_uppercase) => rest,
        _ => place,
    }
}

/// `... 42 more` and what log libraries write instead.
pub(super) fn is_ellipsis(text: &str) -> bool {
    text.strip_prefix("...")
        .is_some_and(|rest| rest.trim_start().starts_with(|c: char| c.is_ascii_digit()) || rest.trim().is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn classes(trace: &str) -> Vec<String> {
        parse(trace).iter().map(|e| e.simple().to_owned()).collect()
    }

    #[test]
    fn the_chain_is_read_without_what_was_suppressed() {
        let trace = "a.OuterException: one\r\n\tat a.B.c(B.java:1)\r\n\tSuppressed: a.CloseException: two\r\n\t\tat a.B.d(B.java:2)\r\n\tCaused by: a.HiddenException: three\r\n\t\t... 2 more\r\nCaused by: a.InnerException: four\r\n\tat a.C.e(C.java:1)\r\n\t... 1 more\r\n";
        assert_eq!(classes(trace), ["OuterException", "InnerException"]);
    }

    #[test]
    fn messages_may_span_lines_and_quote_frames() {
        let trace = "a.OneException: first\n  Detail: second\n at [Source: (byte[])\"x\"; line: 1]\n\tat java.base/java.lang.Thread.run(Thread.java:1)\nnoise";
        let chain = parse(trace);
        assert_eq!(
            chain[0].message,
            "first\nDetail: second\nat [Source: (byte[])\"x\"; line: 1]"
        );
        assert_eq!(chain[0].frames, ["java.lang.Thread.run"]);
    }

    #[test]
    fn a_cause_within_a_message_is_no_cause() {
        for trace in [
            "a.OneException: they said Caused by: b.TwoException: no\n\tat a.B.c(B.java)",
            "a.OneException: they said\n  Caused by: b.TwoException: no\n\tat a.B.c(B.java)",
            "a.OneException: they said\nCaused by: bad luck\n\tat a.B.c(B.java)",
        ] {
            assert_eq!(classes(trace), ["OneException"], "{trace}");
        }
        let inner = "a.OneException: x\n\tat a.B.c(B.java)\n\tat a.B.d(B.java)\nCaused by: a.MidException: y\n\tat a.B.c(B.java)\n\t... 1 more\nCaused by: a.LowException: quote:\nCaused by: b.TwoException: no\n\tat a.C.e(C.java)\n\t... 2 more";
        assert_eq!(classes(inner), ["OneException", "MidException", "LowException"]);
    }

    #[test]
    fn a_cause_without_a_class_is_none() {
        assert_eq!(
            classes("a.OneException: x\n\tat a.B.c(B.java)\nCaused by: Error : 308, Position : 0\n\tat a.B.d(B.java)"),
            ["OneException"]
        );
    }

    #[test]
    fn cycles_and_cuts_end_the_chain() {
        assert_eq!(
            classes("a.OneException: x\n\tat a.B.c(B.java)\nCaused by: [CIRCULAR REFERENCE: a.OneException: x]\n"),
            ["OneException"]
        );
        assert_eq!(
            classes("a.OneException: x\n\tat a.B.c(B.java)\nCaused by: org.apache.kaf"),
            ["OneException"]
        );
        assert_eq!(parse("a.OneException: x\n\tat a.B.c")[0].frames, ["a.B.c"]);
        assert!(parse(" \n\n").is_empty());
    }

    #[test]
    fn what_is_kept_is_bounded() {
        let many = parse_len(&"Caused by: a.BException: x\n".repeat(200_000));
        assert_eq!(many, OUTER + DEEP);
        let frames = format!("a.BException: x\n{}", "\tat a.B.c(B.java:1)\n".repeat(300_000));
        assert_eq!(parse(&frames)[0].frames.len(), FRAMES);
        let long = format!("a.BException: {}", "ü\n".repeat(1_700_000));
        assert!(parse(&long)[0].message.len() <= MESSAGE);
    }

    fn parse_len(trace: &str) -> usize {
        parse(trace).len()
    }
}
