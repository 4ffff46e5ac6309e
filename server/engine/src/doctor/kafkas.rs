//! Does Kafka answer, and does it show us the workers' groups?

use std::collections::BTreeMap;

use model::names::ClusterName;

use super::clusters::Seen;
use super::finding::{Finding, Severity};
use crate::{ClusterSpec, FleetSpec};

pub(super) async fn examine_all(spec: &FleetSpec, seen: &BTreeMap<ClusterName, Seen>, findings: &mut Vec<Finding>) {
    for (name, kafka) in &spec.kafka {
        let subject = format!("kafka {name}");
        let users: Vec<&ClusterSpec> = spec
            .clusters
            .iter()
            .filter(|cluster| cluster.kafka.as_ref() == Some(name))
            .collect();
        if users.is_empty() && !spec.clusters.is_empty() {
            findings.push(
                Finding::new(&subject, Severity::Note, "no cluster uses it")
                    .todo(format!("set `kafka = \"{name}\"` at the clusters that run on it")),
            );
        }
        match kafka::Cluster::connect(name, &kafka.bootstrap, &kafka.properties) {
            Ok(cluster) => examine(&cluster, &subject, &users, seen, findings).await,
            Err(error) => findings.push(
                Finding::new(&subject, Severity::Problem, error.to_string())
                    .todo("correct `bootstrap` and `properties` of this Kafka cluster"),
            ),
        }
    }
    for cluster in spec.clusters.iter().filter(|cluster| cluster.kafka.is_none()) {
        findings.push(
            Finding::new(
                &format!("cluster {}", cluster.name),
                Severity::Note,
                "Signalbox may not read its Kafka: whether a worker lives is known only from probes of its address",
            )
            .todo("add `[[kafka]]` with `bootstrap` and set `kafka` at this cluster; DESCRIBE on its group is enough"),
        );
    }
}

async fn examine(
    cluster: &kafka::Cluster,
    subject: &str,
    users: &[&ClusterSpec],
    seen: &BTreeMap<ClusterName, Seen>,
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
            findings.push(Finding::new(subject, Severity::Good, text));
        }
        Err(error) => {
            findings.push(Finding::new(subject, Severity::Problem, error.to_string()).todo(advice(error)));
            return;
        }
    }
    let kafka_id = access.cluster_id.ok();
    for user in users {
        let about = format!("cluster {}", user.name);
        let reported = seen.get(&user.name).and_then(|seen| seen.kafka_cluster_id.clone());
        if let (Some(reported), Some(id)) = (&reported, &kafka_id)
            && **reported != **id
        {
            findings.push(
                Finding::new(
                    &about,
                    Severity::Problem,
                    format!("its workers use Kafka cluster {reported}, but {subject} is Kafka cluster {id}"),
                )
                .todo("set `kafka` of this cluster to the one that its workers use"),
            );
            continue;
        }
        group(cluster, user, &about, seen.get(&user.name), findings).await;
    }
}

async fn group(
    cluster: &kafka::Cluster,
    user: &ClusterSpec,
    about: &str,
    seen: Option<&Seen>,
    findings: &mut Vec<Finding>,
) {
    if let Some(id) = &user.group_id {
        match cluster.group(id).await {
            Ok(group) if group.members.is_empty() => findings.push(
                Finding::new(
                    about,
                    Severity::Warning,
                    format!("its Connect group {id} has no member"),
                )
                .todo("check `group_id`: it is the workers' `group.id`"),
            ),
            Ok(group) => {
                let text = format!(
                    "its Connect group {id} has {} workers and may be described",
                    group.members.len()
                );
                findings.push(Finding::new(about, Severity::Good, text));
            }
            Err(error) => findings.push(
                Finding::new(about, Severity::Problem, format!("its Connect group {id}: {error}")).todo(advice(&error)),
            ),
        }
        return;
    }
    let groups = match cluster.groups().await {
        Ok(groups) => groups,
        Err(error) => {
            findings.push(
                Finding::new(
                    about,
                    Severity::Problem,
                    format!("the groups of its Kafka cannot be listed: {error}"),
                )
                .todo(advice(&error)),
            );
            return;
        }
    };
    let Some(seen) = seen else { return };
    let found: Vec<&str> = groups
        .groups
        .iter()
        .filter_map(|group| group.connect.as_ref())
        .filter(|group| {
            group
                .members
                .iter()
                .any(|member| seen.workers.contains(&member.worker_id))
        })
        .map(|group| &*group.group_id)
        .collect();
    match found.as_slice() {
        [one] => findings.push(Finding::new(
            about,
            Severity::Good,
            format!("its Connect group is {one}, found by its workers' addresses; it may be described"),
        )),
        [] => findings.push(
            Finding::new(
                about,
                Severity::Warning,
                "no Connect group on its Kafka has members with its workers' addresses",
            )
            .todo("set `group_id` to the workers' `group.id`, and allow DESCRIBE on that group"),
        ),
        several => findings.push(
            Finding::new(
                about,
                Severity::Warning,
                format!("several Connect groups have its workers: {}", several.join(", ")),
            )
            .todo("set `group_id` to the right one"),
        ),
    }
}

fn advice(error: &kafka::Error) -> &'static str {
    match error {
        kafka::Error::Unreachable { .. } => "check `bootstrap`, and that this machine may connect to every broker",
        kafka::Error::Authentication { .. } => "correct the SASL or SSL properties of this Kafka cluster",
        kafka::Error::Authorization { .. } => "allow this principal DESCRIBE on the group and on the cluster",
        kafka::Error::TimedOut { .. } => {
            "a broker does not answer: look at the brokers, or at a firewall that drops packets"
        }
        kafka::Error::OtherCluster { .. } => {
            "check `bootstrap`: its addresses lead to another Kafka cluster than the one that the workers use"
        }
        kafka::Error::NotConnect { .. } => "correct `group_id`: it must be the workers' `group.id`",
        _ => "correct the properties of this Kafka cluster",
    }
}
