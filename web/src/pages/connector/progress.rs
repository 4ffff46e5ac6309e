//! How far a connector has come: lag, trend, runway, and every partition behind a fold.

use chrono::TimeDelta;
use console::ConnectorItem;
use model::lag::{Method, Place, Trend, Unknown};
use model::progress::{LagReading, PartitionLag, Reading};
use model::state::ConnectorKind;
use model::verdict::Activity;

use super::facts::Fact;
use crate::moment::fine;
use crate::words;

/// Partitions that are shown.
const SHOWN: usize = 200;

pub(super) struct Progress {
    pub(super) facts: Vec<Fact>,
    /// Why there is no table; `None` where there is one, or nothing to be shown in it.
    pub(super) no_table: Option<&'static str>,
    pub(super) partitions: Vec<Partition>,
    /// How many are shown, in words.
    pub(super) count: String,
    /// How many partitions are not shown.
    pub(super) more: Option<String>,
}

/// A line of the table.
pub(super) struct Partition {
    pub(super) of: String,
    pub(super) committed: String,
    pub(super) end: String,
    pub(super) lag: String,
    pub(super) age: String,
    pub(super) task: String,
    pub(super) note: String,
}

/// The block; `None` where nothing is measured.
pub(super) fn progress(item: &ConnectorItem, partitions: Option<&[PartitionLag]>) -> Option<Progress> {
    let (reading, as_of) = item.progress.as_ref()?;
    let mut facts = Vec::new();
    facts.push(Fact {
        note: match item.activity {
            Activity::Active => "it moved within its stall window".to_owned(),
            Activity::Idle => "nothing waits and nothing moves".to_owned(),
            Activity::Unknown => "whether it moves cannot be told yet".to_owned(),
        },
        ..fact("Activity", item.activity.as_str().to_owned())
    });
    let sink = item.kind == Some(ConnectorKind::Sink);
    if sink {
        facts.extend(lag(reading));
    }
    if let Some(position) = &reading.position {
        facts.push(fact("Position", position.to_string()));
    }
    if let Some(at) = reading.read_until {
        let age = reading.freshness(*as_of).unwrap_or(0);
        facts.push(Fact {
            at: Some(at),
            note: format!("{} old", spell(age)),
            ..fact("Newest change", String::new())
        });
    }
    if let Some(moved) = reading.moved {
        facts.push(Fact {
            at: Some(moved),
            ..fact("Moved last", String::new())
        });
    }
    if let Some(standing) = reading.standing {
        facts.push(Fact {
            at: Some(standing),
            ..fact("Work waits since", String::new())
        });
    }
    if let Some(group) = &reading.group {
        facts.push(Fact {
            code: true,
            ..fact("Group", group.to_string())
        });
    }
    facts.push(Fact {
        at: Some(*as_of),
        ..fact("As of", String::new())
    });
    let mut lines: Vec<&PartitionLag> = partitions.unwrap_or_default().iter().collect();
    lines.sort_by_key(|line| std::cmp::Reverse(waiting(line)));
    let more = lines.len().saturating_sub(SHOWN);
    Some(Progress {
        facts,
        no_table: (sink && partitions.is_none())
            .then_some("Each partition is shown by the server that watches this cluster; the system page says which."),
        count: words::sentence(&words::counted(lines.len().min(SHOWN), "partition", "partitions")),
        partitions: lines.into_iter().take(SHOWN).map(Partition::from).collect(),
        more: (more > 0).then(|| words::thousands(more as u64)),
    })
}

fn lag(reading: &Reading) -> Vec<Fact> {
    let Some(lag) = &reading.lag else {
        let why = reading.why_unknown.as_deref().unwrap_or("nothing tells yet");
        return vec![Fact {
            note: why.to_owned(),
            ..fact("Lag", "unknown".to_owned())
        }];
    };
    let unknown = match lag.unknown_partitions {
        0 => String::new(),
        1 => "and one partition of which it is not known".to_owned(),
        many => format!(
            "and {} partitions of which it is not known",
            words::number(many as usize)
        ),
    };
    let mut facts = vec![Fact {
        note: unknown,
        ..fact("Lag", behind(lag))
    }];
    if let Some(oldest) = &lag.oldest {
        let how = match oldest.method {
            Method::RecordTimestamp => "by the timestamp of the next record",
            Method::Interpolated | Method::Other => "by when the log grew",
        };
        let least = if oldest.at_least { "at least " } else { "" };
        facts.push(Fact {
            note: format!(
                "{how}, {:.0} % sure",
                f64::from(oldest.confidence.clamp(0.0, 1.0)) * 100.0
            ),
            ..fact("Oldest waits for", format!("{least}{}", spell(oldest.seconds)))
        });
    }
    if let Some(trend) = lag.trend {
        facts.push(Fact {
            note: lag
                .caught_up_in
                .map(|time| format!("nothing waits in {} if it goes on so", spell(time)))
                .unwrap_or_default(),
            ..fact("Trend", trend_words(trend).to_owned())
        });
    }
    facts.extend(runway(lag));
    facts
}

fn runway(lag: &LagReading) -> Option<Fact> {
    let runway = lag.runway.as_ref()?;
    let by = match runway.by_retention {
        true => "by the topic's retention and the age of the next record",
        false => "by how fast the log is cut off at its start",
    };
    let text = format!(
        "records of {} partition {} will be deleted unread in {}",
        runway.topic,
        runway.partition,
        spell(runway.seconds)
    );
    Some(Fact {
        note: by.to_owned(),
        ..fact("Runway", text)
    })
}

/// A lag as a list shows it: `20,311 records, 4 min`, broken between the two alone; nothing for what has none.
pub(crate) fn short(item: &ConnectorItem) -> String {
    let (Some((reading, _)), Some(ConnectorKind::Sink)) = (&item.progress, item.kind) else {
        return String::new();
    };
    match &reading.lag {
        None => "unknown".to_owned(),
        Some(lag) => {
            let Some(records) = lag.waiting() else {
                return "unknown".to_owned();
            };
            let least = |may_be_more| if may_be_more { "≥ " } else { "" };
            let whole = |text: String| text.replace(' ', "\u{a0}");
            let records = format!(
                "{}{} {}",
                least(lag.at_least()),
                words::thousands(records),
                words::form(records as usize, "record", "records")
            );
            match lag.oldest {
                Some(oldest) => {
                    let oldest = format!("{}{}", least(oldest.at_least), spell(oldest.seconds));
                    format!("{}, {}", whole(records), whole(oldest))
                }
                None => whole(records),
            }
        }
    }
}

fn trend_words(trend: Trend) -> &'static str {
    match trend {
        Trend::CaughtUp => "caught up",
        Trend::CatchingUp => "catching up",
        Trend::Steady => "steady",
        Trend::FallingBehind => "falling behind",
        Trend::Frozen => "frozen: records wait and nothing is committed",
        Trend::Other => "not known to this version",
    }
}

/// What waits, as far as it is known.
fn behind(lag: &LagReading) -> String {
    match lag.waiting() {
        None => "unknown: none waits where it is known".to_owned(),
        Some(count) if lag.at_least() => format!("at least {}", records(count)),
        Some(count) => records(count),
    }
}

fn records(count: u64) -> String {
    match count {
        0 => "no record waits".to_owned(),
        1 => "1 record".to_owned(),
        many => format!("{} records", words::thousands(many)),
    }
}

fn spell(seconds: u64) -> String {
    let seconds = i64::try_from(seconds).unwrap_or(i64::MAX);
    fine(TimeDelta::try_seconds(seconds).unwrap_or(TimeDelta::MAX))
}

/// By how much a partition is behind; those of which it is not known come first.
fn waiting(line: &PartitionLag) -> u64 {
    match line.place {
        Place::Unknown(_) => u64::MAX,
        Place::CaughtUp => 0,
        Place::Waiting { records, .. } => records,
    }
}

fn fact(name: &'static str, text: String) -> Fact {
    Fact {
        name,
        text,
        code: false,
        note: String::new(),
        at: None,
        href: None,
    }
}

impl From<&PartitionLag> for Partition {
    fn from(line: &PartitionLag) -> Self {
        let offset = |offset: Option<i64>| match offset.and_then(|offset| u64::try_from(offset).ok()) {
            Some(offset) => words::thousands(offset),
            None => "?".to_owned(),
        };
        let unknown = |why| match why {
            Unknown::NoCommit => "its group has committed nothing for it",
            Unknown::EndUnseen => "where its log ends was not seen",
            Unknown::Recreated => "its log ends before the commit: it was made anew",
        };
        let (lag, mut note) = match line.place {
            Place::Unknown(why) => ("?".to_owned(), unknown(why).to_owned()),
            Place::CaughtUp => ("0".to_owned(), String::new()),
            Place::Waiting { records, .. } => (words::thousands(records), String::new()),
        };
        if let Some(lost) = line.lost {
            note = format!(
                "{} were deleted before they were read: {} to {}",
                records(lost.records()),
                offset(Some(lost.from)),
                offset(Some(lost.until.saturating_sub(1)))
            );
        } else if let Some(runway) = line.runway {
            note = format!("deleted unread in {}", fine(runway.left));
        }
        Self {
            of: format!("{} / {}", line.of.topic, line.of.partition),
            committed: offset(line.committed),
            end: offset(line.end),
            lag,
            age: line.seconds.map(|age| spell(age.seconds)).unwrap_or_default(),
            task: line.task.map(|task| format!("task {task}")).unwrap_or_default(),
            note,
        }
    }
}
