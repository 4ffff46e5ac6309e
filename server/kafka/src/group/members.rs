//! A described group in Connect's words.

use std::collections::{BTreeMap, BTreeSet};

use model::names::WorkerId;
use model::observe::{GroupMember, GroupMembers};

use super::decode::{self, Assignment, Metadata};
use crate::ffi::{RawGroup, RawMember};
use crate::protocol::Malformed;

/// What each member said last, as long as it is in the group: during a rebalance the coordinator shows members without
/// their metadata, and an assignment alone is only a difference to it.
#[derive(Debug, Default)]
pub(crate) struct Known {
    said: BTreeMap<String, Said>,
    /// Members of whose blobs something was complained; once is enough.
    odd: BTreeSet<String>,
    /// The Kafka cluster in which the group was seen last.
    pub(super) home: Option<String>,
}

#[derive(Debug)]
struct Said {
    url: String,
    owned: Owned,
}

/// Connector instances and tasks.
type Owned = (Vec<String>, Vec<(String, u32)>);

/// The coordinator knows no such group.
pub(super) fn nobody(group_id: &str, partial: bool) -> GroupMembers {
    GroupMembers {
        group_id: group_id.into(),
        state: "Dead".into(),
        partial,
        kafka_cluster_id: None,
        members: Vec::new(),
    }
}

/// Puts a group into Connect's words. `silent` says that not every broker answered.
pub(super) fn read(group: RawGroup, silent: bool, known: &mut Known) -> GroupMembers {
    let listed = |member_id: &String| group.members.iter().any(|m| m.member_id == *member_id);
    known.said.retain(|member_id, _| listed(member_id));
    known.odd.retain(listed);
    let listed = group.members.len();
    let members: Vec<GroupMember> = group.members.into_iter().filter_map(|raw| member(raw, known)).collect();
    // A coordinator that lists members speaks for its group, whoever else is silent. One that lists none may have lost
    // the group to a broker that is silent. A member without an address may be any worker.
    let partial = (silent && listed == 0) || members.len() < listed;
    GroupMembers {
        group_id: group.group_id.into(),
        state: group.state.into(),
        partial,
        kafka_cluster_id: None,
        members,
    }
}

/// One member; `None` when nothing tells its address.
fn member(raw: RawMember, known: &mut Known) -> Option<GroupMember> {
    let metadata: Option<Metadata> = readable(&raw, "metadata", decode::metadata(&raw.metadata), known);
    let assignment: Option<Assignment> = readable(&raw, "assignment", decode::assignment(&raw.assignment), known);
    let newer = newer(&raw);
    if let Some((version, _)) = &newer {
        complain(&raw, known, || {
            let newest = decode::NEWEST;
            format!("it speaks version {version} of Connect's group protocol, which is read as version {newest}")
        });
    }
    let (url, (connectors, tasks)) = match (&metadata, &assignment) {
        (Some(metadata), assignment) => {
            let owned = assignment
                .as_ref()
                .map(|new| decode::owned(Some(metadata), new))
                .unwrap_or_default();
            let said = Said {
                url: metadata.url.clone(),
                owned: owned.clone(),
            };
            known.said.insert(raw.member_id.clone(), said);
            (Some(metadata.url.clone()), owned)
        }
        // Since version 1 a worker keeps running what it has while a rebalance runs.
        (None, assignment) => match known.said.get(&raw.member_id) {
            Some(said) if assignment.as_ref().is_none_or(|a| a.version > 0) => {
                (Some(said.url.clone()), said.owned.clone())
            }
            Some(said) => (Some(said.url.clone()), Owned::default()),
            // What it owns cannot be told; where it is can.
            None => (newer.map(|(_, url)| url), Owned::default()),
        },
    };
    let worker_id = match &url {
        Some(url) => authority(url),
        None => named_by_client(&raw.client_id)?,
    };
    Some(GroupMember {
        leader: assignment.as_ref().map(|a| a.leader == raw.member_id),
        leader_url: assignment.as_ref().map(|a| a.leader_url.as_str().into()),
        delay_ms: assignment.as_ref().map(|a| a.delay_ms),
        connectors: connectors.into_iter().map(Into::into).collect(),
        tasks: tasks
            .into_iter()
            .map(|(connector, task)| (connector.into(), task))
            .collect(),
        worker_id: WorkerId::from(worker_id),
        url: url.unwrap_or_default().into(),
        member_id: raw.member_id.into(),
    })
}

/// Version and address of metadata that is newer than this program.
fn newer(raw: &RawMember) -> Option<(i16, String)> {
    let beginning = decode::beginning(&raw.metadata).ok();
    beginning.filter(|(version, _)| *version > decode::NEWEST)
}

fn readable<T>(raw: &RawMember, what: &str, read: Result<Option<T>, Malformed>, known: &mut Known) -> Option<T> {
    read.unwrap_or_else(|error| {
        complain(raw, known, || format!("its {what} cannot be read: {error}"));
        None
    })
}

/// Says what is odd about a member, once as long as it stays. Anyone with the right to join may write such blobs; the
/// member stays listed by what else names it.
fn complain(raw: &RawMember, known: &mut Known, what: impl FnOnce() -> String) {
    if known.odd.insert(raw.member_id.clone()) {
        let what = what();
        tracing::warn!(
            member_id = raw.member_id,
            client_host = raw.client_host,
            "a member of the group is odd: {what}"
        );
    }
}

/// `host:port` of a worker's address, as Connect writes it into statuses.
fn authority(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    rest.split('/').next().unwrap_or(rest)
}

/// `host:port` out of the client id `connect-<host:port>` that workers have unless theirs is configured.
fn named_by_client(client_id: &str) -> Option<&str> {
    let address = client_id.strip_prefix("connect-")?;
    let (_, port) = address.rsplit_once(':')?;
    port.parse::<u16>().ok().map(|_| address)
}

#[cfg(test)]
#[path = "members_tests.rs"]
mod tests;
