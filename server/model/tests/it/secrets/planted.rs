//! Secrets planted anywhere are nowhere afterwards, whatever is known of the plugin.

use model::secrets::{FingerprintKey, RawConfig, RawTrace, Redactor, mask, strike_patterns};
use proptest::prelude::*;

use super::definitions;

/// The planted word stands in the middle of whatever else a password holds.
fn secret() -> impl Strategy<Value = String> {
    ("[a-zA-Z0-9!$%^*_+.~-]{0,4}", "[0-9]{3}", "[a-zA-Z0-9!$%^*_+.~-]{0,4}")
        .prop_map(|(before, number, after)| format!("{before}Zq{number}Planted{after}"))
}

/// Keys and values that hold a secret in the ways that configs do.
fn places(secret: &str) -> Vec<(String, String)> {
    let jaas = "org.apache.kafka.common.security.plain.PlainLoginModule required";
    [
        ("database.password", secret.to_owned()),
        ("aws.secret.access.key", secret.to_owned()),
        ("some.api_key", secret.to_owned()),
        ("unknown.to.all", secret.to_owned()),
        ("value.converter.basic.auth.user.info", format!("svc:{secret}")),
        ("connection.url", format!("jdbc:postgresql://svc:{secret}@db:5432/shop")),
        (
            "connection.url",
            format!("jdbc:postgresql://db/shop?user=svc&password={secret}&ssl=true"),
        ),
        (
            "connection.url",
            format!("jdbc:sqlserver://db;user=svc;password={secret};databaseName=shop"),
        ),
        ("connection.url", format!("jdbc:oracle:thin:svc/{secret}@db:1521:shop")),
        ("connection.uri", format!("mongodb://svc:{secret}@a:1,b/shop")),
        ("http.api.url", format!("https://svc:{secret}@api.eu/v1")),
        ("http.headers", format!("Accept: json, Authorization: Bearer {secret}")),
        (
            "producer.override.sasl.jaas.config",
            format!("{jaas} username=\"svc\" password=\"{secret}\";"),
        ),
        ("options", format!("{{\"user\":\"svc\",\"password\":\"{secret}\"}}")),
        (
            "key.material",
            format!("-----BEGIN PRIVATE KEY-----\n{secret}\n-----END PRIVATE KEY-----"),
        ),
    ]
    .into_iter()
    .map(|(key, value)| (key.to_owned(), value))
    .collect()
}

proptest! {
    #[test]
    fn a_planted_secret_is_gone(secret in secret(), place in 0..15_usize, key in "[ -~]{0,12}") {
        let (name, value) = places(&secret).swap_remove(place);
        let pairs = [
            (name.clone(), Some(value.clone())),
            ("connector.class".to_owned(), Some("x.ElasticMongoFileStream".to_owned())),
            ("topics".to_owned(), Some(key)),
        ];
        let raw = RawConfig::new(pairs.into());
        let planted = secret.get(secret.find("Zq").unwrap()..).unwrap();
        let planted = planted.get(..12).unwrap();
        // The plugin calls every key a STRING, but for the one whose value alone says nothing.
        let kind = if name == "unknown.to.all" { "PASSWORD" } else { "STRING" };
        let known = definitions(&[(name.as_str(), kind), ("topics", "LIST")]);
        for definitions in [None, Some(&known)] {
            let listed = mask(&raw, definitions, &FingerprintKey::new(b"key"));
            let json = serde_json::to_string(&listed).unwrap();
            prop_assert!(!json.contains(planted), "{}", json);
            let redactor = Redactor::for_config(&raw, definitions);
            let quoted = serde_json::to_string(&value).unwrap();
            let trace = format!("java.lang.X: cannot use {value}\n\tat a.B(C.java:1)\r\nCaused by: y: {secret} {quoted}, '{secret}'");
            let out = redactor.redact(&RawTrace::new(trace));
            prop_assert!(!out.contains(planted), "{}", out);
        }
    }

    #[test]
    fn any_text_is_struck_without_panic_and_once(text in "\\PC{0,200}", other in "(password|://|[=:@\"'{}/ é]|a){0,60}") {
        for text in [text, other] {
            let struck = strike_patterns(&text);
            prop_assert_eq!(strike_patterns(&struck), struck);
        }
    }
}
