//! Why nobody tells how a cluster's connectors are, and in which words.

use crate::Timestamp;
use crate::observe::{Gap, GapKind};

/// Why nobody tells how a cluster's connectors are, by what that says of its workers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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
    /// They live, as their group says, and none of them can be asked: what was listed last stands.
    Unlisted,
}

/// What is said only of workers that live and cannot be asked.
const AT_REST: &str = "at its REST address since";

/// What is said of a cluster whose list never came.
pub(crate) const NEVER_LISTED: &str = "what it runs was never listed";
/// What is said of a group without members.
pub(crate) const EMPTY: &str = "has no member";
/// What is said where Kafka is not asked.
pub(crate) const UNTOLD: &str = "nobody tells";

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

    /// Reads it out of a root cause, which is all that is kept of it.
    pub fn told(root_cause: &str) -> Option<Self> {
        if let Some(rest) = root_cause.strip_prefix("The workers of ") {
            let busy = match rest.contains(" config topic ") {
                true => Self::Unread,
                false => Self::Busy,
            };
            return rest.contains(" answer, but ").then_some(busy);
        }
        let (_, rest) = root_cause.strip_prefix("No worker of ")?.split_once(' ')?;
        if rest.contains(AT_REST) {
            return Some(Self::Unlisted);
        }
        [Self::Starting, Self::Refusing, Self::Silent]
            .into_iter()
            .find(|quiet| rest.starts_with(quiet.verb()))
    }

    /// Whether a root cause of [`Quiet::Unlisted`] says that there is a list which stands.
    pub fn was_listed(root_cause: &str) -> bool {
        !root_cause.ends_with(NEVER_LISTED)
    }

    /// Whether a root cause of [`Quiet::Unlisted`] says that the group has members.
    pub fn lives(root_cause: &str) -> bool {
        !root_cause.contains(EMPTY) && !root_cause.contains(UNTOLD)
    }

    fn verb(self) -> &'static str {
        match self {
            Self::Busy => "answer, but have been too busy to list their connectors",
            Self::Unread => "answer, but have not listed their connectors",
            Self::Starting => "is ready",
            Self::Refusing => "lists its connectors",
            Self::Silent | Self::Unlisted => "answers",
        }
    }

    /// One sentence without its end about workers that live and cannot be asked: since when, what the last look got, what
    /// is known of their `group`, and what `stands` meanwhile.
    pub(crate) fn unlisted(cluster: &str, gap: &Gap, since: Timestamp, group: &str, stands: &str) -> String {
        let verb = match gap.kind {
            GapKind::Refused | GapKind::TimedOut | GapKind::Unreachable | GapKind::Tls => Self::Unlisted.verb(),
            _ => Self::Refusing.verb(),
        };
        let since = since.format("%H:%M:%S");
        // The words of workers that answer change with every look, as below.
        let said = match gap.kind.worker_answers() {
            true => String::new(),
            false => format!(" ({})", gap.text),
        };
        format!("No worker of {cluster} {verb} {AT_REST} {since} UTC{said}, {group}: {stands}")
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
            Self::Starting | Self::Refusing | Self::Unlisted => format!("No worker of {cluster} {verb}: {said}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;

    #[test]
    fn what_is_said_of_a_quiet_cluster_can_be_read_again() {
        let since = DateTime::from_timestamp(1_795_000_000, 0).unwrap();
        for kind in [
            GapKind::Busy,
            GapKind::Starting,
            GapKind::Other,
            GapKind::Refused,
            GapKind::Denied,
        ] {
            let text = "a:8083: why".into();
            let quiet = Quiet::of(&Gap { kind, text });
            let said = quiet.sentence("or-ders", " and its Connect group has no member", "a:8083: why", since);
            assert_eq!(Quiet::told(&said), Some(quiet), "{said}");
        }
        let said = "a:8083: the worker could not answer for now: Request timed out. The worker is currently reading to the \
                    end of the config topic, which began at 2026-11-18T11:06:45Z";
        let (kind, text) = (GapKind::Busy, said.into());
        let quiet = Quiet::of(&Gap { kind, text });
        let told = quiet.sentence("orders", "", said, since);
        assert!(
            told.ends_with("cannot read their config topic to its end, as when their Kafka is away or slow for them")
        );
        assert_eq!((quiet, Quiet::told(&told)), (Quiet::Unread, Some(Quiet::Unread)));
        for kind in [GapKind::Refused, GapKind::Denied, GapKind::Busy] {
            let text = "a:8083: why".into();
            let told = Quiet::unlisted("or-ders", &Gap { kind, text }, since, "though it lives", "it stands");
            assert_eq!(Quiet::told(&told), Some(Quiet::Unlisted), "{told}");
            assert_eq!(told.contains("why"), kind != GapKind::Busy, "{told}");
        }
        assert_eq!(
            Quiet::told("no worker of the cluster takes over the work that is UNASSIGNED"),
            None
        );
        assert_eq!(Quiet::told("worker b left in order"), None);
    }
}
