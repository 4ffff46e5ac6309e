//! What to do about a fault: numbered steps for who was just woken, the same on the page, in `why` and for programs.
//!
//! A pure function of what is known. Each step begins with a verb and names the thing, as far as the root cause names
//! it; what it does not name is not spoken of.

mod access;
mod case;
mod config;
mod names;
mod records;
mod systems;

use crate::fault::Fault;
use crate::quiet::Quiet;
use crate::scope::Scope;
use crate::stage::Stage;
use crate::verdict::Class;
pub use case::Known;
use case::{Case, RESTART};
use names::Names;

/// The steps, the first one first; at least one, at most four, each a sentence with its full stop.
pub fn steps(known: &Known<'_>) -> Vec<String> {
    let steps = match known.scope {
        Scope::Worker(worker) => of_worker(worker.as_str(), known.root_cause),
        Scope::Cluster => of_cluster(known),
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
    let said = |part: &str| case.known.root_cause.contains(part);
    let steps = if said("generated no task configs") {
        vec![
            "Check that the config selects something that exists: its topics, tables, or the pattern for them",
            "Check that the connector's user may see it",
            "Restart the connector, so that it looks for work again",
        ]
    } else if said("no trace") {
        let first = match case.names.worker() {
            Some(worker) => format!("Read the log of worker {worker} at the time of the failure: REST has no trace"),
            None => "Read the log of its worker at the time of the failure: REST has no trace".to_owned(),
        };
        return Some(vec![
            first,
            "Restart the failed tasks once: another failure may leave a trace".to_owned(),
        ]);
    } else if said("no status of it exists yet") {
        vec![
            "Wait a minute: a connector that was just created looks like this",
            "Search the workers' logs for its name, if it stays so: its start may hang",
        ]
    } else if said("its status has vanished") {
        vec![
            "Check that the status topic of the cluster is compacted and was not emptied",
            "Restart the connector with its tasks, so that they report again",
        ]
    } else if said("it was deleted is not proven yet") {
        vec![
            "See whether all workers of the cluster answer: a second one must list it no more either",
            "Ask a worker for the plain list of its connectors, GET /connectors, if they do",
        ]
    } else if said("a state that Signalbox does not know") {
        vec!["Compare the workers' version with those that this Signalbox knows"]
    } else {
        return None;
    };
    Some(steps.into_iter().map(str::to_owned).collect())
}

fn unknown(case: &Case<'_>) -> Vec<String> {
    let read = match (case.names.thrown_in(), &case.stage) {
        (Some(place), _) => format!("Look up what {place} does: there it broke, without a message"),
        (None, Some(Stage::Transformation(name))) if !name.is_empty() => {
            format!("Check the settings of the transformation {name}: there it broke")
        }
        _ => "Read the trace from its root cause upwards".to_owned(),
    };
    vec![
        read,
        "Compare with what changed shortly before: config, plugin version, the system at its other end".to_owned(),
        "Restart what FAILED once, to see whether it comes back".to_owned(),
    ]
}

fn of_worker(worker: &str, root_cause: &str) -> Vec<String> {
    let steps = if root_cause.ends_with("is back without its work") {
        [
            format!("Wait for the rebalance delay to end: the group then hands {worker} or another its work"),
            format!("Read the log of {worker} to see why it was away"),
        ]
    } else if root_cause.ends_with("left in order") {
        [
            format!("Start {worker} again, unless it was meant to leave"),
            "Wait for the rebalance delay to end, if it was: the others then take its work over".to_owned(),
        ]
    } else {
        [
            format!("Check that the worker process on {worker} runs and its host answers; start it if not"),
            "Wait for the rebalance delay to end, if it stays away: the others then take its work over".to_owned(),
        ]
    };
    steps.to_vec()
}

fn of_cluster(known: &Known<'_>) -> Vec<String> {
    let names = Names::read(known.root_cause);
    // Of several addresses none is the one to go to.
    let alone = names.address().filter(|_| names.addresses() == 1);
    let at = alone.map(|address| format!(" at {address}")).unwrap_or_default();
    let quiet = Quiet::told(known.root_cause);
    let steps: &[String] = &match known.class {
        Class::Auth => vec![format!(
            "Correct the credentials that Signalbox uses for the workers{at}"
        )],
        Class::Config => vec![
            format!("Check what answers{at}: Signalbox takes it for no worker of Kafka Connect, or may not go there"),
            "Correct the addresses of this cluster in Signalbox's configuration".to_owned(),
        ],
        Class::Worker if quiet == Some(Quiet::Unlisted) => vec![
            format!("Read the log of the worker{at}: it answers, and does not list its connectors"),
            "Look into the workers themselves for what changed since then, until a list comes".to_owned(),
        ],
        _ if quiet == Some(Quiet::Unlisted) => vec![
            format!("Test from this server that the workers' REST API answers{at}: the workers themselves live"),
            "Check what lies between: port, listener, certificate, proxy, firewall and name service".to_owned(),
            "Look into the workers themselves for what changed since then, until it answers".to_owned(),
        ],
        Class::Worker if known.root_cause.contains("UNASSIGNED") => vec![
            "Read the leader's log: it assigns the work, and says why it does not".to_owned(),
            "Check that enough workers are up: one that just left is waited for until the rebalance delay ends"
                .to_owned(),
        ],
        Class::Worker if quiet == Some(Quiet::Busy) => vec![
            "Read the workers' logs for why the rebalance does not end: a worker that joins and leaves again and again, or a connector whose start or stop hangs"
                .to_owned(),
            "Restart the worker that the logs point at, one at a time".to_owned(),
        ],
        Class::Kafka if quiet == Some(Quiet::Unread) => vec![
            "Check that the workers' Kafka is up, and that the leader of their config topic's partition answers them"
                .to_owned(),
            "Read the workers' logs for errors of their Kafka clients: credentials, rights on the topic, the network"
                .to_owned(),
        ],
        Class::Worker if quiet == Some(Quiet::Starting) => vec![
            format!("Wait while the worker{at} reads its topics and joins its group"),
            "Read its log, if that takes longer than a few minutes: it says for what it waits".to_owned(),
        ],
        Class::Worker if quiet == Some(Quiet::Refusing) => {
            vec![format!("Read the log of the worker{at}: it answers, and refuses to list its connectors")]
        }
        Class::Worker => vec![
            format!("Start the workers of this cluster{at}, if their processes are down"),
            "Check their hosts and what was deployed there last".to_owned(),
        ],
        _ => vec![
            format!("Test from this server that the workers answer{at}"),
            "Check firewall, proxy and name service between this server and the workers, if they run".to_owned(),
        ],
    };
    steps.to_vec()
}
