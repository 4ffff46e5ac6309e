//! Whether the cluster answers.

use super::folding::Folding;
use super::returned;
use crate::Timestamp;
use crate::names::ClusterName;
use crate::observe::{Gap, GapKind, Source};
use crate::transition::{Change, Subject};

/// Somebody looked: notes that nobody had for longer than the stale limit, unless the cluster was silent before that and
/// may be so all the while.
pub(super) fn looked(folding: &mut Folding<'_>) {
    let at = folding.answered;
    let fresh = &folding.facts.fresh;
    let limit = folding.settings.pause();
    let before = fresh.tried.filter(|tried| at - *tried > limit);
    // Whoever looked last may have judged it once more before the next look was due.
    let then = before.map(|before| before + folding.settings.interval * 3);
    if then.is_some_and(|then| returned::silence_at(folding, then).is_none()) {
        folding.facts.fresh.resumed = Some(at);
    }
}

/// A list came. Its states are as of its question; that the cluster answers is true from the answer on. Returns the last
/// list before it, where the cluster was silent since.
pub(super) fn listed(folding: &mut Folding<'_>) -> Option<Timestamp> {
    let silence = returned::silence(folding);
    if silence.as_ref().is_some_and(|silence| !silence.quiet.answers()) {
        returned::doubt(folding);
    }
    let before = folding.facts.fresh.rest.filter(|_| silence.is_some());
    let first = folding.facts.about.reachable_since.is_none();
    folding.facts.fresh.rest = Some(folding.at);
    folding.facts.fresh.answered = Some(folding.answered);
    let about = &mut folding.facts.about;
    about.gap = None;
    about.admitted = false;
    if !about.reachable {
        about.reachable = true;
        about.reachable_since = Some(folding.answered);
        if !first {
            folding.transition_at(folding.answered, Source::Rest, Subject::Cluster, Change::Reachable);
        }
    }
    before
}

/// The cluster is another configured one again, or no more. Nobody lists it while it is: so it answers nobody, and whether
/// it does is open again once it is watched anew, as after a time in which nobody looked.
pub(super) fn same_as(folding: &mut Folding<'_>, other: Option<&ClusterName>) {
    let about = &mut folding.facts.about;
    if about.same_as.as_ref() == other {
        return;
    }
    about.same_as = other.cloned();
    about.admitted = other.is_none();
    about.reachable = false;
    about.gap = None;
    let change = match other {
        Some(other) => {
            about.reachable_since = Some(folding.answered);
            Change::Refused { same_as: other.clone() }
        }
        None => {
            about.reachable_since = None;
            folding.facts.fresh.resumed = Some(folding.answered);
            Change::Admitted
        }
    };
    folding.transition_at(folding.answered, Source::Record, Subject::Cluster, change);
}

/// No worker gave a list. A single missed look is no outage: the cluster counts as unreachable once two intervals
/// passed without a list, and a worker that answers "busy" or "starting" is reachable.
pub(super) fn missing(folding: &mut Folding<'_>, gap: &Gap) {
    let patience = folding.settings.interval * 2;
    let fresh = &folding.facts.fresh;
    let last = fresh.listed().map(|last| last.max(fresh.resumed.unwrap_or(last)));
    let overdue = last.is_none_or(|last| folding.at - last > patience);
    // Workers that answer "busy" end a silence, though they list nothing yet.
    if gap.kind == GapKind::Busy && returned::was_silent(folding) {
        returned::doubt(folding);
    }
    let about = &mut folding.facts.about;
    about.gap = Some(gap.clone());
    let never_told = about.reachable_since.is_none();
    if gap.kind.worker_answers() {
        if never_told {
            about.reachable_since = Some(folding.at);
        }
        return;
    }
    if overdue && (about.reachable || never_told) {
        about.reachable = false;
        about.reachable_since = Some(folding.at);
        folding.transition(Source::Rest, Subject::Cluster, Change::Unreachable { gap: gap.clone() });
    }
}
