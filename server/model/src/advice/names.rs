//! The things that a root cause names.

/// What a line names, each as it is written there; `None` when it names none, or its name was struck out.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Names<'l> {
    /// `host:port`, without scheme, path and credentials.
    pub address: Option<&'l str>,
    /// A host whose name does not resolve.
    pub host: Option<&'l str>,
    pub topic: Option<&'l str>,
    /// `topic-0`, or `topic=orders, partition=3`.
    pub partition: Option<&'l str>,
    pub offset: Option<&'l str>,
    pub group: Option<&'l str>,
    pub subject: Option<&'l str>,
    /// A key of the config.
    pub key: Option<&'l str>,
    pub file: Option<&'l str>,
    pub class: Option<&'l str>,
    pub table: Option<&'l str>,
    pub column: Option<&'l str>,
    pub constraint: Option<&'l str>,
    pub slot: Option<&'l str>,
    pub user: Option<&'l str>,
    pub worker: Option<&'l str>,
    /// `Class.method`.
    pub thrown_in: Option<&'l str>,
}

impl<'l> Names<'l> {
    /// Reads a root cause.
    pub fn read(line: &'l str) -> Self {
        let first = |fronts: &[&str]| fronts.iter().find_map(|front| after(line, front));
        let named = |fronts: &[&str]| first(fronts).filter(|name| is_named(name));
        let quoted = |nouns: &[&str]| nouns.iter().find_map(|noun| quoted_after(line, noun));
        let topic = named(&[
            "access topics: ",
            "dead letter queue with topic=",
            "create/find topic(s) ",
            "creating topic(s) ",
            "for topic ",
            "from topic ",
            "to topic ",
        ])
        .or_else(|| quoted(&["topic", "topics"]))
        .or_else(|| first(&["topic "]).filter(|_| line.contains("not present in metadata")))
        .or_else(|| named(&["topic="]));
        let (partition, offset) = record(line);
        Self {
            address: line.split(BREAKS).find_map(address),
            host: unresolved(line),
            topic,
            partition,
            offset,
            group: first(&["access group: ", "group: "]),
            subject: quoted(&["subject"]),
            key: first(&[
                "for configuration ",
                "missing required configuration ",
                "unknown configuration ",
                "configvalue(name=",
            ])
            .filter(|key| {
                key.chars()
                    .all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-'))
            }),
            file: line
                .split(|c: char| c.is_whitespace() || matches!(c, '\'' | '"' | '(' | ')' | ','))
                .map(|word| word.trim_end_matches([':', '.']))
                .find(|word| word.starts_with('/') && word.len() > 2 && !word.contains('…')),
            class: first(&[
                "which name matches ",
                "noclassdeffounderror: could not initialize class ",
                "noclassdeffounderror: ",
                "classnotfoundexception: ",
            ])
            .or_else(|| method(line)),
            table: quoted(&["of relation", "relation", "table", "collection"])
                .or_else(|| named(&["table ", "collection: "]))
                .filter(|table| !table.eq_ignore_ascii_case("schema")),
            column: quoted(&["column", "field"]).or_else(|| named(&["field name=", "required field "])),
            constraint: quoted(&["unique constraint", "constraint", "for key"]),
            slot: quoted(&["slot"]),
            user: quoted(&["user", "role"]),
            worker: first(&[" failed on "]).filter(|_| line.ends_with("left no trace")),
            thrown_in: first(&["thrown in "]),
        }
    }
}

const BREAKS: fn(char) -> bool = |c| {
    c.is_whitespace()
        || matches!(
            c,
            '"' | '\'' | '(' | ')' | '[' | ']' | '{' | '}' | ',' | ';' | '<' | '>' | '='
        )
};

/// How many different addresses a line names.
pub(super) fn addresses(line: &str) -> usize {
    let all: std::collections::BTreeSet<&str> = line.split(BREAKS).filter_map(address).collect();
    all.len()
}

/// Where `front`, lower case, stands in a line, in whatever case.
fn find(line: &str, front: &str) -> Option<usize> {
    line.to_ascii_lowercase().find(front)
}

/// The name that follows `front`, without its quotes or brackets.
fn after<'l>(line: &'l str, front: &str) -> Option<&'l str> {
    let at = find(line, front)? + front.len();
    let rest = line[at..].trim_start_matches(['[', '(', ' ', '{']);
    let name = match rest.chars().next().filter(|c| matches!(c, '"' | '\'' | '`')) {
        Some(mark) => rest[1..].split(mark).next()?,
        None => rest.split(BREAKS).next()?.trim_end_matches(['.', ':', '!']),
    };
    (!name.is_empty() && !name.contains('…')).then_some(name)
}

/// The quoted name that stands right behind a noun.
fn quoted_after<'l>(line: &'l str, noun: &str) -> Option<&'l str> {
    let lower = line.to_ascii_lowercase();
    lower.match_indices(noun).find_map(|(at, found)| {
        let behind = &line[at + found.len()..];
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

/// `orders-3` and the offset, or `topic=orders, partition=3` and the offset.
fn record(line: &str) -> (Option<&str>, Option<&str>) {
    let digits = |text: &&str| !text.is_empty() && text.chars().all(|c| c.is_ascii_digit());
    let offset = ["at offset ", "offset="]
        .iter()
        .find_map(|front| after(line, front))
        .filter(digits);
    let written = find(line, "topic=").and_then(|at| {
        let rest = &line[at..];
        let end = rest.find("partition=")? + "partition=".len();
        let length = rest[end..].chars().take_while(char::is_ascii_digit).count();
        (length > 0 && end < 120).then(|| &rest[..end + length])
    });
    let dashed = ["for partition ", "partition "]
        .iter()
        .find_map(|front| after(line, front))
        .filter(|name| {
            name.rsplit_once('-')
                .is_some_and(|(topic, number)| !topic.is_empty() && digits(&number))
        });
    (dashed.or(written), offset)
}

/// `host:port` of a word, if it is an address.
fn address(word: &str) -> Option<&str> {
    let word = word.trim_end_matches(['.', ':', '!', '/', '?', '…']);
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

/// The host that an exception says is not known.
fn unresolved(line: &str) -> Option<&str> {
    let fronts = [
        "unknownhostexception: ",
        "unknown host ",
        "unknown host: ",
        "could not resolve ",
    ];
    let named = fronts.iter().find_map(|front| after(line, front));
    let before = || {
        let at = find(line, ": name or service not known")
            .or_else(|| find(line, ": temporary failure in name resolution"))?;
        line[..at].rsplit(BREAKS).next()
    };
    named
        .or_else(before)
        .filter(|host| host.contains(['.', '-']) || host.chars().all(|c| c.is_ascii_alphanumeric()))
}

/// The class of a method that is missing: `'void com.acme.Client.send(java.lang.String)'`.
fn method(line: &str) -> Option<&str> {
    let at = ["nosuchmethoderror: ", "nosuchfielderror: ", "abstractmethoderror: "]
        .iter()
        .find_map(|front| Some(find(line, front)? + front.len()))?;
    let head = line[at..].split('(').next()?;
    let name = head.rsplit([' ', '\'']).next()?;
    let (class, _) = name.rsplit_once('.')?;
    (!class.is_empty()).then_some(class)
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
            assert_eq!(Names::read(line).address, address, "{line}");
        }
        let line =
            "RecordDeserializationException: Error deserializing VALUE for partition orders-3 at offset 17. If needed";
        let names = Names::read(line);
        assert_eq!((names.partition, names.offset), (Some("orders-3"), Some("17")));
        let names = Names::read("DataException: bad SinkRecord{topic=orders, partition=3, offset=17}");
        assert_eq!(
            (names.partition, names.offset),
            (Some("topic=orders, partition=3"), Some("17"))
        );
        let names = Names::read("UnknownHostException: db.example: Name or service not known");
        assert_eq!(names.host, Some("db.example"));
    }

    #[test]
    fn what_was_struck_out_or_is_no_name_is_not_named() {
        let names =
            Names::read("JsonParseException: Unrecognized token '…': was expecting column '…' of topic with keys");
        assert_eq!(names, Names::default());
    }
}
