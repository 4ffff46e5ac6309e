//! Verdicts of every health, with reasons and, where somebody is needed, a diagnosis.

use model::cause::{Cause, Loss, Stall};
use model::fault::Scope;
use model::names::WorkerId;
use model::observe::Source;
use model::quiet::Quiet;
use model::verdict::{Activity, Class, Diagnosis, Domain, Health, Reason, TaskVerdict, Verdict};

use super::{ago, workers};

/// A verdict of this health, held since [`since`].
pub fn verdict(health: Health) -> Verdict {
    let (text, evidence, source) = why(health);
    let reason = |text: &str, evidence: &str, source| Reason {
        text: text.into(),
        evidence: evidence.into(),
        source,
        as_of: since(health),
    };
    let mut reasons = vec![reason(text, evidence, source)];
    if health == Health::Unassigned {
        reasons.push(reason(
            "REST still says RUNNING, because nobody wrote that the worker is gone.",
            "task 0: RUNNING on 10.0.0.8:8083",
            Source::Rest,
        ));
    }
    Verdict {
        health,
        activity: match health {
            Health::Healthy => Activity::Active,
            Health::Stalled => Activity::Idle,
            _ => Activity::Unknown,
        },
        since: since(health),
        reasons,
        tasks: tasks(health).into_iter().collect(),
        diagnosis: diagnosis(health),
        settings: 3,
    }
}

/// Since when the sample of a health holds: seconds to days before now.
pub(super) fn since(health: Health) -> model::Timestamp {
    ago(match health {
        Health::Restarting => 3,
        Health::NoTasks => 45,
        Health::Unassigned => 120,
        Health::CrashLooping => 400,
        Health::Failed => 840,
        Health::Degraded => 5_000,
        Health::Stalled => 20_000,
        Health::Lagging => 9_000,
        Health::Unknown => 31,
        Health::Paused => 700_000,
        Health::Stopped => 40_000_000,
        Health::Healthy => 86_400,
    })
}

fn why(health: Health) -> (&'static str, &'static str, Source) {
    match health {
        Health::CrashLooping => (
            "Task 0 failed 4 times within 7 min; restarts do not cure it.",
            "failures at 02:53:20, 02:55:41, 02:57:30, 02:59:50",
            Source::Record,
        ),
        Health::Failed => (
            "Every task failed 14 min ago: password authentication failed for user \"loader\".",
            "task 0: FAILED on 10.0.0.7:8083; task 1: FAILED on 10.0.0.7:8083",
            Source::Rest,
        ),
        Health::Degraded => ("1 of 2 tasks failed.", "task 1: FAILED on 10.0.0.7:8083", Source::Rest),
        Health::Stalled => (
            "No progress for 5 h 33 min although 20,311 records wait.",
            "committed 9,020 of 29,331",
            Source::Offsets,
        ),
        Health::Unassigned => (
            "Its worker 10.0.0.8:8083 is gone: it left the Connect group 2 min ago without a word.",
            "members: 10.0.0.7:8083",
            Source::Group,
        ),
        Health::NoTasks => (
            "It runs without any task.",
            "instance: RUNNING, tasks: none",
            Source::Rest,
        ),
        Health::Lagging => (
            "It progresses, but 1,204,331 records wait and they do not become fewer.",
            "lag 1,204,331 records",
            Source::Offsets,
        ),
        Health::Unknown => (
            "No worker of the cluster answered for 31 s.",
            "10.0.0.7:8083 refused the connection",
            Source::Probe,
        ),
        Health::Restarting => (
            "It is being restarted.",
            "task 0: RESTARTING on 10.0.0.7:8083",
            Source::Rest,
        ),
        Health::Paused => ("It was asked to pause.", "instance: PAUSED", Source::Rest),
        Health::Stopped => ("It was asked to stop.", "instance: STOPPED", Source::Rest),
        Health::Healthy => (
            "Instance and tasks run on live workers.",
            "2 of 2 tasks RUNNING",
            Source::Rest,
        ),
    }
}

fn tasks(health: Health) -> Vec<(u32, TaskVerdict)> {
    let task = |health, root: Option<&str>| TaskVerdict {
        health,
        since: since(health),
        text: why(health).0.into(),
        root_cause: root.map(Into::into),
    };
    let root = "PSQLException: FATAL: password authentication failed for user \"loader\"";
    match health {
        Health::Stopped | Health::NoTasks => Vec::new(),
        Health::Degraded => vec![(0, task(Health::Healthy, None)), (1, task(Health::Failed, Some(root)))],
        Health::Failed | Health::CrashLooping => {
            vec![(0, task(health, Some(root))), (1, task(health, Some(root)))]
        }
        other => vec![(0, task(other, None)), (1, task(other, None))],
    }
}

fn diagnosis(health: Health) -> Option<Diagnosis> {
    let (domain, class, confidence, root_cause, why) = match health {
        Health::CrashLooping => (
            Domain::Connector,
            Class::Data,
            0.9,
            "JsonParseException: Unrecognized token (value struck out)",
            "the same record is refused after every restart",
        ),
        Health::Failed | Health::Degraded => (
            Domain::Connector,
            Class::Auth,
            0.95,
            "PSQLException: FATAL: password authentication failed for user \"loader\"",
            "the target system refuses the connector's own credentials",
        ),
        Health::Stalled => (
            Domain::Unsure,
            Class::Unknown,
            0.3,
            "no error; work waits and nothing moves",
            "a stall leaves no trace, so the evidence does not decide",
        ),
        Health::Unassigned => (
            Domain::Infrastructure,
            Class::Worker,
            0.99,
            "worker 10.0.0.8:8083 died",
            "it left the Connect group without writing UNASSIGNED",
        ),
        Health::NoTasks => (
            Domain::Connector,
            Class::Config,
            0.5,
            "the connector made no task configs",
            "how many tasks there are follows from its config",
        ),
        Health::Lagging => (
            Domain::Connector,
            Class::Target,
            0.6,
            "the sink writes more slowly than records arrive",
            "its tasks are busy and its workers are not",
        ),
        Health::Unknown => (
            Domain::Infrastructure,
            Class::Network,
            0.8,
            "no worker of the cluster answers",
            "every configured address refuses the connection",
        ),
        Health::Restarting | Health::Paused | Health::Stopped | Health::Healthy => return None,
    };
    let cause = match health {
        Health::Unassigned => Some(Cause::Worker(Loss::Gone)),
        Health::NoTasks => Some(Cause::NoTaskConfigs),
        Health::Stalled => Some(Cause::Stalled(Stall::Commits)),
        Health::Lagging => Some(Cause::Lagging),
        Health::Unknown => Some(Cause::Quiet(Quiet::Silent)),
        _ => None,
    };
    let shared = match health {
        Health::Unassigned => Some(Scope::Worker(WorkerId::from(workers::DEAD))),
        Health::Unknown => Some(Scope::Cluster),
        _ => None,
    };
    Some(Diagnosis {
        domain,
        class,
        confidence,
        root_cause: root_cause.into(),
        why: why.into(),
        cause,
        shared,
    })
}
