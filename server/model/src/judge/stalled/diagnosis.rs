//! Why it stands, as far as that can be told from outside.

use std::collections::BTreeSet;

use super::{Standing, numbers};
use crate::cause::{Cause, Stall};
use crate::facts::Alive;
use crate::judge::case::Case;
use crate::names::WorkerId;
use crate::verdict::{Class, Diagnosis, Domain};

/// What is wrong, and whose it is: of what runs and gets nothing done there is no trace to read.
pub(super) fn diagnosis(case: &Case<'_>, standing: &[Standing<'_>], how: Stall) -> Diagnosis {
    let tasks = numbers(case, standing);
    let worker = |number: &u32| Some(&case.connector.tasks.get(number)?.worker_id);
    let workers: BTreeSet<&WorkerId> = tasks.iter().filter_map(worker).collect();
    let alive = |id: &&WorkerId| {
        let worker = case.cluster.workers.get(*id);
        worker.is_some_and(|worker| worker.alive == Alive::Yes)
    };
    let live = workers.iter().all(alive);
    let others = case
        .connector
        .tasks
        .iter()
        .filter(|(number, _)| !tasks.contains(number));
    let elsewhere =
        others.clone().next().is_some() && others.clone().all(|(_, task)| !workers.contains(&task.worker_id));
    let target = case.connector.config.as_ref().and_then(|config| config.targets.first());
    let at = target.map(|target| format!(" {}", target.address)).unwrap_or_default();
    let of = |domain, class, confidence, root_cause: String, why: &str| Diagnosis {
        domain,
        class,
        confidence,
        root_cause: root_cause.into(),
        why: why.into(),
        cause: Some(Cause::Stalled(how)),
        shared: None,
    };
    let commits_nothing = || match at.as_str() {
        "" => "records wait and nothing is committed".to_owned(),
        at => format!("records wait and nothing is committed; it writes to{at}"),
    };
    match how {
        Stall::Heartbeats => of(
            Domain::Connector,
            Class::Source,
            0.6,
            match at.as_str() {
                "" => "its heartbeats stay away".to_owned(),
                at => format!("its heartbeats stay away; it reads from{at}"),
            },
            "it runs and retries in silence what it cannot do, as when the system that it reads is away or refuses it",
        ),
        _ if !live => of(
            Domain::Unsure,
            Class::Unknown,
            0.3,
            commits_nothing(),
            "whether its workers live is not known, so that it may stand with them",
        ),
        _ if elsewhere => of(
            Domain::Unsure,
            Class::Unknown,
            0.4,
            commits_nothing(),
            "only its tasks on some workers stand while those on others do not, so that a worker may be the cause as well as \
             the system that it writes to",
        ),
        Stall::NeverCommitted => of(
            Domain::Unsure,
            Class::Unknown,
            0.4,
            "records wait and nothing was ever committed".to_owned(),
            "its first write may hang, or it keeps its offsets elsewhere than in its consumer group",
        ),
        Stall::Commits => of(
            Domain::Connector,
            Class::Target,
            0.6,
            commits_nothing(),
            "its task is RUNNING on a worker that lives and gets nothing done, as when the system that it writes to takes \
             nothing",
        ),
    }
}
