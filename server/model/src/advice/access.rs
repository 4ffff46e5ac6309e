//! Credentials, certificates and rights.

use super::case::{Case, RESTART};

pub(super) fn auth(case: &Case<'_>) -> Vec<String> {
    // Some reasons speak of credentials or a certificate: only the root cause tells which.
    let root_cause = case.known.root_cause.to_lowercase();
    let secure = [
        "certif",
        "pkix",
        "ssl",
        "no subject alternative",
        "no appropriate protocol",
    ];
    if case.known.why.starts_with("TLS ") || secure.iter().any(|part| root_cause.contains(part)) {
        return tls(case);
    }
    if case.says(&["schema registry", "schemaregistry"]) {
        return vec![
            "Check the converter's credentials for the schema registry, in the config or else in the workers'"
                .to_owned(),
            RESTART.to_owned(),
        ];
    }
    if case.says(&["denies it what it asks for"]) {
        return acl(case);
    }
    if case.says(&["illegalsaslstate", "unsupportedsaslmechanism"]) {
        let of = match case.of_platform() {
            true => "in the workers' config",
            false => "in the connector's client overrides",
        };
        let first = format!("Compare security.protocol and sasl.mechanism {of} with what the listener of Kafka offers");
        return vec![first, RESTART.to_owned()];
    }
    if case.of_platform() {
        return vec![
            "Check the credentials that the workers use for Kafka: expired, changed, or unknown to the brokers"
                .to_owned(),
            "Roll the workers, once corrected".to_owned(),
        ];
    }
    let user = case
        .names
        .user()
        .map(|user| format!(" of user {user}"))
        .unwrap_or_default();
    let at = case
        .names
        .address()
        .map(|address| format!(" at {address}"))
        .unwrap_or_default();
    let first = match case.says(&["client override"]) {
        true => {
            "Check the Kafka credentials in the connector's client overrides: expired, changed, or mistyped".to_owned()
        }
        false => format!("Check the credentials{user}{at} in the connector's config: expired, changed, or mistyped"),
    };
    vec![
        first,
        "Update the config; if only the secret behind it changed, restart connector and tasks".to_owned(),
    ]
}

fn tls(case: &Case<'_>) -> Vec<String> {
    let of = match (case.names.address(), case.of_platform()) {
        (Some(address), _) => format!("of {address}"),
        (None, true) => "of the brokers".to_owned(),
        (None, false) if case.says(&["schema registry"]) => "of the schema registry".to_owned(),
        (None, false) if case.says(&["client override"]) => "in the connector's client overrides".to_owned(),
        (None, false) => "of the connector's other system".to_owned(),
    };
    let first = if case.says(&["no appropriate protocol", "unrecognized ssl", "protocol_version"]) {
        format!("Compare the TLS versions {of} with those that the worker's Java allows")
    } else if case.says(&["no subject alternative", "no name matching", "doesn't match any"]) {
        format!("Compare the host name in the config with the names in the certificate {of}")
    } else if case.says(&["expired", "notafter"]) {
        format!("Renew the certificate {of}")
    } else {
        format!("Check the certificate {of} and its issuer against the trust store in use")
    };
    vec![first, RESTART.to_owned()]
}

pub(super) fn acl(case: &Case<'_>) -> Vec<String> {
    let names = &case.names;
    let kafka = case.says(&["principal", "kafka denies"]);
    let who = match (kafka, case.of_platform(), names.user()) {
        (true, true, _) => "the workers' principal".to_owned(),
        (true, false, _) => "the connector's principal".to_owned(),
        (false, _, Some(user)) => format!("the user {user}"),
        (false, ..) => "the connector's user".to_owned(),
    };
    let first = match (names.topic(), names.group()) {
        (Some(topic), _) if case.says(&["dead letter queue"]) => {
            format!("Grant {who} CREATE, DESCRIBE and WRITE on the dead letter queue's topic {topic}")
        }
        (Some(topic), _) => format!("Grant {who} access to topic {topic}"),
        (None, Some(group)) => format!("Grant {who} READ on group {group}"),
        (None, None) if case.says(&["transactional id"]) => {
            format!("Grant {who} DESCRIBE and WRITE on the task's transactional id")
        }
        (None, None) if kafka => format!("Grant {who} the operation that the trace says was denied"),
        (None, None) => match (names.table(), names.address()) {
            (Some(table), _) => format!("Grant {who} the right that it lacks on {table}"),
            (None, Some(address)) => format!("Grant {who} at {address} the right that it lacks"),
            (None, None) => format!("Grant {who} the right that it lacks, in the system that denies it"),
        },
    };
    vec![first, RESTART.to_owned()]
}
