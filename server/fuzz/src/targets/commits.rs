//! Records of the topic in which consumer groups commit.

use kafka::offsets::partition_of;
use kafka::offsets::record::{self, Key};
use kafka::protocol::Malformed;

use crate::seeds;
use crate::target::{Outcome, Target};

pub(crate) fn targets() -> Vec<Target> {
    vec![
        Target {
            name: "offset-key",
            seeds: seeds::offset_keys,
            read: key,
        },
        Target {
            name: "offset-value",
            seeds: seeds::offset_values,
            read: value,
        },
    ]
}

fn refused(error: Malformed) -> Outcome {
    Outcome::of(&[], &error.to_string())
}

/// Names are parts of the input, partitions are numbers that there can be, and every group is in one that there is.
fn key(bytes: &[u8]) -> Outcome {
    match record::key(bytes) {
        Ok(Key::Offset { group, place }) => {
            assert!(group.len() <= bytes.len());
            for partitions in [1, 50, i32::MAX] {
                let home = partition_of(group, partitions);
                assert!(home.is_some_and(|home| (0..partitions).contains(&home)), "{home:?}");
            }
            match place.read() {
                Ok((topic, partition)) => {
                    assert!(partition >= 0 && group.len() + topic.len() + 10 <= bytes.len());
                    Outcome::of(&[group.len(), topic.len(), 1], "offset")
                }
                Err(error) => Outcome::of(&[group.len()], &format!("a place: {error}")),
            }
        }
        Ok(Key::Group(group)) => Outcome::of(&[group.len()], "group"),
        Ok(Key::Other(version)) => {
            assert!(version > 2);
            Outcome::of(&[usize::from(version.unsigned_abs())], "other")
        }
        Err(error) => refused(error),
    }
}

/// Offsets are ones that there can be, and only newer versions lack a time.
fn value(bytes: &[u8]) -> Outcome {
    match record::value(bytes) {
        Ok(read) => {
            assert!(read.offset >= 0);
            let newer = bytes
                .get(..2)
                .is_some_and(|version| version > &record::NEWEST.to_be_bytes()[..]);
            assert_eq!(read.committed_at_ms.is_none(), newer);
            Outcome::of(&[bytes.len(), usize::from(newer)], "value")
        }
        Err(error) => refused(error),
    }
}
