//! Plain lists: what they lack twice is deleted, what they name for the first time is new.

use std::collections::BTreeSet;

use super::folding::Folding;
use super::listed::appeared;
use crate::facts::Missing;
use crate::names::{ConnectorName, WorkerId};
use crate::transition::{Change, Subject};

/// Folds the plain list of a ready worker. Of a worker outside its group, what it names exists, what it lacks proves
/// nothing.
pub(super) fn named(folding: &mut Folding<'_>, by: &WorkerId, names: &[ConnectorName]) {
    let names: BTreeSet<&ConnectorName> = names.iter().collect();
    let proves_absence = folding.holds_whole_copy(by);
    let known: Vec<_> = folding
        .facts
        .connectors
        .values()
        .filter(|known| known.deleted_at.is_none())
        .cloned()
        .collect();
    for connector in &known {
        let mut next = (**connector).clone();
        if names.contains(&connector.name) {
            next.missing = None;
            if let Some(status) = &mut next.status_missing {
                status.named |= folding.at - status.first_list() >= folding.settings.vanished_grace();
            }
        } else if proves_absence && !folding.facts.told.exists(&connector.name) {
            match connector.missing.as_ref().filter(|first| counts(folding, first)) {
                None => {
                    next.missing = Some(Missing {
                        at: folding.at,
                        by: by.clone(),
                    })
                }
                Some(first) if proven(folding, first, by) => {
                    next.missing = None;
                    next.deleted_at = Some(folding.at);
                    folding.outside(Subject::Connector(connector.name.clone()), Change::ConnectorDeleted);
                }
                Some(_) => {}
            }
        }
        folding.put_connector(next);
    }
    let present: BTreeSet<&ConnectorName> = known.iter().map(|connector| &connector.name).collect();
    for name in names.into_iter().filter(|name| !present.contains(name)) {
        // A worker that reads the config topic late may go on naming what was deleted.
        if folding.facts.told.deleted(name) {
            continue;
        }
        let again = folding.facts.connectors.contains_key(name);
        let next = appeared(folding, name, again);
        folding.put_connector(next);
    }
}

/// Whether a first list still counts: one from before a pause in looking may be of a moment ago, where it was no pause but
/// the clock that was set forward.
fn counts(folding: &Folding<'_>, first: &Missing) -> bool {
    let resumed = folding.facts.fresh.resumed;
    resumed.is_none_or(|resumed| first.at >= resumed)
}

/// The second list proves the deletion when an interval lies between the two, and when it comes from another worker
/// wherever a second one can be asked: behind an ingress all answers come from one address.
fn proven(folding: &Folding<'_>, first: &Missing, by: &WorkerId) -> bool {
    let mut workers = folding.facts.workers.values();
    let another = workers.any(|worker| worker.id != first.by && worker.can_be_asked());
    folding.at - first.at >= folding.settings.interval && (first.by != *by || !another)
}
