//! Following what consumer groups commit.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::TimeDelta;
use kafka::offsets::{CommitsTail, Standing, Taken};
use model::{Clock, Timestamp};
use tokio::sync::{mpsc, watch as channel};
use tracing::{info, warn};

use super::AGAIN;
use super::told::{Commits, Told, Wanted};
use crate::complaints::Complaints;
use crate::watch::{Access, Aside};

/// Between two looks at what was committed: the tail tells a commit at most 600 ms after it was made.
const PACE: Duration = Duration::from_millis(500);

/// Follows for ever.
pub(super) async fn run(
    access: Access,
    mut wishes: channel::Receiver<Wanted>,
    teller: mpsc::Sender<Told>,
    clock: Arc<dyn Clock>,
) {
    // A Kafka cluster of whose connectors none reads costs no consumer.
    if wishes.wait_for(|wanted| !wanted.groups.is_empty()).await.is_err() {
        return;
    }
    loop {
        let began = match access.cluster().await {
            Ok(cluster) => cluster.commits(),
            Err(error) => Err(error),
        };
        match began {
            Ok(tail) => return follow(&access, &Aside::new(tail), wishes, &teller, &*clock).await,
            Err(error) => warn!(kafka = access.name(), %error, "the commits of consumer groups cannot be followed"),
        }
        tokio::time::sleep(AGAIN).await;
    }
}

async fn follow(
    access: &Access,
    tail: &CommitsTail,
    mut wishes: channel::Receiver<Wanted>,
    teller: &mpsc::Sender<Told>,
    clock: &dyn Clock,
) {
    let mut complaints = Complaints::default();
    tail.want(wishes.borrow_and_update().groups.clone());
    loop {
        tokio::select! {
            changed = wishes.changed() => match changed {
                Ok(()) => tail.want(wishes.borrow_and_update().groups.clone()),
                Err(_) => return,
            },
            () = tokio::time::sleep(PACE) => {
                let taken = tail.take();
                complain(access, &taken, &mut complaints);
                let told = Told::Commits(commits(taken, clock.now()));
                if teller.send(told).await.is_err() {
                    return;
                }
            }
        }
    }
}

/// With moments by this server's clock.
fn commits(taken: Taken, at: Timestamp) -> Commits {
    let ago = |moment: Instant| TimeDelta::from_std(moment.elapsed()).unwrap_or(TimeDelta::MAX);
    let complete = taken.homes.iter();
    let complete: BTreeMap<i32, Timestamp> = complete
        .filter_map(|home| Some((home.partition, at.checked_sub_signed(ago(home.complete_at?))?)))
        .collect();
    Commits {
        at,
        commits: taken.commits,
        standings: taken.standings,
        complete,
        partitions: taken.partitions,
    }
}

/// Says in the log what cannot be followed, and when it can be again.
fn complain(access: &Access, taken: &Taken, complaints: &mut Complaints) {
    let homes = taken.homes.iter().filter_map(|home| home.trouble.as_ref());
    let trouble = taken.trouble.iter().chain(homes).next();
    if let Some(error) = trouble {
        if complaints.due("commits", &error.to_string(), Instant::now()) {
            warn!(kafka = access.name(), %error, "commits of consumer groups are not told");
        }
    } else if complaints.over("commits") {
        info!(kafka = access.name(), "commits of consumer groups are told again");
    }
    for (group, standing) in &taken.standings {
        if let Standing::Failed(error) = standing
            && complaints.due(group, &error.to_string(), Instant::now())
        {
            warn!(kafka = access.name(), %group, %error, "what a group had committed is not told");
        }
    }
}
