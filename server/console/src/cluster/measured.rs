//! What is seen of how far a cluster's connectors have come.

use engine::ClusterSpec;
use view::{Cluster, Staleness};

use super::sight::{Seeing, Sight};

/// Commits, ends of logs and what sources write down, as one source.
pub(super) fn sight(cluster: &Cluster, spec: Option<&ClusterSpec>, staleness: &Staleness) -> Sight {
    let configured = spec.is_some_and(|spec| spec.kafka.is_some());
    let live = cluster.live().count();
    let measured = cluster
        .live()
        .filter(|connector| cluster.current_reading(connector, staleness).is_some())
        .count();
    let (state, text, as_of, gain) = match (configured, measured) {
        (false, 0) => (
            Seeing::NotGranted,
            "Its Kafka is not named in the configuration, so that lag and freshness are not known, and nothing tells a \
             connector that stands still from one that works."
                .to_owned(),
            None,
            Some(
                "Name its Kafka (kafka, below [[clusters]]), with the right to DESCRIBE groups and topics and to READ \
                 __consumer_offsets.",
            ),
        ),
        (_, measured) if measured >= live => (
            Seeing::Seen,
            "How far each connector has come; its page tells from what.".to_owned(),
            None,
            None,
        ),
        (_, 0) if cluster.progress.as_of.is_some() => (
            Seeing::Refused,
            "Nothing tells at the moment how far its connectors have come.".to_owned(),
            cluster.progress.as_of,
            Some("signalbox doctor says what Kafka does not tell, and the command that grants it."),
        ),
        (_, measured) => (
            Seeing::Partly,
            format!("How far {measured} of {live} connectors have come; the page of each tells from what."),
            None,
            Some("signalbox doctor names the group or topic that may not be read, and the command that grants it."),
        ),
    };
    Sight {
        source: "Offsets and consumer groups",
        state,
        text,
        as_of,
        gain,
    }
}
