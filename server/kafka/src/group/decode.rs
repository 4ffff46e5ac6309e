//! The two blobs that a member of a Connect group leaves with the coordinator, in protocol versions 0 to 2. A newer one
//! is read as version 2: Kafka itself takes it for granted that newer versions only append.
//!
//! Big-endian throughout; a string is an int16 length and UTF-8, bytes and arrays an int32 length of which -1 means
//! null. The bytes come from whoever may join the group, so every length is checked against what is left before
//! anything is read or allocated, and what does not fit is an error, never a panic.
//! Source: Kafka's `ConnectProtocol` and `IncrementalCooperativeConnectProtocol`.

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

/// Why bytes are no blob of the Connect protocol.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Malformed {
    /// It ends before what it announces, at this byte.
    #[error("it ends early, at byte {0}")]
    Truncated(usize),
    /// A length below -1, or null where the protocol has none, before this byte.
    #[error("an impossible length before byte {0}")]
    Length(usize),
    /// A string that is not UTF-8 ends at this byte.
    #[error("text that is not UTF-8 ends at byte {0}")]
    Text(usize),
    /// A version that cannot be, below 0.
    #[error("protocol version {0} cannot be")]
    Version(i16),
}

/// Reads member metadata; `None` for the empty bytes that a coordinator shows while a rebalance runs.
///
/// # Errors
/// [`Malformed`], for anything that cannot be read so. Bytes after its end are ignored, as Kafka does.
pub fn metadata(bytes: &[u8]) -> Result<Option<Metadata>, Malformed> {
    if bytes.is_empty() {
        return Ok(None);
    }
    let mut input = Input { bytes, at: 0 };
    let version = input.version()?;
    let url = input.string()?;
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
    let mut input = Input { bytes, at: 0 };
    Ok((input.version()?, input.string()?))
}

/// Reads an assignment; `None` for empty bytes (nothing assigned yet).
///
/// # Errors
/// As [`metadata`].
pub fn assignment(bytes: &[u8]) -> Result<Option<Assignment>, Malformed> {
    if bytes.is_empty() {
        return Ok(None);
    }
    let mut input = Input { bytes, at: 0 };
    let version = input.version()?;
    let error = i16::from_be_bytes(input.take()?);
    let leader = input.string()?;
    let leader_url = input.string()?;
    let config_offset = i64::from_be_bytes(input.take()?);
    let assigned = input.shares()?;
    let (revoked, delay_ms) = match version {
        0 => (Vec::new(), 0),
        _ => (input.shares()?, i32::from_be_bytes(input.take()?)),
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

/// The bytes and how far they were read.
struct Input<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Input<'a> {
    fn slice(&mut self, length: usize) -> Result<&'a [u8], Malformed> {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let slice = rest.get(..length).ok_or(Malformed::Truncated(self.bytes.len()))?;
        self.at += length;
        Ok(slice)
    }

    fn take<const N: usize>(&mut self) -> Result<[u8; N], Malformed> {
        let mut out = [0; N];
        out.copy_from_slice(self.slice(N)?);
        Ok(out)
    }

    fn version(&mut self) -> Result<i16, Malformed> {
        match i16::from_be_bytes(self.take()?) {
            version @ 0.. => Ok(version),
            version => Err(Malformed::Version(version)),
        }
    }

    fn string(&mut self) -> Result<String, Malformed> {
        let length = i16::from_be_bytes(self.take()?);
        let length = usize::try_from(length).map_err(|_| Malformed::Length(self.at))?;
        let text = self.slice(length)?.to_vec();
        String::from_utf8(text).map_err(|_| Malformed::Text(self.at))
    }

    /// An int32 length; `None` for null.
    fn length(&mut self) -> Result<Option<usize>, Malformed> {
        match i32::from_be_bytes(self.take()?) {
            -1 => Ok(None),
            length => usize::try_from(length)
                .map(Some)
                .map_err(|_| Malformed::Length(self.at)),
        }
    }

    fn blob(&mut self) -> Result<Option<&'a [u8]>, Malformed> {
        match self.length()? {
            None => Ok(None),
            Some(length) => self.slice(length).map(Some),
        }
    }

    /// Nothing is reserved by an announced count: a list grows only by what was really there, and each element takes
    /// at least 4 bytes of the input.
    fn shares(&mut self) -> Result<Vec<Share>, Malformed> {
        let mut shares = Vec::new();
        for _ in 0..self.length()?.unwrap_or(0) {
            let connector = self.string()?;
            let mut tasks = Vec::new();
            for _ in 0..self.length()?.unwrap_or(0) {
                tasks.push(i32::from_be_bytes(self.take()?));
            }
            shares.push(Share { connector, tasks });
        }
        Ok(shares)
    }
}

#[cfg(test)]
#[path = "decode_tests.rs"]
mod tests;
