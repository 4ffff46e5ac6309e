//! Which properties hold secrets, and what of their values.

/// Parts of names of properties whose values open something. User names and the addresses of token endpoints do not.
const SECRETS: [&str; 6] = [
    "password",
    "passphrase",
    "secret",
    "key.pem",
    "oauthbearer.config",
    "jaas",
];

/// Whether the value of a property opens something, so that it belongs into no configuration file and no log.
pub fn is_secret(key: &str) -> bool {
    SECRETS.iter().any(|part| key.contains(part))
}

/// What of a property's value opens something: all of it where [`is_secret`] says so, else the credentials of an address
/// and what it asks for, which may hold some too.
pub(crate) fn secrets<'a>(key: &str, value: &'a str) -> impl Iterator<Item = &'a str> {
    let address = value.split_once("://").filter(|_| !is_secret(key));
    let whole = is_secret(key).then_some(value);
    let (place, question) = match address {
        Some((_, rest)) => rest.split_once('?').unwrap_or((rest, "")),
        None => ("", ""),
    };
    let credentials = place.split(['/', '#']).next().and_then(|host| host.rsplit_once('@'));
    let credentials = credentials.map(|(credentials, _)| credentials);
    // What failed may be told of the password alone.
    let password = credentials.and_then(|credentials| credentials.split_once(':'));
    let parts = [
        whole,
        credentials,
        password.map(|(_, password)| password),
        Some(question),
    ];
    parts.into_iter().flatten().filter(|part| !part.is_empty())
}
