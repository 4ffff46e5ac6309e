//! Strikes data values out of exception messages and keeps what names things.
//!
//! Messages quote both: `column "name"` helps, `token 'Smith'` is a customer. What stands after a word that names a
//! kind of thing stays; other quoted text, rows, JSON, addresses of people and long numbers go.

/// Words whose quoted neighbour is a name; plurals too.
const NOUNS: &[&str] = &[
    "table",
    "column",
    "relation",
    "topic",
    "partition",
    "slot",
    "user",
    "role",
    "database",
    "schema",
    "field",
    "constraint",
    "index",
    "sequence",
    "function",
    "publication",
    "subscription",
    "connector",
    "task",
    "class",
    "configuration",
    "config",
    "property",
    "option",
    "parameter",
    "setting",
    "key",
    "file",
    "path",
    "directory",
    "host",
    "server",
    "broker",
    "alias",
    "plugin",
    "converter",
    "transformation",
    "driver",
    "view",
    "cluster",
    "bucket",
    "collection",
    "namespace",
    "method",
    "variable",
    "attribute",
    "extension",
    "group",
    "principal",
    "type",
    "status",
    "subject",
    "url",
    "uri",
    "endpoint",
    "require",
    "module",
    "library",
    "package",
    "keystore",
    "truststore",
    "parser",
    "provider",
    "mechanism",
    "queue",
    "exchange",
    "stream",
    "container",
    "catalog",
    "tablespace",
    "trigger",
    "step",
    "region",
    "version",
    "protocol",
    "service",
    "worker",
    "operation",
    "predicate",
];

/// Words after which a long number is a measure or a position and no one's id.
const MEASURES: &[&str] = &[
    "offset",
    "position",
    "lsn",
    "scn",
    "generation",
    "epoch",
    "size",
    "than",
    "timeout",
    "after",
    "pid",
    "code",
    "line",
    "column",
    "row",
    "is",
    "limit",
    "maximum",
    "within",
    "exceed",
    "length",
    "schema",
    "version",
];

/// Units that make a long number a measure.
const UNITS: &[&str] = &[
    "ms",
    "millisecond",
    "byte",
    "record",
    "second",
    "s",
    "kb",
    "mb",
    "message",
    "row",
];

/// Words whose value is a secret wherever it stands.
const SECRETS: &[&str] = &[
    "password",
    "passwd",
    "pwd",
    "passphrase",
    "secret",
    "apikey",
    "api_key",
    "api-key",
    "accesskey",
    "access_key",
    "private_key",
    "credential",
    "signature",
];

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
                self.at = self.balanced('[', ']');
                self.out.push_str("[…]");
            }
            '(' if self.row_follows() => {
                let end = self.balanced('(', ')');
                self.at = end;
                self.out.push_str("(…)");
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

    /// Whether the sign at hand stands between a secret's name and its value.
    fn secret_follows(&self, sign: char) -> bool {
        let start = self
            .out
            .rfind(|c: char| !c.is_alphanumeric() && !matches!(c, '_' | '-' | '.'));
        let name = self.out[start.map_or(0, |at| self.out.ceil_char_boundary(at + 1))..].to_lowercase();
        let named = SECRETS.iter().any(|secret| name.contains(secret)) || name.ends_with("token");
        named && (sign == '=' || self.peek(1).is_some_and(|c| c != ' '))
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
        ["contains", "values", ")=", "values (…),", "row", "record"]
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
        let inner: String = self.text[self.at..end].iter().collect();
        if self.out.ends_with('$') {
            self.out.push_str(&inner);
            self.at = end;
        } else if inner.contains([':', '=', '"']) {
            let known = if self.out.ends_with("Field") || self.out.ends_with("Column") {
                field_name(&inner)
            } else {
                search_error(&inner).or_else(|| nested_error(&inner))
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
        is_method(inner) || among(NOUNS, before) || among(NOUNS, &after) || is_name(inner)
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

/// What a search engine says in its JSON: the type of its exception and the reason, the latter struck too.
fn search_error(json: &str) -> Option<String> {
    let field = |name: &str| {
        let start = json.find(&format!("\"{name}\":\""))? + name.len() + 4;
        let value = &json[start..];
        Some(&value[..value.find('"').unwrap_or(value.len())])
    };
    let kind = field("type").filter(|kind| kind.ends_with("_exception") && is_name(kind))?;
    let reason = field("reason").unwrap_or_default();
    Some(format!(
        "{kind}: {}",
        strike(&reason.replace(['{', '}', '\\'], " "), false)
    ))
}

/// The name of a field that was written out whole.
fn field_name(object: &str) -> Option<String> {
    let value = object.split_once("name=")?.1;
    let name = value.trim_start_matches(['\'', '"']);
    let end = name
        .find(|c: char| !c.is_alphanumeric() && !matches!(c, '_' | '.' | '-'))
        .unwrap_or(name.len());
    (end > 0).then(|| format!("{{name='{}'}}", &name[..end]))
}

/// The last exception that an object's description tells of, class and message, the latter struck too.
fn nested_error(object: &str) -> Option<String> {
    let at = object.rfind("Exception: ").or_else(|| object.rfind("Exception ("))?;
    let start = object[..at]
        .rfind(['.', ' ', '{', '=', '('])
        .map_or(0, |start| start + 1);
    let end = object[at..].find('}').map_or(object.len(), |end| at + end);
    Some(format!("{{… {}}}", strike(&object[start..end], false)))
}

/// One word that begins like a name.
fn is_identifier(text: &str) -> bool {
    text.starts_with(|c: char| c.is_alphabetic() || c == '_')
        && text
            .chars()
            .all(|c| c.is_alphanumeric() || matches!(c, '_' | '.' | '-' | '$'))
}

/// A method's signature as the JVM writes it: types, class, name and brackets.
fn is_method(text: &str) -> bool {
    let Some((head, arguments)) = text.split_once('(') else {
        return false;
    };
    let method = head.rsplit(' ').next().unwrap_or(head);
    method.matches('.').count() >= 2
        && arguments.ends_with(')')
        && text.chars().all(|c| {
            c.is_alphanumeric() || matches!(c, '.' | '_' | '$' | '(' | ')' | ',' | ' ' | '[' | ']' | '<' | '>')
        })
}

/// A class, a config key, an address or a path-like name, as against free text.
fn is_name(text: &str) -> bool {
    let plain = text
        .chars()
        .all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | '$' | ':' | '/'));
    let port = text.rsplit_once(':').is_some_and(|(host, port)| {
        !host.is_empty() && port.len() <= 5 && !port.is_empty() && port.chars().all(|c| c.is_ascii_digit())
    });
    plain
        && text.contains(|c: char| c.is_ascii_alphabetic())
        && !text.ends_with('.')
        && (port || text.contains(['.', '_']) && !text.contains(':'))
}

fn last_word(text: &str) -> &str {
    let text = text.trim_end_matches([' ', ':', '=', '(', '[', '#']);
    let start = text
        .char_indices()
        .rev()
        .take_while(|(_, c)| c.is_alphanumeric())
        .last()
        .map_or(text.len(), |(index, _)| index);
    &text[start..]
}

fn among(words: &[&str], word: &str) -> bool {
    let word = word.to_lowercase();
    let singular = word.strip_suffix('s').unwrap_or(&word);
    words
        .iter()
        .any(|known| *known == word || *known == singular || word.strip_suffix("es") == Some(known))
}

#[cfg(test)]
mod tests {
    use super::strike;

    #[test]
    fn names_stay_and_values_go() {
        for (message, shown) in [
            (
                r#"ERROR: null value in column "name" of relation "t" violates not-null constraint Detail: Failing row contains (99, null)."#,
                r#"ERROR: null value in column "name" of relation "t" violates not-null constraint Detail: Failing row contains (…)."#,
            ),
            (
                "Unrecognized token 'this': was expecting (JSON String or token 'null', 'true' or 'false')",
                "Unrecognized token '…': was expecting (JSON String or token 'null', 'true' or 'false')",
            ),
            (
                r#"invalid input syntax for type integer: "4711 Main St""#,
                r#"invalid input syntax for type integer: "…""#,
            ),
            (
                "Duplicate entry 'joe@example.com' for key 'PRIMARY'",
                "Duplicate entry '…' for key 'PRIMARY'",
            ),
            ("Key (id)=(17) already exists.", "Key (id)=(…) already exists."),
            (
                "INSERT INTO t VALUES (1, 'a'), (2, 'b') was aborted",
                "INSERT INTO t VALUES (…), (…) was aborted",
            ),
            (
                "Cannot map {\"ssn\": 5, \"x\": {\"y\": 1}} to a row",
                "Cannot map {…} to a row",
            ),
            ("bad row Struct{id=5,name=Joe} here", "bad row Struct{…} here"),
            ("no value for ${vault:db/pass}", "no value for ${vault:db/pass}"),
            ("card 4111 1111 1111 1111 refused", "card … refused"),
            ("customer 12345678 has no address", "customer … has no address"),
            ("mail to a.b@example.org failed", "mail to … failed"),
            (
                "Topic x not present in metadata after 600000 ms.",
                "Topic x not present in metadata after 600000 ms.",
            ),
            (
                "The message is 2097240 bytes when serialized which is larger than 1048576, which is the value of the max.request.size configuration.",
                "The message is 2097240 bytes when serialized which is larger than 1048576, which is the value of the max.request.size configuration.",
            ),
            (
                "Couldn't find or create file '/tmp/in.txt'",
                "Couldn't find or create file '/tmp/in.txt'",
            ),
            (
                "JsonConverter with schemas.enable requires \"schema\" and \"payload\" fields",
                "JsonConverter with schemas.enable requires \"schema\" and \"payload\" fields",
            ),
            (
                "Connection to 10.20.30.40:5432 refused",
                "Connection to 10.20.30.40:5432 refused",
            ),
            (
                "Access denied for user 'app'@'10.0.0.7'",
                "Access denied for user 'app'@'10.0.0.7'",
            ),
            ("unclosed 'secret text", "unclosed '…'"),
            (
                "jdbc:mysql://db:3306/x?user=u&password=abc&useSSL=false",
                "jdbc:mysql://db:3306/x?user=u&password=…&useSSL=false",
            ),
            (
                "starting at Info [a=b, c=d, e=12], but it is gone",
                "starting at Info […], but it is gone",
            ),
            (
                "missing field SinkRecordField{schema=Schema{STRING}, name='channel', x=false}",
                "missing field SinkRecordField{name='channel'}",
            ),
            ("'a.b.C a.b.D.run(a.b.E, int)'", "'a.b.C a.b.D.run(a.b.E, int)'"),
            (
                "request 22067d89-0000-45ba-9708-df9d5559fcbe refused",
                "request … refused",
            ),
        ] {
            assert_eq!(strike(message, false), shown);
        }
    }
}
