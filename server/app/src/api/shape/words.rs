//! Words that every shape uses.

use std::collections::BTreeMap;

use console::Totals;
use model::verdict::Health;
use serde::Serialize;
use utoipa::ToSchema;

/// Health of a connector or task, worst first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the words are explained by the documentation of verdicts")]
pub enum Verdict {
    CrashLooping,
    Failed,
    Degraded,
    Stalled,
    Unassigned,
    NoTasks,
    Lagging,
    Unknown,
    Restarting,
    Paused,
    Stopped,
    Healthy,
}

impl From<Health> for Verdict {
    fn from(health: Health) -> Self {
        match health {
            Health::CrashLooping => Self::CrashLooping,
            Health::Failed => Self::Failed,
            Health::Degraded => Self::Degraded,
            Health::Stalled => Self::Stalled,
            Health::Unassigned => Self::Unassigned,
            Health::NoTasks => Self::NoTasks,
            Health::Lagging => Self::Lagging,
            Health::Unknown => Self::Unknown,
            Health::Restarting => Self::Restarting,
            Health::Paused => Self::Paused,
            Health::Stopped => Self::Stopped,
            Health::Healthy => Self::Healthy,
        }
    }
}

/// Connectors by verdict, zeros included.
pub fn totals(totals: &Totals) -> BTreeMap<&'static str, u32> {
    totals.iter().map(|(health, count)| (health.as_str(), count)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_are_those_of_the_model() {
        for health in Health::ALL {
            assert_eq!(serde_json::to_value(Verdict::from(health)).unwrap(), health.as_str());
        }
    }
}
