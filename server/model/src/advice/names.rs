//! The things that a root cause names.

/// A line that may name things. Each question answers with a name as it is written there; `None` when the line has none,
/// or its name was struck out. What nobody asks for is not searched: a list shows a hundred faults at a time.
pub(super) struct Names<'l> {
    line: &'l str,
    /// In lower case, at the same length: only ASCII letters differ.
    lower: String,
}

impl<'l> Names<'l> {
    /// Of a root cause.
    pub fn read(line: &'l str) -> Self {
        Self {
            line,
            lower: line.to_ascii_lowercase(),
        }
    }

    /// `host:port`, without scheme, path and credentials.
    pub fn address(&self) -> Option<&'l str> {
        self.line.split(BREAKS).find_map(address)
    }

    /// How many different addresses it names.
    pub fn addresses(&self) -> usize {
        let all: std::collections::BTreeSet<&str> = self.line.split(BREAKS).filter_map(address).collect();
        all.len()
    }

    /// A host whose name does not resolve.
    pub fn host(&self) -> Option<&'l str> {
        let named = self.first(&[
            "unknownhostexception: ",
            "unknown host ",
            "unknown host: ",
            "could not resolve ",
        ]);
        let before = || {
            let at = self
                .find(": name or service not known")
                .or_else(|| self.find(": temporary failure in name resolution"))?;
            self.line[..at].rsplit(BREAKS).next()
        };
        named
            .or_else(before)
            .filter(|host| host.contains(['.', '-']) || host.chars().all(|c| c.is_ascii_alphanumeric()))
    }

    pub fn topic(&self) -> Option<&'l str> {
        self.named(&[
            "access topics: ",
            "dead letter queue with topic=",
            "create/find topic(s) ",
            "creating topic(s) ",
            "for topic ",
            "from topic ",
            "to topic ",
        ])
        .or_else(|| self.quoted(&["topic", "topics"]))
        .or_else(|| {
            self.first(&["topic "])
                .filter(|_| self.line.contains("not present in metadata"))
        })
        .or_else(|| self.named(&["topic="]))
    }

    /// `orders-3`, or `topic=orders, partition=3`.
    pub fn partition(&self) -> Option<&'l str> {
        let dashed = ["for partition ", "partition "]
            .iter()
            .find_map(|front| self.after(front))
            .filter(|name| {
                name.rsplit_once('-')
                    .is_some_and(|(topic, number)| !topic.is_empty() && digits(number))
            });
        let written = || {
            let rest = &self.line[self.find("topic=")?..];
            let end = rest.find("partition=")? + "partition=".len();
            let length = rest[end..].chars().take_while(char::is_ascii_digit).count();
            (length > 0 && end < 120).then(|| &rest[..end + length])
        };
        dashed.or_else(written)
    }

    pub fn offset(&self) -> Option<&'l str> {
        self.first(&["at offset ", "offset="]).filter(|name| digits(name))
    }

    pub fn group(&self) -> Option<&'l str> {
        self.first(&["access group: ", "group: "])
    }

    pub fn subject(&self) -> Option<&'l str> {
        self.quoted(&["subject"])
    }

    /// A key of the config.
    pub fn key(&self) -> Option<&'l str> {
        self.first(&[
            "for configuration ",
            "missing required configuration ",
            "unknown configuration ",
            "configvalue(name=",
        ])
        .filter(|key| {
            key.chars()
                .all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-'))
        })
    }

    pub fn file(&self) -> Option<&'l str> {
        self.line
            .split(|c: char| c.is_whitespace() || matches!(c, '\'' | '"' | '(' | ')' | ','))
            .map(|word| word.trim_end_matches([':', '.']))
            .find(|word| word.starts_with('/') && word.len() > 2 && !word.contains('…'))
    }

    pub fn class(&self) -> Option<&'l str> {
        self.first(&[
            "which name matches ",
            "noclassdeffounderror: could not initialize class ",
            "noclassdeffounderror: ",
            "classnotfoundexception: ",
        ])
        .or_else(|| self.class_of_method())
    }

    pub fn table(&self) -> Option<&'l str> {
        self.quoted(&["of relation", "relation", "table", "collection"])
            .or_else(|| self.named(&["table ", "collection: "]))
            .filter(|table| !table.eq_ignore_ascii_case("schema"))
    }

    pub fn column(&self) -> Option<&'l str> {
        self.quoted(&["column", "field"])
            .or_else(|| self.named(&["field name=", "required field "]))
    }

    pub fn constraint(&self) -> Option<&'l str> {
        self.quoted(&["unique constraint", "constraint", "for key"])
    }

    pub fn slot(&self) -> Option<&'l str> {
        self.quoted(&["slot"])
    }

    pub fn user(&self) -> Option<&'l str> {
        self.quoted(&["user", "role"])
    }

    pub fn worker(&self) -> Option<&'l str> {
        self.first(&[" failed on "])
            .filter(|_| self.line.ends_with("left no trace"))
    }

    /// `Class.method`.
    pub fn thrown_in(&self) -> Option<&'l str> {
        self.first(&["thrown in "])
    }

    /// The class of a method that is missing: `'void com.acme.Client.send(java.lang.String)'`.
    fn class_of_method(&self) -> Option<&'l str> {
        let at = ["nosuchmethoderror: ", "nosuchfielderror: ", "abstractmethoderror: "]
            .iter()
            .find_map(|front| Some(self.find(front)? + front.len()))?;
        let head = self.line[at..].split('(').next()?;
        let name = head.rsplit([' ', '\'']).next()?;
        let (class, _) = name.rsplit_once('.')?;
        (!class.is_empty()).then_some(class)
    }

    /// Where `front`, lower case, stands, in whatever case.
    fn find(&self, front: &str) -> Option<usize> {
        self.lower.find(front)
    }

    /// The name behind the first of these that has one.
    fn first(&self, fronts: &[&str]) -> Option<&'l str> {
        fronts.iter().find_map(|front| self.after(front))
    }

    /// The same, unless it is a word of the sentence.
    fn named(&self, fronts: &[&str]) -> Option<&'l str> {
        self.first(fronts).filter(|name| is_named(name))
    }

    /// The quoted name behind the first of these that has one.
    fn quoted(&self, nouns: &[&str]) -> Option<&'l str> {
        nouns.iter().find_map(|noun| self.quoted_after(noun))
    }

    /// The name that follows `front`, without its quotes or brackets.
    fn after(&self, front: &str) -> Option<&'l str> {
        let at = self.find(front)? + front.len();
        let rest = self.line[at..].trim_start_matches(['[', '(', ' ', '{']);
        let name = match rest.chars().next().filter(|c| matches!(c, '"' | '\'' | '`')) {
            Some(mark) => rest[1..].split(mark).next()?,
            None => rest.split(BREAKS).next()?.trim_end_matches(['.', ':', '!']),
        };
        (!name.is_empty() && !name.contains('…')).then_some(name)
    }

    /// The quoted name that stands right behind a noun.
    fn quoted_after(&self, noun: &str) -> Option<&'l str> {
        self.lower.match_indices(noun).find_map(|(at, found)| {
            let behind = &self.line[at + found.len()..];
            let rest = behind.trim_start_matches([' ', ':', '=']);
            let mark = match rest.chars().next()? {
                _ if rest.len() == behind.len() => return None,
                '[' => ']',
                mark @ ('"' | '\'' | '`') => mark,
                _ => return None,
            };
            let (mut name, mut rest) = rest[1..].split_once(mark)?;
            // `"shop"."orders"`: the last part is the thing's own name.
            while let Some((next, after)) = rest
                .strip_prefix('.')
                .and_then(|rest| rest.strip_prefix(mark)?.split_once(mark))
            {
                (name, rest) = (next, after);
            }
            (!name.is_empty() && !name.contains('…') && !name.contains(['"', '\''])).then_some(name)
        })
    }
}

const BREAKS: fn(char) -> bool = |c| {
    c.is_whitespace()
        || matches!(
            c,
            '"' | '\'' | '(' | ')' | '[' | ']' | '{' | '}' | ',' | ';' | '<' | '>' | '='
        )
};

/// Whether a word is a name and no word of the sentence: it is written as only names are.
fn is_named(word: &str) -> bool {
    word.contains(['.', '_', '-', '$'])
        || word.contains(|c: char| c.is_ascii_digit())
        || word.len() > 3 && !is_filler(word)
}

/// Words that follow `topic` and the like in sentences.
fn is_filler(word: &str) -> bool {
    const FILLERS: &[&str] = &[
        "with",
        "that",
        "this",
        "which",
        "does",
        "authorization",
        "name",
        "names",
        "partition",
        "metadata",
        "schema",
        "because",
        "from",
        "after",
        "exists",
        "already",
    ];
    FILLERS.contains(&word.to_ascii_lowercase().as_str())
}

fn digits(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_ascii_digit())
}

/// `host:port` of a word, if it is an address.
fn address(word: &str) -> Option<&str> {
    // One that was cut is refused below: its host may be another one's beginning.
    let word = word.trim_end_matches(['.', ':', '!', '/', '?']);
    let (url, rest) = match word.find("//") {
        Some(at) => (true, &word[at + 2..]),
        None => (false, word.rsplit_once('=').map_or(word, |(_, value)| value)),
    };
    let host = rest.split(['/', '?', '#']).next()?;
    // `name/10.0.0.7:5432`, as Java writes a resolved address.
    let host = match rest.split_once('/') {
        Some((_, resolved)) if !url && !host.contains(':') => resolved.split('/').next()?,
        _ => host,
    };
    let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
    let (name, port) = host.rsplit_once(':').unwrap_or((host, ""));
    let ported = (2..=5).contains(&port.len()) && port.chars().all(|c| c.is_ascii_digit());
    let plain = name.len() > 1
        && name
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_'))
        && !name.ends_with(".java");
    let sure = url || name.contains(['.', '-']) || port.len() >= 4 && name.chars().any(|c| c.is_ascii_alphabetic());
    (plain && sure && (ported || url && port.is_empty())).then_some(host)
}

#[cfg(test)]
mod tests {
    use super::Names;

    #[test]
    fn addresses_hosts_and_records_are_found() {
        for (line, address) in [
            (
                "PSQLException: Connection to 10.20.0.7:5432 refused. Check that",
                Some("10.20.0.7:5432"),
            ),
            (
                "ConnectException: localhost/127.0.0.1:9042: refused",
                Some("127.0.0.1:9042"),
            ),
            (
                "HTTP 503 from https://u:p@sink.example:8443/x?y",
                Some("sink.example:8443"),
            ),
            ("GET https://api.example/v1 failed", Some("api.example")),
            ("thrown in Foo.java:123", None),
            ("Topic x not present in metadata after 60000 ms.", None),
            ("bad record at line: 12, column: 4", None),
        ] {
            assert_eq!(Names::read(line).address(), address, "{line}");
        }
        let line =
            "RecordDeserializationException: Error deserializing VALUE for partition orders-3 at offset 17. If needed";
        let names = Names::read(line);
        assert_eq!((names.partition(), names.offset()), (Some("orders-3"), Some("17")));
        let names = Names::read("DataException: bad SinkRecord{topic=orders, partition=3, offset=17}");
        assert_eq!(
            (names.partition(), names.offset()),
            (Some("topic=orders, partition=3"), Some("17"))
        );
        let names = Names::read("UnknownHostException: db.example: Name or service not known");
        assert_eq!(names.host(), Some("db.example"));
    }

    #[test]
    fn a_host_that_was_cut_off_is_not_named() {
        for line in [
            "Connection to dwh.prod.exam…",
            "jdbc:postgresql://dwh.prod.exam…",
            "user@10.0.0.7:54…",
        ] {
            assert_eq!(Names::read(line).address(), None, "{line}");
        }
        let whole = Names::read("jdbc:postgresql://dwh.prod.example:5432/orders?user=…");
        assert_eq!(whole.address(), Some("dwh.prod.example:5432"));
    }

    #[test]
    fn what_was_struck_out_or_is_no_name_is_not_named() {
        let names =
            Names::read("JsonParseException: Unrecognized token '…': was expecting column '…' of topic with keys");
        let all = [
            names.address(),
            names.host(),
            names.topic(),
            names.partition(),
            names.offset(),
            names.group(),
            names.subject(),
            names.key(),
            names.file(),
            names.class(),
            names.table(),
            names.column(),
            names.constraint(),
            names.slot(),
            names.user(),
            names.worker(),
            names.thrown_in(),
        ];
        assert_eq!(all, [None; 17]);
    }
}
