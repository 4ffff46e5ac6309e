//! Do the workers answer, as what, and may we read what we need?

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use connect::Worker;
use egress::Policy;
use futures_util::future::join_all;
use model::advice::{plain_step, tls_step};
use model::identity::Identity;
use model::names::{ClusterName, ConnectorName, WorkerId};
use model::observe::GapKind;

use super::finding::{Finding, Severity};
use crate::identity::configured;
use crate::watch::{WorkerClient, policy};
use crate::{ClusterSpec, FleetSpec};

/// The longest that one question may take.
const DEADLINE: Duration = Duration::from_secs(10);

/// What is known of a cluster after its workers were asked.
#[derive(Default)]
pub(super) struct Seen {
    /// Addresses that workers have: configured ones and those in statuses.
    pub(super) workers: BTreeSet<WorkerId>,
    /// What tells it from others, as the server would find it too.
    pub(super) identity: Identity,
    /// The connectors that it lists.
    pub(super) connectors: BTreeSet<ConnectorName>,
}

pub(super) async fn examine_all(spec: &FleetSpec, findings: &mut Vec<Finding>) -> BTreeMap<ClusterName, Seen> {
    let policy = policy(spec);
    let unresolved = policy.resolve_configured().await;
    for name in unresolved {
        findings.push(
            Finding::of(
                "network",
                Severity::Problem,
                format!("the name {name} does not resolve"),
            )
            .todo("correct the address in the configuration, or the name service of this machine"),
        );
    }
    let asked = spec.clusters.iter().map(|cluster| {
        let policy = policy.clone();
        async move {
            let mut found = Vec::new();
            let subject = format!("cluster {}", cluster.name);
            let seen = match WorkerClient::new(cluster, policy.clone()) {
                Ok(client) => {
                    let seen = examine(cluster, &client, &subject, &mut found).await;
                    if seen.identity.kafka.is_some() {
                        found.extend(open(cluster, policy).await.map(|words| {
                            Finding::of(&subject, Severity::Note, words).todo(
                                "whoever reaches it can change every connector: restrict who can, or add authentication",
                            )
                        }));
                    }
                    Some(seen)
                }
                Err(problem) => {
                    found.push(
                        Finding::of(&subject, Severity::Problem, problem.to_string())
                            .todo("correct `auth` and `tls` of this cluster in the configuration"),
                    );
                    None
                }
            };
            (cluster, seen, found)
        }
    });
    let mut all = BTreeMap::new();
    for (cluster, seen, found) in join_all(asked).await {
        findings.extend(found);
        if let Some(seen) = seen {
            all.insert(cluster.name.clone(), seen);
        }
    }
    all
}

async fn examine(cluster: &ClusterSpec, client: &WorkerClient, subject: &str, findings: &mut Vec<Finding>) -> Seen {
    let mut seen = Seen::default();
    (seen.identity.urls, seen.identity.asked) = configured(cluster);
    let mut versions: BTreeSet<Arc<str>> = BTreeSet::new();
    let mut lister: Option<Worker> = None;
    let asked = cluster.urls.iter().map(|url| async {
        let worker = client.at(url);
        let root = worker.root().await;
        (worker, root)
    });
    for (worker, root) in join_all(asked).await {
        match root {
            Ok(answer) => {
                let root = answer.value;
                findings.push(Finding::good(
                    subject,
                    format!(
                        "{} answers as Kafka Connect {} within {} ms",
                        root.address,
                        root.version,
                        answer.took.as_millis()
                    ),
                ));
                versions.insert(root.version);
                seen.identity.kafka = seen.identity.kafka.take().or(root.kafka_cluster_id);
                seen.workers.insert(root.address);
                health(&worker, subject, findings).await;
                lister.get_or_insert(worker);
            }
            Err(error) => findings.push(
                Finding::of(subject, Severity::Problem, format!("{}: {error}", worker.address())).todo(advice(&error)),
            ),
        }
    }
    match lister {
        Some(worker) => {
            let kafka = cluster.kafka.is_some();
            list(&worker, client, subject, kafka, &mut seen, &mut versions, findings).await;
        }
        None => findings.push(
            Finding::of(subject, Severity::Problem, "none of its configured addresses answers")
                .todo("its connectors will be shown as unknown until one does"),
        ),
    }
    if versions.len() > 1 {
        let list: Vec<&str> = versions.iter().map(|version| &**version).collect();
        findings.push(
            Finding::of(
                subject,
                Severity::Note,
                format!("its workers run different versions: {}", list.join(", ")),
            )
            .todo("fine while they are upgraded one after another, else bring them to one version"),
        );
    }
    seen
}

/// That its workers, which answered, answer also who shows nothing. A certificate that is shown need not be demanded, so
/// they are asked once without it.
async fn open(cluster: &ClusterSpec, policy: Policy) -> Option<&'static str> {
    if cluster.auth.is_some() {
        return None;
    }
    if cluster.tls.cert_file.is_none() {
        return Some("its REST API answers without credentials");
    }
    let mut bare = cluster.clone();
    (bare.tls.cert_file, bare.tls.key_file) = (None, None);
    let client = WorkerClient::new(&bare, policy).ok()?;
    let asked = bare
        .urls
        .iter()
        .map(|url| async { client.at(url).root().await.is_ok() });
    let answers = join_all(asked).await.contains(&true);
    answers.then_some("its REST API answers also without the client certificate that is configured for it")
}

/// What to do about a worker that lists its connectors and says nothing of its health.
const UNHEALTHY: &str = "look at the workers' Kafka, and at this worker's log: it answers from memory, and says how it is only \
                         when its herder does, which waits for the brokers";

async fn health(worker: &Worker, subject: &str, findings: &mut Vec<Finding>) {
    match worker.health().await {
        Ok(answer) if answer.value.ready => {}
        Ok(answer) => findings.push(
            Finding::of(
                subject,
                Severity::Warning,
                format!(
                    "{} says it is {}: {}",
                    worker.address(),
                    answer.value.word,
                    answer.value.message
                ),
            )
            .todo("look at this worker's log; it answers HTTP but does not take part in its group"),
        ),
        // Workers before 3.9 have no /health.
        Err(connect::Error::Unsupported) => {}
        Err(error) => findings.push(
            Finding::of(
                subject,
                Severity::Warning,
                format!("{} /health: {error}", worker.address()),
            )
            .todo(match error.gap_kind() {
                GapKind::TimedOut => UNHEALTHY.to_owned(),
                _ => advice(&error),
            }),
        ),
    }
}

/// Reads the list once and tries the addresses that statuses name.
async fn list(
    worker: &Worker,
    client: &WorkerClient,
    subject: &str,
    kafka: bool,
    seen: &mut Seen,
    versions: &mut BTreeSet<Arc<str>>,
    findings: &mut Vec<Finding>,
) {
    let answer = match worker.list_expanded(None).await {
        Ok(answer) => answer,
        Err(error) => {
            findings.push(
                Finding::of(
                    subject,
                    Severity::Problem,
                    format!("its connectors cannot be listed: {error}"),
                )
                .todo(advice(&error)),
            );
            return;
        }
    };
    let connect::Expanded::Body { connectors, .. } = answer.value else {
        return;
    };
    let text = format!(
        "{} connectors in one list of {} kB, within {} ms",
        connectors.len(),
        answer.bytes.div_ceil(1024),
        answer.took.as_millis()
    );
    findings.push(Finding::good(subject, text));
    if answer.took > DEADLINE / 2 {
        findings.push(
            Finding::of(
                subject,
                Severity::Warning,
                "the list takes more than half of the time allowed for it",
            )
            .todo("raise `[observe] interval`, and look at the workers' load"),
        );
    }
    let statuses = connectors.values().filter_map(|connector| connector.status.as_ref());
    let named: BTreeSet<WorkerId> = statuses
        .flat_map(|status| status.connector.iter().chain(status.tasks.values()))
        .map(|instance| instance.worker_id.clone())
        .collect();
    let mut living: BTreeSet<WorkerId> = named.intersection(&seen.workers).cloned().collect();
    let others = named.iter().filter(|id| !seen.workers.contains(*id));
    let probes = others.map(|id| async move {
        let probe = match client.advertised(id) {
            Some(probe) => tokio::time::timeout(Duration::from_secs(3), probe.root()).await.ok(),
            None => None,
        };
        (id, probe)
    });
    for (id, probe) in join_all(probes).await {
        match probe {
            Some(Ok(answer)) => {
                versions.insert(answer.value.version);
                living.insert(id.clone());
            }
            _ => findings.push(
                Finding::of(
                    subject,
                    Severity::Note,
                    format!("statuses name the worker {id}, whose address does not answer from here"),
                )
                .todo(if kafka {
                    "fine behind an ingress or in a pod network, and if it is gone the Connect group tells"
                } else {
                    "fine behind an ingress or in a pod network; without Kafka access Signalbox cannot tell whether it lives"
                }),
            ),
        }
    }
    seen.connectors = connectors.keys().cloned().collect();
    seen.identity.met = named.clone();
    seen.identity.named = named.clone();
    seen.identity.living = living;
    seen.workers.extend(named);
}

fn advice(error: &connect::Error) -> String {
    let told = error.to_string();
    let step = tls_step(&told, "").or_else(|| plain_step(&told, ""));
    step.unwrap_or_else(|| by_kind(error.gap_kind()).to_owned())
}

fn by_kind(kind: GapKind) -> &'static str {
    match kind {
        GapKind::Refused => "nothing listens there: start the worker or correct the address",
        GapKind::TimedOut => "it accepts connections and does not answer, or a firewall drops them: look at the worker",
        GapKind::Unreachable => "correct the address, the name service or the route to it",
        GapKind::Tls => "check its certificate and `tls` of this cluster",
        GapKind::Denied => "set `auth` of this cluster, or correct it",
        GapKind::Starting | GapKind::Busy => "wait until it has started or its rebalance is over, then ask again",
        GapKind::NotConnect => "this address is not a Connect worker's: the default port is 8083",
        GapKind::Unreadable => {
            "something between here and the worker changes or cuts its answers, or another kind of server listens there"
        }
        GapKind::Forbidden => "add its network to `[egress] allow`",
        GapKind::Partial | GapKind::Other => "look at the worker's log",
    }
}
