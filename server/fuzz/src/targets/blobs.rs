//! Blobs that members of a group leave with the coordinator.

use kafka::group::decode::{self, Assignment};
use kafka::protocol::Malformed;

use crate::seeds;
use crate::target::{Outcome, Target};

pub(crate) fn targets() -> Vec<Target> {
    vec![
        Target {
            name: "metadata",
            seeds: seeds::metadata,
            read: metadata,
        },
        Target {
            name: "assignment",
            seeds: seeds::assignments,
            read: assignment,
        },
    ]
}

fn refused(error: &Malformed) -> Outcome {
    Outcome::of(&[], &error.to_string())
}

/// Ownership keeps its promises: sorted, no task without number, nothing that neither blob named.
fn owned(metadata: Option<&decode::Metadata>, assignment: &Assignment) -> Vec<usize> {
    let (connectors, tasks) = decode::owned(metadata, assignment);
    assert!(connectors.is_sorted() && tasks.is_sorted());
    let had = metadata.and_then(|metadata| metadata.owned.as_ref());
    let shares = had.into_iter().chain([assignment]).flat_map(|given| &given.assigned);
    let given: usize = shares.map(|share| share.tasks.len()).sum();
    assert!(connectors.len() + tasks.len() <= given);
    vec![connectors.len(), tasks.len()]
}

fn metadata(bytes: &[u8]) -> Outcome {
    match decode::metadata(bytes) {
        Ok(None) => Outcome::of(&[], "empty"),
        Ok(Some(read)) => {
            let mut sizes = vec![usize::from(read.version.unsigned_abs()), read.url.len()];
            if let Some(had) = &read.owned {
                sizes.extend(owned(Some(&read), had));
            }
            Outcome::of(&sizes, "metadata")
        }
        Err(error) => refused(&error),
    }
}

fn assignment(bytes: &[u8]) -> Outcome {
    match decode::assignment(bytes) {
        Ok(None) => Outcome::of(&[], "empty"),
        Ok(Some(read)) => {
            let mut sizes = vec![
                usize::from(read.version.unsigned_abs()),
                read.leader.len(),
                read.revoked.len(),
            ];
            sizes.extend(owned(None, &read));
            Outcome::of(&sizes, "assignment")
        }
        Err(error) => refused(&error),
    }
}
