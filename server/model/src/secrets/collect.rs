//! The secrets of one config.

use std::collections::BTreeSet;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::mask::{Judged, judge};
use super::reference::{Part, split};
use super::{Definitions, RawConfig, escapes, patterns};

/// Shorter ones would strike out half of every trace.
const SHORTEST: usize = 4;

/// Words that stand in every trace. A password that is one of them hides nothing, and striking it out would hide the
/// cause; where it stands behind `password=` it is struck out all the same.
const COMMON: &[&str] = &[
    "true",
    "false",
    "null",
    "none",
    "default",
    "password",
    "secret",
    "user",
    "admin",
    "root",
    "kafka",
    "connect",
    "postgres",
    "mysql",
    "oracle",
    "string",
    "json",
    "error",
    "java",
    "apache",
    "http",
    "https",
    "localhost",
    "source",
    "sink",
    "task",
    "topic",
    "value",
    "public",
    "test",
    "database",
    "connection",
    "string",
];

/// The secrets of a connector with this config.
#[derive(Default)]
pub(super) struct Collected {
    /// What the plugin, its key or the value itself says to be one.
    pub(super) known: BTreeSet<String>,
    /// What nothing says to be none. Words of every day are among them (`insert`, `index`).
    pub(super) unknown: BTreeSet<String>,
}

/// The secrets of a connector with this config, each once; a trace may show them in any of their forms.
pub(super) fn secrets_of(raw: &RawConfig, definitions: Option<&Definitions>) -> Collected {
    let Collected { mut known, mut unknown } = Collected::default();
    for (name, value) in raw.pairs() {
        let Some(value) = value else { continue };
        match judge(name, value, definitions) {
            Judged::Clear | Judged::Reference => {}
            Judged::Secret => {
                whole(value, &mut known);
                carried(value, &mut known);
                if let Some((_, password)) = value.split_once(':') {
                    whole(password, &mut known);
                }
            }
            Judged::Unknown if is_class_name(value) => {}
            Judged::Unknown => {
                whole(value, &mut unknown);
                // Until the definitions are known a list may be a list of secrets.
                value.split(',').for_each(|item| whole(item, &mut unknown));
            }
        }
    }
    unknown.retain(|secret| !known.contains(secret));
    Collected { known, unknown }
}

/// Passwords within URLs, JAAS strings and JSON.
fn carried(value: &str, found: &mut BTreeSet<String>) {
    for text in patterns::secrets_in(value).texts(value) {
        whole(text, found);
        for part in text.split(['&', ';', ',']) {
            whole(part, found);
        }
        if let Some((_, password)) = text.split_once([':', '/']) {
            note(text, found);
            whole(password, found);
        }
        if let Some((scheme, credential)) = text.split_once(' ')
            && ["basic", "bearer", "digest", "token", "apikey"].contains(&scheme.to_ascii_lowercase().as_str())
        {
            login(credential.trim(), found);
        }
        if text.contains('\\') {
            whole(&unescaped(text), found);
        }
    }
}

/// What stands in an `Authorization` header: a token, or user and password in base64.
fn login(credential: &str, found: &mut BTreeSet<String>) {
    whole(credential, found);
    let decoded = STANDARD
        .decode(credential)
        .ok()
        .and_then(|bytes| String::from_utf8(bytes).ok());
    if let Some((_, password)) = decoded.as_deref().and_then(|text| text.split_once(':')) {
        whole(password, found);
    }
}

/// A secret, without the references in it, and its lines where it has several. A config may hold it escaped (in a URL, in
/// JSON) while a trace quotes it as it is.
fn whole(value: &str, found: &mut BTreeSet<String>) {
    split(value, |part| {
        let Part::Literal(text) = part else { return };
        for text in escapes::layers(text.trim()) {
            note(&text, found);
            // What a secret ends with may look like the beginning of an escape to which the text behind it belongs.
            let certain = text.trim_end_matches(['\\', '%', '&']);
            if !certain.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
                note(certain, found);
            }
            if text.contains('\n') {
                text.lines()
                    .filter(|line| line.len() >= 8 && !line.contains("-----"))
                    .for_each(|line| note(line.trim(), found));
            }
        }
    });
}

/// Notes one secret, unless it is so short or so common that striking it out would hide the cause.
fn note(text: &str, found: &mut BTreeSet<String>) {
    if text.len() >= SHORTEST && !is_common(text) {
        found.insert(text.to_owned());
    }
}

/// As a JAAS string is read, where a backslash also stands before letters.
fn unescaped(text: &str) -> String {
    let mut escaped = false;
    text.chars()
        .filter(|c| {
            escaped = *c == '\\' && !escaped;
            !escaped
        })
        .collect()
}

fn is_common(text: &str) -> bool {
    COMMON.contains(&text.to_ascii_lowercase().as_str())
        || (text.len() < 6 && text.chars().all(|c| c.is_ascii_digit() || c == '.'))
        || text.chars().all(|c| c == '*')
}

/// `org.example.Thing`: striking out a class would strike out the cause. Narrow, since a token has dots too.
fn is_class_name(text: &str) -> bool {
    let Some((package, class)) = text.rsplit_once('.') else {
        return false;
    };
    ["org.", "com.", "io.", "net."]
        .iter()
        .any(|start| package.starts_with(start))
        && package
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '.')
        && class.starts_with(|c: char| c.is_ascii_uppercase())
        && class.chars().all(|c| c.is_ascii_alphanumeric() || c == '$')
}
