//! A query's text in parts: `-key:"a value"`, each with its place.

use std::ops::Range;

/// One part of a query, as it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Token {
    /// Its place in the text, in bytes.
    pub(crate) at: Range<usize>,
    pub(crate) negated: bool,
    /// What stands before the colon, if that can be a key.
    pub(crate) key: Option<String>,
    /// What stands behind it, or all of it, quotation marks resolved.
    pub(crate) value: String,
    /// Whether any of the value is quoted, so that no `*` in it stands for something else.
    pub(crate) quoted: bool,
}

impl Token {
    /// All of it but the sign, as a word to search for.
    pub(crate) fn whole(&self) -> String {
        match &self.key {
            Some(key) => format!("{key}:{}", self.value),
            None => self.value.clone(),
        }
    }
}

/// The parts of a text. A quotation mark that is never closed reaches to the end.
pub(crate) fn tokens(text: &str) -> Vec<Token> {
    let mut found = Vec::new();
    let mut rest = text;
    loop {
        rest = rest.trim_start();
        if rest.is_empty() {
            return found;
        }
        let start = text.len() - rest.len();
        let (token, length) = token(rest, start);
        rest = rest.get(length..).unwrap_or_default();
        found.extend(Some(token).filter(|token| token.key.is_some() || !token.value.is_empty()));
    }
}

fn token(text: &str, start: usize) -> (Token, usize) {
    let negated = text.starts_with('-') && !text[1..].starts_with(char::is_whitespace) && text.len() > 1;
    let (mut key, mut value, mut quoted, mut within) = (None, String::new(), false, false);
    let mut escaped = false;
    let mut length = text.len();
    for (at, c) in text.char_indices().skip(usize::from(negated)) {
        match c {
            _ if escaped => {
                value.push(c);
                escaped = false;
            }
            '\\' if within => escaped = true,
            '"' => {
                within = !within;
                quoted = true;
            }
            c if c.is_whitespace() && !within => {
                length = at;
                break;
            }
            ':' if key.is_none() && !quoted && is_key(&value) => key = Some(std::mem::take(&mut value)),
            c => value.push(c),
        }
    }
    let token = Token {
        at: start..start + length,
        negated,
        key,
        value,
        quoted,
    };
    (token, length)
}

/// Whether text before a colon is meant as a key: `w1:8083` and `org.apache:` are words.
fn is_key(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphabetic())
}

/// A value as it is written behind a key: quoted where it would be read otherwise without.
pub fn quoted(value: &str) -> String {
    let plain = |c: char| !c.is_whitespace() && !['"', '*', '\\'].contains(&c);
    if !value.is_empty() && value.chars().all(plain) {
        return value.to_owned();
    }
    let mut text = String::from("\"");
    for c in value.chars() {
        if ['"', '\\'].contains(&c) {
            text.push('\\');
        }
        text.push(c);
    }
    text.push('"');
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(text: &str) -> Vec<(bool, Option<String>, String)> {
        let parts = tokens(text).into_iter();
        parts.map(|part| (part.negated, part.key, part.value)).collect()
    }

    #[test]
    fn text_falls_into_its_parts() {
        let part = |negated, key: Option<&str>, value: &str| (negated, key.map(str::to_owned), value.to_owned());
        assert_eq!(
            parts("  team:payments -health:failed fraud -\"two words\" "),
            [
                part(false, Some("team"), "payments"),
                part(true, Some("health"), "failed"),
                part(false, None, "fraud"),
                part(true, None, "two words"),
            ]
        );
        assert_eq!(
            parts("team:\"a \\\"b\\\" c\""),
            [part(false, Some("team"), "a \"b\" c")]
        );
        assert_eq!(
            parts("w1:8083 a-b - team:"),
            [
                part(false, None, "w1:8083"),
                part(false, None, "a-b"),
                part(false, None, "-"),
                part(false, Some("team"), ""),
            ]
        );
        assert_eq!(parts("\"never closed"), [part(false, None, "never closed")]);
        assert_eq!(parts("\"team:x\""), [part(false, None, "team:x")]);
        assert_eq!(parts("-"), [part(false, None, "-")]);
    }

    #[test]
    fn what_is_quoted_is_read_as_it_was() {
        for value in ["plain", "a b", "a\"b", "back\\slash", "*", "-x", "", "ключ 🚂"] {
            let text = format!("team:{}", quoted(value));
            assert_eq!(
                parts(&text),
                [(false, Some("team".to_owned()), value.to_owned())],
                "{text}"
            );
        }
    }
}
