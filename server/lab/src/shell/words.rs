//! A line of the shell as words. Quotes work as in any shell, but for the text of a record and the body of a request,
//! which are taken as they stand: JSON is full of quotes.

use crate::{Error, Result};

/// Words as one line, which [`split`] takes apart into the same words, whatever is in them.
pub fn joined(words: &[String]) -> String {
    // A vector of text is always JSON.
    serde_json::to_string(words).unwrap_or_default()
}

/// The words of a line.
///
/// # Errors
/// [`Error::Usage`] when a quote is not closed.
pub(super) fn split(line: &str) -> Result<Vec<String>> {
    let line = line.trim();
    if let (true, Ok(words)) = (line.starts_with('['), serde_json::from_str(line)) {
        return Ok(words);
    }
    let count = match line.split_whitespace().next() {
        Some("produce") => 2,
        Some("rest") => 4,
        _ => return unquoted(line),
    };
    let words = line.split_whitespace().take(count).map(str::to_owned);
    Ok(words.chain(text(after(line, count))?).collect())
}

fn unquoted(line: &str) -> Result<Vec<String>> {
    shlex::split(line).ok_or_else(|| Error::Usage(format!("{line}: a quote is not closed")))
}

/// What is taken as it stands, but for single quotes around all of it.
fn text(rest: &str) -> Result<Option<String>> {
    if rest.is_empty() {
        return Ok(None);
    }
    if rest.len() > 1 && rest.starts_with('\'') && rest.ends_with('\'') {
        let mut words = unquoted(rest)?;
        if words.len() == 1 {
            return Ok(words.pop());
        }
    }
    Ok(Some(rest.to_owned()))
}

/// What follows the first `count` words of a line, blanks within kept.
fn after(line: &str, count: usize) -> &str {
    let mut rest = line;
    for _ in 0..count {
        rest = rest
            .split_once(char::is_whitespace)
            .map_or("", |(_, rest)| rest.trim_start());
    }
    rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_work_as_in_a_shell() -> Result<()> {
        for (line, words) in [
            ("", &[][..]),
            ("create orders x a=b", &["create", "orders", "x", "a=b"]),
            ("create orders x 'a=b  c'", &["create", "orders", "x", "a=b  c"]),
            ("create orders 'my x' a=\"b c\"", &["create", "orders", "my x", "a=b c"]),
            ("create orders x a=b\\ c d=", &["create", "orders", "x", "a=b c", "d="]),
            // The text of a record and the body of a request stand as they are.
            (
                "rest orders PUT /x  {\"a\": \"b  c\"} ",
                &["rest", "orders", "PUT", "/x", "{\"a\": \"b  c\"}"],
            ),
            (
                "rest orders PUT /x '{\"a\": \"b\"}'",
                &["rest", "orders", "PUT", "/x", "{\"a\": \"b\"}"],
            ),
            ("produce t it's  here", &["produce", "t", "it's  here"]),
            ("produce t", &["produce", "t"]),
        ] {
            assert_eq!(split(line)?, words, "{line}");
        }
        assert!(split("create orders x 'a=b").is_err());
        Ok(())
    }

    #[test]
    fn words_of_another_shell_arrive_as_they_are() -> Result<()> {
        let words = ["create", "orders", "x", "a=b  'c' \"d\"\n{e}"].map(str::to_owned);
        assert_eq!(split(&joined(&words))?, words);
        assert!(!joined(&words).contains('\n'), "a line is a line");
        Ok(())
    }
}
