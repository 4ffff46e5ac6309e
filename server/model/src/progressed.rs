//! What is put on record of a connector's progress, so that a server that takes over restarts no clock.
//!
//! What moves all the time is not written all the time: a record names the position at which it was made, and whoever finds
//! another one knows that it moved since.

use std::sync::Arc;

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

use crate::Timestamp;
use crate::kept;

/// What is on record of a connector's progress.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProgressFacts {
    /// Its tasks, where it is known which task reads what; else all of it in one.
    #[serde(default)]
    pub units: Vec<UnitFacts>,
    /// How long it waits for its commits (95th percentile), in ms; `None`: unknown.
    #[serde(default)]
    pub rhythm_ms: Option<i64>,
    /// Records that were deleted before it had committed them, the last ones; one for a partition.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lost: Vec<LostFacts>,
}

/// Records of one partition that were deleted before a sink had committed them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LostFacts {
    /// The topic.
    #[serde(deserialize_with = "kept::read_word")]
    pub topic: Arc<str>,
    /// The partition.
    pub partition: i32,
    /// The first offset.
    pub from: i64,
    /// The offset after the last, as of this record.
    pub until: i64,
    /// Whether it reads on behind them; else more may be lost.
    #[serde(default)]
    pub over: bool,
}

/// What is on record of the progress of a task, or of all of a connector.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnitFacts {
    /// The task's number; `None`: all of the connector.
    #[serde(default)]
    pub task: Option<u32>,
    /// When it moved last, as of this record; to 10 s.
    #[serde(default)]
    pub moved: Option<Timestamp>,
    /// Since when work waited and nothing moved, without the time in which nobody looked; none where nothing waited.
    #[serde(default)]
    pub standing: Option<Timestamp>,
    /// The sum of what was committed, or a digest of a source's offsets: where it is another now, it moved since.
    #[serde(default)]
    pub position: i64,
}

impl ProgressFacts {
    /// A record.
    pub fn new(mut units: Vec<UnitFacts>, rhythm: Option<TimeDelta>, mut lost: Vec<LostFacts>) -> Self {
        units.shrink_to_fit();
        lost.shrink_to_fit();
        Self {
            units,
            lost,
            rhythm_ms: rhythm.map(|time| time.num_milliseconds()),
        }
    }

    /// How long it waits for its commits; `None`: unknown.
    pub fn rhythm(&self) -> Option<TimeDelta> {
        self.rhythm_ms
            .filter(|ms| *ms >= 0)
            .and_then(TimeDelta::try_milliseconds)
    }

    /// When anything of it moved last, as of this record. It may have moved since.
    pub fn moved(&self) -> Option<Timestamp> {
        self.units.iter().filter_map(|unit| unit.moved).max()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_of_another_version_is_read() {
        let read = |text: &str| serde_json::from_str::<ProgressFacts>(text).unwrap();
        assert_eq!(read("{}"), ProgressFacts::default());
        let newer = r#"{"units": [{"task": 3, "position": 9, "speed": 7}], "rhythm_ms": 5000, "mood": "good"}"#;
        assert_eq!(read(newer).units.first().unwrap().task, Some(3));
        assert_eq!(read(newer).rhythm(), Some(TimeDelta::seconds(5)));
        assert_eq!(read(r#"{"rhythm_ms": -9223372036854775808}"#).rhythm(), None);
        assert_eq!(
            read(r#"{"rhythm_ms": 9223372036854775807}"#)
                .rhythm()
                .map(|time| time.num_days() > 9),
            Some(true)
        );
    }
}
