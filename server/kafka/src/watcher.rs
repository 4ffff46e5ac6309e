//! Watching the members of one Connect group.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use model::names::WorkerId;
use model::observe::GroupMembers;

use crate::asker::Asker;
use crate::client::Client;
use crate::group::{self, Known, Outage};
use crate::{Error, ffi};

/// How long one look may take. The call waits for every broker, so a broker that is down makes it last this long.
const DEADLINE: Duration = Duration::from_secs(1);

/// Asks for the members of one Connect group on a thread of its own. Dropping it waits for a look in work (at most
/// 1 s) and ends the thread.
pub struct GroupWatcher {
    group_id: Arc<str>,
    asker: Asker<Watched>,
}

/// What the thread owns.
struct Watched {
    client: Arc<Client>,
    /// Addresses that members gave before the rebalance that hides them now.
    known: Known,
    outage: Outage,
}

impl fmt::Debug for GroupWatcher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GroupWatcher")
            .field("group_id", &self.group_id)
            .finish_non_exhaustive()
    }
}

impl GroupWatcher {
    pub(crate) fn start(client: Arc<Client>, group_id: &str, before: BTreeSet<WorkerId>) -> Result<Self, Error> {
        if group_id.is_empty() || ffi::name(group_id).is_none() {
            return Err(Error::Refused {
                reason: format!("{group_id:?} is no group id"),
            });
        }
        let state = Watched {
            client,
            known: Known::default(),
            outage: Outage::perhaps(before),
        };
        // The cluster's own thread serves the shared client, but may end before this one.
        let tidy = |watched: &mut Watched| watched.client.coordinators.tidy(Instant::now());
        let asker = Asker::start(&format!("group {group_id}"), state, tidy)?;
        Ok(Self {
            group_id: group_id.into(),
            asker,
        })
    }

    /// `group.id` of the workers.
    pub fn group_id(&self) -> &str {
        &self.group_id
    }

    /// Who is in the group now, within 1 s. A group that its coordinator does not know has state `Dead` and no member.
    /// `partial` is true when the absence of a worker proves nothing: no member was listed and a broker was silent, a
    /// member's address could not be told, or Kafka is back from an outage, or was asked for the first time, less than 15 s
    /// ago and nobody is there, or somebody who was there before the outage is not (yet).
    ///
    /// # Errors
    /// [`Error::TimedOut`], [`Error::Unreachable`], [`Error::Authentication`], [`Error::Authorization`] (we may not
    /// describe the group), [`Error::NotConnect`], [`Error::OtherCluster`], [`Error::Refused`], [`Error::NoThread`]. Each means that nothing is
    /// known about any worker.
    pub async fn members(&self) -> Result<GroupMembers, Error> {
        let group_id = Arc::clone(&self.group_id);
        self.asker
            .ask(DEADLINE, move |watched, left| {
                let answer = group::ask(&watched.client, &group_id, left, &mut watched.known);
                watched.outage.judge(answer, Instant::now())
            })
            .await
    }
}
