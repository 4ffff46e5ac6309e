//! The time after an outage. A coordinator that is back calls a group empty until its workers have found their way to
//! it, half a second in a small cluster and longer in a large one: that nobody is there proves nothing yet.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use model::names::WorkerId;
use model::observe::GroupMembers;

use crate::Error;

/// How long workers may take: a few heartbeats of 3 s and pauses between attempts of 1 s.
const RETURN: Duration = Duration::from_secs(15);

/// What a watcher remembers of the group's outage.
#[derive(Debug, Default)]
pub(crate) struct Outage {
    /// Who was there when somebody could tell.
    before: BTreeSet<WorkerId>,
    /// The last look told nothing.
    missed: bool,
    /// When looks began to tell something again, as long as somebody is missing since.
    since: Option<Instant>,
}

impl Outage {
    /// Before the first look: perhaps Kafka is only just back, as after a power cut that took both. `before` are those
    /// that were there as far as is known.
    pub(crate) fn perhaps(before: BTreeSet<WorkerId>) -> Self {
        Self {
            before,
            missed: true,
            since: None,
        }
    }

    /// Marks an answer as partial while workers that were there before an outage may still be on their way.
    pub(crate) fn judge(
        &mut self,
        mut answer: Result<GroupMembers, Error>,
        now: Instant,
    ) -> Result<GroupMembers, Error> {
        let Ok(seen) = &mut answer else {
            self.missed = true;
            return answer;
        };
        if std::mem::take(&mut self.missed) {
            self.since = Some(now);
        }
        if let Some(since) = self.since {
            let there: BTreeSet<&WorkerId> = seen.members.iter().map(|member| &member.worker_id).collect();
            let missing = there.is_empty() || self.before.iter().any(|worker| !there.contains(worker));
            if missing && now.saturating_duration_since(since) < RETURN {
                seen.partial = true;
                return answer;
            }
            self.since = None;
        }
        if !seen.partial {
            self.before = seen.members.iter().map(|member| member.worker_id.clone()).collect();
        }
        answer
    }
}

#[cfg(test)]
#[path = "back_tests.rs"]
mod tests;
