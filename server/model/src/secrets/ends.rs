//! Where the text behind a label ends.

use super::labels::Ends;

/// How names in Java end that hold a secret's name but no secret: files of frames, and classes.
const CODE: &[&str] = &[
    ".java",
    ".kt",
    ".scala",
    ".groovy",
    "Exception",
    "Error",
    "Provider",
    "Manager",
    "Authenticator",
    "Validator",
];

/// Behind an Oracle URL's prefix an `@` is looked for in so many bytes, that many prefixes cost no more than one.
const LONGEST_LOGIN: usize = 512;

/// Looks for ends in one text; remembers what it has seen, so that no byte is looked at once per label.
pub(super) struct Scanner<'a> {
    text: &'a str,
    bytes: &'a [u8],
    /// No `@` stands before this place until the next delimiter.
    no_at_before: usize,
    /// The last message looked at.
    message: (usize, usize),
    /// Markers of which none stands before these places, so that what lacks them is looked through once.
    unmarked: Vec<(&'static [&'static str], usize)>,
}

impl<'a> Scanner<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self {
            text,
            bytes: text.as_bytes(),
            no_at_before: 0,
            message: (0, 0),
            unmarked: Vec::new(),
        }
    }

    /// What to strike out for a label that stands at `start..end`, if anything.
    pub(super) fn value(&mut self, ends: Ends, start: usize, end: usize) -> Option<(usize, usize)> {
        match ends {
            Ends::Setting if self.is_code(start, end) => None,
            Ends::Setting => Some(self.setting(end)),
            Ends::Line => Some(
                self.quoted(end)
                    .unwrap_or_else(|| (end, self.run(end, |byte| byte != b'\n'))),
            ),
            Ends::Credential => {
                let stop = self.run(end, is_token);
                looks_like_credential(self.slice(end, stop)).then_some((end, stop))
            }
            Ends::Userinfo => self.userinfo(end),
            Ends::Login => self.login(end),
            Ends::OracleLogin => {
                let login = self.bytes.get(end..).unwrap_or_default().iter().take(LONGEST_LOGIN);
                let stop = end
                    + login
                        .take_while(|b| !b.is_ascii_whitespace() && !b"@(".contains(b))
                        .count();
                (self.bytes.get(stop) == Some(&b'@')).then_some((end, stop))
            }
            Ends::Token => Some((start, self.run(end, is_token))),
            Ends::From(markers) => Some((start, self.until(end, markers))),
            Ends::Until(markers) => Some((end, self.until(end, markers))),
            Ends::Before(markers) => self.before(end, markers),
        }
    }

    /// `Token.java:12` of a frame and `com.example.SecretException: …` are no settings.
    fn is_code(&self, start: usize, end: usize) -> bool {
        let label = self.slice(start, end).trim_end();
        let Some(word) = label.strip_suffix(':') else {
            return false;
        };
        if CODE.iter().any(|tail| word.ends_with(tail)) {
            return true;
        }
        let from = self.bytes.get(..start).map_or(0, |before| {
            let name = before
                .iter()
                .rev()
                .take(200)
                .take_while(|b| b.is_ascii_alphanumeric() || b"._$".contains(b));
            start - name.count()
        });
        let name = format!("{}{word}", self.slice(from, start));
        name.matches('.').count() >= 2
            && name
                .rsplit('.')
                .next()
                .is_some_and(|class| class.starts_with(|c: char| c.is_ascii_uppercase()))
    }

    fn setting(&self, at: usize) -> (usize, usize) {
        if let Some(span) = self.quoted(at) {
            return span;
        }
        // A reference, or SQL Server's `{…}` around a password with semicolons.
        let brace = if self.slice(at, at + 2) == "${" { at + 2 } else { at + 1 };
        if brace == at + 2 || self.bytes.get(at) == Some(&b'{') {
            let close = self.run(brace, |byte| byte != b'}' && byte != b'\n');
            let after = (close + 1).min(self.bytes.len());
            let stop = self.run(
                if self.bytes.get(close) == Some(&b'}') {
                    after
                } else {
                    close
                },
                is_plain,
            );
            return (
                at,
                if brace == at + 2 && self.separates(after) {
                    after
                } else {
                    stop
                },
            );
        }
        (at, self.run(at, is_plain))
    }

    fn separates(&self, at: usize) -> bool {
        self.bytes.get(at).is_none_or(|byte| b" \t\n&;,\"')".contains(byte))
    }

    /// Quoted text, also when its quotes are themselves escaped; unclosed it ends with its line.
    fn quoted(&self, at: usize) -> Option<(usize, usize)> {
        let (escaped, quote) = match (self.bytes.get(at)?, self.bytes.get(at + 1)) {
            (b'\\', Some(quote @ (b'"' | b'\''))) => (true, *quote),
            (quote @ (b'"' | b'\''), _) => (false, *quote),
            _ => return None,
        };
        let from = at + if escaped { 2 } else { 1 };
        let mut place = from;
        while let Some(byte) = self.bytes.get(place) {
            match byte {
                b'\n' => break,
                b'\\' if escaped && self.bytes.get(place + 1) == Some(&quote) => break,
                b'\\' => place += 1,
                byte if *byte == quote => break,
                _ => {}
            }
            place += 1;
        }
        Some((from, self.boundary(place)))
    }

    /// Up to the last `@` that a host follows. Text in which it is looked for is short, so that many colons cost little.
    fn login(&self, at: usize) -> Option<(usize, usize)> {
        let rest = self.bytes.get(at..).unwrap_or_default().iter().take(LONGEST_LOGIN);
        let word = rest.take_while(|b| !b.is_ascii_whitespace() && !b"/\"'`<>()[]{},;\\".contains(b));
        let stop = at + word.count();
        let last = self.bytes.get(at..stop)?.iter().rposition(|byte| *byte == b'@')?;
        let host = self.bytes.get(at + last + 1)?;
        host.is_ascii_alphanumeric().then_some((at, at + last))
    }

    fn userinfo(&mut self, at: usize) -> Option<(usize, usize)> {
        let in_url = |byte: u8| !byte.is_ascii_whitespace() && !b"\"'<>`".contains(&byte);
        let authority = self.run(at, |byte| in_url(byte) && !b"/?#".contains(&byte));
        if let Some(last) = self.slice(at, authority).rfind('@') {
            return Some((at, at + last));
        }
        // A password with a slash or a question mark in it, unencoded, cuts the authority short.
        if !self.slice(at, authority).contains(':') || authority < self.no_at_before {
            return None;
        }
        let stop = self.run(authority, |byte| in_url(byte) && byte != b'@');
        if self.bytes.get(stop) == Some(&b'@') {
            let host = self.run(stop, |byte| in_url(byte) && !b"/?#".contains(&byte));
            return Some((at, stop + self.slice(stop, host).rfind('@').unwrap_or(0)));
        }
        self.no_at_before = stop;
        None
    }

    /// The first of `markers` behind `at`, or the end of the message.
    fn until(&mut self, at: usize, markers: &[&str]) -> usize {
        let end = self.message_end(at);
        if markers.is_empty() {
            return end;
        }
        let found = (at..end).find(|place| {
            let rest = self.bytes.get(*place..).unwrap_or_default();
            markers.iter().any(|marker| rest.starts_with(marker.as_bytes()))
        });
        found.unwrap_or(end)
    }

    /// Up to the first marker of the message, if it has any from here on.
    fn before(&mut self, at: usize, markers: &'static [&'static str]) -> Option<(usize, usize)> {
        if self.unmarked.iter().any(|(known, to)| *known == markers && at < *to) {
            return None;
        }
        let (stop, end) = (self.until(at, markers), self.message_end(at));
        if stop < end {
            return Some((at, stop));
        }
        self.unmarked.retain(|(known, _)| *known != markers);
        self.unmarked.push((markers, end));
        None
    }

    /// A message ends where the frames or the next cause begin.
    fn message_end(&mut self, at: usize) -> usize {
        let (from, to) = self.message;
        if from <= at && at <= to {
            return to;
        }
        let mut place = at;
        let end = loop {
            let line = self.run(place, |byte| byte != b'\n');
            let next = self.bytes.get(line + 1..).unwrap_or_default();
            if next.is_empty() || begins_frames(next) {
                break line;
            }
            place = line + 1;
        };
        self.message = (at, end);
        end
    }

    fn run(&self, from: usize, holds: impl Fn(u8) -> bool) -> usize {
        let rest = self.bytes.get(from..).unwrap_or_default();
        let length = rest.iter().position(|byte| !holds(*byte)).unwrap_or(rest.len());
        from.min(self.bytes.len()) + length
    }

    fn boundary(&self, mut at: usize) -> usize {
        at = at.min(self.bytes.len());
        while !self.text.is_char_boundary(at) {
            at += 1;
        }
        at
    }

    fn slice(&self, from: usize, to: usize) -> &'a str {
        self.text.get(from..to).unwrap_or_default()
    }
}

fn begins_frames(line: &[u8]) -> bool {
    let trimmed = line
        .get(line.iter().take(16).take_while(|b| b" \t".contains(b)).count()..)
        .unwrap_or_default();
    let indented = trimmed.len() < line.len();
    (indented && (trimmed.starts_with(b"at ") || trimmed.starts_with(b"... ")))
        || trimmed.starts_with(b"Caused by: ")
        || trimmed.starts_with(b"Suppressed: ")
}

fn is_plain(byte: u8) -> bool {
    !byte.is_ascii_whitespace() && !b"\"'<>".contains(&byte)
}

fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"+/=._~-".contains(&byte)
}

/// Tells `Bearer 0a1b…` from `bearer authentication`.
fn looks_like_credential(word: &str) -> bool {
    let tail = word.trim_end_matches('.');
    tail.len() >= 6 && tail.chars().skip(1).any(|c| !c.is_ascii_lowercase())
}
