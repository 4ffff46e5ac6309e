//! Why nobody tells how a cluster's connectors are, and in which words.

use serde::{Deserialize, Serialize};

use crate::Timestamp;
use crate::observe::{Gap, GapKind};

/// Why nobody tells how a cluster's connectors are, by what that says of its workers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Quiet {
    /// They live and put off every list, as in a rebalance.
    Busy,
    /// They live and put off every list, because they wait for what their config topic says.
    Unread,
    /// They are up and have not joined their group yet.
    Starting,
    /// They answer, and refuse.
    Refusing,
    /// Nobody answers as a worker.
    Silent,
}

/// What is said of an address that is another cluster's by now.
pub(crate) const ANOTHER_CLUSTER: &str = "another cluster answers there";

/// What a worker (since 3.7) says it does while a request times out that waits for its config topic.
const READS_CONFIG_TOPIC: &str = "reading to the end of the config topic";

impl Quiet {
    /// What the last failed look says.
    pub fn of(gap: &Gap) -> Self {
        match gap.kind {
            GapKind::Busy if gap.text.contains(READS_CONFIG_TOPIC) => Self::Unread,
            GapKind::Busy => Self::Busy,
            GapKind::Starting => Self::Starting,
            GapKind::Other => Self::Refusing,
            _ => Self::Silent,
        }
    }

    /// Whether the workers answer all the while, so that their lives are not in doubt.
    pub(crate) fn answers(self) -> bool {
        matches!(self, Self::Busy | Self::Unread)
    }

    /// What its workers do: `No worker of orders answers`.
    pub(crate) fn verb(self) -> &'static str {
        match self {
            Self::Busy => "answer, but have been too busy to list their connectors",
            Self::Unread => "answer, but have not listed their connectors",
            Self::Starting => "is ready",
            Self::Refusing => "lists its connectors",
            Self::Silent => "answers",
        }
    }

    /// One sentence without its end. `said` are the words of the last gap; those of busy workers change with every look
    /// and say less than since when it has been so.
    pub(crate) fn sentence(self, cluster: &str, group: &str, said: &str, since: Timestamp) -> String {
        let verb = self.verb();
        match self {
            Self::Busy => {
                let since = since.format("%H:%M:%S");
                format!("The workers of {cluster} {verb} since {since} UTC, as in a rebalance that does not end")
            }
            Self::Unread => {
                let since = since.format("%H:%M:%S");
                format!(
                    "The workers of {cluster} {verb} since {since} UTC: they cannot read their config topic to its end, as \
                     when their Kafka is away or slow for them"
                )
            }
            Self::Silent => format!("No worker of {cluster} {verb}{group}: {said}"),
            Self::Starting | Self::Refusing => format!("No worker of {cluster} {verb}: {said}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;

    #[test]
    fn workers_that_wait_for_their_config_topic_say_so() {
        let since = DateTime::from_timestamp(1_795_000_000, 0).unwrap();
        let said = "a:8083: the worker could not answer for now: Request timed out. The worker is currently reading to the \
                    end of the config topic, which began at 2026-11-18T11:06:45Z";
        let (kind, text) = (GapKind::Busy, said.into());
        let quiet = Quiet::of(&Gap { kind, text });
        assert_eq!(quiet, Quiet::Unread);
        assert!(quiet.answers() && Quiet::Busy.answers());
        assert!(
            ![Quiet::Starting, Quiet::Refusing, Quiet::Silent]
                .iter()
                .any(|quiet| quiet.answers())
        );
        let told = quiet.sentence("orders", "", said, since);
        assert!(
            told.ends_with("cannot read their config topic to its end, as when their Kafka is away or slow for them")
        );
    }
}
