//! Where a sink keeps its offsets, and how long it may hold records back before it commits them.

use std::sync::Arc;

use chrono::TimeDelta;

use crate::lag::group_of;
use crate::names::ConnectorName;
use crate::secrets::Config;

/// Where a sink keeps its offsets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Keeps {
    /// In this consumer group.
    Group(Arc<str>),
    /// In a consumer group whose name the config hides.
    Hidden,
    /// Elsewhere, in words (`in the names of its files`). Its group may have commits all the same, for others to see; where
    /// it has none nothing tells how far it is.
    Elsewhere {
        /// Its consumer group.
        group: Option<Arc<str>>,
        /// Where, in words.
        place: &'static str,
    },
}

impl Keeps {
    /// The group whose commits tell how far it is.
    pub fn group(&self) -> Option<&Arc<str>> {
        match self {
            Self::Group(group) => Some(group),
            Self::Hidden => None,
            Self::Elsewhere { group, .. } => group.as_ref(),
        }
    }
}

/// Kinds of sinks that do not rely on the commits of their Connect group, by a part of the class.
///
/// HDFS 2 and 3 go on from the offsets in the names of the files that they wrote (Confluent's documentation of their
/// exactly-once delivery); newer versions commit as well, so that their lag can be seen.
const ELSEWHERE: &[(&str, &str)] = &[
    ("io.confluent.connect.hdfs.", "in the names of its files"),
    ("io.confluent.connect.hdfs3.", "in the names of its files"),
];

/// The Iceberg sink: Tabular's, and Iceberg's own while it had that key, keep them in the group `iceberg.control.group-id`, by
/// default `cg-control-<connector>` (the table of keys in their documentation). Later ones have no such key, and commit to
/// Connect's group when they commit to their tables.
const ICEBERG: &str = "IcebergSinkConnector";
const ICEBERG_GROUP: &str = "iceberg.control.group-id";
/// How often it commits to its tables, in ms, and the default (its documentation).
const ICEBERG_EVERY: &str = "iceberg.control.commit.interval-ms";
const ICEBERG_DEFAULT: TimeDelta = TimeDelta::minutes(5);

/// Keys of sinks that gather records in files and commit what they have closed (Confluent's for object stores and HDFS).
const GATHERS: [&str; 3] = ["flush.size", "rotate.interval.ms", "rotate.schedule.interval.ms"];

/// Where a sink of this class and config keeps its offsets.
pub fn keeps(name: &ConnectorName, class: Option<&str>, config: Option<&Config>) -> Keeps {
    let class = class.unwrap_or_default();
    let group = group_of(name, config);
    if let Some((_, place)) = ELSEWHERE.iter().find(|(part, _)| class.starts_with(part)) {
        return Keeps::Elsewhere { group, place };
    }
    if class.ends_with(ICEBERG) {
        let set = config.and_then(|config| config.get(ICEBERG_GROUP));
        match (set, config.and_then(|config| config.text(ICEBERG_GROUP))) {
            (_, Some(own)) => return Keeps::Group(own.trim().into()),
            (Some(_), None) => return Keeps::Hidden,
            (None, None) if class.starts_with("io.tabular.") => {
                return Keeps::Group(format!("cg-control-{}", name.as_str()).into());
            }
            (None, None) => {}
        }
    }
    group.map_or(Keeps::Hidden, Keeps::Group)
}

/// How long a sink holds records back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Holding {
    /// It commits what it has closed, whenever that is: until its rhythm is known nothing says that it stands.
    pub gathers: bool,
    /// It commits at least so often while records come.
    pub every: Option<TimeDelta>,
}

/// How long a sink of this class and config holds records back.
pub fn holding(class: Option<&str>, config: Option<&Config>) -> Holding {
    let time = |key: &str| {
        let ms: i64 = config?.text(key)?.trim().parse().ok()?;
        (ms > 0).then(|| TimeDelta::try_milliseconds(ms)).flatten()
    };
    if class.is_some_and(|class| class.ends_with(ICEBERG)) {
        return Holding {
            gathers: true,
            every: Some(time(ICEBERG_EVERY).unwrap_or(ICEBERG_DEFAULT)),
        };
    }
    let gathers = |config: &Config| GATHERS.iter().any(|key| config.get(key).is_some());
    Holding {
        gathers: config.is_some_and(gathers),
        every: time("rotate.schedule.interval.ms").max(time("rotate.interval.ms")),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn config(pairs: serde_json::Value) -> Config {
        serde_json::from_value(pairs).unwrap()
    }

    #[test]
    fn sinks_that_keep_their_offsets_elsewhere_are_known_by_their_class() {
        let of = |class: &str, pairs| keeps(&"c".into(), Some(class), Some(&config(pairs)));
        let group = |name: &str| Keeps::Group(name.into());
        let own = "iceberg.control.group-id";
        assert_eq!(of("org.example.Sink", json!({})), group("connect-c"));
        assert_eq!(
            of("io.confluent.connect.hdfs3.Hdfs3SinkConnector", json!({})),
            Keeps::Elsewhere {
                group: Some("connect-c".into()),
                place: "in the names of its files"
            }
        );
        assert_eq!(
            of("io.tabular.iceberg.connect.IcebergSinkConnector", json!({})),
            group("cg-control-c")
        );
        let apache = "org.apache.iceberg.connect.IcebergSinkConnector";
        assert_eq!(of(apache, json!({})), group("connect-c"));
        assert_eq!(of(apache, json!({own: {"clear": "mine"}})), group("mine"));
        assert_eq!(of(apache, json!({own: {"masked": "ab"}})), Keeps::Hidden);
        let hidden = json!({"consumer.override.group.id": {"masked": "ab"}});
        assert_eq!(
            (
                of("org.example.Sink", hidden.clone()),
                of("org.example.Sink", hidden).group()
            ),
            (Keeps::Hidden, None)
        );
    }

    #[test]
    fn sinks_that_gather_records_in_files_are_known_by_their_keys() {
        let of = |pairs| holding(Some("io.confluent.connect.s3.S3SinkConnector"), Some(&config(pairs)));
        let every = |seconds| Some(TimeDelta::seconds(seconds));
        assert_eq!(of(json!({})), Holding::default());
        assert_eq!(
            of(json!({"flush.size": {"clear": "1000"}})),
            Holding {
                gathers: true,
                every: None
            }
        );
        let rotated = json!({"flush.size": {"masked": "ab"}, "rotate.interval.ms": {"clear": "600000"}});
        assert_eq!(
            of(rotated),
            Holding {
                gathers: true,
                every: every(600)
            }
        );
        assert_eq!(
            of(json!({"rotate.interval.ms": {"clear": "-1"}})),
            Holding {
                gathers: true,
                every: None
            }
        );
        let iceberg = |pairs| {
            holding(
                Some("org.apache.iceberg.connect.IcebergSinkConnector"),
                Some(&config(pairs)),
            )
        };
        assert_eq!(iceberg(json!({})).every, every(300));
        assert_eq!(
            iceberg(json!({"iceberg.control.commit.interval-ms": {"clear": "60000"}})).every,
            every(60)
        );
    }
}
