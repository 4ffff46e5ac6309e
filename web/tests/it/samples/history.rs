//! What happened.

use chrono::TimeDelta;
use console::{EntryKind, Shift, TimelineItem, TimelinePage, Trend, TrendPoint, Turn};
use model::verdict::Health;

use super::{CAUSE, ago, now};

pub fn entry(
    id: i64,
    age: i64,
    connector: Option<&str>,
    kind: &'static str,
    text: &str,
    health: Option<Health>,
) -> TimelineItem {
    TimelineItem {
        id,
        at: ago(age),
        cluster: "orders".into(),
        connector: connector.map(Into::into),
        kind: EntryKind::ALL.into_iter().find(|known| known.as_str() == kind).unwrap(),
        text: text.into(),
        actor: (kind == "config").then(|| "outside".into()),
        health,
        turn: None,
    }
}

/// A crash loop of the last minutes: a task that fails and is restarted, `count` times each, newest first.
pub fn crash_loop(count: i64) -> Vec<TimelineItem> {
    let turns = (0..count * 2).map(|nth| {
        let (word, health) = match nth % 2 {
            0 => ("FAILED", Health::Failed),
            _ => ("RUNNING", Health::Healthy),
        };
        let text = format!("webhook-out task 0 is {word} on 10.0.3.12:8083");
        TimelineItem {
            turn: Some(Turn {
                subject: "webhook-out task 0".into(),
                word: word.into(),
                cause: (nth % 2 == 0).then(|| "java.net.ConnectException: Connection refused".into()),
                shift: None,
                shared: None,
            }),
            ..entry(
                1_000 - nth,
                5 + nth * 5,
                Some("webhook-out"),
                "state",
                &text,
                Some(health),
            )
        }
    });
    turns.collect()
}

/// A rebalance of `count` tasks and one connector instance, newest first.
pub fn rebalance(count: i64) -> Vec<TimelineItem> {
    let moved = (0..=count).map(|nth| {
        let subject = match nth {
            0 => "mirror".to_owned(),
            nth => format!("mirror task {}", nth - 1),
        };
        let text = format!("{subject} is RUNNING on 10.0.3.12:8083, was RUNNING, moved from 10.0.3.11:8083");
        TimelineItem {
            turn: Some(Turn {
                subject,
                word: "RUNNING".into(),
                cause: None,
                shift: Some(Shift::Moved),
                shared: None,
            }),
            ..entry(
                2_000 - nth,
                2 + nth / 8,
                Some("mirror"),
                "state",
                &text,
                Some(Health::Healthy),
            )
        }
    });
    moved.collect()
}

pub fn history() -> TimelinePage {
    let rest = vec![
        entry(
            99,
            31,
            None,
            "worker",
            "worker 10.0.3.13:8083 is gone: it left the group without a word",
            Some(Health::Unassigned),
        ),
        entry(
            98,
            36,
            None,
            "rebalance",
            "rebalance: 2 workers, led by 10.0.3.11:8083, lost work held back for 60 s",
            None,
        ),
        entry(
            97,
            250,
            Some("s3-archive"),
            "verdict",
            "s3-archive has failed, was healthy: All 2 tasks FAILED",
            Some(Health::Failed),
        ),
        entry(
            96,
            251,
            Some("s3-archive"),
            "state",
            &format!("s3-archive task 1 is FAILED on 10.0.3.11:8083, was RUNNING: {CAUSE}"),
            Some(Health::Failed),
        ),
        entry(
            95,
            1_200,
            Some("s3-archive"),
            "config",
            "s3-archive got config version a1b2c3d4: flush.size, tasks.max",
            None,
        ),
        entry(
            94,
            1_300,
            Some("heartbeat"),
            "state",
            "heartbeat was asked to pause",
            Some(Health::Paused),
        ),
        entry(
            93,
            90_000,
            None,
            "cluster",
            "the cluster answers again",
            Some(Health::Healthy),
        ),
        entry(
            92,
            200_000,
            None,
            "gap",
            "nothing could be recorded since 07:40:02 UTC: the database was away",
            Some(Health::Unknown),
        ),
    ];
    TimelinePage {
        items: crash_loop(12).into_iter().chain(rest).collect(),
        next: Some(92),
        searched_to: None,
    }
}

/// One silence of `count` connectors, newest first.
pub fn silence(count: i64) -> Vec<TimelineItem> {
    let why = "No worker of orders answers: 10.0.3.11:8083: the connection was refused";
    let unknown = (0..count).map(|nth| {
        let name = format!("sink-{nth}");
        let text = format!("{name} is unknown, was healthy: {why}");
        TimelineItem {
            turn: Some(Turn {
                subject: name.clone(),
                word: "unknown".into(),
                cause: None,
                shift: None,
                shared: Some(why.into()),
            }),
            ..entry(3_000 - nth, 5, Some(&name), "verdict", &text, Some(Health::Unknown))
        }
    });
    unknown.collect()
}

/// A day with some trouble in the night, and half an hour that nobody counted, that ends as the fleet is now.
pub fn trend() -> Trend {
    trend_to(&super::overview().totals)
}

pub fn trend_to(now_is: &view::Totals) -> Trend {
    let step = TimeDelta::minutes(5);
    let last = now() - TimeDelta::seconds(now().timestamp() % 300);
    let point = |place: i32| {
        let within = |from: i32, to: i32, count: u32| if (from..to).contains(&place) { count } else { 0 };
        let mut totals = view::Totals::default();
        for (health, end) in now_is.iter() {
            let count = match health {
                Health::Failed => within(60, 78, 2) + within(78, 96, 3) + within(215, 288, end),
                Health::CrashLooping => within(270, 288, end),
                Health::Degraded => within(150, 180, 1) + within(240, 288, end),
                Health::Lagging => within(30, 60, 1) + within(60, 130, 4) + within(130, 170, 2),
                Health::Unassigned => within(120, 126, 14) + within(286, 288, end),
                Health::Healthy => end - within(60, 96, 2).min(end) - within(120, 126, end / 2),
                _ => end,
            };
            totals.add_many(health, count);
        }
        let counted = !(100..106).contains(&place);
        TrendPoint {
            at: last - step * (287 - place),
            totals: counted.then_some(totals),
        }
    };
    Trend {
        step,
        points: (0..288).map(point).collect(),
    }
}
