//! Whether it is still the same Kafka cluster that answers. A bootstrap address may lead elsewhere one day: brokers with
//! fresh storage, a name that was moved. There the group has no members, which would read as the death of every worker.

use std::time::{Duration, Instant};

use model::observe::GroupMembers;
use rdkafka::consumer::Consumer;

use super::Known;
use crate::client::Client;
use crate::{Error, ffi};

/// The least time for the question after the id.
const LEAST: Duration = Duration::from_millis(100);

/// Passes on who is in the group, unless nobody is and another Kafka cluster answers than the one where somebody was.
/// Members prove that a cluster is theirs.
pub(super) fn told(
    client: &Client,
    answer: Result<GroupMembers, Error>,
    end: Instant,
    known: &mut Known,
) -> Result<GroupMembers, Error> {
    let mut seen = match answer {
        // A cluster without any group yet has no coordinator for one either.
        Err(Error::Refused { reason }) => {
            return Err(match (known.home.clone(), id(client)) {
                (Some(before), Some(now)) if now != before => Error::OtherCluster { before, now },
                _ => Error::Refused { reason },
            });
        }
        answer => answer?,
    };
    seen.kafka_cluster_id = id(client).map(Into::into);
    if seen.partial {
        return Ok(seen);
    }
    let Some(before) = known.home.clone() else {
        known.home = id(client);
        return Ok(seen);
    };
    if seen.members.is_empty() {
        // What is remembered of the id may be older than the answer; metadata asked for now is not.
        let left = end.saturating_duration_since(Instant::now()).max(LEAST);
        ffi::brokers(&client.consumer, left).map_err(|code| Error::from_number(code, left))?;
    }
    match id(client) {
        Some(now) if now != before && seen.members.is_empty() => Err(Error::OtherCluster { before, now }),
        Some(now) if now != before => {
            tracing::warn!(
                before,
                now,
                group = &*seen.group_id,
                "the group is in another Kafka cluster now"
            );
            known.home = Some(now.clone());
            seen.kafka_cluster_id = Some(now.into());
            Ok(seen)
        }
        _ => Ok(seen),
    }
}

/// The id as librdkafka remembers it from the newest metadata.
fn id(client: &Client) -> Option<String> {
    client.consumer.client().fetch_cluster_id(Duration::ZERO)
}
