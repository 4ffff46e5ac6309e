//! What is worth keeping of an object written out in a message.
//!
//! Libraries print their error objects into messages, `[WriteError{code=11000, message='…'}]` or JSON, and print records
//! in the same manner. Only of an object that says itself that it is an error are codes, texts and names kept, the texts
//! struck like any message; of a record only where it came from.

use super::words::is_identifier;

/// Keys of codes: a number or one word.
const CODES: &[&str] = &[
    "code",
    "codename",
    "errorcode",
    "error_code",
    "errcode",
    "errno",
    "sqlstate",
    "status",
    "statuscode",
    "status_code",
    "httpstatus",
    "errortype",
    "error_type",
    "reasoncode",
];
/// Keys of texts for people.
const TEXTS: &[&str] = &[
    "message",
    "errmsg",
    "msg",
    "errormessage",
    "error_message",
    "error",
    "reason",
    "error_description",
    "exception",
    "detail",
    "description",
];
/// Keys of things that have names.
const NAMES: &[&str] = &[
    "table",
    "column",
    "collection",
    "index",
    "topic",
    "field",
    "fieldname",
    "location",
    "constraint",
    "database",
    "schema",
    "keyspace",
    "bucket",
    "stream",
    "queue",
    "dataset",
    "subject",
    "domain",
    "type",
];
/// Keys that only errors have.
const TELLTALES: &[&str] = &[
    "errmsg",
    "errorcode",
    "error_code",
    "errcode",
    "errno",
    "sqlstate",
    "errortype",
    "error_type",
    "errormessage",
    "error_message",
    "error_description",
    "codename",
    "exception",
];
/// Where a record came from.
const ORIGIN: &[&str] = &["topic", "partition", "kafkapartition", "offset", "kafkaoffset"];
/// Longest text kept of an error, in characters.
const TEXT: usize = 160;
/// Most parts kept of a list of errors; the first errors say what the rest repeat.
const PARTS: usize = 6;
/// Longest name or code, in bytes.
const NAME: usize = 80;

/// How titles of objects end that are errors, lower case.
const ERRORS: &[&str] = &[
    "error",
    "errors",
    "exception",
    "failure",
    "failures",
    "fault",
    "errorinfo",
];
/// How titles of objects end that are records, and the keys under which records stand, lower case.
const RECORDS: &[&str] = &[
    "record", "struct", "row", "document", "value", "payload", "event", "key", "keyvalue", "after", "before", "doc",
    "op", "data",
];

/// An object that is being read.
#[derive(Default)]
struct Object {
    /// The word that stands before its bracket, lower case.
    title: String,
    /// Whether it is a record or stands in one.
    record: bool,
    /// Key and value, the latter without its quotes.
    pairs: Vec<(String, String)>,
}

impl Object {
    fn new(title: &str, parent: Option<&Self>) -> Self {
        let title = title.to_lowercase();
        Self {
            record: parent.is_some_and(|parent| parent.record) || RECORDS.iter().any(|end| title.ends_with(end)),
            title,
            pairs: Vec::new(),
        }
    }

    /// Whether it says of itself that it is an error.
    fn is_error(&self) -> bool {
        let any = |test: fn(&str, &str) -> bool| self.pairs.iter().any(|(key, value)| test(&key.to_lowercase(), value));
        let telltale = |key: &str, value: &str| TELLTALES.contains(&key) || key == "error" && is_code(value);
        let refusal = |key: &str, value: &str| {
            matches!(key, "code" | "status" | "statuscode")
                && (matches!(value.parse(), Ok(400..=599))
                    || value.contains('_') && value.chars().all(|c| c.is_ascii_uppercase() || c == '_'))
                || key == "domain"
        };
        let explains = |key: &str, _: &str| matches!(key, "message" | "msg" | "reason");
        !self.record
            && (ERRORS.iter().any(|end| self.title.ends_with(end)) || any(telltale) || any(refusal) && any(explains))
    }
}

/// What an error object, or a list of such, says: `code=11000, message='…'`; `None` when it holds no error. `strike`
/// takes the data values out of its texts.
pub(super) fn error_parts(dump: &str, title: &str, strike: fn(&str) -> String) -> Option<String> {
    let mut parts: Vec<String> = Vec::new();
    for object in objects(dump, title).iter().filter(|object| object.is_error()) {
        for (key, value) in &object.pairs {
            let lower = key.to_lowercase();
            let lower = lower.as_str();
            let part = if CODES.contains(&lower) && is_code(value) {
                format!("{key}={value}")
            } else if TEXTS.contains(&lower) && !value.is_empty() {
                let text: String = strike(value).chars().take(TEXT).collect();
                format!("{key}='{text}'")
            } else if NAMES.contains(&lower) && value.len() <= NAME && is_identifier(value) {
                format!("{key}={value}")
            } else {
                continue;
            };
            if !parts.contains(&part) && parts.len() < PARTS {
                parts.push(part);
            }
        }
    }
    (!parts.is_empty()).then(|| parts.join(", "))
}

/// Where a record came from: `topic=orders, partition=3, offset=17`.
pub(super) fn origin(dump: &str) -> Option<String> {
    let objects = objects(dump, "");
    let pairs = &objects.iter().find(|object| !object.pairs.is_empty())?.pairs;
    let parts: Vec<String> = ORIGIN
        .iter()
        .filter_map(|wanted| pairs.iter().find(|(key, _)| key.eq_ignore_ascii_case(wanted)))
        .filter(|(_, value)| value.len() <= NAME && (is_identifier(value) || is_number(value)) && value != "null")
        .map(|(key, value)| format!("{key}={value}"))
        .collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}

fn is_number(value: &str) -> bool {
    !value.is_empty() && value.len() <= 19 && value.chars().all(|c| c.is_ascii_digit())
}

/// A number too short to be someone's, or one word.
fn is_code(value: &str) -> bool {
    is_number(value) && value.len() <= 6 || value.len() <= NAME && is_identifier(value)
}

/// Reads a dump's objects with their pairs in the order in which they begin. A list has the title of what stands before
/// it, and hands it to its members.
fn objects(dump: &str, title: &str) -> Vec<Object> {
    let mut all: Vec<Object> = Vec::new();
    let mut open: Vec<usize> = Vec::new();
    let mut word = title.to_owned();
    let mut at = 0;
    while let Some(c) = dump[at..].chars().next() {
        let width = c.len_utf8();
        match c {
            '{' | '[' | '(' => {
                let parent = open.last().and_then(|index: &usize| all.get(*index));
                let object = Object::new(&std::mem::take(&mut word), parent);
                open.push(all.len());
                all.push(object);
                at += width;
            }
            '}' | ']' | ')' => {
                open.pop();
                at += width;
            }
            _ if c.is_alphanumeric() || matches!(c, '"' | '\'' | '_') => {
                let (text, end) = token(dump, at);
                let rest = dump[end..].trim_start();
                let sign = dump.len() - rest.len();
                if let Some(value) = rest.strip_prefix(['=', ':']).map(str::trim_start) {
                    let start = dump.len() - value.len();
                    at = start;
                    word.clear();
                    if value.starts_with(['{', '[', '(']) {
                        text.clone_into(&mut word);
                    } else {
                        let (value, end) = value_at(dump, start);
                        at = end.max(sign + 1);
                        if let Some(object) = open.last().and_then(|index| all.get_mut(*index)) {
                            object.pairs.push((text.to_owned(), value.to_owned()));
                        }
                    }
                } else {
                    at = end;
                    text.clone_into(&mut word);
                }
            }
            _ => {
                if !c.is_whitespace() {
                    word.clear();
                }
                at += width;
            }
        }
    }
    all
}

/// A word, or what stands between quotes, and where it ends.
fn token(dump: &str, at: usize) -> (&str, usize) {
    let rest = &dump[at..];
    if let Some(mark) = rest.chars().next().filter(|c| matches!(c, '"' | '\'')) {
        let inner = &rest[1..];
        let end = inner.find(mark).unwrap_or(inner.len());
        return (&inner[..end], (at + 1 + end + 1).min(dump.len()));
    }
    let end = rest
        .find(|c: char| !c.is_alphanumeric() && !matches!(c, '_' | '.' | '-' | '$'))
        .unwrap_or(rest.len());
    (&rest[..end], at + end)
}

/// A value and where it ends: a quoted one at a mark that a comma or bracket follows, another before the next pair or at
/// the bracket that closes the object.
fn value_at(dump: &str, at: usize) -> (&str, usize) {
    let rest = &dump[at..];
    if let Some(mark) = rest.chars().next().filter(|c| matches!(c, '"' | '\'')) {
        let inner = &rest[1..];
        let end = inner
            .match_indices(mark)
            .map(|(end, _)| end)
            .find(|end| {
                let after = inner[end + 1..].trim_start();
                !inner[..*end].ends_with('\\') && (after.is_empty() || after.starts_with([',', '}', ']', ')']))
            })
            .unwrap_or(inner.len());
        return (&inner[..end], (at + end + 2).min(dump.len()));
    }
    let mut depth = 0usize;
    for (end, c) in rest.char_indices() {
        match c {
            '{' | '[' | '(' => depth += 1,
            '}' | ']' | ')' if depth == 0 => return (rest[..end].trim(), at + end),
            '}' | ']' | ')' => depth -= 1,
            ',' | ';' if depth == 0 && pair_follows(&rest[end + 1..]) => return (rest[..end].trim(), at + end),
            _ => {}
        }
    }
    (rest.trim(), dump.len())
}

/// Whether `key=` or `"key":` comes next.
fn pair_follows(text: &str) -> bool {
    let text = text.trim_start();
    if text.starts_with(['"', '\'', '{', '[']) {
        return true;
    }
    let (word, end) = token(text, 0);
    !word.is_empty() && text[end..].trim_start().starts_with(['=', ':'])
}
