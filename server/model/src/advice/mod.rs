//! What to do about a fault: numbered steps for who was just woken, the same on the page, in `why` and for programs.
//!
//! A pure function of what is known. Each step begins with a verb and names the thing, as far as the root cause names
//! it; what it does not name is not spoken of.

mod access;
mod case;
mod cluster;
mod config;
mod moving;
mod names;
mod records;
mod systems;
mod tls;

use crate::cause::{Cause, Loss};
use crate::fault::Fault;
use crate::scope::Scope;
use crate::stage::Stage;
use crate::verdict::Class;
pub use case::Known;
use case::{Case, RESTART};
pub use tls::{plain_step, tls_step};

/// The steps, the first one first; at least one, at most four, each a sentence with its full stop.
pub fn steps(known: &Known<'_>) -> Vec<String> {
    let steps = match known.scope {
        Scope::Worker(worker) => {
            let loss = match known.cause {
                Some(Cause::Worker(loss)) => Some(*loss),
                _ => None,
            };
            of_worker(worker.as_str(), loss)
        }
        Scope::Cluster => cluster::steps(known),
        Scope::Connector(_) => of_connector(known),
    };
    steps.into_iter().map(|step| format!("{step}.")).collect()
}

/// The steps for a fault.
pub fn of_fault(fault: &Fault) -> Vec<String> {
    steps(&Known {
        scope: &fault.scope,
        domain: fault.domain,
        class: fault.class,
        root_cause: &fault.root_cause,
        why: fault.reasons.first().map_or("", |why| why),
        cause: fault.cause.as_ref(),
    })
}

fn of_connector(known: &Known<'_>) -> Vec<String> {
    let case = Case::of(known);
    if let Some(steps) = without_trace(&case) {
        return steps;
    }
    match known.class {
        Class::Auth => access::auth(&case),
        Class::Acl => access::acl(&case),
        Class::Network => systems::network(&case),
        Class::Kafka => systems::kafka(&case),
        Class::Target | Class::Source => systems::other(&case),
        Class::Worker => vec![
            match case.names.address() {
                Some(address) => format!("Test from the other workers that {address} answers"),
                None => "Read the log of the worker that ran it, and check its process and host".to_owned(),
            },
            RESTART.to_owned(),
        ],
        Class::Resource => systems::resource(&case),
        Class::Plugin => config::plugin(&case),
        Class::Config => config::config(&case),
        Class::Schema => records::schema(&case),
        Class::Data => records::data(&case),
        Class::Transient => vec![
            RESTART.to_owned(),
            "Look, if it comes back, for what took the task's place: a second connector of this name on the same Kafka, or one rebalance after another"
                .to_owned(),
        ],
        Class::Unknown => unknown(&case),
    }
}

/// Faults that were found without a trace.
fn without_trace(case: &Case<'_>) -> Option<Vec<String>> {
    let steps = match case.known.cause? {
        Cause::NoTaskConfigs => vec![
            "Check that the config selects something that exists: its topics, tables, or the pattern for them",
            "Check that the connector's user may see it",
            "Restart the connector, so that it looks for work again",
        ],
        Cause::NoTrace => {
            let first = match case.names.worker() {
                Some(worker) => {
                    format!("Read the log of worker {worker} at the time of the failure: REST has no trace")
                }
                None => "Read the log of its worker at the time of the failure: REST has no trace".to_owned(),
            };
            return Some(vec![
                first,
                "Restart the failed tasks once: another failure may leave a trace".to_owned(),
            ]);
        }
        Cause::NoStatusYet => vec![
            "Wait a minute: a connector that was just created looks like this",
            "Search the workers' logs for its name, if it stays so: its start may hang",
        ],
        Cause::StatusVanished => vec![
            "Check that the status topic of the cluster is compacted and was not emptied",
            "Restart the connector with its tasks, so that they report again",
        ],
        Cause::DeletionUnproven => UNPROVEN.to_vec(),
        Cause::Stalled(stall) => return Some(moving::stalled(case, *stall)),
        Cause::Lagging => moving::LAGGING.to_vec(),
        Cause::UnknownState => vec!["Compare the workers' version with those that this Signalbox knows"],
        _ => return None,
    };
    Some(steps.into_iter().map(str::to_owned).collect())
}

/// What proves a deletion, or that there was none.
const UNPROVEN: [&str; 2] = [
    "Check that all workers of the cluster answer: a second one must list it no more either",
    "Ask a worker for the plain list of its connectors, GET /connectors, if they do",
];

fn unknown(case: &Case<'_>) -> Vec<String> {
    let read = match (case.names.thrown_in(), case.stage) {
        (Some(place), _) => format!("Look up what {place} does: there it broke, without a message"),
        (None, Some(Stage::Transformation(name))) if !name.is_empty() => {
            format!("Check the settings of the transformation {name}: there it broke")
        }
        _ => "Read the trace from its root cause upwards".to_owned(),
    };
    vec![
        read,
        "Compare with what changed shortly before: config, plugin version, the system at its other end".to_owned(),
        "Restart what FAILED once to see whether it comes back, unless that was tried already".to_owned(),
    ]
}

fn of_worker(worker: &str, loss: Option<Loss>) -> Vec<String> {
    let steps = match loss {
        Some(Loss::Idle) => [
            format!("Wait for the rebalance delay to end: the group then hands {worker} or another its work"),
            format!("Read the log of {worker} to see why it was away"),
        ],
        Some(Loss::InOrder) => [
            format!("Start {worker} again, unless it was meant to leave"),
            "Wait for the rebalance delay to end, if it was: the others then take its work over".to_owned(),
        ],
        Some(Loss::Gone) => [
            format!("Check that the worker process on {worker} runs and its host answers; start it if not"),
            "Wait for the rebalance delay to end, if it stays away: the others then take its work over".to_owned(),
        ],
        // An older version recorded it: how it was lost is told by the root cause alone.
        None => [
            format!("Look whether the worker process on {worker} runs, and read its log"),
            "Wait for the rebalance delay to end: its work is then placed anew".to_owned(),
        ],
    };
    steps.to_vec()
}
