//! Workers that were lost together: their faults are one of the cluster.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::fault::{Fault, Key};
use crate::judge::Lost;
use crate::names::ClusterName;
use crate::scope::Scope;

/// Puts the faults of these workers together as one of the cluster, if there is one; says whether it did. A worker
/// that was lost alone keeps its own, as one that only restarts, unless it is known already that nobody can be asked.
///
/// While workers return, the fault of the cluster goes on, whoever of them is still without its work, and if nobody is:
/// what runs is told by the next list. Only who had a fault of its own beside it keeps that.
pub(super) fn gather(
    lost: &Lost,
    cluster: &ClusterName,
    unlisted: bool,
    open: &[Arc<Fault>],
    faults: &mut BTreeMap<Key, Fault>,
) -> bool {
    let of_cluster = Key::of(Scope::Cluster);
    let goes_on = lost.returning && open.iter().any(|fault| fault.key() == of_cluster);
    let own = |scope: &Scope| open.iter().any(|fault| fault.scope == *scope);
    let part = |key: &Key| match &key.scope {
        scope @ Scope::Worker(_) if goes_on => !own(scope),
        Scope::Worker(worker) => (lost.workers.len() > 1 || unlisted) && lost.workers.contains(worker),
        _ => false,
    };
    let mut members = BTreeSet::new();
    faults.retain(|key, fault| {
        let part = part(key);
        if part {
            members.append(&mut fault.members);
        }
        !part
    });
    let stands = goes_on && !unlisted && !faults.contains_key(&of_cluster);
    if members.is_empty() && !stands {
        return false;
    }
    let mut fault = Fault::new(cluster, Scope::Cluster, &lost.diagnosis(), lost.since);
    if let Some(other) = faults.remove(&of_cluster) {
        members.extend(other.members);
    }
    fault.members = members;
    faults.insert(of_cluster, fault);
    true
}
