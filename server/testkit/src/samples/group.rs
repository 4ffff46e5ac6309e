//! A Connect group as its coordinator tells of it.

use model::names::WorkerId;
use model::observe::{GroupMember, GroupMembers};

/// A settled group of these workers, which were given nothing to run.
pub fn group(id: &str, workers: &[&str]) -> GroupMembers {
    let member = |address: &&str| GroupMember {
        member_id: format!("{address}-1").into(),
        worker_id: WorkerId::from(*address),
        url: format!("http://{address}/").into(),
        leader: None,
        leader_url: None,
        delay_ms: None,
        connectors: Vec::new(),
        tasks: Vec::new(),
    };
    GroupMembers {
        group_id: id.into(),
        state: "Stable".into(),
        partial: false,
        kafka_cluster_id: None,
        members: workers.iter().map(member).collect(),
    }
}
