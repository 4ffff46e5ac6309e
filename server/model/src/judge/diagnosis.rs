//! What is wrong and whose it is, when something FAILED.

use super::case::Case;
use super::instance;
use crate::Timestamp;
use crate::cause::Cause;
use crate::facts::{ConnectorFacts, InstanceFacts};
use crate::observe::Source;
use crate::signature::{self, Context};
use crate::stage::Stage;
use crate::trace::simple;
use crate::verdict::{Diagnosis, Reason};

/// How the reason ends when the converter that refuses a record is not the connector's own choice.
const DEFAULT_CONVERTER: &str = "the config names no such converter, so it is the worker's default one";

/// Reads the trace of the instance that failed; while it runs again between two failures, that of any other one.
pub(super) fn of_failure(case: &Case<'_>, place: Option<u32>, facts: &InstanceFacts) -> Diagnosis {
    let any_trace = || case.connector.instances().find_map(|(_, other)| other.trace.as_deref());
    let Some(trace) = facts.trace.as_deref().or_else(any_trace) else {
        let name = instance::name(place);
        return Diagnosis::untold(
            0.2,
            format!("{name} FAILED on {} and left no trace", facts.worker_id).into(),
            "without a trace nothing tells whose fault it is",
            Cause::NoTrace,
        );
    };
    let context = Context {
        kind: case.connector.kind,
        overrides: overrides(case.connector),
    };
    let signature = signature::classify(trace, context);
    let default_converter = default_converter(case.connector, signature.cause.as_ref());
    Diagnosis {
        domain: signature.domain,
        class: signature.class,
        confidence: signature.confidence,
        root_cause: signature.root_cause,
        why: match default_converter {
            true => format!("{}; {DEFAULT_CONVERTER}", signature.why).into(),
            false => signature.why,
        },
        cause: signature.cause.map(|cause| match cause {
            Cause::Record { stage, .. } => Cause::Record {
                stage,
                default_converter,
            },
            cause => cause,
        }),
        shared: None,
    }
}

/// Whether what cannot convert a record is a converter that the worker's own config chose: the connector's is known, and
/// names no such one.
fn default_converter(connector: &ConnectorFacts, cause: Option<&Cause>) -> bool {
    let Some(Cause::Record { stage, .. }) = cause else {
        return false;
    };
    let Some(listed) = &connector.config else { return false };
    let keys = ["key.converter", "value.converter", "header.converter"];
    let mut set = keys.into_iter().filter(|key| listed.config.get(key).is_some());
    match stage {
        // The config may name it by its class, by the beginning of its short name, or by a reference.
        Some(Stage::Converter(name)) => {
            let named = |class: &str| class.contains("${") || name.starts_with(simple(class));
            !set.any(|key| listed.config.text(key).is_none_or(named))
        }
        Some(_) => false,
        None => set.next().is_none(),
    }
}

/// The root cause as a reason of its own.
pub(super) fn cause_reason(diagnosis: &Diagnosis, (source, as_of): (Source, Timestamp)) -> Option<Reason> {
    let evidence = format!("{} · {}", diagnosis.domain.as_str(), diagnosis.class.as_str());
    Some(Reason {
        text: diagnosis.root_cause.clone(),
        evidence: evidence.into(),
        source,
        as_of,
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

    /// A trace whose frames name a converter, one whose frames name nothing, and one that no record brought about.
    const CONVERTER: &str = "org.apache.kafka.connect.errors.DataException: no schema\n\
        \tat org.apache.kafka.connect.json.JsonConverter.toConnectData(JsonConverter.java:1)\n";
    const HIDDEN: &str = "org.apache.kafka.connect.errors.DataException: no schema\n";
    const DEEP: &str = "java.lang.StackOverflowError\n\
        \tat org.apache.kafka.connect.json.JsonConverter.asConnectSchema(JsonConverter.java:1)\n";

    #[test]
    fn a_converter_that_the_config_does_not_name_is_the_workers_default() {
        let json_converter = json!({"value.converter": {"clear": "org.apache.kafka.connect.json.JsonConverter"}});
        let other = json!({"key.converter": {"clear": "org.apache.kafka.connect.storage.StringConverter"}});
        let short = json!({"value.converter": {"clear": "JsonConverter"}});
        let reference = json!({"value.converter": {"reference": "${env:CONVERTER}"}});
        let empty = json!({"topics": {"clear": "orders"}});
        let context = Context {
            kind: None,
            overrides: false,
        };
        for (config, trace, expected) in [
            (Some(empty.clone()), CONVERTER, true),
            (Some(other.clone()), CONVERTER, true),
            (Some(json_converter), CONVERTER, false),
            (Some(short), CONVERTER, false),
            (Some(reference), CONVERTER, false),
            (None, CONVERTER, false),
            (Some(empty.clone()), HIDDEN, true),
            (Some(other), HIDDEN, false),
            (Some(empty), DEEP, false),
        ] {
            let config = config.map(|pairs| json!({"version": "aa", "config": pairs, "targets": []}));
            let facts = json!({"name": "out", "config": config, "first_seen": "2026-11-21T14:00:00Z"});
            let facts: ConnectorFacts = serde_json::from_value(facts).unwrap();
            let signature = signature::classify(trace, context);
            assert_eq!(
                default_converter(&facts, signature.cause.as_ref()),
                expected,
                "{facts:?} {signature:?}"
            );
        }
    }
}
