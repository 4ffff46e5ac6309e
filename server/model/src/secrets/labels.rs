//! What stands before a secret or before a record's data in messages of workers, drivers and clients, as a table.
//!
//! A label is ASCII and short, so that finding all of them takes one pass; where the value behind it ends is code in
//! `ends`, which moves only forward. Both together are linear in the text, whatever the text is.

/// How far the text behind (or at) a label is struck out.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Ends {
    /// The value of a setting: quoted, in braces, or up to a blank.
    Setting,
    /// A header's value: quoted, or up to the end of the line.
    Line,
    /// One word that looks like a credential.
    Credential,
    /// Userinfo of a URL, up to the last `@` of its authority.
    Userinfo,
    /// The password of `user:password@host` without a scheme.
    Login,
    /// `user/password` of an Oracle URL, up to the `@`.
    OracleLogin,
    /// The label itself and the run of characters of a token behind it.
    Token,
    /// The label itself up to the marker, or to the end of the message.
    From(&'static [&'static str]),
    /// What follows the label up to the first marker, or to the end of the message.
    Until(&'static [&'static str]),
    /// The same where such a marker stands in the message; else nothing.
    Before(&'static [&'static str]),
}

/// Secrets. Those of the last kind name nothing: the value alone says what it is.
pub(super) const SECRETS: &[(&str, Ends)] = &[
    (
        r#"(?i)(?:pass(?:word|wd|phrase|code)|pwd|secret|token|credentials?|api[._-]?key|(?:access|account|private|secret|shared|encryption|signing|license)[._ -]?key|signature|user[._]?info)[a-z0-9_.$-]{0,40}\\?["'\]]?[ \t]{0,8}[=:][ \t]{0,8}"#,
        Ends::Setting,
    ),
    (r#"(?i)(?:\b|_)(?:pass|sig|sas)\\?["'\]]?[=:][ \t]{0,8}"#, Ends::Setting),
    (
        r#"(?i)(?:authorization|cookie)\\?["'\]]?[ \t]{0,8}[=:][ \t]{0,8}"#,
        Ends::Line,
    ),
    (r"(?i)\b(?:basic|bearer)[ \t]{1,4}", Ends::Credential),
    (r"://", Ends::Userinfo),
    (r"[A-Za-z0-9_%-]:", Ends::Login),
    (r"(?i)jdbc:oracle:[a-z0-9]{1,8}:", Ends::OracleLogin),
    (r"-----BEGIN [A-Z0-9 ]{0,30}PRIVATE KEY", Ends::From(&["-----END"])),
    (r"(?:AKIA|ASIA|AROA|AIDA|ABIA|ACCA)[A-Z0-9]{16}", Ends::Token),
    (r"eyJ[A-Za-z0-9_-]{8}", Ends::Token),
    (r"gh[pousr]_[A-Za-z0-9]{16}", Ends::Token),
    (r"xox[abeprs]-[A-Za-z0-9]", Ends::Token),
    (r"AIza[A-Za-z0-9_-]{20}", Ends::Token),
    (r"sk_(?:live|test)_[A-Za-z0-9]", Ends::Token),
    (r"glpat-[A-Za-z0-9]", Ends::Token),
    (r"hooks\.slack\.com/services/", Ends::Token),
];

/// A record's own data: what a product's customers wrote, which nobody on call needs to see to find the cause.
pub(super) const RECORD_DATA: &[(&str, Ends)] = &[
    // PostgreSQL
    (r"Failing row contains \(", Ends::Until(&[])),
    (
        r"\)=\(",
        Ends::Until(&[
            ") already exists",
            ") is not present",
            ") is still referenced",
            ") conflicts with",
        ]),
    ),
    (
        r#"invalid (?:input syntax for|input value for|byte sequence for)[a-zA-Z0-9_ ."]{0,64}: "?"#,
        Ends::Until(&[]),
    ),
    (
        r#"(?i)batch entry [0-9]{1,9} (?:insert into|update|delete from|merge into|upsert into) [a-z0-9_.$"`]{0,80}"#,
        Ends::Until(&[" was aborted"]),
    ),
    (r#"value out of range: "?"#, Ends::Until(&[])),
    // MySQL, MariaDB, SQL Server
    (r"Duplicate entry '", Ends::Until(&["' for key"])),
    (r"Incorrect [a-z]{1,12} value: '", Ends::Until(&["' for column"])),
    (r"duplicate key value is \(", Ends::Until(&[])),
    // MongoDB
    (r"dup key: \{", Ends::Until(&[])),
    // Jackson, the JDK's parsers
    (r"Unrecognized token '", Ends::Until(&["': was expecting", "'\n"])),
    (
        r#"\((?:String|byte\[\]|char\[\])\)""#,
        Ends::Until(&["\"; line:", "\"; byte", "\"[truncated"]),
    ),
    (r#"from String ""#, Ends::Until(&["\": "])),
    (r#"For input string: "#, Ends::Until(&[])),
    (r#"Unparseable date: "#, Ends::Until(&[])),
    (r"\bText '", Ends::Until(&["' could not be parsed"])),
    // Oracle
    (r"ORA-03301: \(ORA-[0-9]{5} details\) row data: ", Ends::Until(&[])),
    // Kafka Connect's own
    (r"Struct\{", Ends::Until(&[])),
    (r"ConnectRecord\{topic='", Ends::Until(&[])),
    (
        r"Could not parse timestamp: value \(",
        Ends::Before(&[") does not match pattern"]),
    ),
    (r"Unable to convert ", Ends::Before(&[" (class "])),
    (
        r"[vV]alue \(",
        Ends::Before(&[") was out of range", ") does not match"]),
    ),
    // Elasticsearch
    (r"Preview of field's value: '", Ends::Until(&["'\""])),
];
