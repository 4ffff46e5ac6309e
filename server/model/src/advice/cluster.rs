//! What concerns a whole cluster.

use super::UNPROVEN;
use super::case::Known;
use super::names::Names;
use super::tls::{plain_step, tls_step};
use crate::cause::Cause;
use crate::quiet::{ANOTHER_CLUSTER, Quiet};
use crate::verdict::Class;

pub(super) fn steps(known: &Known<'_>) -> Vec<String> {
    let names = Names::read(known.root_cause);
    // Of several addresses none is the one to go to.
    let alone = names.address().filter(|_| names.addresses() == 1);
    let at = alone.map(|address| format!(" at {address}")).unwrap_or_default();
    let step = || tls_step(known.root_cause, &at).or_else(|| plain_step(known.root_cause, &at));
    if let Some(Cause::Quiet(Quiet::Silent) | Cause::Unlisted { .. }) = known.cause
        && let Some(step) = step()
    {
        let doctor = "Read what `signalbox doctor` says on this server: it tries every address";
        return vec![step, doctor.to_owned()];
    }
    match (known.class, known.cause) {
        (Class::Auth, _) => vec![format!(
            "Correct the credentials that Signalbox uses for the workers{at}"
        )],
        (Class::Config, _) => vec![
            format!("Check what answers{at}: Signalbox takes it for no worker of Kafka Connect, or may not go there"),
            "Correct the addresses of this cluster in Signalbox's configuration".to_owned(),
        ],
        (Class::Worker, Some(Cause::Unlisted { .. })) => vec![
            format!("Read the log of the worker{at}: it answers, and does not list its connectors"),
            "Look into the workers themselves for what changed since then, until a list comes".to_owned(),
        ],
        (_, Some(Cause::Unlisted { lives, .. })) => vec![
            match lives {
                true => {
                    format!("Test from this server that the workers' REST API answers{at}: the workers themselves live")
                }
                false => format!("Test from this server that the workers' REST API answers{at}"),
            },
            "Check what lies between: port, listener, certificate, proxy, firewall and name service".to_owned(),
            "Look into the workers themselves for what changed since then, until it answers".to_owned(),
        ],
        (_, Some(Cause::NotTakenOver)) => vec![
            "Read the leader's log: it assigns the work, and says why it does not".to_owned(),
            "Check that enough workers are up: one that just left is waited for until the rebalance delay ends"
                .to_owned(),
        ],
        (_, Some(Cause::NotSeenSince)) => UNPROVEN.map(str::to_owned).to_vec(),
        (_, Some(Cause::Quiet(Quiet::Silent))) if known.root_cause.contains(ANOTHER_CLUSTER) => vec![
            format!("Correct the addresses of this cluster in Signalbox's configuration: another cluster answers{at}"),
            "Start the workers of this cluster where they belong, if their processes are down".to_owned(),
        ],
        (_, Some(Cause::Quiet(quiet))) => of_quiet(*quiet, known.class, &at),
        (Class::Kafka, Some(_)) => of_quiet(Quiet::Silent, Class::Kafka, &at),
        (Class::Worker, Some(_)) => of_quiet(Quiet::Silent, Class::Worker, &at),
        (_, Some(_)) => of_quiet(Quiet::Silent, Class::Network, &at),
        // An older version recorded it: what the workers do is told by the root cause alone.
        (_, None) => vec![
            format!("Look whether the workers of this cluster run, and what they answer{at}"),
            "Read their logs around that time".to_owned(),
        ],
    }
}

fn of_quiet(quiet: Quiet, class: Class, at: &str) -> Vec<String> {
    match quiet {
        Quiet::Busy => vec![
            "Read the workers' logs for why the rebalance does not end: a worker that joins and leaves again and again, or a connector whose start or stop hangs"
                .to_owned(),
            "Restart the worker that the logs point at, one at a time".to_owned(),
        ],
        Quiet::Unread => vec![
            "Check that the workers' Kafka is up, and that the leader of their config topic's partition answers them"
                .to_owned(),
            "Read the workers' logs for errors of their Kafka clients: credentials, rights on the topic, the network"
                .to_owned(),
        ],
        Quiet::Starting => vec![
            format!("Wait while the worker{at} reads its topics and joins its group"),
            "Read its log, if that takes longer than a few minutes: it says for what it waits".to_owned(),
        ],
        Quiet::Refusing => {
            vec![format!("Read the log of the worker{at}: it answers, and refuses to list its connectors")]
        }
        Quiet::Silent if class == Class::Worker => vec![
            format!("Start the workers of this cluster{at}, if their processes are down"),
            "Check their hosts and what was deployed there last".to_owned(),
        ],
        Quiet::Silent if class == Class::Kafka => vec![
            "Look whether the brokers of its Kafka run and answer: the workers wait for them".to_owned(),
            format!("Read the workers' logs for what they wait for{at}"),
        ],
        Quiet::Silent => vec![
            format!("Test from this server that the workers answer{at}"),
            "Check firewall, proxy and name service between this server and the workers, if they run".to_owned(),
        ],
    }
}
