//! A connector's own secrets in texts that escape them, or what stands around them.

use model::secrets::{MASK, RawTrace, Redactor};
use proptest::prelude::*;

use super::{config, definitions};

fn redact(password: &str, trace: &str) -> String {
    let raw = config(&[("connection.password", password), ("insert.mode", "upsert")]);
    let known = definitions(&[("connection.password", "PASSWORD"), ("insert.mode", "STRING")]);
    let struck = Redactor::for_config(&raw, Some(&known)).redact(&RawTrace::new(trace.to_owned()));
    struck.as_ref().to_owned()
}

#[test]
fn escaped_signs_around_a_word_are_no_letters() {
    for (text, expected) in [
        ("password%3Dcorrecthorse%26", "password%3D‹masked›%26"),
        ("x%3dcorrecthorse%26", "x%3d‹masked›%26"),
        ("x%253Dcorrecthorse%2526", "x%253D‹masked›%2526"),
        (
            "https%3A%2F%2Fapp%3Acorrecthorse%40db1",
            "https%3A%2F%2Fapp%3A‹masked›%40db1",
        ),
        (r"password\u003dcorrecthorse\u0026", r"password\u003d‹masked›\u0026"),
        (r"x\u003Dcorrecthorse\u0026", r"x\u003D‹masked›\u0026"),
        (r"x\\u003dcorrecthorse\\u0026", r"x\\u003d‹masked›\\u0026"),
        (r"a\ncorrecthorse\n", r"a\n‹masked›\n"),
        (r"a\\r\\ncorrecthorse\\r\\n", r"a\\r\\n‹masked›\\r\\n"),
        (r"a\tcorrecthorse\x26b", r"a\t‹masked›\x26b"),
        (r"x\x3Dcorrecthorse", r"x\x3D‹masked›"),
        (r"x\075correcthorse", r"x\075‹masked›"),
        ("x&#61;correcthorse&#x26;y", "x&#61;‹masked›&#x26;y"),
        ("a&quot;correcthorse&quot;", "a&quot;‹masked›&quot;"),
        ("app_correcthorse", "app_‹masked›"),
        ("app%5Fcorrecthorse", "app%5F‹masked›"),
        ("as correcthorse, app/correcthorse", "as ‹masked›, app/‹masked›"),
    ] {
        assert_eq!(redact("correcthorse", text), expected, "{text}");
    }
}

#[test]
fn a_word_within_a_name_stays() {
    for text in [
        "org.correcthorse.Thing: x",
        "org.x.correcthorse: x",
        "\tat a.B.run_correcthorse_x(B.java:1)",
        "\tat a.B$correcthorse.run(correcthorse_b.java:1)",
        "Caused by: a.My_correcthorse: x",
        "correcthorses incorrecthorse Correcthorse correcthorse1",
        "https://correcthorse.example/x",
    ] {
        assert_eq!(redact("correcthorse", text), text);
    }
}

#[test]
fn what_only_may_be_a_secret_is_no_part_of_a_word_with_underscores() {
    let raw = config(&[("type.name", "index"), ("connection.password", "clusterpw")]);
    let redactor = Redactor::for_config(&raw, None);
    let trace = "index_not_found_exception, no index, app_clusterpw";
    assert_eq!(
        redactor.redact(&RawTrace::new(trace.to_owned())).as_ref(),
        "index_not_found_exception, no ‹masked›, app_‹masked›"
    );
}

#[test]
fn a_secret_is_struck_however_it_is_escaped() {
    for (password, texts) in [
        (
            "Tr0ub4dor&3",
            &[
                r"Tr0ub4dor\u00263",
                "Tr0ub4dor&amp;3",
                "Tr0ub4dor&#38;3",
                "Tr0ub4dor&#038;3",
                "Tr0ub4dor&#x26;3",
                "Tr0ub4dor%263",
                "Tr0ub4dor%25263",
                r"Tr0ub4dor\x263",
                r"Tr0ub4dor\\u00263",
                r"Tr0ub4dor\&3",
                "Tr0ub4dor%26amp%3B3",
                r"Tr0ub4dor\u0026amp;3",
                "VHIwdWI0ZG9yJjM=",
                "YXBwOlRyMHViNGRvciYz",
            ][..],
        ),
        (
            "p=ss&word<x>",
            &[
                r"p\u003dss\u0026word\u003cx\u003e",
                r"p\u003Dss\u0026word\u003Cx\u003E",
                "p=ss&amp;word&lt;x&gt;",
                "p%3Dss%26word%3Cx%3E",
                "p%3dss%26word%3cx%3e",
            ],
        ),
        (
            "päss'wörd",
            &[
                "päss&#39;wörd",
                "päss&apos;wörd",
                r"päss\u0027wörd",
                r"p\u00e4ss\u0027w\u00f6rd",
                r"p\u00E4ss'w\u00F6rd",
                "p&auml;ss&#39;w&ouml;rd",
                "p&#228;ss'w&#xF6;rd",
                "p%C3%A4ss'w%c3%b6rd",
                "p%E4ss%27w%F6rd",
                r"p\xc3\xa4ss\x27w\xc3\xb6rd",
                r"p\303\244ss\'w\303\266rd",
                "päss''wörd",
            ],
        ),
        (
            r#"a b/c\d"e+1"#,
            &[
                r#"a b\/c\\d\"e+1"#,
                "a+b%2Fc%5Cd%22e%2B1",
                "a%20b/c%5cd%22e%2B1",
                r#"a b/c\\\\d\\\"e+1"#,
                r#"a b/c\d""e+1"#,
                r"a b/c\d&quot;e+1",
            ],
        ),
        // What looks like an escape may be what was typed.
        (
            r"a%41\n&amp;b",
            &[r"a%41\\n\u0026amp;b", r"a%41\n&amp;amp;b", "a%2541%5Cn%26amp%3Bb"],
        ),
        (
            "😀secret",
            &[r"\ud83d\ude00secret", "&#128512;secret", "%F0%9F%98%80secret"],
        ),
    ] {
        for text in texts {
            for (before, behind) in [("", ""), ("a ", " b"), ("é%3D", "%26é"), (r#"{\"a\":\""#, r#"\"}"#)] {
                let struck = redact(password, &format!("{before}{text}{behind}"));
                let padding = if text.ends_with('=') { "=" } else { "" };
                // Of base64 what stands before the secret stays, up to the character that says a part of both.
                let kept = if text.starts_with("YXBwO") { "YXBwO" } else { "" };
                assert_eq!(struck, format!("{before}{kept}{MASK}{padding}{behind}"), "{text}");
            }
        }
    }
}

#[test]
fn a_config_may_hold_escaped_what_a_trace_quotes_as_it_is() {
    let raw = config(&[
        ("connection.url", "jdbc:x://app:ur1%2521p%C3%A4w@db/shop"),
        ("options", r#"{"password":"Tr0ub4dor\u00263"}"#),
    ]);
    let redactor = Redactor::for_config(&raw, None);
    for secret in ["ur1%21päw", "ur1!päw", "Tr0ub4dor&3", "Tr0ub4dor&amp;3"] {
        let struck = redactor.redact(&RawTrace::new(format!("a {secret} b")));
        assert_eq!(struck.as_ref(), "a ‹masked› b", "{secret}");
    }
}

#[test]
fn a_text_without_secrets_keeps_its_escapes() {
    for text in [
        r#"{\"a\":\"b\"} x%3Dy &amp; it''s C:\new\table \u00e4 %C3%A4 a+b \\\\ 100 %"#,
        "x%3D‹masked›",
        r"é\né",
    ] {
        assert_eq!(redact("Tr0ub4dor&3", text), text);
    }
}

/// Ways to escape a text, each as some library does it.
fn escaped(text: &str, way: usize) -> String {
    let each = |escape: &dyn Fn(char) -> String| text.chars().map(escape).collect::<String>();
    let but = |kept: &'static str, c: char| c.is_ascii_alphanumeric() || kept.contains(c);
    let bytes = |c: char, escape: &dyn Fn(u8) -> String| c.to_string().bytes().map(escape).collect::<String>();
    let java = |c: char| {
        let mut units = [0; 2];
        c.encode_utf16(&mut units)
            .iter()
            .map(|unit| format!("\\u{unit:04x}"))
            .collect::<String>()
    };
    match way {
        0 => each(&|c| {
            if but("-_.~", c) {
                c.to_string()
            } else {
                bytes(c, &|b| format!("%{b:02X}"))
            }
        }),
        1 => each(&|c| match c {
            ' ' => "+".to_owned(),
            _ if but("-_.*", c) => c.to_string(),
            _ => bytes(c, &|b| format!("%{b:02x}")),
        }),
        2 => serde_json::to_string(text).unwrap().trim_matches('"').to_owned(),
        3 => each(&|c| match c {
            '<' | '>' | '&' | '=' | '\'' => java(c),
            '"' | '\\' => format!("\\{c}"),
            _ if c.is_ascii() => c.to_string(),
            _ => java(c),
        }),
        4 => each(&|c| match c {
            '<' => "&lt;".to_owned(),
            '>' => "&gt;".to_owned(),
            '&' => "&amp;".to_owned(),
            '"' => "&quot;".to_owned(),
            '\'' => "&#39;".to_owned(),
            _ => c.to_string(),
        }),
        5 => each(&|c| {
            if but(" ", c) {
                c.to_string()
            } else {
                format!("&#{};", u32::from(c))
            }
        }),
        6 => each(&|c| {
            if but(" ", c) {
                c.to_string()
            } else {
                format!("&#x{:X};", u32::from(c))
            }
        }),
        7 => each(&|c| {
            if but(" ", c) {
                c.to_string()
            } else {
                bytes(c, &|b| format!("\\x{b:02x}"))
            }
        }),
        8 => text.replace('\\', "\\\\").replace('\'', "\\'"),
        _ => text.replace('\'', "''"),
    }
}

proptest! {
    #[test]
    fn a_secret_is_struck_whatever_was_done_to_it_twice(
        before in "[a-z0-9%&\\\\<>='\" +äß€😀;#u]{0,6}",
        behind in "[a-z0-9%&\\\\<>='\" +äß€😀;#u]{0,6}",
        first in 0..10_usize,
        second in 0..10_usize,
    ) {
        let password = format!("{before}Zq7Planted{behind}");
        let text = escaped(&escaped(&format!("<x a=\"{password}\">"), first), second);
        let struck = redact(password.trim(), &text);
        prop_assert!(!struck.contains("Planted"), "{} {}: {}", password, text, struck);
    }

    #[test]
    fn a_word_is_struck_whatever_was_done_to_the_signs_around_it(
        word in "[a-z]{9,16}",
        before in "[ ,:;='\"<>&/?()\n\t]",
        behind in "[ ,:;='\"<>&/?()\n\t]",
        first in 0..10_usize,
        second in 0..10_usize,
    ) {
        let text = escaped(&escaped(&format!("A{before}{word}{behind}B"), first), second);
        let struck = redact(&word, &text);
        prop_assert!(!struck.contains(&word), "{}: {}", text, struck);
    }

    #[test]
    fn any_text_is_struck_without_panic(text in r#"(\PC|%|\\|&|''|%[0-9a-f]{2}|\\[uxnt0-3]|[0-9a-f]{2,4}|&#|;|pä|&w){0,60}"#) {
        redact("pä&w", &text);
    }
}
