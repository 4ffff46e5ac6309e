//! Waiting for a condition with a deadline.

use std::time::{Duration, Instant};

use kafka::{Error, GroupWatcher};
use model::observe::GroupMembers;

/// Looks at the group until it is as wanted, for at most 30 s, and returns what was seen with how long that took.
pub async fn members(
    watcher: &GroupWatcher,
    what: &str,
    wanted: impl Fn(&GroupMembers) -> bool,
) -> (GroupMembers, Duration) {
    let start = Instant::now();
    let mut last: Option<Result<GroupMembers, Error>> = None;
    while start.elapsed() < Duration::from_secs(30) {
        match watcher.members().await {
            Ok(seen) if wanted(&seen) => return (seen, start.elapsed()),
            other => last = Some(other),
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("not seen within 30 s: {what}; last {last:#?}");
}
