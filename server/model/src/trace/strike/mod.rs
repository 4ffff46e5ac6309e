//! Strikes data values out of exception messages and keeps what names things.
//!
//! Messages quote both: `column "name"` helps, `token 'Smith'` is a customer. What stands after a word that names a
//! kind of thing stays; other quoted text, rows, JSON, addresses of people and long numbers go.

mod dump;
mod objects;
mod words;

use dump::{error_parts, origin};
use objects::{field_name, nested_error, search_error};
use words::{AMOUNTS, MEASURES, NOUNS, SECRETS, UNITS, among, is_identifier, is_method, is_name, last_word};

/// Strikes data values out of a message that stands on one line. Postgres quotes names with `"` in every language and
/// lists rows in brackets, so that its messages need no words to be told apart.
pub(super) fn strike(line: &str, postgres: bool) -> String {
    let mut scan = Scan {
        postgres,
        text: line.chars().collect(),
        at: 0,
        out: String::with_capacity(line.len()),
        quote: None,
    };
    while let Some(c) = scan.peek(0) {
        scan.step(c);
    }
    scan.out
}

/// Strikes what no Postgres wrote.
fn plain(text: &str) -> String {
    strike(text, false)
}

struct Scan {
    postgres: bool,
    text: Vec<char>,
    at: usize,
    out: String,
    /// Where the last quoted text ended in `out`, and whether it was kept.
    quote: Option<(usize, bool)>,
}

impl Scan {
    fn peek(&self, ahead: usize) -> Option<char> {
        self.text.get(self.at + ahead).copied()
    }

    fn step(&mut self, c: char) {
        match c {
            '{' => self.braces(),
            '=' | ':' if self.secret_follows(c) => {
                self.out.push(c);
                self.out.push('…');
                let rest = self.text[self.at + 1..].iter();
                let blank = rest.clone().take_while(|c| **c == ' ').count();
                let value = rest
                    .skip(blank)
                    .take_while(|c| !matches!(c, ' ' | '&' | ';' | ',' | ')' | '}' | ']'));
                self.at += 1 + blank + value.count();
            }
            '[' if self.dump_follows() => {
                let end = self.balanced('[', ']');
                let kept = error_parts(&self.between(end), last_word(&self.out), plain);
                self.at = end;
                self.bracketed('[', kept, ']');
            }
            '(' if self.row_follows() => {
                let end = self.balanced('(', ')');
                let kept = self
                    .out
                    .ends_with("Record")
                    .then(|| origin(&self.between(end)))
                    .flatten();
                self.at = end;
                self.bracketed('(', kept, ')');
            }
            // A query may name customers; what was asked for stands before it.
            '?' if self.query_follows() => {
                self.out.push_str("?…");
                let rest = self.text[self.at..].iter();
                self.at += rest
                    .take_while(|c| !c.is_whitespace() && !matches!(c, '"' | '<' | '>' | ')' | ']' | '}' | ','))
                    .count();
            }
            '"' => self.quoted(c),
            '\'' if !self.out.ends_with(char::is_alphanumeric) => self.quoted(c),
            _ if c.is_alphanumeric() => self.word(),
            _ => {
                self.out.push(c);
                self.at += 1;
            }
        }
    }

    /// The text from here to `end`.
    fn between(&self, end: usize) -> String {
        self.text[self.at..end].iter().collect()
    }

    /// Writes what was kept of a struck object.
    fn bracketed(&mut self, open: char, kept: Option<String>, close: char) {
        self.out.push(open);
        self.out.push_str(kept.as_deref().unwrap_or("…"));
        self.out.push(close);
    }

    /// Whether the sign at hand stands between a secret's name and its value.
    fn secret_follows(&self, sign: char) -> bool {
        let start = self
            .out
            .rfind(|c: char| !c.is_alphanumeric() && !matches!(c, '_' | '-' | '.'));
        let name = self.out[start.map_or(0, |at| self.out.ceil_char_boundary(at + 1))..].to_lowercase();
        let named = SECRETS.iter().any(|secret| name.contains(secret)) || name.ends_with("token");
        named && (sign == '=' || self.peek(1).is_some_and(|c| c != ' '))
    }

    /// Whether a web address stands before the question mark at hand, and its query behind.
    fn query_follows(&self) -> bool {
        let address = self
            .out
            .rsplit(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '(' | '[' | '<' | '=' | ','))
            .next()
            .unwrap_or_default();
        (address.starts_with("http://") || address.starts_with("https://"))
            && self.peek(1).is_some_and(|c| !c.is_whitespace())
    }

    /// Whether the bracket that comes opens an object written out field by field.
    fn dump_follows(&self) -> bool {
        let end = self.balanced('[', ']');
        self.text[self.at..end].iter().filter(|c| **c == '=').count() >= 2
    }

    /// Whether the bracket that comes opens a row of values.
    fn row_follows(&self) -> bool {
        if self.postgres && self.text[self.at..self.balanced('(', ')')].contains(&',') {
            return true;
        }
        let before = self.out.trim_end().to_ascii_lowercase();
        [
            "contains",
            "values",
            "key value is",
            ")=",
            "values (…),",
            "row",
            "record",
        ]
        .iter()
        .any(|end| before.ends_with(end))
            || before.ends_with("(…),")
    }

    /// The index after the bracket that closes the one at hand, or the end of the text.
    fn balanced(&self, open: char, close: char) -> usize {
        let mut depth = 0usize;
        for (index, c) in self.text.iter().enumerate().skip(self.at) {
            if *c == open {
                depth += 1;
            } else if *c == close {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return index + 1;
                }
            }
        }
        self.text.len()
    }

    /// JSON, maps and structs go; `${…}` references and plain sets stay.
    fn braces(&mut self) {
        let end = self.balanced('{', '}');
        let inner = self.between(end);
        if self.out.ends_with('$') {
            self.out.push_str(&inner);
            self.at = end;
        } else if inner.contains([':', '=', '"']) {
            let known = if self.out.ends_with("Field") || self.out.ends_with("Column") {
                field_name(&inner)
            } else {
                let title = last_word(&self.out);
                let record = || title.ends_with("Record").then(|| origin(&inner)).flatten();
                search_error(&inner, plain)
                    .or_else(|| nested_error(&inner, plain))
                    .or_else(|| Some(format!("{{{}}}", error_parts(&inner, title, plain).or_else(record)?)))
            };
            self.out.push_str(known.as_deref().unwrap_or("{…}"));
            self.at = end;
        } else {
            self.out.push('{');
            self.at += 1;
        }
    }

    fn quoted(&mut self, mark: char) {
        let start = self.at + 1;
        let end = self.closing(mark);
        let inner: String = self.text[start..end.unwrap_or(self.text.len())].iter().collect();
        self.at = end.map_or(self.text.len(), |end| end + 1);
        let keep = end.is_some() && self.keeps(&inner);
        if keep && self.after_error_code() {
            self.out.push_str(&strike(&inner, false));
            return;
        }
        self.out.push(mark);
        self.out.push_str(if keep { &inner } else { "…" });
        self.out.push(mark);
        self.quote = Some((self.out.len(), keep));
    }

    /// The index of the closing mark. What holds a document may hold marks as well, so that its last one counts.
    fn closing(&self, mark: char) -> Option<usize> {
        let closes =
            |index: &usize| self.text[*index] == mark && !self.text.get(index + 1).is_some_and(|c| c.is_alphanumeric());
        let mut rest = self.at + 1..self.text.len();
        match self.peek(1) {
            Some('{' | '[' | '<') => rest.rfind(closes),
            _ => rest.find(closes),
        }
    }

    /// Whether `error 18 (Name): ` came before, after which a server quotes its own words.
    fn after_error_code(&self) -> bool {
        let before = self.out.trim_end();
        before.ends_with("):")
            && before
                .rsplit_once('(')
                .is_some_and(|(front, _)| front.contains("error "))
    }

    fn keeps(&self, inner: &str) -> bool {
        if inner.chars().count() <= 1 || matches!(inner, "null" | "true" | "false") {
            return true;
        }
        if inner.contains('@') || inner.contains(['{', '<']) && inner.contains([':', '=', '"']) {
            return false;
        }
        // `"a", "b" and "c"` share the fate of the first.
        if let Some((end, kept)) = self.quote
            && matches!(
                self.out[end..].trim(),
                "," | "and" | "or" | "@" | "." | ", and" | ", or"
            )
        {
            return kept;
        }
        let before = last_word(&self.out);
        if self.after_error_code() {
            return true;
        }
        if self.postgres && before != "value" && !self.out.trim_end().ends_with([':', '=']) && is_identifier(inner) {
            return true;
        }
        let after: String = self.text[self.at..]
            .iter()
            .skip_while(|c| **c == ' ')
            .take_while(|c| c.is_alphabetic())
            .collect();
        is_method(inner)
            || among(NOUNS, before)
            || among(NOUNS, &after)
            || is_name(inner)
            || self.compared() && is_identifier(inner)
    }

    /// Whether `size > ` came before: what an amount is compared with is a setting.
    fn compared(&self) -> bool {
        let before = self.out.trim_end();
        let amount = before.trim_end_matches(['<', '>', '=']);
        amount.len() < before.len() && before.contains(['<', '>']) && among(AMOUNTS, last_word(amount))
    }

    fn word(&mut self) {
        let rest = &self.text[self.at..];
        let mut length = rest
            .iter()
            .take_while(|c| c.is_alphanumeric() || matches!(c, '_' | '.' | '-' | '+' | '@' | '$' | '%' | '/' | ':'))
            .count();
        while length > 1 && matches!(rest[length - 1], '.' | ':' | '-' | '/' | '$' | '%') {
            length -= 1;
        }
        let word: String = rest[..length].iter().collect();
        if let Some(groups) = self.card() {
            self.at += groups;
            self.out.push('…');
            return;
        }
        self.at += length;
        let shown = match word.rsplit_once('@') {
            Some((user, host)) if user.contains("://") => {
                let scheme = user.split("://").next().unwrap_or_default();
                format!("{scheme}://…@{host}")
            }
            Some((_, host)) if host.contains('.') => "…".to_owned(),
            _ if self.is_value(&word) => "…".to_owned(),
            _ => word,
        };
        self.out.push_str(&shown);
    }

    /// The length of at least three groups of four digits with blanks between, as cards are written.
    fn card(&self) -> Option<usize> {
        let digit = |ahead: usize| self.peek(ahead).is_some_and(|c| c.is_ascii_digit());
        let mut length = 0;
        let mut groups = 0;
        while (0..4).all(|d| digit(length + d)) && !digit(length + 4) {
            groups += 1;
            length += 4;
            if self.peek(length) != Some(' ') || !digit(length + 1) {
                break;
            }
            length += 1;
        }
        while length > 0 && self.peek(length - 1) == Some(' ') {
            length -= 1;
        }
        (groups >= 3).then_some(length)
    }

    /// Whether a word is a number that may identify someone.
    fn is_value(&self, word: &str) -> bool {
        let digits = word.chars().filter(char::is_ascii_digit).count();
        if word.chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | '-' | '+')) {
            let longest = word
                .split(|c: char| !c.is_ascii_digit())
                .map(str::len)
                .max()
                .unwrap_or(0);
            if longest < 6 && digits < 9 {
                return false;
            }
            let dotted = word.split('.').count() == 4;
            let after: String = self.text[self.at..]
                .iter()
                .skip_while(|c| **c == ' ')
                .take_while(|c| c.is_alphabetic())
                .collect();
            return !dotted && !among(UNITS, &after) && !among(MEASURES, last_word(&self.out));
        }
        let groups: Vec<usize> = word.split('-').map(str::len).collect();
        if groups == [8, 4, 4, 4, 12] && word.chars().all(|c| c.is_ascii_hexdigit() || c == '-') {
            return true;
        }
        // Account numbers: two letters of a country, then digits.
        digits >= 12 && word.len() == digits + 2 && word.chars().take(2).all(|c| c.is_ascii_uppercase())
    }
}

#[cfg(test)]
mod tests;
