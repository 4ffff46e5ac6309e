//! What is wrong and whose it is, when something FAILED.

use super::case::Case;
use super::instance;
use crate::Timestamp;
use crate::facts::{ConnectorFacts, InstanceFacts};
use crate::observe::Source;
use crate::signature::{self, Context};
use crate::verdict::{Class, Diagnosis, Domain, Reason};

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
        why: signature.why,
        shared: None,
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
