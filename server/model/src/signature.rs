//! The table of failure signatures: from a trace to a class and a domain.

use std::sync::Arc;

use crate::state::ConnectorKind;
use crate::verdict::{Class, Domain};

/// What a trace alone tells about whose fault it is.
#[derive(Clone, Debug, PartialEq)]
pub struct Signature {
    /// What kind of fault.
    pub class: Class,
    /// Whose.
    pub domain: Domain,
    /// How sure, 0 to 1.
    pub confidence: f32,
    /// One line.
    pub root_cause: Arc<str>,
    /// Why this class and domain, one sentence.
    pub why: Arc<str>,
}

/// What must be known of the connector beside its trace.
#[derive(Clone, Copy, Debug)]
pub struct Context {
    /// Source or sink.
    pub kind: Option<ConnectorKind>,
    /// Whether its config carries client overrides that concern authentication (`consumer.override.sasl.*` and so on).
    pub overrides: bool,
}

/// Classifies a (redacted) trace; total: an empty one is `unknown` and `unsure`.
pub fn classify(trace: &str, context: Context) -> Signature {
    let _ = (trace, context);
    Signature {
        class: Class::Unknown,
        domain: Domain::Unsure,
        confidence: 0.0,
        root_cause: "no trace".into(),
        why: "there is no trace to read".into(),
    }
}
