//! Entries of the history in sentences.

use model::fault::Scope;
use model::record::{Entry, VerdictChange};
use model::state::{State, TargetState};
use model::transition::{Change, Subject, Transition};
use model::verdict::Health;

use super::{EntryKind, Shift, Turn};

/// The kind by which entries are told apart.
pub(super) fn kind(entry: &Entry) -> EntryKind {
    match entry {
        Entry::Verdict(_) => EntryKind::Verdict,
        Entry::FaultOpened(_) | Entry::FaultEnded(_) => EntryKind::Fault,
        Entry::Transition(transition) => match transition.change {
            Change::State { .. } | Change::TaskRemoved | Change::Target { .. } | Change::RecordsLost { .. } => {
                EntryKind::State
            }
            Change::ConnectorAppeared { .. } | Change::ConnectorDeleted => EntryKind::Connector,
            Change::Config { .. } => EntryKind::Config,
            Change::WorkerCame { .. } | Change::WorkerLeft { .. } | Change::WorkerVersion { .. } => EntryKind::Worker,
            Change::Rebalance { .. } => EntryKind::Rebalance,
            Change::Reachable
            | Change::Unreachable { .. }
            | Change::KafkaCluster { .. }
            | Change::Refused { .. }
            | Change::Admitted => EntryKind::Cluster,
            Change::RecordingGap { .. } | Change::Other => EntryKind::Gap,
        },
    }
}

/// The health that an entry is about.
pub(super) fn health(entry: &Entry) -> Option<Health> {
    match entry {
        Entry::Verdict(change) => Some(change.to),
        // One that ended may have become part of a greater one; who is healthy then, verdicts tell.
        Entry::FaultOpened(_) | Entry::FaultEnded(_) => None,
        Entry::Transition(transition) => match &transition.change {
            Change::State { to, .. } => match to {
                State::Running => Some(Health::Healthy),
                State::Failed => Some(Health::Failed),
                State::Paused => Some(Health::Paused),
                State::Stopped => Some(Health::Stopped),
                State::Unassigned => Some(Health::Unassigned),
                State::Restarting => Some(Health::Restarting),
                State::Other(_) => Some(Health::Unknown),
            },
            Change::WorkerLeft { .. } => Some(Health::Unassigned),
            Change::WorkerCame { .. } | Change::Reachable => Some(Health::Healthy),
            Change::Unreachable { .. } | Change::Refused { .. } | Change::RecordingGap { .. } => Some(Health::Unknown),
            _ => None,
        },
    }
}

/// What an entry adds to a storm or a wave: states and verdicts of a connector, faults that are its alone, and that it is
/// new, with its first config.
pub(super) fn turn(entry: &Entry) -> Option<Turn> {
    let turn = |subject: String, word: &str, cause: Option<&str>| Turn {
        subject,
        word: word.to_owned(),
        cause: cause.map(str::to_owned),
        shift: None,
        shared: None,
    };
    match entry {
        Entry::Verdict(change) => Some(Turn {
            shared: shared(change),
            ..turn(change.connector.to_string(), change.to.words(), None)
        }),
        Entry::FaultOpened(fault) | Entry::FaultEnded(fault) => {
            let Scope::Connector(name) = &fault.scope else {
                return None;
            };
            let word = match entry {
                Entry::FaultOpened(_) => "opened",
                _ => "ended",
            };
            Some(Turn {
                shared: Some(fault.root_cause.to_string()),
                ..turn(format!("a fault of {name}"), word, Some(&fault.root_cause))
            })
        }
        Entry::Transition(transition) => match &transition.change {
            Change::State {
                from,
                to,
                from_worker,
                root_cause,
                ..
            } => Some(Turn {
                shift: shift(from.as_ref(), to, from_worker.is_some()),
                shared: root_cause
                    .as_deref()
                    .filter(|_| *to == State::Failed)
                    .map(str::to_owned),
                ..turn(subject(&transition.subject), to.as_str(), root_cause.as_deref())
            }),
            Change::ConnectorAppeared { again: false } | Change::Config { from: None, .. } => Some(Turn {
                shared: Some(String::new()),
                ..turn(subject(&transition.subject), "appeared", None)
            }),
            _ => None,
        },
    }
}

/// Why a verdict changed, as others may for the same cause; empty where it is no trouble, or known again.
fn shared(change: &VerdictChange) -> Option<String> {
    match (change.from, change.to.unhealthy()) {
        (Some(Health::Unknown), _) | (_, false) => Some(String::new()),
        _ => change.reasons.first().map(|reason| reason.text.to_string()),
    }
}

/// What of a rebalance a change of state is: tasks are let go and taken up, here or elsewhere, and nothing else happens.
fn shift(from: Option<&State>, to: &State, elsewhere: bool) -> Option<Shift> {
    match (from, to) {
        (Some(State::Running | State::Unassigned | State::Restarting), State::Running) if elsewhere => {
            Some(Shift::Moved)
        }
        (Some(State::Running), State::Unassigned) | (Some(State::Unassigned), State::Running) => Some(Shift::Waited),
        _ => None,
    }
}

/// One sentence, its subject first.
pub(super) fn text(entry: &Entry) -> String {
    match entry {
        Entry::Transition(transition) => transition_text(transition),
        Entry::Verdict(change) => {
            let why = change
                .reasons
                .first()
                .map(|reason| format!(": {}", reason.text))
                .unwrap_or_default();
            let was = change
                .from
                .map(|from| format!(", was {}", from.words()))
                .unwrap_or_default();
            format!("{} {}{was}{why}", change.connector, change.to.says())
        }
        Entry::FaultOpened(fault) => match &fault.scope {
            Scope::Connector(name) => format!("a fault of {name} opened: {}", fault.root_cause),
            _ if fault.members.is_empty() => format!("a fault opened: {}", fault.root_cause),
            _ => format!("a fault opened: {}; {}", fault.root_cause, members(fault.members.len())),
        },
        Entry::FaultEnded(fault) => match &fault.scope {
            Scope::Connector(name) if fault.deleted => {
                format!(
                    "the fault of {name} ended because {name} was deleted: {}",
                    fault.root_cause
                )
            }
            _ if fault.deleted => format!(
                "a fault ended because the last connectors concerned were deleted: {}",
                fault.root_cause
            ),
            Scope::Connector(name) => format!("the fault of {name} ended: {}", fault.root_cause),
            _ => format!("a fault ended: {}", fault.root_cause),
        },
    }
}

fn members(count: usize) -> String {
    if count == 1 {
        "1 connector concerned".to_owned()
    } else {
        format!("{count} connectors concerned")
    }
}

fn subject(subject: &Subject) -> String {
    match subject {
        Subject::Cluster => "the cluster".to_owned(),
        Subject::Worker(id) => format!("worker {id}"),
        Subject::Connector(name) => name.to_string(),
        Subject::Task(name, number) => format!("{name} task {number}"),
    }
}

fn transition_text(transition: &Transition) -> String {
    let subject = subject(&transition.subject);
    match &transition.change {
        Change::ConnectorAppeared { again: false } => format!("{subject} appeared"),
        Change::ConnectorAppeared { again: true } => format!("{subject} appeared again after its deletion"),
        Change::ConnectorDeleted => format!("{subject} was deleted"),
        Change::State {
            from,
            to,
            from_worker,
            worker,
            root_cause,
            inferred,
        } => {
            let was = from.as_ref().map(|from| format!(", was {from}")).unwrap_or_default();
            let moved = from_worker
                .as_ref()
                .map(|from| format!(", moved from {from}"))
                .unwrap_or_default();
            let cause = root_cause
                .as_ref()
                .map(|cause| format!(": {cause}"))
                .unwrap_or_default();
            match inferred {
                true => format!("{subject} FAILED again on {worker}, by its changed trace{cause}"),
                false => format!("{subject} is {to} on {worker}{was}{moved}{cause}"),
            }
        }
        Change::TaskRemoved => format!("{subject} is gone"),
        Change::Config { from: None, to, .. } => format!("{subject} has config version {}", to.short()),
        Change::Config { to, keys, .. } => {
            let keys: Vec<&str> = keys.iter().map(|key| &**key).collect();
            let changed = if keys.is_empty() {
                "a masked value changed".to_owned()
            } else {
                keys.join(", ")
            };
            format!("{subject} got config version {}: {changed}", to.short())
        }
        Change::Target { to, .. } => match to {
            TargetState::Started => format!("{subject} was asked to run"),
            TargetState::Paused => format!("{subject} was asked to pause"),
            TargetState::Stopped => format!("{subject} was asked to stop"),
        },
        Change::WorkerCame { again: false } => format!("{subject} joined"),
        Change::WorkerCame { again: true } => format!("{subject} came back"),
        Change::WorkerLeft { in_order: true, .. } => format!("{subject} left in order"),
        Change::WorkerLeft {
            in_order: false,
            evidence,
        } => format!("{subject} is gone: {evidence}"),
        Change::WorkerVersion { from, to } => format!("{subject} now runs {to}, was {from}"),
        Change::Rebalance {
            members,
            leader,
            delay_ms,
        } => {
            let led = leader
                .as_ref()
                .map(|leader| format!(", led by {leader}"))
                .unwrap_or_default();
            let held = match delay_ms {
                0 => String::new(),
                ms => format!(", lost work held back for {} s", ms / 1000),
            };
            let workers = if *members == 1 { "worker" } else { "workers" };
            format!("rebalance: {members} {workers}{led}{held}")
        }
        Change::Reachable => "the cluster answers again".to_owned(),
        Change::Unreachable { gap } => format!("no worker answers: {}", gap.text),
        Change::KafkaCluster { from, to } => format!("the workers now use Kafka cluster {to}, was {from}"),
        Change::Refused { same_as } => {
            format!("the cluster is refused: it is the same Connect cluster as {same_as}, and is not watched twice")
        }
        Change::Admitted => "the cluster is refused no more, and is watched".to_owned(),
        Change::RecordsLost {
            topic,
            partition,
            from,
            until,
        } => format!(
            "{} records of {topic} partition {partition} were deleted before it had committed them: offsets {from} to {}",
            until.saturating_sub(*from),
            until.saturating_sub(1)
        ),
        Change::RecordingGap { from, why } => {
            format!("nothing could be recorded since {}: {why}", from.format("%H:%M:%S UTC"))
        }
        Change::Other => "something that only a newer version of Signalbox can tell".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use model::fault::Fault;
    use serde_json::json;

    use super::*;

    #[test]
    fn the_end_of_a_fault_tells_a_deletion_from_a_recovery() {
        let faults = testkit::samples::cluster().faults;
        let own = faults.iter().find(|fault| matches!(fault.scope, Scope::Connector(_)));
        let shared = faults.iter().find(|fault| !matches!(fault.scope, Scope::Connector(_)));
        for fault in own.into_iter().chain(shared) {
            let ended = |deleted| {
                Entry::FaultEnded(Fault {
                    deleted,
                    ..(**fault).clone()
                })
            };
            let (gone, well) = (ended(true), ended(false));
            assert!(
                text(&gone).contains(" deleted: ") && !text(&well).contains("deleted"),
                "{}",
                text(&gone)
            );
        }
        assert!(own.is_some() && shared.is_some());
    }

    #[test]
    fn the_end_of_a_fault_is_not_painted_healthy() {
        let fault = |scope| -> Fault {
            let fault = json!({
                "id": "f", "cluster": "orders", "scope": scope, "domain": "infrastructure", "class": "worker",
                "confidence": 0.9, "root_cause": "worker a:8083 is gone", "reasons": [], "members": ["a"],
                "opened_at": "2026-11-21T14:00:00Z", "ended_at": "2026-11-21T14:00:30Z",
            });
            serde_json::from_value(fault).unwrap()
        };
        for scope in [
            json!({"kind": "worker", "name": "a:8083"}),
            json!({"kind": "connector", "name": "a"}),
        ] {
            assert_eq!(health(&Entry::FaultOpened(fault(scope.clone()))), None);
            assert_eq!(
                health(&Entry::FaultEnded(fault(scope))),
                None,
                "the cluster's silence may have taken it in"
            );
        }
    }

    #[test]
    fn what_moves_is_told_from_what_fails() {
        use State::{Failed, Running, Unassigned};
        assert_eq!(shift(Some(&Running), &Running, true), Some(Shift::Moved));
        assert_eq!(shift(Some(&Unassigned), &Running, true), Some(Shift::Moved));
        assert_eq!(shift(Some(&Running), &Unassigned, false), Some(Shift::Waited));
        assert_eq!(shift(Some(&Unassigned), &Running, false), Some(Shift::Waited));
        assert_eq!(shift(Some(&Failed), &Running, true), None, "it was mended");
        assert_eq!(shift(Some(&Running), &Failed, true), None);
        assert_eq!(shift(None, &Running, false), None, "it is new");
    }
}
