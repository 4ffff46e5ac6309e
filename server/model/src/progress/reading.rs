//! What is read off the measures of a connector for people and programs: kept beside its facts, in every server, and never
//! judged by.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

use super::keeps::Keeps;
use super::measures::{Lag, Measures};
use crate::Timestamp;
use crate::kept;
use crate::lag::{Method, Runway, TopicPartition, Trend};
use crate::names::ConnectorName;

/// What was measured earlier than this before the others of its cluster says when.
const TOGETHER: TimeDelta = TimeDelta::seconds(15);

/// What is read of all connectors of a cluster.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Readings {
    /// When somebody looked last; `None`: nobody ever did.
    pub as_of: Option<Timestamp>,
    /// What was seen then. Of a connector that is not here nothing is known.
    pub of: Arc<BTreeMap<ConnectorName, Reading>>,
}

/// What is read of one connector.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Reading {
    /// When it was true, where that is earlier than for the others of its cluster.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub as_of: Option<Timestamp>,
    /// When it moved last, as far as was seen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub moved: Option<Timestamp>,
    /// Since when work waits and nothing moved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub standing: Option<Timestamp>,
    /// The consumer group of a sink.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<Arc<str>>,
    /// How far a sink is behind; `None` while that is not known, and for sources.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lag: Option<LagReading>,
    /// Why it is not known how far a sink is behind, in words.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "kept::read_some_word"
    )]
    pub why_unknown: Option<Arc<str>>,
    /// The moment that the newest offset of a source carries.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub read_until: Option<Timestamp>,
    /// The newest offset of a source in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub position: Option<Arc<str>>,
}

/// How far a sink is behind.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LagReading {
    /// Records, over all partitions of which it is known.
    pub records: u64,
    /// Partitions of which it is not known.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub unknown_partitions: u32,
    /// How old the oldest record is that waits; `None` where nothing tells, and where nothing waits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub oldest: Option<Oldest>,
    /// Where it is heading; `None` before that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trend: Option<Trend>,
    /// In how many seconds nothing waits any more, while it catches up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub caught_up_in: Option<u64>,
    /// How long until records are deleted that it has not read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub runway: Option<RunwayReading>,
}

/// How old the oldest record is that waits.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Oldest {
    /// In seconds.
    pub seconds: u64,
    /// Whether it may be older.
    #[serde(default)]
    pub at_least: bool,
    /// How that was found.
    pub method: Method,
    /// How sure, 0 to 1.
    pub confidence: f32,
}

/// The shortest runway of the partitions of a sink.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunwayReading {
    /// The topic.
    #[serde(deserialize_with = "kept::read_word")]
    pub topic: Arc<str>,
    /// The partition.
    pub partition: i32,
    /// Seconds that are left.
    pub seconds: u64,
    /// Whether it follows from the topic's retention; else from how fast the log is cut off at its start.
    #[serde(default)]
    pub by_retention: bool,
}

fn is_zero(number: &u32) -> bool {
    *number == 0
}

fn seconds(time: TimeDelta) -> u64 {
    u64::try_from(time.num_seconds()).unwrap_or(0)
}

impl Reading {
    /// Of measures that were asked for at `at`.
    pub fn of(measures: &Measures, at: Timestamp) -> Self {
        let sink = measures.sink.as_ref();
        let source = measures.source.as_ref();
        let lag = sink.and_then(|sink| sink.lag.as_ref());
        let standing = measures.units.iter().filter_map(|unit| unit.standing).min();
        Self {
            as_of: Some(measures.as_of).filter(|as_of| at - *as_of > TOGETHER),
            moved: measures.moved(),
            standing,
            group: sink.and_then(|sink| sink.keeps.group()).cloned(),
            lag: lag.map(LagReading::from),
            why_unknown: sink
                .filter(|_| lag.is_none())
                .map(|sink| why(&sink.keeps, sink.never_committed).into()),
            read_until: source.and_then(|source| source.read_until),
            position: source.and_then(|source| source.position.clone()),
        }
    }

    /// What still holds of it once it is old: when it moved last, and where it was then. How far it is behind, since when it
    /// stands and how new its newest change is are of then, and of no moment since.
    pub fn aged(&self) -> Self {
        let unknown = self.lag.as_ref().map(|_| Arc::from("nothing tells at the moment"));
        Self {
            standing: None,
            lag: None,
            why_unknown: unknown.or_else(|| self.why_unknown.clone()),
            read_until: None,
            ..self.clone()
        }
    }

    /// How old the newest change is that a source read, in seconds at `now`; `None` where its offsets carry no time.
    pub fn freshness(&self, now: Timestamp) -> Option<u64> {
        self.read_until.map(|until| seconds(now - until))
    }
}

impl From<&Lag> for LagReading {
    fn from(lag: &Lag) -> Self {
        Self {
            records: lag.records,
            unknown_partitions: lag.unknown_partitions,
            oldest: lag.seconds.map(|oldest| Oldest {
                seconds: oldest.seconds,
                at_least: oldest.at_least || lag.unknown_partitions > 0,
                method: oldest.method,
                confidence: oldest.confidence,
            }),
            trend: lag.trend,
            caught_up_in: lag.caught_up_in.map(seconds),
            runway: lag.runway.as_ref().map(RunwayReading::from),
        }
    }
}

impl From<&(TopicPartition, Runway)> for RunwayReading {
    fn from((of, runway): &(TopicPartition, Runway)) -> Self {
        Self {
            topic: of.topic.clone(),
            partition: of.partition,
            seconds: seconds(runway.left),
            by_retention: runway.by_retention,
        }
    }
}

impl LagReading {
    /// Records that wait for certain, `None` where nothing does and of some partitions it is not known.
    pub fn waiting(&self) -> Option<u64> {
        (self.records > 0 || !self.at_least()).then_some(self.records)
    }

    /// Whether more may wait than is known.
    pub fn at_least(&self) -> bool {
        self.unknown_partitions > 0
    }

    /// Seconds that it is behind: 0 where nothing waits, `None` where nothing tells.
    pub fn seconds(&self) -> Option<u64> {
        match self.oldest {
            Some(oldest) => Some(oldest.seconds),
            None if self.records == 0 && self.unknown_partitions == 0 => Some(0),
            None => None,
        }
    }
}

/// Why nothing is known of how far a sink is behind.
fn why(keeps: &Keeps, never_committed: bool) -> &'static str {
    match (keeps, never_committed) {
        (Keeps::Hidden, _) => "as which group it reads is hidden in its config",
        (Keeps::Elsewhere { .. }, _) => "it keeps its offsets elsewhere, and not in Kafka",
        (Keeps::Group(_), true) => "its group has committed nothing yet",
        (Keeps::Group(_), false) => "Kafka does not tell where the topics that it reads end",
    }
}

impl Readings {
    /// Of one connector.
    pub fn get(&self, name: &str) -> Option<&Reading> {
        self.of.get(name)
    }

    /// When a reading of these was true.
    pub fn as_of(&self, reading: &Reading) -> Option<Timestamp> {
        reading.as_of.or(self.as_of)
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use serde_json::json;

    use super::*;
    use crate::lag::Seconds;
    use crate::progress::{SinkMeasures, Unit, Waiting};

    fn at(second: i64) -> Timestamp {
        DateTime::from_timestamp(1_795_000_000 + second, 0).unwrap()
    }

    fn measures(lag: Option<Lag>, never_committed: bool) -> Measures {
        Measures {
            as_of: at(100),
            watched: at(0),
            units: vec![Unit {
                task: None,
                moved: Some(at(40)),
                standing: Some(at(60)),
                known: true,
                waiting: Waiting::default(),
            }],
            rhythm: None,
            gathers: false,
            passed: None,
            sink: Some(SinkMeasures {
                keeps: Keeps::Group("connect-orders".into()),
                never_committed,
                lag,
            }),
            source: None,
        }
    }

    fn lag(records: u64, unknown_partitions: u32, seconds: Option<u64>) -> Lag {
        Lag {
            records,
            unknown_partitions,
            seconds: seconds.map(|seconds| Seconds {
                seconds,
                at_least: false,
                method: Method::Interpolated,
                confidence: 0.5,
            }),
            trend: Some(Trend::Steady),
            caught_up_in: None,
            runway: None,
            as_of: at(100),
        }
    }

    #[test]
    fn what_is_not_known_is_absent_and_says_why() {
        let reading = Reading::of(&measures(None, true), at(101));
        assert_eq!(reading.lag, None);
        assert_eq!(
            reading.why_unknown.as_deref(),
            Some("its group has committed nothing yet")
        );
        assert_eq!(reading.freshness(at(101)), None);
        let known = Reading::of(&measures(Some(lag(7, 0, None)), false), at(101));
        assert_eq!(known.why_unknown, None);
        assert_eq!(
            known.lag.as_ref().unwrap().seconds(),
            None,
            "7 records, and nothing tells their age"
        );
        assert_eq!(
            LagReading::from(&lag(0, 1, None)).seconds(),
            None,
            "a partition is unknown"
        );
        let waiting = |records, unknown| LagReading::from(&lag(records, unknown, Some(9))).waiting();
        assert_eq!([waiting(0, 0), waiting(0, 1), waiting(7, 1)], [Some(0), None, Some(7)]);
        let older = |unknown| LagReading::from(&lag(7, unknown, Some(9))).oldest.unwrap().at_least;
        assert!(older(1) && !older(0), "what is not known may be older");
        assert_eq!(LagReading::from(&lag(0, 0, None)).seconds(), Some(0));
        assert_eq!(LagReading::from(&lag(7, 0, Some(90))).seconds(), Some(90));
    }

    #[test]
    fn one_that_was_not_looked_at_with_the_others_says_when_it_was_true() {
        let together = Readings {
            as_of: Some(at(110)),
            of: Arc::default(),
        };
        let young = Reading::of(&measures(None, true), at(110));
        let old = Reading::of(&measures(None, true), at(140));
        assert_eq!((young.as_of, together.as_of(&young)), (None, Some(at(110))));
        assert_eq!(together.as_of(&old), Some(at(100)));
    }

    #[test]
    fn what_is_old_tells_when_it_moved_last_and_no_lag() {
        let reading = Reading {
            read_until: Some(at(90)),
            position: Some("LSN 0/1".into()),
            ..Reading::of(&measures(Some(lag(7, 0, Some(90))), false), at(101))
        };
        let aged = reading.aged();
        assert_eq!((aged.moved, aged.position.as_deref()), (Some(at(40)), Some("LSN 0/1")));
        assert_eq!((&aged.lag, aged.standing, aged.freshness(at(200))), (&None, None, None));
        assert_eq!(aged.why_unknown.as_deref(), Some("nothing tells at the moment"));
        assert_eq!(aged.aged(), aged);
        let never = Reading::of(&measures(None, true), at(101)).aged();
        assert_eq!(
            never.why_unknown.as_deref(),
            Some("its group has committed nothing yet")
        );
    }

    #[test]
    fn it_is_kept_and_read_again_also_by_another_version() {
        let reading = Reading::of(&measures(Some(lag(7, 1, Some(90))), false), at(101));
        let text = serde_json::to_string(&reading).unwrap();
        assert_eq!(serde_json::from_str::<Reading>(&text).unwrap(), reading);
        let newer = json!({
            "lag": {
                "records": 3, "trend": "in_circles", "speed": 4,
                "oldest": {"seconds": 5, "method": "by_stars", "confidence": 0.5},
            },
            "mood": "good",
        });
        let read: Reading = serde_json::from_value(newer).unwrap();
        let lag = read.lag.unwrap();
        assert_eq!((lag.records, lag.trend), (3, Some(Trend::Other)));
        assert_eq!(lag.oldest.unwrap().method, Method::Other);
    }
}
