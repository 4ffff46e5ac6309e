//! `unknown`: what ran on a worker that was gone before its whole cluster fell silent, and of which nothing was seen
//! since the cluster is heard again.
//!
//! It stays `unknown`, as it was during the silence: to call it lost would rest on what was seen before the return, and to
//! call it healthy on a status that a worker long dead may have left behind.

use super::case::{Case, Finding};
use super::instance;

/// What is said of what runs on such a worker, the worker before it.
pub(super) const UNCONFIRMED: &str = "was gone before the cluster fell silent; whether it is back is not confirmed yet";

pub(super) fn rule(case: &Case<'_>) -> Option<Finding> {
    let doubted = |facts| instance::doubted_worker(case, facts);
    let worker = case.connector.instances().find_map(|(_, facts)| doubted(facts))?;
    let since = worker.unconfirmed_since?;
    Some(Finding::still_unknown(
        since,
        format!("Worker {} {UNCONFIRMED}", worker.id).into(),
        instance::evidence(case).into(),
        "the cluster is heard again; who of its workers lives is not confirmed yet",
        "every worker of the cluster was silent, and not all of them are known to be back",
    ))
}
