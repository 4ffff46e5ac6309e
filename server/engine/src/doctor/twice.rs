//! Is one cluster configured twice? Judged as the server judges it.

use std::collections::BTreeMap;

use model::identity::Likeness;
use model::names::ClusterName;

use super::clusters::Seen;
use super::finding::{Finding, Severity};
use crate::FleetSpec;

pub(super) fn examine(all: &BTreeMap<ClusterName, Seen>, spec: &FleetSpec, findings: &mut Vec<Finding>) {
    let seen: Vec<(&ClusterName, &Seen)> = spec
        .clusters
        .iter()
        .filter_map(|cluster| Some((&cluster.name, all.get(&cluster.name)?)))
        .collect();
    for (index, (name, own)) in seen.iter().enumerate() {
        let earlier = seen.iter().take(index);
        let likeness = earlier.map(|(other, seen)| (other, compare(own, seen)));
        let likeness: Vec<_> = likeness.collect();
        let alike = |wanted: Likeness| likeness.iter().find(|(_, found)| *found == wanted);
        let subject = format!("cluster {name}");
        if let Some((other, _)) = alike(Likeness::Same) {
            let text = format!("it is the same cluster as {other}");
            let todo = format!("remove one of the two from the configuration; {other} is watched, {name} is refused");
            findings.push(Finding::new(&subject, Severity::Problem, text).todo(todo));
        } else if let Some((other, _)) = alike(Likeness::Perhaps) {
            let text = format!(
                "it names the same workers as {other}, which cannot be reached at those addresses to tell more"
            );
            let todo = format!(
                "remove one of the two if they are one cluster: both are watched and counted; set `kafka` and `group_id` at \
                 {other} and {name} if they are two, so that their groups tell them apart"
            );
            findings.push(Finding::new(&subject, Severity::Note, text).todo(todo));
        }
    }
}

fn compare(own: &Seen, other: &Seen) -> Likeness {
    let (list, others) = (&own.connectors, &other.connectors);
    let likeness = own.identity.compare(&other.identity, false);
    likeness.listing(list.len(), others.len(), list.intersection(others).count())
}
