//! `unknown`: what ran on a worker that was gone before its whole cluster fell silent, and of which nothing was seen
//! since the cluster is heard again.
//!
//! It stays `unknown`, as it was during the silence: to call it lost would rest on what was seen before the return, and to
//! call it healthy on a status that a worker long dead may have left behind.

use super::case::{Case, Finding};
use super::instance;
use crate::observe::Source;
use crate::scope::Scope;
use crate::verdict::{Class, Diagnosis, Domain, Health, Reason};

/// What is said of what runs on such a worker, the worker before it.
pub(super) const UNCONFIRMED: &str = "was gone before the cluster fell silent; whether it is back is not confirmed yet";

pub(super) fn rule(case: &Case<'_>) -> Option<Finding> {
    let doubted = |facts| instance::doubted_worker(case, facts);
    let worker = case.connector.instances().find_map(|(_, facts)| doubted(facts))?;
    let since = worker.unconfirmed_since?;
    let reason = Reason {
        text: format!("Worker {} {UNCONFIRMED}", worker.id).into(),
        evidence: instance::evidence(case).into(),
        source: Source::Rest,
        as_of: since,
    };
    let diagnosis = Diagnosis {
        domain: Domain::Infrastructure,
        class: Class::Worker,
        confidence: 0.6,
        root_cause: "the cluster is heard again; who of its workers lives is not confirmed yet".into(),
        why: "every worker of the cluster was silent, and not all of them are known to be back".into(),
        shared: Some(Scope::Cluster),
    };
    Some(Finding {
        health: Health::Unknown,
        since,
        reasons: vec![reason],
        diagnosis: Some(diagnosis),
    })
}
