//! The two blobs that a member of a Connect group leaves with the coordinator, in protocol versions 0 to 2. A newer one
//! is read as version 2: Kafka itself takes it for granted that newer versions only append.
//!
//! The bytes come from whoever may join the group: nothing is allocated by what they announce.
//! Source: Kafka's `ConnectProtocol` and `IncrementalCooperativeConnectProtocol`.

use crate::protocol::{Input, Malformed};

/// The newest version whose layout is known.
pub const NEWEST: i16 = 2;

/// What a worker said of itself when it last joined. Empty bytes (while a rebalance runs) are no metadata.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Metadata {
    /// 0 eager, 1 compatible, 2 sessioned; more is not known and was read as 2.
    pub version: i16,
    /// The advertised REST address, as in `http://host:8083/`.
    pub url: String,
    /// The offset in the config topic up to which the worker had read; -1 for one that has read nothing.
    pub config_offset: i64,
    /// What it owned when it joined (since version 1).
    pub owned: Option<Assignment>,
}

/// What the leader gave to a worker. Since version 1 it holds only what changes: see [`owned`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assignment {
    /// 0 eager, 1 compatible, 2 sessioned; more is not known and was read as 2.
    pub version: i16,
    /// 0, or 1 when workers disagreed on the configuration and nothing could be assigned.
    pub error: i16,
    /// The leader's member id.
    pub leader: String,
    /// The leader's REST address.
    pub leader_url: String,
    /// The offset in the config topic that the assignment is made from.
    pub config_offset: i64,
    /// Given in this rebalance.
    pub assigned: Vec<Share>,
    /// Taken in this rebalance (since version 1).
    pub revoked: Vec<Share>,
    /// How long the leader holds lost work back, in ms (since version 1).
    pub delay_ms: i32,
}

/// One connector's part of an assignment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Share {
    /// The connector.
    pub connector: String,
    /// Task numbers; -1 is the connector instance.
    pub tasks: Vec<i32>,
}

/// Reads member metadata; `None` for the empty bytes that a coordinator shows while a rebalance runs.
///
/// # Errors
/// [`Malformed`], for anything that cannot be read so. Bytes after its end are ignored, as Kafka does.
pub fn metadata(bytes: &[u8]) -> Result<Option<Metadata>, Malformed> {
    if bytes.is_empty() {
        return Ok(None);
    }
    let mut input = Input::of(bytes);
    let version = input.version()?;
    let url = input.string()?.to_owned();
    let config_offset = i64::from_be_bytes(input.take()?);
    let owned = if version == 0 {
        None
    } else {
        input.blob()?.map(assignment).transpose()?.flatten()
    };
    Ok(Some(Metadata {
        version,
        url,
        config_offset,
        owned,
    }))
}

/// The version and the address alone, with which metadata of every version begins: what is left of a newer one that
/// turns out to be laid out otherwise.
///
/// # Errors
/// As [`metadata`]; empty bytes are [`Malformed::Truncated`].
pub fn beginning(bytes: &[u8]) -> Result<(i16, String), Malformed> {
    let mut input = Input::of(bytes);
    Ok((input.version()?, input.string()?.to_owned()))
}

/// Reads an assignment; `None` for empty bytes (nothing assigned yet).
///
/// # Errors
/// As [`metadata`].
pub fn assignment(bytes: &[u8]) -> Result<Option<Assignment>, Malformed> {
    if bytes.is_empty() {
        return Ok(None);
    }
    let mut input = Input::of(bytes);
    let version = input.version()?;
    let error = i16::from_be_bytes(input.take()?);
    let leader = input.string()?.to_owned();
    let leader_url = input.string()?.to_owned();
    let config_offset = i64::from_be_bytes(input.take()?);
    let assigned = shares(&mut input)?;
    let (revoked, delay_ms) = match version {
        0 => (Vec::new(), 0),
        _ => (shares(&mut input)?, i32::from_be_bytes(input.take()?)),
    };
    Ok(Some(Assignment {
        version,
        error,
        leader,
        leader_url,
        config_offset,
        assigned,
        revoked,
        delay_ms,
    }))
}

/// What a member owns: what it had when it joined, less what was revoked, plus what was assigned; connector instances
/// and tasks, each sorted.
pub fn owned(metadata: Option<&Metadata>, assignment: &Assignment) -> (Vec<String>, Vec<(String, u32)>) {
    let had = metadata
        .and_then(|m| m.owned.as_ref())
        .map_or(&[][..], |owned| &owned.assigned);
    let each = |shares: &[Share]| -> Vec<(String, i32)> {
        shares
            .iter()
            .flat_map(|s| s.tasks.iter().map(|task| (s.connector.clone(), *task)))
            .collect()
    };
    let mut all: std::collections::BTreeSet<(String, i32)> = each(had).into_iter().collect();
    for gone in each(&assignment.revoked) {
        all.remove(&gone);
    }
    all.extend(each(&assignment.assigned));
    let mut connectors = Vec::new();
    let mut tasks = Vec::new();
    for (connector, task) in all {
        match u32::try_from(task) {
            Ok(task) => tasks.push((connector, task)),
            Err(_) => connectors.push(connector),
        }
    }
    connectors.dedup();
    (connectors, tasks)
}

/// Nothing is reserved by an announced count: a list grows only by what was really there, and each element takes
/// at least 4 bytes of the input.
fn shares(input: &mut Input<'_>) -> Result<Vec<Share>, Malformed> {
    let mut shares = Vec::new();
    for _ in 0..input.length()?.unwrap_or(0) {
        let connector = input.string()?.to_owned();
        let mut tasks = Vec::new();
        for _ in 0..input.length()?.unwrap_or(0) {
            tasks.push(i32::from_be_bytes(input.take()?));
        }
        shares.push(Share { connector, tasks });
    }
    Ok(shares)
}

#[cfg(test)]
#[path = "decode_tests.rs"]
mod tests;
