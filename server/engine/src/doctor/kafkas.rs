//! Does Kafka answer, and does it show us the workers' groups?

use std::collections::{BTreeMap, BTreeSet};

use model::names::{ClusterName, WorkerId};
use model::observe::{GroupMember, GroupMembers};

use super::clusters::Seen;
use super::finding::{Finding, Severity};
use super::{progress, told, topics};
use crate::{ClusterSpec, FleetSpec, KafkaSpec};

pub(super) async fn examine_all(spec: &FleetSpec, seen: &mut BTreeMap<ClusterName, Seen>, findings: &mut Vec<Finding>) {
    for (name, kafka) in &spec.kafka {
        let subject = format!("kafka {name}");
        let users: Vec<&ClusterSpec> = spec
            .clusters
            .iter()
            .filter(|cluster| cluster.kafka.as_ref() == Some(name))
            .collect();
        if users.is_empty() && !spec.clusters.is_empty() {
            findings.push(
                Finding::of(&subject, Severity::Note, "no cluster uses it")
                    .todo(format!("set `kafka = \"{name}\"` at the clusters that run on it")),
            );
        }
        match kafka::Cluster::connect(name, &kafka.bootstrap, &kafka.properties) {
            Ok(cluster) => examine((&cluster, kafka), &subject, &users, seen, findings).await,
            Err(error) => findings.push(
                Finding::of(&subject, Severity::Problem, told::words(&error))
                    .todo("correct `bootstrap` and `properties` of this Kafka cluster"),
            ),
        }
    }
    for cluster in spec.clusters.iter().filter(|cluster| cluster.kafka.is_none()) {
        findings.push(
            Finding::of(
                &format!("cluster {}", cluster.name),
                Severity::Note,
                "Signalbox may not read its Kafka: whether a worker lives is known only from probes of its address",
            )
            .todo("add `[[kafka]]` with `bootstrap` and set `kafka` at this cluster; DESCRIBE on its group is enough"),
        );
    }
}

async fn examine(
    (cluster, spec): (&kafka::Cluster, &KafkaSpec),
    subject: &str,
    users: &[&ClusterSpec],
    seen: &mut BTreeMap<ClusterName, Seen>,
    findings: &mut Vec<Finding>,
) {
    let access = cluster.check(None).await;
    match &access.brokers {
        Ok(brokers) => {
            let count = if brokers.len() == 1 {
                "1 broker"
            } else {
                &format!("{} brokers", brokers.len())
            };
            let text = format!("{count}: {}; it may be asked for its metadata", brokers.join(", "));
            findings.push(Finding::good(subject, text));
        }
        Err(error) => {
            findings.push(Finding::of(subject, Severity::Problem, told::words(error)).todo(told::advice(error)));
            return;
        }
    }
    let kafka_id = access.cluster_id.ok();
    for user in users {
        let about = format!("cluster {}", user.name);
        let reported = seen.get(&user.name).and_then(|seen| seen.identity.kafka.clone());
        if let (Some(reported), Some(id)) = (&reported, &kafka_id)
            && **reported != **id
        {
            findings.push(
                Finding::of(
                    &about,
                    Severity::Problem,
                    format!("its workers use Kafka cluster {reported}, but {subject} is Kafka cluster {id}"),
                )
                .todo("set `kafka` of this cluster to the one that its workers use"),
            );
            continue;
        }
        group(cluster, user, &about, seen.get_mut(&user.name), findings).await;
        topics::examine(cluster, spec, user, seen.get(&user.name), &about, findings).await;
    }
    let connectors = users.iter().filter_map(|user| seen.get(&user.name));
    let connectors = connectors.flat_map(|seen| seen.connectors.iter().cloned()).collect();
    progress::examine(cluster, subject, &connectors, findings).await;
}

async fn group(
    cluster: &kafka::Cluster,
    user: &ClusterSpec,
    about: &str,
    seen: Option<&mut Seen>,
    findings: &mut Vec<Finding>,
) {
    if let Some(id) = &user.group_id {
        match cluster.group(id).await {
            Ok(group) if group.members.is_empty() && !group.partial => {
                let workers = seen.map(|seen| &seen.workers);
                findings.push(nobody(about, id, workers_groups(cluster, workers).await.as_deref()));
            }
            Ok(group) => {
                if let Some(seen) = seen {
                    findings.extend(outsiders(about, &seen.identity.named, &group));
                    in_group(seen, &group);
                }
                let text = format!(
                    "its Connect group {id} has {} workers and may be described",
                    group.members.len()
                );
                findings.push(Finding::good(about, text));
            }
            Err(error) => findings.push(
                Finding::of(
                    about,
                    Severity::Problem,
                    format!("its Connect group {id}: {}", told::words(&error)),
                )
                .todo(told::advice(&error)),
            ),
        }
        return;
    }
    let groups = match cluster.groups().await {
        Ok(groups) => groups,
        Err(error) => {
            findings.push(
                Finding::of(
                    about,
                    Severity::Problem,
                    format!("the groups of its Kafka cannot be listed: {}", told::words(&error)),
                )
                .todo(told::advice(&error)),
            );
            return;
        }
    };
    let Some(seen) = seen else { return };
    let found: Vec<&GroupMembers> = groups
        .groups
        .iter()
        .filter_map(|group| group.connect.as_ref())
        .filter(|group| {
            group
                .members
                .iter()
                .any(|member| seen.workers.contains(&member.worker_id))
        })
        .collect();
    match found.as_slice() {
        [one] => {
            let id = &one.group_id;
            findings.push(Finding::good(
                about,
                format!("its Connect group is {id}, found by its workers' addresses; it may be described"),
            ));
            in_group(seen, one);
        }
        [] => findings.push(
            Finding::of(
                about,
                Severity::Warning,
                "no Connect group on its Kafka has members with its workers' addresses",
            )
            .todo("set `group_id` to the workers' `group.id`, and allow DESCRIBE on that group"),
        ),
        several => findings.push(
            Finding::of(
                about,
                Severity::Warning,
                format!("several Connect groups have its workers: {}", ids(several)),
            )
            .todo("set `group_id` to the right one"),
        ),
    }
}

/// The groups that have some of these workers; `None` where Kafka does not tell.
async fn workers_groups(cluster: &kafka::Cluster, workers: Option<&BTreeSet<WorkerId>>) -> Option<Vec<String>> {
    let groups = cluster.groups().await.ok()?;
    let theirs = |group: &GroupMembers| {
        let mut members = group.members.iter();
        members.any(|member| workers.is_some_and(|workers| workers.contains(&member.worker_id)))
    };
    let found = groups.groups.into_iter().filter_map(|group| group.connect);
    Some(found.filter(theirs).map(|group| group.group_id.to_string()).collect())
}

/// What is wrong where nobody is in the group; with the groups in which those are that answer, if that is known.
fn nobody(about: &str, id: &str, elsewhere: Option<&[String]>) -> Finding {
    let text = format!("its Connect group {id} has no member");
    match elsewhere {
        Some(others) if !others.is_empty() => {
            let others = others.join(", ");
            let text = format!("{text}, and the workers that answer are in {others}");
            let todo = format!("correct `urls` if {others} is another cluster's, else `group_id`");
            Finding::of(about, Severity::Problem, text).todo(todo)
        }
        _ => Finding::of(about, Severity::Warning, text)
            .todo("check that its workers run, `urls`, and `group_id`: it is the workers' `group.id`"),
    }
}

/// What is wrong where the workers that statuses name are all others than the group's.
fn outsiders(about: &str, named: &BTreeSet<WorkerId>, group: &GroupMembers) -> Option<Finding> {
    let theirs = |member: &GroupMember| named.contains(&member.worker_id);
    if named.is_empty() || group.partial || group.members.iter().any(theirs) {
        return None;
    }
    let listed = |ids: Vec<&str>| ids.join(", ");
    let text = format!(
        "none of its workers ({}) is a member of its Connect group {}, which has {}",
        listed(named.iter().map(WorkerId::as_str).collect()),
        group.group_id,
        listed(group.members.iter().map(|member| member.worker_id.as_str()).collect())
    );
    let todo = "`urls` and `group_id` are of two clusters: `group_id` is the `group.id` of the workers behind `urls`";
    Some(Finding::of(about, Severity::Warning, text).todo(todo))
}

/// Kafka shows the group: its members are who lives, whatever answered.
fn in_group(seen: &mut Seen, group: &GroupMembers) {
    let members: BTreeSet<WorkerId> = group.members.iter().map(|member| member.worker_id.clone()).collect();
    let identity = &mut seen.identity;
    identity.group = Some(group.group_id.clone());
    identity.met.extend(members.iter().cloned());
    identity.named.clone_from(&members);
    identity.living = members;
}

fn ids(groups: &[&GroupMembers]) -> String {
    let ids: Vec<&str> = groups.iter().map(|group| &*group.group_id).collect();
    ids.join(", ")
}

#[cfg(test)]
mod tests {
    use testkit::samples::group;

    use super::*;

    #[test]
    fn a_group_with_none_of_the_workers_is_another_clusters() {
        let group = group("connect-billing", &["c:8083", "d:8083"]);
        let named = |ids: &[&str]| ids.iter().map(|id| WorkerId::from(*id)).collect::<BTreeSet<_>>();
        let said = outsiders("cluster orders", &named(&["a:8083", "b:8083"]), &group).unwrap();
        assert_eq!(
            said.text,
            "none of its workers (a:8083, b:8083) is a member of its Connect group connect-billing, which has c:8083, d:8083"
        );
        let of_others = nobody("cluster orders", "orders", Some(&["billing".to_owned()]));
        assert_eq!(of_others.severity, Severity::Problem);
        assert!(
            of_others.text.ends_with("the workers that answer are in billing"),
            "{of_others:?}"
        );
        for untold in [None, Some(&[][..])] {
            let alone = nobody("cluster orders", "orders", untold);
            assert_eq!(alone.text, "its Connect group orders has no member");
            assert!(alone.todo.is_some_and(|todo| todo.contains("`urls`")));
        }
        assert_eq!(outsiders("cluster orders", &named(&["a:8083", "c:8083"]), &group), None);
        // Nothing that runs names a worker.
        assert_eq!(outsiders("cluster orders", &named(&[]), &group), None);
    }
}
