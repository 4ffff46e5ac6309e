//! Keys whose name says that they hold a secret, whatever the plugin says of them.

use std::sync::LazyLock;

use aho_corasick::AhoCorasick;

/// Parts of names, compared after `_` and `-` became `.` and letters small.
const SECRET_PARTS: &[&str] = &[
    "password",
    "passwd",
    "pwd",
    "passphrase",
    "passcode",
    "secret",
    "token",
    "credential",
    "jaas",
    "api.key",
    "apikey",
    "private.key",
    "privatekey",
    "access.key",
    "accesskey",
    "account.key",
    "accountkey",
    "master.key",
    "encryption.key",
    "signing.key",
    "ssl.key",
    "keystore.key",
    "shared.access",
    "sharedaccess",
    "user.info",
    "userinfo",
    "authorization",
    "auth.header",
    "http.headers",
    "request.headers",
    "signature",
    "license",
    "keyfile",
    "key.json",
    "json.key",
    "otp.",
];

/// Whole segments between dots.
const SECRET_SEGMENTS: &[&str] = &["pass", "sas", "pin", "salt", "passkey"];

/// All parts in one pass: a list of twenty thousand configs asks about a million names.
static PARTS: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| AhoCorasick::new(SECRET_PARTS).ok());

/// Whether a key's name says that its value is a secret.
pub(super) fn looks_secret(key: &str) -> bool {
    let name: String = key
        .chars()
        .map(|c| {
            if c == '_' || c == '-' {
                '.'
            } else {
                c.to_ascii_lowercase()
            }
        })
        .collect();
    let part = match &*PARTS {
        Some(parts) => parts.is_match(&name),
        None => SECRET_PARTS.iter().any(|part| name.contains(part)),
    };
    part || name.split('.').any(|segment| SECRET_SEGMENTS.contains(&segment))
}

#[cfg(test)]
mod tests {
    use super::looks_secret;

    #[test]
    fn names() {
        for key in [
            "database.password",
            "connection.PASSWORD",
            "aws.secret.access.key",
            "sasl.jaas.config",
            "ssl.keystore.key",
            "basic.auth.user.info",
            "db_pass",
            "azure-sas",
            "http.headers.authorization",
            "privateKey",
            "apiKey",
            "snowflake.private.key",
            "confluent.license",
        ] {
            assert!(looks_secret(key), "{key}");
        }
        for key in [
            "connection.url",
            "message.key.columns",
            "bypass",
            "compass.mode",
            "pk.mode",
            "record.key.fields",
        ] {
            assert!(!looks_secret(key), "{key}");
        }
    }
}
