//! Words and shapes that tell a name from a value.

/// Words whose quoted neighbour is a name; plurals too.
pub(super) const NOUNS: &[&str] = &[
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
    "object",
    "keyspace",
    "dataset",
    "project",
    "warehouse",
    "pipe",
    "permission",
    "privilege",
    "scope",
    "quota",
];

/// Words for amounts, which are compared with the settings that limit them; plurals too.
pub(super) const AMOUNTS: &[&str] = &[
    "memory",
    "heap",
    "disk",
    "usage",
    "size",
    "length",
    "count",
    "number",
    "total",
    "rate",
    "depth",
    "connection",
    "client",
];

/// Words after which a long number is a measure or a position and no one's id.
pub(super) const MEASURES: &[&str] = &[
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
pub(super) const UNITS: &[&str] = &[
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
pub(super) const SECRETS: &[&str] = &[
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

/// One word that begins like a name.
pub(super) fn is_identifier(text: &str) -> bool {
    text.starts_with(|c: char| c.is_alphabetic() || c == '_')
        && text
            .chars()
            .all(|c| c.is_alphanumeric() || matches!(c, '_' | '.' | '-' | '$'))
}

/// A method's signature as the JVM writes it: types, class, name and brackets.
pub(super) fn is_method(text: &str) -> bool {
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
pub(super) fn is_name(text: &str) -> bool {
    // Oracle's disk groups: `+DATA/ERP/DATAFILE/…`.
    let text = text
        .strip_prefix('+')
        .filter(|path| path.starts_with(char::is_alphabetic) && path.contains('/'))
        .unwrap_or(text);
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

pub(super) fn last_word(text: &str) -> &str {
    let text = text.trim_end_matches([' ', ':', '=', '(', '[', '#']);
    let start = text
        .char_indices()
        .rev()
        .take_while(|(_, c)| c.is_alphanumeric())
        .last()
        .map_or(text.len(), |(index, _)| index);
    &text[start..]
}

pub(super) fn among(words: &[&str], word: &str) -> bool {
    let word = word.to_lowercase();
    let singular = word.strip_suffix('s').unwrap_or(&word);
    words
        .iter()
        .any(|known| *known == word || *known == singular || word.strip_suffix("es") == Some(known))
}
