//! Traces without secrets and without records.

use std::time::{Duration, Instant};

use model::secrets::{RawTrace, Redactor, strike_patterns};

use super::{config, definitions};

#[test]
fn patterns_strike_secrets_and_leave_the_cause() {
    for (text, expected) in [
        (
            "login failed: password=hunter2 for u",
            "login failed: password=‹masked› for u",
        ),
        (r#"{"password":"hun\"ter2","x":1}"#, r#"{"password":"‹masked›","x":1}"#),
        (
            r#"{\"token\":\"hunter2\",\"x\":1}"#,
            r#"{\"token\":\"‹masked›\",\"x\":1}"#,
        ),
        (
            "Authorization: Basic dXNlcjpwdw==\nnext",
            "Authorization: ‹masked›\nnext",
        ),
        ("sent Bearer 0a1B2c3d4e", "sent Bearer ‹masked›"),
        ("bearer authentication failed", "bearer authentication failed"),
        ("https://u:p@h/x", "https://‹masked›@h/x"),
        ("https://u:p/q?r@h/x", "https://‹masked›@h/x"),
        (
            "Invalid url: app:p@ss@kafka.internal:9092,h:9092",
            "Invalid url: app:‹masked›@kafka.internal:9092,h:9092",
        ),
        (
            "a:password=p b:https://u:p@h c:eyJhbGciOiJI.x",
            "a:password=‹masked› b:https://‹masked›@h c:‹masked›",
        ),
        (
            "at Foo.java:12 of Bar@1a2b, x:9092 y@z",
            "at Foo.java:12 of Bar@1a2b, x:9092 y@z",
        ),
        ("https://h:8083/x y@z", "https://h:8083/x y@z"),
        ("jdbc:oracle:thin:scott/tiger@h", "jdbc:oracle:thin:‹masked›@h"),
        (
            "PlainLoginModule required username=\"u\" password=\"a b\";",
            "PlainLoginModule required username=\"u\" password=\"‹masked›\";",
        ),
        (
            "x -----BEGIN RSA PRIVATE KEY-----\nab\ncd\n-----END RSA PRIVATE KEY-----",
            "x ‹masked›-----END RSA PRIVATE KEY-----",
        ),
        ("key AKIAABCDEFGHIJKLMNOP.", "key ‹masked›"),
        ("password=${vault:a:b}", "password=${vault:a:b}"),
        (
            "FATAL: password authentication failed for user \"u\"",
            "FATAL: password authentication failed for user \"u\"",
        ),
        (
            "Access denied for user 'u'@'h' (using password: YES)",
            "Access denied for user 'u'@'h' (using password: YES)",
        ),
        (
            "Caused by: a.b.InvalidTokenException: it expired",
            "Caused by: a.b.InvalidTokenException: it expired",
        ),
        (
            "\tat a.b.TokenManager.get(TokenManager.java:12)",
            "\tat a.b.TokenManager.get(TokenManager.java:12)",
        ),
        (
            "Caused by: x.InvalidTokenException: password=hunter2",
            "Caused by: x.InvalidTokenException: password=‹masked›",
        ),
        (
            "[EnvCredentialsProvider: Unable to load",
            "[EnvCredentialsProvider: Unable to load",
        ),
        (
            "ERROR: null value\n  Detail: Failing row contains (99,\nAlice).\n\tat x.Y(Z.java:1)",
            "ERROR: null value\n  Detail: Failing row contains (‹masked›\n\tat x.Y(Z.java:1)",
        ),
        (
            "  Detail: Key (mail)=(a(b)@c) already exists.",
            "  Detail: Key (mail)=(‹masked›) already exists.",
        ),
        (
            "Duplicate entry 'O'Neil' for key 'x'",
            "Duplicate entry '‹masked›' for key 'x'",
        ),
        (
            "invalid input syntax for type integer: \"abc\"",
            "invalid input syntax for type integer: \"‹masked›",
        ),
        (
            "Unrecognized token 'alice': was expecting (JSON String)\n at [Source: (byte[])\"alice x\"; line: 1]",
            "Unrecognized token '‹masked›': was expecting (JSON String)\n at [Source: (byte[])\"‹masked›\"; line: 1]",
        ),
        (
            "For input string: \"12x\"\n\tat a",
            "For input string: ‹masked›\n\tat a",
        ),
        (
            "Could not parse timestamp: value (alice Smith) does not match pattern yyyy",
            "Could not parse timestamp: value (‹masked›) does not match pattern yyyy",
        ),
        (
            "Unable to convert alice Smith (class java.lang.String) to MAP",
            "Unable to convert ‹masked› (class java.lang.String) to MAP",
        ),
        (
            "Unable to convert a null value to a schema that requires a value",
            "Unable to convert a null value to a schema that requires a value",
        ),
        (
            "the value (of batch.size) is too small",
            "the value (of batch.size) is too small",
        ),
        (
            "Value (4111111111111111) was out of range for requested type INT8",
            "Value (‹masked›) was out of range for requested type INT8",
        ),
        (
            "bad Struct{name=Alice}\nCaused by: x",
            "bad Struct{‹masked›\nCaused by: x",
        ),
        (
            "Batch entry 0 INSERT INTO \"t\"(\"a\") VALUES('x') was aborted: ERROR",
            "Batch entry 0 INSERT INTO \"t\"‹masked› was aborted: ERROR",
        ),
    ] {
        let struck = strike_patterns(text);
        assert_eq!(struck, expected, "{text}");
        assert_eq!(strike_patterns(&struck), struck, "not idempotent: {text}");
    }
}

#[test]
fn a_connectors_own_secrets_are_struck_in_every_form() {
    let raw = config(&[
        ("connection.password", "p@ss \"w0rd"),
        ("connection.url", "jdbc:postgresql://svc:ur1%21pw@h/db"),
        ("db.schema", "x"),
        ("other.secret", "kafka"),
        ("third.secret", "wordlike"),
        ("basic.auth.user.info", "svc:b4sicpw"),
        ("left.password", "abcdef12"),
        ("right.password", "ef12wxyz"),
        ("inner.password", "9inner99"),
        ("outer.password", "outer9inner99tail"),
        ("encoded.password", "abc?>?~~~pw1"),
    ]);
    let known = definitions(&[
        ("connection.password", "PASSWORD"),
        ("connection.url", "STRING"),
        ("db.schema", "STRING"),
    ]);
    let redactor = Redactor::for_config(&raw, Some(&known));
    for (text, expected) in [
        ("a p@ss \"w0rd b", "a ‹masked› b"),
        ("a p%40ss%20%22w0rd b", "a ‹masked› b"),
        ("a p@ss \\\"w0rd b", "a ‹masked› b"),
        ("a cEBzcyAidzByZA== b", "a ‹masked›== b"),
        ("a ur1!pw b ur1%21pw", "a ‹masked› b ‹masked›"),
        ("b4sicpw c3ZjOmI0c2ljcHc=", "‹masked› ‹masked›="),
        (
            "org.apache.kafka.common.X: kafka wordlike",
            "org.apache.kafka.common.X: kafka ‹masked›",
        ),
        ("org.wordlike.X", "org.wordlike.X"),
        ("a abcdef12wxyz b", "a ‹masked› b"),
        ("a abcdef12 ef12wxyz b", "a ‹masked› ‹masked› b"),
        ("a outer9inner99tail b", "a ‹masked› b"),
        ("a YWJjPz4/fn5+cHcx b", "a ‹masked› b"),
        ("a YWJjPz4_fn5-cHcx b", "a ‹masked› b"),
    ] {
        let struck = redactor.redact(&RawTrace::new(text.to_owned()));
        assert_eq!(struck.as_ref(), expected, "{text}");
    }
}

#[test]
fn a_long_trace_keeps_its_head_and_its_deepest_cause() {
    let mut text = String::from("org.x.Outer: it broke\r\n");
    for number in 0..10_000 {
        text.push_str(&format!("\tat org.x.Frame.f{number}(Frame.java:{number})\r\n"));
    }
    text.push_str("Caused by: org.x.Deep: the reason\r\n\tat org.x.Deep.g(Deep.java:1)\r\n");
    let out = Redactor::patterns_only().redact(&RawTrace::new(text));
    assert!(out.len() <= 64 * 1024, "{}", out.len());
    assert!(out.starts_with("org.x.Outer: it broke\n"));
    assert!(out.contains(" lines (") && out.contains(" bytes) left out …"));
    assert!(out.contains("Caused by: org.x.Deep: the reason\n"));
    assert!(!out.contains('\r'));
}

#[test]
fn hostile_text_costs_no_more_than_its_length() {
    let raw = config(&[("a.password", "aaaa"), ("b.password", "aaaaaaaaaaaaaaaaaaaaaaa1")]);
    let redactor = Redactor::for_config(&raw, None);
    for piece in [
        "a",
        "x://a:",
        "x://a:b@",
        "password=\"",
        "password=${",
        "password={",
        "tokentoken:",
        "a.b.TokenError:",
        "://",
        "basic ",
        "jdbc:oracle:thin:",
        ")=(",
        "dup key: {",
        "Duplicate entry '' for key ",
        "-----BEGIN PRIVATE KEY",
        "Text '",
        "Value (",
        "Unable to convert ",
        "Unrecognized token '",
        "authorization=\\\"",
        "ghp_aaaaaaaaaaaaaaaa",
        "\n\tat ",
        "é",
        "Struct{\n\n",
        "_aaaa",
        ".aaaa_",
        "YWFh",
        "%",
        "%25",
        "%61",
        "\\",
        "\\u0061",
        "\\n",
        "&",
        "&#97;",
        "&amp;",
        "''",
        "\"\\",
    ] {
        let text = piece.repeat(1_000_000 / piece.len());
        let begun = Instant::now();
        let out = redactor.redact(&RawTrace::new(text));
        assert!(out.len() <= 64 * 1024, "{piece}");
        assert!(
            begun.elapsed() < Duration::from_secs(20),
            "{piece}: {:?}",
            begun.elapsed()
        );
    }
}
