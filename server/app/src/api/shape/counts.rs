//! Connectors by verdict over time, and a cluster's connectors in short.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use super::{Verdict, totals};

/// Connectors by verdict over the last day.
#[derive(Serialize, ToSchema)]
pub struct CountList {
    /// Seconds that one item stands for.
    pub step_seconds: i64,
    /// The oldest first, without a break.
    pub items: Vec<Counts>,
    /// Always null: all are in `items`.
    pub next_cursor: Option<String>,
}

/// Connectors by verdict within some minutes.
#[derive(Serialize, ToSchema)]
pub struct Counts {
    /// When these minutes began.
    pub at: DateTime<Utc>,
    /// The most that had each verdict at one of the full minutes in it; of `healthy` the fewest. null: a gap, where no
    /// minute was counted of every cluster, as when no server watched one.
    pub totals: Option<BTreeMap<&'static str, u32>>,
}

impl From<&console::Trend> for CountList {
    fn from(trend: &console::Trend) -> Self {
        let counts = |point: &console::TrendPoint| Counts {
            at: point.at,
            totals: point.totals.as_ref().map(totals),
        };
        Self {
            step_seconds: trend.step.num_seconds(),
            items: trend.points.iter().map(counts).collect(),
            next_cursor: None,
        }
    }
}

/// The connectors of a cluster in short.
#[derive(Serialize, ToSchema)]
pub struct LampList {
    /// The number of the feed at which the cluster last changed.
    pub revision: i64,
    /// Worst first, then longest in that verdict, then by name.
    pub items: Vec<Lamp>,
    /// Always null: all are in `items`.
    pub next_cursor: Option<String>,
}

/// A connector in short.
#[derive(Serialize, ToSchema)]
pub struct Lamp {
    /// Its name.
    pub name: String,
    /// Its verdict.
    pub verdict: Verdict,
    /// Since when.
    pub since: DateTime<Utc>,
    /// Whether it is healthy and idle: nothing waits and nothing moves.
    pub idle: bool,
}

impl From<&console::Lamps> for LampList {
    fn from(lamps: &console::Lamps) -> Self {
        let lamp = |lamp: &console::Lamp| Lamp {
            name: lamp.name.as_str().into(),
            verdict: lamp.health.into(),
            since: lamp.since,
            idle: lamp.idle,
        };
        Self {
            revision: lamps.revision,
            items: lamps.items.iter().map(lamp).collect(),
            next_cursor: None,
        }
    }
}
