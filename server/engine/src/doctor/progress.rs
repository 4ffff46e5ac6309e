//! May we see what sinks commit? Tried as the server does it, for a few of the groups that their connectors have.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use kafka::Error;
use kafka::offsets::Standing;
use model::lag::group_of;
use model::names::ConnectorName;

use super::finding::{Finding, Severity};
use super::told;
use crate::watch::Aside;

/// How long it is tried.
const PATIENCE: Duration = Duration::from_secs(6);
/// Groups that are tried.
const MOST: usize = 50;
/// The topic that holds all commits.
const COMMITS: &str = "__consumer_offsets";

/// What was found of the commits of groups.
#[derive(Default)]
struct Found {
    topic: Option<Error>,
    groups: BTreeMap<Arc<str>, Option<Error>>,
}

/// Examines whether lag can be known of connectors with these names: those that are sinks have such groups.
pub(super) async fn examine(
    cluster: &kafka::Cluster,
    subject: &str,
    connectors: &BTreeSet<ConnectorName>,
    findings: &mut Vec<Finding>,
) {
    let groups: BTreeSet<Arc<str>> = connectors
        .iter()
        .filter_map(|name| group_of(name, None))
        .take(MOST)
        .collect();
    if groups.is_empty() {
        return;
    }
    let finding = |severity, text: String| Finding::of(subject, severity, text);
    let Found { topic, groups } = match cluster.commits() {
        Ok(tail) => follow(Aside::new(tail), groups).await,
        Err(error) => {
            return findings.push(finding(Severity::Problem, told::words(&error)).todo(told::advice(&error)));
        }
    };
    if let Some(error) = topic {
        let (text, todo) = match &error {
            Error::Authorization { .. } => (
                format!("{COMMITS} may not be read: lag, and whether sinks progress, stay unknown"),
                format!(
                    "allow it: kafka-acls --bootstrap-server BROKER --add --allow-principal User:OURS --operation Read --operation \
                     Describe --topic {COMMITS}"
                ),
            ),
            // Nobody ever committed anything, or brokers hide what we may not describe.
            Error::NoTopic(_) => (
                format!(
                    "{COMMITS} is not there, or may not be described: lag, and whether sinks progress, stay unknown"
                ),
                format!(
                    "where groups commit, allow it: kafka-acls --bootstrap-server BROKER --add --allow-principal User:OURS \
                     --operation Read --operation Describe --topic {COMMITS}"
                ),
            ),
            other => (
                format!("{COMMITS}: {}", told::words(other)),
                told::advice(other).to_owned(),
            ),
        };
        return findings.push(finding(Severity::Warning, text).todo(todo));
    }
    let denied = groups
        .iter()
        .filter(|(_, error)| matches!(error, Some(Error::Authorization { .. })));
    let denied: Vec<&str> = denied.map(|(group, _)| &**group).collect();
    if let Some(first) = denied.first() {
        let others = match denied.len() {
            1 => String::new(),
            more => format!(" and of {} more groups", more - 1),
        };
        let text = format!(
            "what {first}{others} committed may not be seen: their lag is unknown until they commit the next time, and stays \
             unknown where they do not"
        );
        let todo = "allow it for the groups of all sinks: kafka-acls --bootstrap-server BROKER --add --allow-principal User:OURS \
                    --operation Describe --group connect- --resource-pattern-type prefixed";
        findings.push(finding(Severity::Warning, text).todo(todo));
    } else if groups.values().any(Option::is_none) {
        findings.push(Finding::good(
            subject,
            "what consumer groups commit may be read, so that lag can be known",
        ));
    }
}

/// Follows until it is known of all groups how they stand, or for as long as there is patience.
async fn follow(tail: Aside<kafka::offsets::CommitsTail>, groups: BTreeSet<Arc<str>>) -> Found {
    let (began, all) = (Instant::now(), groups.len());
    tail.want(groups);
    let mut found = Found::default();
    while found.groups.len() < all && began.elapsed() < PATIENCE {
        tokio::time::sleep(Duration::from_millis(250)).await;
        let taken = tail.take();
        let homes = taken.homes.into_iter().filter_map(|home| home.trouble);
        found.topic = taken.trouble.into_iter().chain(homes).next();
        for (group, standing) in taken.standings {
            match standing {
                Standing::Waiting => drop(found.groups.remove(&group)),
                Standing::Complete => drop(found.groups.insert(group, None)),
                Standing::Failed(error) => drop(found.groups.insert(group, Some(error))),
            }
        }
    }
    found
}
