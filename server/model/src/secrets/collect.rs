//! The secrets of one config, and every form in which a trace may show them.

use std::collections::BTreeSet;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

use super::mask::{Judged, judge};
use super::reference::{Part, split};
use super::{Definitions, RawConfig, patterns};

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

/// The secrets of a connector with this config, each once; a trace may show them in any of their [`forms`].
pub(super) fn secrets_of(raw: &RawConfig, definitions: Option<&Definitions>) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for (name, value) in raw.pairs() {
        let Some(value) = value else { continue };
        match judge(name, value, definitions) {
            Judged::Clear | Judged::Reference => {}
            Judged::Secret => {
                whole(value, &mut found);
                carried(value, &mut found);
                if let Some((_, password)) = value.split_once(':') {
                    whole(password, &mut found);
                }
            }
            Judged::Unknown if is_class_name(value) => {}
            Judged::Unknown => {
                whole(value, &mut found);
                // Until the definitions are known a list may be a list of secrets.
                value.split(',').for_each(|item| whole(item, &mut found));
            }
        }
    }
    found
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

/// A secret, without the references in it, and its lines where it has several.
fn whole(value: &str, found: &mut BTreeSet<String>) {
    split(value, |part| {
        let Part::Literal(text) = part else { return };
        let text = text.trim();
        note(text, found);
        if text.contains('\n') {
            text.lines()
                .filter(|line| line.len() >= 8 && !line.contains("-----"))
                .for_each(|line| note(line.trim(), found));
        }
        let decoded = percent_decode_str(text).decode_utf8_lossy();
        if decoded != text {
            note(&decoded, found);
        }
    });
}

/// Notes one secret, unless it is so short or so common that striking it out would hide the cause.
fn note(text: &str, found: &mut BTreeSet<String>) {
    if text.len() >= SHORTEST && !is_common(text) {
        found.insert(text.to_owned());
    }
}

/// A secret in every form in which a trace may show it: as it is, percent-encoded, in base64, within JSON.
pub(super) fn forms(text: &str) -> BTreeSet<String> {
    let mut forms = BTreeSet::from([
        text.replace("\r\n", "\n").replace('\r', "\n"),
        utf8_percent_encode(text, NON_ALPHANUMERIC).to_string(),
        utf8_percent_encode(text, UNRESERVED).to_string(),
        STANDARD.encode(text).trim_end_matches('=').to_owned(),
        URL_SAFE.encode(text).trim_end_matches('=').to_owned(),
    ]);
    if let Ok(json) = serde_json::to_string(text) {
        forms.insert(json.trim_matches('"').to_owned());
    }
    forms
}

/// What most encoders leave as it is.
const UNRESERVED: &percent_encoding::AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~')
    .remove(b'*');

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
