//! What is wrong and whose it is, when something FAILED.

use super::case::Case;
use super::instance;
use crate::Timestamp;
use crate::facts::{ConnectorFacts, InstanceFacts};
use crate::observe::Source;
use crate::signature::{self, Context};
use crate::stage::Stage;
use crate::trace::simple;
use crate::verdict::{Class, DEFAULT_CONVERTER, Diagnosis, Domain, Reason};

/// Reads the trace of the instance that failed; while it runs again between two failures, that of any other one.
pub(super) fn of_failure(case: &Case<'_>, place: Option<u32>, facts: &InstanceFacts) -> Diagnosis {
    let any_trace = || case.connector.instances().find_map(|(_, other)| other.trace.as_deref());
    let Some(trace) = facts.trace.as_deref().or_else(any_trace) else {
        return Diagnosis {
            domain: Domain::Unsure,
            class: Class::Unknown,
            confidence: 0.2,
            root_cause: format!(
                "{} FAILED on {} and left no trace",
                instance::name(place),
                facts.worker_id
            )
            .into(),
            why: "without a trace nothing tells whose fault it is".into(),
            shared: None,
        };
    };
    let context = Context {
        kind: case.connector.kind,
        overrides: overrides(case.connector),
    };
    let signature = signature::classify(trace, context);
    Diagnosis {
        domain: signature.domain,
        class: signature.class,
        confidence: signature.confidence,
        root_cause: signature.root_cause,
        why: match default_converter(case.connector, &signature.why) {
            true => format!("{}; {DEFAULT_CONVERTER}", signature.why).into(),
            false => signature.why,
        },
        shared: None,
    }
}

/// Whether what cannot convert a record is a converter that the worker's own config chose: the connector's is known, and
/// names no such one.
fn default_converter(connector: &ConnectorFacts, why: &str) -> bool {
    let Some(listed) = &connector.config else { return false };
    let keys = ["key.converter", "value.converter", "header.converter"];
    let mut set = keys.into_iter().filter(|key| listed.config.get(key).is_some());
    match Stage::told(why) {
        // The config may name it by its class, by the beginning of its short name, or by a reference.
        Some(Stage::Converter(name)) => {
            let named = |class: &str| class.contains("${") || name.starts_with(simple(class));
            !set.any(|key| listed.config.text(key).is_none_or(named))
        }
        Some(_) => false,
        None => why.contains("converter") && set.next().is_none(),
    }
}

/// The root cause as a reason of its own.
pub(super) fn cause_reason(diagnosis: &Diagnosis, at: Timestamp) -> Option<Reason> {
    let evidence = format!("{} · {}", diagnosis.domain.as_str(), diagnosis.class.as_str());
    Some(Reason {
        text: diagnosis.root_cause.clone(),
        evidence: evidence.into(),
        source: Source::Rest,
        as_of: at,
    })
}

/// Whether the connector brings its own credentials or security settings for Kafka.
fn overrides(connector: &ConnectorFacts) -> bool {
    let Some(config) = &connector.config else { return false };
    config.config.iter().any(|(key, _)| {
        let client = ["consumer.override.", "producer.override.", "admin.override."];
        client
            .iter()
            .filter_map(|prefix| key.strip_prefix(prefix))
            .any(|rest| rest.starts_with("sasl.") || rest.starts_with("ssl.") || rest == "security.protocol")
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_converter_that_the_config_does_not_name_is_the_workers_default() {
        let refused = "the converter JsonConverter cannot convert a record, and errors.tolerance allows none";
        let json_converter = json!({"value.converter": {"clear": "org.apache.kafka.connect.json.JsonConverter"}});
        let other = json!({"key.converter": {"clear": "org.apache.kafka.connect.storage.StringConverter"}});
        let empty = json!({"topics": {"clear": "orders"}});
        let cases = [
            (Some(empty.clone()), refused, true),
            (Some(other.clone()), refused, true),
            (Some(json_converter), refused, false),
            (
                Some(json!({"value.converter": {"clear": "JsonConverter"}})),
                refused,
                false,
            ),
            (
                Some(json!({"value.converter": {"reference": "${env:CONVERTER}"}})),
                refused,
                false,
            ),
            (None, refused, false),
            (Some(empty.clone()), "the records do not fit the converter", true),
            (Some(other), "the records do not fit the converter", false),
            (Some(empty), "the connector itself refuses a record", false),
        ];
        for (config, why, expected) in cases {
            let config = config.map(|pairs| json!({"version": "aa", "config": pairs, "targets": []}));
            let facts = json!({"name": "out", "config": config, "first_seen": "2026-11-21T14:00:00Z"});
            let facts: ConnectorFacts = serde_json::from_value(facts).unwrap();
            assert_eq!(default_converter(&facts, why), expected, "{facts:?} {why}");
        }
    }
}
