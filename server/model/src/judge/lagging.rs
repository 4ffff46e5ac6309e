//! `lagging`: it moves, but it is further behind than it may be, and does not catch up.

use super::case::{Case, Finding};
use super::{shown, window::Window};
use crate::cause::Cause;
use crate::lag::{Method, Trend};
use crate::objective::Objective;
use crate::observe::Source;
use crate::progress::Lag;
use crate::spelt;
use crate::state::State;
use crate::verdict::{Class, Diagnosis, Domain, Health, Reason};

/// Its lag is above its objective and does not shrink. As long as nothing tells where it is heading it is what it was.
pub(super) fn rule(case: &Case<'_>, window: &mut Window) -> Option<Finding> {
    let lag = case.measures()?.sink.as_ref()?.lag.as_ref()?;
    let over = over(&case.progress.objective, lag)?;
    if !case.connector.tasks.values().all(|task| task.state == State::Running) {
        return None;
    }
    let before = case.previous.filter(|old| old.health == Health::Lagging);
    let heading = match lag.trend {
        Some(Trend::FallingBehind) => "falls further behind",
        Some(Trend::Frozen) => "commits nothing",
        Some(Trend::Steady) => "does not catch up",
        None | Some(Trend::Other) if before.is_some() => "does not catch up yet",
        _ => return None,
    };
    let since = before.map_or(case.now, |old| old.since);
    let reasons = shown::still_good(case, Health::Lagging, since, window).unwrap_or_else(|| {
        let reason = |text: String, evidence: String| Reason {
            text: text.into(),
            evidence: evidence.into(),
            source: Source::Offsets,
            as_of: case.now,
        };
        let mut reasons = vec![reason(format!("{over}, and {heading}"), evidence(lag))];
        reasons.extend(lag.runway.as_ref().map(|(of, runway)| {
            let left = spelt::time(runway.left.num_seconds());
            let by = match runway.by_retention {
                true => "by the topic's retention and the age of the next record",
                false => "by how fast the log is cut off at its start",
            };
            reason(
                format!(
                    "Records of {} partition {} will be deleted unread in {left}",
                    of.topic, of.partition
                ),
                by.to_owned(),
            )
        }));
        reasons
    });
    Some(Finding {
        health: Health::Lagging,
        since,
        reasons,
        diagnosis: Some(Diagnosis {
            domain: Domain::Connector,
            class: Class::Target,
            confidence: 0.4,
            root_cause: "records arrive faster than it writes them".into(),
            why: "it moves, and the system that it writes to or the number of its tasks sets its pace".into(),
            cause: Some(Cause::Lagging),
            shared: None,
        }),
    })
}

/// What it is above of, in words.
pub(super) fn over(asked: &Objective, lag: &Lag) -> Option<String> {
    let least = if lag.unknown_partitions > 0 { "at least " } else { "" };
    let seconds = lag.seconds.map(|lag| lag.seconds);
    if let Some((lag, most)) = seconds.zip(asked.lag_seconds).filter(|(lag, most)| lag > most) {
        let time = |seconds| spelt::time(i64::try_from(seconds).unwrap_or(i64::MAX));
        return Some(format!(
            "It is {least}{} behind, more than the {} that it may be",
            time(lag),
            time(most)
        ));
    }
    let most = asked.lag_records.filter(|most| lag.records > *most)?;
    Some(format!(
        "It is {least}{} records behind, more than the {} that it may be",
        spelt::count(lag.records),
        spelt::count(most)
    ))
}

fn evidence(lag: &Lag) -> String {
    let oldest = lag.seconds.map(|oldest| {
        let time = spelt::time(i64::try_from(oldest.seconds).unwrap_or(i64::MAX));
        let least = if oldest.at_least { "at least " } else { "" };
        let how = match oldest.method {
            Method::RecordTimestamp => "by its timestamp",
            Method::Interpolated | Method::Other => "by when the log grew",
        };
        format!("; the oldest waits for {least}{time}, {how}")
    });
    let unknown = match lag.unknown_partitions {
        0 => String::new(),
        1 => ", and of one partition it is not known".to_owned(),
        many => format!(", and of {many} partitions it is not known"),
    };
    format!(
        "{} records wait{}{unknown}",
        spelt::count(lag.records),
        oldest.unwrap_or_default()
    )
}
