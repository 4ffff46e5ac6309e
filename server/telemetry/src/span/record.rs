//! What was judged is recorded, and what was recorded comes into view.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use tracing::field::Empty;
use tracing::{Span, info_span};

use super::{Cause, Causes, TARGET};

/// The latest records of this process that no view contains yet, by their numbers in the feed. Writer and follower
/// share nothing but the database, and that is to stay so; the number is what both know.
static RECORDED: Mutex<VecDeque<(i64, Cause)>> = Mutex::new(VecDeque::new());
/// Beyond as many the oldest are forgotten; their traces end with the record.
const MOST: usize = 256;

/// Changes of a cluster are recorded in one transaction: part of the trace of the look that changed something first,
/// and pointing at the others that it carries. A trace of its own where only time led to a change.
pub fn commit(cluster: &str, causes: &Causes) -> Span {
    let span = info_span!(
        target: TARGET,
        parent: None,
        "record",
        signalbox.cluster = cluster,
        signalbox.feed = Empty,
    );
    below(&span, causes.of(cluster));
    span
}

/// The record of this span is committed, under this number of the feed.
pub fn committed(span: &Span, feed: i64) {
    span.record("signalbox.feed", feed);
    let cause = span.in_scope(Cause::here);
    let mut recorded = RECORDED.lock().unwrap_or_else(PoisonError::into_inner);
    if recorded.len() == MOST {
        recorded.pop_front();
    }
    recorded.push_back((feed, cause));
}

/// A view is put in place that contains the feed up to this number: part of the trace of the first record of this
/// process that it brings into view, and pointing at the others. A trace of its own where other servers recorded.
pub fn swap(feed: i64) -> Span {
    let span = info_span!(target: TARGET, parent: None, "swap view", signalbox.feed = feed);
    let mut recorded = RECORDED.lock().unwrap_or_else(PoisonError::into_inner);
    let (shown, later): (VecDeque<_>, VecDeque<_>) = recorded.drain(..).partition(|(number, _)| *number <= feed);
    *recorded = later;
    drop(recorded);
    let causes: Vec<Cause> = shown.into_iter().map(|(_, cause)| cause).collect();
    below(&span, &causes);
    span
}

fn below(span: &Span, causes: &[Cause]) {
    if let Some((first, others)) = causes.split_first() {
        first.adopt(span);
        others.iter().for_each(|cause| cause.link(span));
    }
}
