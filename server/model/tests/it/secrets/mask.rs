//! What is clear, what is a reference and what is masked.

use model::secrets::{ConfigValue, FingerprintKey, RawConfig, mask};

use super::{config, definitions};

fn key() -> FingerprintKey {
    FingerprintKey::new(b"a key of this server")
}

fn shown(raw: &RawConfig, kinds: Option<&[(&str, &str)]>) -> Vec<(String, char)> {
    let known = kinds.map(definitions);
    let masked = mask(raw, known.as_ref(), &key());
    masked
        .config
        .iter()
        .map(|(name, value)| {
            let how = match value {
                ConfigValue::Clear(_) => 'c',
                ConfigValue::Reference(_) => 'r',
                ConfigValue::Masked(_) => 'm',
                ConfigValue::Null => 'n',
            };
            (name.to_string(), how)
        })
        .collect()
}

#[test]
fn without_definitions_only_connects_own_keys_and_references_are_clear() {
    for (name, value, expected) in [
        ("name", "s3 sink", 'c'),
        ("connector.class", "org.x.Y", 'c'),
        ("tasks.max", "3", 'c'),
        ("topics", "a,b", 'c'),
        ("transforms.secretToken.type", "org.x.T", 'c'),
        ("transforms.a.field", "x", 'm'),
        ("value.converter.schemas.enable", "false", 'c'),
        ("value.converter.schema.registry.url", "http://sr:8081", 'c'),
        ("value.converter.schema.registry.url", "http://u:p1@sr:8081", 'm'),
        ("value.converter.basic.auth.user.info", "u:p", 'm'),
        ("topic.creation.default.partitions", "3", 'c'),
        ("errors.tolerance", "all", 'c'),
        ("errors.secret", "all", 'm'),
        ("consumer.override.max.poll.records", "10", 'c'),
        ("consumer.override.sasl.jaas.config", "x", 'm'),
        ("producer.override.ssl.keystore.key", "x", 'm'),
        ("consumer.override.interceptor.classes", "x", 'm'),
        ("file", "/tmp/x", 'm'),
        ("connection.password", "${vault:kv/db:pw}", 'r'),
        ("anything", "${env:A}:${env:B}", 'r'),
        ("connection.password", "${env:A}hunter2", 'm'),
        ("table.name.format", "${topic}", 'm'),
    ] {
        let found = shown(&config(&[(name, value)]), None);
        assert_eq!(found, [(name.to_owned(), expected)], "{name}={value}");
    }
}

#[test]
fn with_definitions_what_is_no_password_is_clear_unless_it_carries_one() {
    let jaas = "org.apache.kafka.common.security.plain.PlainLoginModule required";
    let pem = "-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----";
    for (name, kind, value, expected) in [
        ("file", "STRING", "/tmp/x", 'c'),
        ("table.name.format", "STRING", "${topic}", 'c'),
        ("other", "STRING", "a ${env:X} b", 'r'),
        ("connection.url", "STRING", "jdbc:postgresql://h/db", 'c'),
        ("connection.url", "STRING", "jdbc:postgresql://u:p@h/db", 'm'),
        (
            "connection.url",
            "STRING",
            "jdbc:postgresql://${env:U}:${env:P}@h/db",
            'r',
        ),
        (
            "connection.url",
            "STRING",
            "jdbc:postgresql://h/db?user=u&password=pw",
            'm',
        ),
        ("connection.url", "STRING", "jdbc:oracle:thin:scott/tiger@h:1521:x", 'm'),
        ("database.password", "STRING", "x", 'm'),
        ("x", "PASSWORD", "x", 'm'),
        ("x", "PASSWORD", "${file:/a:b}", 'r'),
        ("x", "STRING", pem, 'm'),
        ("x", "STRING", "AKIAABCDEFGHIJKLMNOP", 'm'),
        ("x", "LIST", "Authorization: Bearer abc", 'm'),
        ("x", "STRING", "DefaultEndpointsProtocol=https;AccountKey=abc==", 'm'),
        (
            "s3.credentials.provider.class",
            "CLASS",
            "com.amazonaws.auth.Provider",
            'c',
        ),
        ("use.token", "BOOLEAN", "true", 'c'),
        (
            "sasl.jaas.config",
            "PASSWORD",
            &format!(r#"{jaas} username="u" password="${{env:P}}";"#),
            'r',
        ),
        (
            "sasl.jaas.config",
            "STRING",
            &format!(r#"{jaas} username="u" password="pw";"#),
            'm',
        ),
        ("x", "STRING", &format!(r#"{jaas} username="u" password="pw";"#), 'm'),
    ] {
        let found = shown(&config(&[(name, value)]), Some(&[(name, kind)]));
        assert_eq!(found, [(name.to_owned(), expected)], "{name}={value}");
    }
    assert_eq!(
        shown(&config(&[("unknown", "x")]), Some(&[])),
        [("unknown".to_owned(), 'm')]
    );
}

#[test]
fn the_version_is_of_the_values_and_not_of_what_is_known_of_them() {
    let raw = config(&[("a", "1"), ("b", "2")]);
    let known = definitions(&[("a", "STRING")]);
    let without = mask(&raw, None, &key());
    let with = mask(&raw, Some(&known), &key());
    assert_eq!(without.version, with.version);
    assert!(without.config.changed_keys(&with.config).is_empty());
    for other in [
        &[("a", "1"), ("b", "3")][..],
        &[("a", "1")],
        &[("a", "12"), ("b", "")],
        &[("ab", "1"), ("", "2")],
    ] {
        assert_ne!(without.version, mask(&config(other), None, &key()).version, "{other:?}");
    }
    let null = RawConfig::new([("a".to_owned(), None)].into());
    assert_ne!(
        mask(&null, None, &key()).version,
        mask(&config(&[("a", "")]), None, &key()).version
    );
}

#[test]
fn equal_secrets_match_and_another_key_tells_nothing() {
    let masked = mask(
        &config(&[("a.password", "x1"), ("b.secret", "x1"), ("c.token", "x2")]),
        None,
        &key(),
    )
    .config;
    assert_eq!(masked.get("a.password"), masked.get("b.secret"));
    assert_ne!(masked.get("a.password"), masked.get("c.token"));
    let elsewhere = mask(&config(&[("a.password", "x1")]), None, &FingerprintKey::new(b"other")).config;
    assert_ne!(masked.get("a.password"), elsewhere.get("a.password"));
}
