//! Is one cluster configured twice? Judged as the server judges it, which compares with what is recorded of both: workers
//! that were met before tell clusters apart though the same worker answers for both now, as where an address is mistyped.

use std::collections::{BTreeMap, BTreeSet};

use model::identity::{Identity, Likeness};
use model::names::{ClusterName, WorkerId};
use store::{About, Store};

use super::clusters::Seen;
use super::finding::{Finding, Severity};
use crate::{ClusterSpec, FleetSpec};

/// What the server makes of two entries whose workers answer as those of one cluster.
enum Outcome {
    /// The later one is refused.
    Refused,
    /// Both are watched: these workers are known of one of them alone.
    Known(Vec<String>),
    /// What is recorded of them cannot be read here.
    Unread,
}

pub(super) async fn examine(
    all: &BTreeMap<ClusterName, Seen>,
    spec: &FleetSpec,
    store: Option<&Store>,
    findings: &mut Vec<Finding>,
) {
    let seen: Vec<(&ClusterSpec, &Seen)> = spec
        .clusters
        .iter()
        .filter_map(|cluster| Some((cluster, all.get(&cluster.name)?)))
        .collect();
    for (index, &(cluster, own)) in seen.iter().enumerate() {
        let earlier = seen.iter().take(index);
        let likeness: Vec<_> = earlier
            .map(|&(other, seen)| (other, seen, compare(own, seen)))
            .collect();
        let alike = |wanted: Likeness| likeness.iter().find(|(.., found)| *found == wanted);
        let (name, subject) = (&cluster.name, format!("cluster {}", cluster.name));
        if let Some(&(other, theirs, _)) = alike(Likeness::Same) {
            let outcome = outcome((cluster, own), (other, theirs), store).await;
            findings.push(same(&subject, name, &other.name, &outcome));
        } else if let Some(&(other, ..)) = alike(Likeness::Perhaps) {
            let other = &other.name;
            let text = format!(
                "it names the same workers as {other}, which cannot be reached at those addresses to tell more"
            );
            let todo = format!(
                "remove one of the two if they are one cluster: both are watched and counted; set `kafka` and `group_id` at \
                 {other} and {name} if they are two, so that their groups tell them apart"
            );
            findings.push(Finding::of(&subject, Severity::Note, text).todo(todo));
        }
    }
}

fn same(subject: &str, name: &ClusterName, other: &ClusterName, outcome: &Outcome) -> Finding {
    let text = format!("it is the same cluster as {other}");
    let remove = "remove one of the two from the configuration";
    let (text, todo) = match outcome {
        Outcome::Refused => (text, format!("{remove}; {other} is watched, {name} is refused")),
        Outcome::Known(workers) => {
            let workers = match workers.as_slice() {
                [] => String::new(),
                some => format!(", and of one of them alone the workers {}", some.join(", ")),
            };
            (
                format!("workers of {other} answer for it, though Signalbox knows it as another cluster{workers}"),
                "correct its `urls`, or remove one of the two if they are one cluster: until then both are watched and counted"
                    .to_owned(),
            )
        }
        Outcome::Unread => (
            text,
            format!(
                "{remove}, or correct the `urls` of the one that is mistyped; {other} is watched, {name} is refused, unless \
                 Signalbox already knows it as another cluster: then both are watched and counted"
            ),
        ),
    };
    Finding::of(subject, Severity::Problem, text).todo(todo)
}

fn compare(own: &Seen, other: &Seen) -> Likeness {
    let (list, others) = (&own.connectors, &other.connectors);
    let likeness = own.identity.compare(&other.identity, false);
    likeness.listing(list.len(), others.len(), list.intersection(others).count())
}

async fn outcome(own: (&ClusterSpec, &Seen), other: (&ClusterSpec, &Seen), store: Option<&Store>) -> Outcome {
    let (one, another) = (&own.1.identity, &other.1.identity);
    // These tell by themselves, whatever was known before.
    if !one.urls.is_disjoint(&another.urls) || one.group.is_some() && one.group == another.group {
        return Outcome::Refused;
    }
    let Some(store) = store else { return Outcome::Unread };
    let (Ok(known), Ok(theirs)) = (recorded(store, own.0).await, recorded(store, other.0).await) else {
        return Outcome::Unread;
    };
    let said = known.as_ref().and_then(|known| known.about.same_as.as_ref());
    let before = said == Some(&other.0.name);
    let (one, another) = (joined(one, known.as_ref()), joined(another, theirs.as_ref()));
    if one.compare(&another, before) == Likeness::Same {
        return Outcome::Refused;
    }
    let apart = one.named.symmetric_difference(&another.named);
    Outcome::Known(apart.map(ToString::to_string).collect())
}

/// What is recorded of a cluster, under a name that it had if there is nothing under its own.
async fn recorded(store: &Store, cluster: &ClusterSpec) -> store::Result<Option<About>> {
    for name in std::iter::once(&cluster.name).chain(&cluster.formerly) {
        if let Some(about) = store.load_about(name).await? {
            return Ok(Some(about));
        }
    }
    Ok(None)
}

/// What a cluster is by what was seen just now, and by what was known of it.
fn joined(seen: &Identity, known: Option<&About>) -> Identity {
    let Some(known) = known else { return seen.clone() };
    let before = Identity::of(
        &known.about,
        known.workers.iter(),
        seen.urls.clone(),
        seen.asked.clone(),
    );
    let both = |one: &BTreeSet<WorkerId>, other: &BTreeSet<WorkerId>| one.union(other).cloned().collect();
    Identity {
        urls: before.urls,
        asked: before.asked,
        // It stays while connectors are known: whoever tells another one is not believed.
        kafka: before.kafka.or_else(|| seen.kafka.clone()),
        group: seen.group.clone(),
        met: both(&before.met, &seen.met),
        named: both(&before.named, &seen.named),
        living: both(&before.living, &seen.living),
    }
}
