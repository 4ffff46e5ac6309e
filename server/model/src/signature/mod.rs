//! The table of failure signatures: from a trace to a class and a domain.

mod access;
mod cloud;
mod codes;
mod databases;
mod kafka;
mod platform;
mod records;
mod row;
mod stores;
mod systems;
mod web;

use std::sync::Arc;

use crate::cause::Cause;
use crate::stage::Stage;
use crate::state::ConnectorKind;
use crate::trace;
use crate::verdict::{Class, Domain};
use row::{Chain, Row, Whose};

/// The tables, in the order in which rows of the same weight win.
const TABLES: [&[Row]; 9] = [
    platform::ROWS,
    access::ROWS,
    kafka::ROWS,
    records::ROWS,
    systems::ROWS,
    databases::ROWS,
    cloud::ROWS,
    stores::ROWS,
    web::ROWS,
];

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
    /// That there is no trace, or where on its way through the task a record was refused.
    pub cause: Option<Cause>,
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
///
/// The heaviest matching row wins; among equals the one that matches deepest in the chain, then the first.
pub fn classify(trace: &str, context: Context) -> Signature {
    let exceptions = trace::parse(trace);
    let Some(cause) = trace::of_chain(&exceptions) else {
        return Signature {
            class: Class::Unknown,
            domain: Domain::Unsure,
            confidence: 0.0,
            root_cause: "no trace".into(),
            why: "there is no trace to read".into(),
            cause: Some(Cause::NoTrace),
        };
    };
    let chain = Chain::new(&exceptions);
    let mut best: Option<((u8, usize), &Row)> = None;
    for row in TABLES.into_iter().flatten() {
        // A lighter one cannot win, and most are.
        let light = best.is_some_and(|((weight, _), _)| row.weight < weight);
        if !light
            && let Some(depth) = row.deepest(&chain)
            && best.is_none_or(|(weight, _)| (row.weight, depth) > weight)
        {
            best = Some(((row.weight, depth), row));
        }
    }
    let Some((_, row)) = best else {
        return Signature {
            class: Class::Unknown,
            domain: Domain::Unsure,
            confidence: 0.3,
            root_cause: cause.line,
            why: "no known signature matches, and the trace alone does not tell the plugin's code from its data".into(),
            cause: None,
        };
    };
    let (domain, confidence, why) = whose(row, context);
    let stage = Stage::of(&exceptions).filter(|_| row.staged);
    let why = match &stage {
        Some(stage) => format!("{}, and errors.tolerance allows none", stage.sentence()),
        None => why,
    };
    Signature {
        class: match row.class {
            row::Kind::Is(class) => class,
            row::Kind::RecordThere if context.kind == Some(ConnectorKind::Sink) => Class::Data,
            row::Kind::OtherSystem | row::Kind::RecordThere => other_system(context.kind),
        },
        domain,
        confidence,
        root_cause: cause.line,
        why: why.into(),
        cause: row.staged.then_some(Cause::Record {
            stage,
            default_converter: false,
        }),
    }
}

/// The class of a fault of the system at the connector's far end.
fn other_system(kind: Option<ConnectorKind>) -> Class {
    match kind {
        Some(ConnectorKind::Source) => Class::Source,
        Some(ConnectorKind::Sink) => Class::Target,
        None => Class::Unknown,
    }
}

fn whose(row: &Row, context: Context) -> (Domain, f32, String) {
    match row.whose {
        Whose::Platform => (Domain::Infrastructure, row.confidence, row.why.to_owned()),
        Whose::Owner => (Domain::Connector, row.confidence, row.why.to_owned()),
        Whose::Open => (Domain::Unsure, row.confidence, row.why.to_owned()),
        Whose::Principal if context.overrides => (
            Domain::Connector,
            0.9,
            format!(
                "{}, and this connector brings its own credentials by a client override",
                row.why
            ),
        ),
        Whose::Principal => (
            Domain::Infrastructure,
            row.confidence,
            format!(
                "{}, and without a client override the principal is the workers' own",
                row.why
            ),
        ),
    }
}

#[cfg(test)]
mod tests;
