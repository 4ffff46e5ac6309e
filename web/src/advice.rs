//! What to look at first, by the kind of fault: one sentence for who was just woken.

use model::fault::{Fault, Scope};
use model::verdict::{Class, Domain};

/// The first thing to look at.
pub(crate) fn first_look(fault: &Fault) -> &'static str {
    match (&fault.scope, fault.class) {
        (Scope::Worker(_), _) => {
            "See whether its process runs and its host answers. The group takes its work over when the rebalance delay ends."
        }
        (Scope::Cluster, Class::Auth) => "Check the credentials that Signalbox uses for this cluster.",
        (Scope::Cluster, Class::Config) => "Check the addresses of this cluster in the configuration.",
        (Scope::Cluster, _) => {
            "See whether its workers run, and whether their addresses are reachable from this server."
        }
        (Scope::Connector(_), class) => of_connector(fault.domain, class),
    }
}

fn of_connector(domain: Domain, class: Class) -> &'static str {
    match (class, domain) {
        (Class::Auth, Domain::Infrastructure) => "Check the credentials that the workers use for Kafka.",
        (Class::Auth, _) => {
            "Check whether the connector's credentials expired or were changed; a restart alone does not help."
        }
        (Class::Acl, Domain::Infrastructure) => "Check what the workers' own principal may do in Kafka.",
        (Class::Acl, _) => "Grant what the message names to the connector's principal, then restart the task.",
        (Class::Network, _) => "See whether the address in the message is reachable from the worker.",
        (Class::Kafka, _) => "Look at the brokers first: the connector waits for them.",
        (Class::Worker, _) => "Look at the worker that ran it: its process, its host, its log.",
        (Class::Resource, _) => "Look at memory and disk of the worker; other tasks there are in danger too.",
        (Class::Plugin, _) => {
            "Compare the plugin's versions over the workers; one lacks a class or has another version."
        }
        (Class::Config, _) => "Correct the setting that the message names; a restart alone does not help.",
        (Class::Schema, _) => "Compare the schema of the topic with what the connector's converter expects.",
        (Class::Data, _) => "Find the record that the message names; a restart meets it again.",
        (Class::Target, _) => "Look at the target system first: it refused what the connector sent.",
        (Class::Source, _) => "Look at the source system first: it no longer gives what the connector reads.",
        (Class::Transient, _) => "A restart of the task usually helps; if it comes back, look at the system it names.",
        (Class::Unknown, _) => "Read the trace from its root cause, then what changed shortly before.",
    }
}
