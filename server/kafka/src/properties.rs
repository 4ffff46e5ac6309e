//! Which properties librdkafka knows, and which of them hold secrets: for whoever reads a configuration.

use std::sync::OnceLock;

use rdkafka::config::ClientConfig;

use crate::client::OURS;
use crate::error::UNKNOWN;
use crate::{Error, ffi};

/// Parts of names of properties whose values open something.
const SECRETS: [&str; 5] = [
    "password",
    "passphrase",
    "client.secret",
    "key.pem",
    "oauthbearer.config",
];

/// Whether librdkafka knows a property, or Signalbox sets it.
pub fn knows(key: &str) -> bool {
    let listed = names().iter().any(|name| name == key) || OURS.iter().any(|(ours, _)| *ours == key);
    // Those of topics may be set at a client too, and are not listed.
    listed || !matches!(check(key, ""), Err(Error::Property { problem, .. }) if problem == UNKNOWN)
}

/// Properties that librdkafka does not list, because nothing is set until somebody sets them.
const WITHOUT_DEFAULT: [&str; 21] = [
    "client.rack",
    "https.ca.location",
    "sasl.oauthbearer.client.id",
    "sasl.oauthbearer.client.secret",
    "sasl.oauthbearer.config",
    "sasl.oauthbearer.extensions",
    "sasl.oauthbearer.scope",
    "sasl.oauthbearer.token.endpoint.url",
    "sasl.password",
    "sasl.username",
    "ssl.ca.location",
    "ssl.ca.pem",
    "ssl.certificate.location",
    "ssl.certificate.pem",
    "ssl.cipher.suites",
    "ssl.crl.location",
    "ssl.key.location",
    "ssl.key.password",
    "ssl.key.pem",
    "ssl.keystore.location",
    "ssl.keystore.password",
];

/// Checks one property by itself, without connecting anywhere: that librdkafka knows it, takes its value, and that it is
/// not one that Signalbox sets.
///
/// # Errors
/// [`Error::Property`], which never holds the value.
pub fn check(key: &str, value: &str) -> Result<(), Error> {
    let refused = |problem: &str| Error::Property {
        key: key.to_owned(),
        problem: problem.to_owned(),
    };
    if let Some((_, problem)) = OURS.iter().find(|(ours, _)| *ours == key) {
        return Err(refused(problem));
    }
    if key.contains('\0') || value.contains('\0') {
        return Err(refused("no property holds a NUL"));
    }
    let mut config = ClientConfig::new();
    config.set(key, value);
    let made = config.create_native_config();
    made.map(|_| ())
        .map_err(|error| Error::from_kafka(&error, std::time::Duration::ZERO, str::to_owned))
}

/// Whether the value of a property opens something, so that it belongs into no configuration file.
pub fn is_secret(key: &str) -> bool {
    SECRETS.iter().any(|part| key.contains(part))
}

/// The names of all properties that this librdkafka knows, but for those that Signalbox sets.
pub fn names() -> &'static [String] {
    static NAMES: OnceLock<Vec<String>> = OnceLock::new();
    NAMES.get_or_init(|| {
        let all = ffi::property_names()
            .into_iter()
            .chain(WITHOUT_DEFAULT.map(str::to_owned));
        all.filter(|name| !OURS.iter().any(|(ours, _)| ours == name)).collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_librdkafka_knows_is_known() {
        for name in [
            "sasl.password",
            "ssl.ca.location",
            "security.protocol",
            "client.id",
            "ssl.key.pem",
        ] {
            assert!(names().iter().any(|known| known == name), "{name}");
        }
        assert!(!names().iter().any(|name| name == "plugin.library.paths"));
        for name in WITHOUT_DEFAULT {
            let said = check(name, "x").err().map(|error| error.to_string());
            assert!(said.is_none_or(|said| !said.contains(UNKNOWN)), "{name}");
        }
        assert!(knows("acks") && knows("security.protocol") && knows("group.id") && !knows("security.protocoll"));
        assert!(check("security.protocol", "sasl_ssl").is_ok());
        assert!(check("sasl.password", "x").is_ok());
        for (key, value, problem) in [
            ("security.protocoll", "ssl", "knows no such property"),
            ("security.protocol", "s3cret", "does not accept its value"),
            ("debug", "all", "must not be set"),
        ] {
            let said = check(key, value).unwrap_err().to_string();
            assert!(said.contains(problem) && !said.contains("s3cret"), "{said}");
        }
    }

    #[test]
    fn secrets_are_told_from_what_stands_beside_them() {
        for key in names() {
            let open = [
                "sasl.username",
                "ssl.key.location",
                "ssl.keystore.location",
                "sasl.oauthbearer.token.endpoint.url",
                "sasl.oauthbearer.client.id",
                "ssl.certificate.pem",
                "ssl.ca.pem",
            ];
            assert!(!open.contains(&key.as_str()) || !is_secret(key), "{key}");
        }
        for key in [
            "sasl.password",
            "ssl.key.password",
            "ssl.keystore.password",
            "ssl.key.pem",
            "sasl.oauthbearer.client.secret",
        ] {
            assert!(is_secret(key) && names().iter().any(|name| name == key), "{key}");
        }
    }
}
