//! Which properties librdkafka knows, and which of them are for Signalbox to set: for whoever reads a configuration.

use std::sync::OnceLock;

use rdkafka::config::ClientConfig;

use crate::error::UNKNOWN;
pub use crate::secret::is_secret;
use crate::{Error, ffi};

/// Properties that this crate sets itself, or that would print secrets or run code of others in our process.
pub(crate) const OURS: &[(&str, &str)] = &[
    ("bootstrap.servers", "is given as `bootstrap`"),
    ("metadata.broker.list", "is given as `bootstrap`"),
    ("group.id", "must not be set: this client joins no group"),
    ("debug", "must not be set: librdkafka's debug output may hold secrets"),
    (
        "log_level",
        "must not be set: the level belongs to the server's own log",
    ),
    ("log.queue", "must not be set"),
    ("plugin.library.paths", "must not be set: no foreign code is loaded"),
];

/// Whether librdkafka knows a property, or Signalbox sets it.
pub fn knows(key: &str) -> bool {
    let listed = names().iter().any(|name| name == key) || OURS.iter().any(|(ours, _)| *ours == key);
    // Those of topics may be set at a client too, and are not listed.
    listed || !matches!(check(key, ""), Err(Error::Property { problem, .. }) if problem == UNKNOWN)
}

/// Properties that librdkafka does not list, because nothing is set until somebody sets them.
const WITHOUT_DEFAULT: [&str; 32] = [
    "client.rack",
    "https.ca.location",
    "https.ca.pem",
    "sasl.oauthbearer.assertion.claim.aud",
    "sasl.oauthbearer.assertion.claim.iss",
    "sasl.oauthbearer.assertion.claim.sub",
    "sasl.oauthbearer.assertion.file",
    "sasl.oauthbearer.assertion.jwt.template.file",
    "sasl.oauthbearer.assertion.private.key.file",
    "sasl.oauthbearer.assertion.private.key.passphrase",
    "sasl.oauthbearer.assertion.private.key.pem",
    "sasl.oauthbearer.client.credentials.client.id",
    "sasl.oauthbearer.client.credentials.client.secret",
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
    use std::collections::BTreeSet;

    use super::*;
    use crate::voice::Voice;

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

    /// Every property of librdkafka that is secret, to be refused in a file and struck out of a log.
    const SECRET: [&str; 9] = [
        "sasl.oauthbearer.assertion.private.key.passphrase",
        "sasl.oauthbearer.assertion.private.key.pem",
        "sasl.oauthbearer.client.credentials.client.secret",
        "sasl.oauthbearer.client.secret",
        "sasl.oauthbearer.config",
        "sasl.password",
        "ssl.key.password",
        "ssl.key.pem",
        "ssl.keystore.password",
    ];

    #[test]
    fn what_is_secret_is_refused_in_a_file_and_struck_out_of_a_log_and_nothing_else_is() {
        let mut all: BTreeSet<&str> = names().iter().map(String::as_str).collect();
        let listed = ffi::property_names();
        all.extend(listed.iter().map(String::as_str));
        for name in SECRET {
            assert!(all.contains(name), "{name}");
        }
        for name in all {
            let properties = [(name.to_owned(), "s3cret".to_owned())];
            let said = Voice::new(&properties.into()).strike("it said s3cret");
            let secret = SECRET.contains(&name);
            assert_eq!((is_secret(name), said.contains("s3cret")), (secret, !secret), "{name}");
        }
        // Not of librdkafka, or not yet.
        for name in ["sasl.jaas.config", "x.secret", "y.password"] {
            assert!(is_secret(name), "{name}");
        }
    }

    #[test]
    fn an_address_is_shown_without_what_opens_it() {
        for (address, shown) in [
            ("https://sso.example.org/token", "https://sso.example.org/token"),
            ("https://me:pw@sso.example.org/a@b", "https://***@sso.example.org/a@b"),
            ("https://sso.example.org?key=pw", "https://sso.example.org?***"),
        ] {
            let key = "sasl.oauthbearer.token.endpoint.url".to_owned();
            let voice = Voice::new(&[(key, address.to_owned())].into());
            assert_eq!(voice.strike(address), shown);
            assert!(!address.contains("me:pw") || voice.strike("refused: pw") == "refused: ***");
        }
    }
}
