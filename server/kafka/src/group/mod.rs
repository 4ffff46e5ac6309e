//! The members of Connect groups: asked of the brokers, and put into Connect's words.

mod back;
pub mod decode;
mod home;
mod members;

use std::ffi::CStr;
use std::time::{Duration, Instant};

use model::observe::GroupMembers;

use crate::Error;
use crate::client::Client;
use crate::ffi::{self, Coordinator, GroupList, RawGroup};

pub(crate) use back::Outage;
pub(crate) use members::Known;

/// The protocol type of Connect's groups.
const CONNECT: &str = "connect";

/// How long a repeated look at one group lasts: shorter than librdkafka's pauses between two attempts to connect.
const SLICE: Duration = Duration::from_millis(250);
/// The same for a look at all groups.
const SLICE_OF_ALL: Duration = Duration::from_secs(2);
/// Between two looks, so that failures that come at once do not make us spin.
const PAUSE: Duration = Duration::from_millis(20);

/// All groups that we may see.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Groups {
    /// The groups, by id.
    pub groups: Vec<ListedGroup>,
    /// True when not every broker answered: there may be more.
    pub partial: bool,
}

/// A group of any kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedGroup {
    /// Its id.
    pub group_id: String,
    /// `connect`, `consumer`, or empty for a group that only holds offsets.
    pub protocol_type: String,
    /// The coordinator's word for its state.
    pub state: String,
    /// Its members, for a Connect group.
    pub connect: Option<GroupMembers>,
}

/// Asks for one group.
pub(crate) fn ask(client: &Client, group_id: &str, left: Duration, known: &mut Known) -> Result<GroupMembers, Error> {
    client.put(left, |client| {
        let end = Instant::now() + left;
        let answer = look(client, group_id, left, end, known);
        home::told(client, answer, end, known)
    })
}

fn look(
    client: &Client,
    group_id: &str,
    left: Duration,
    end: Instant,
    known: &mut Known,
) -> Result<GroupMembers, Error> {
    let name = ffi::name(group_id).ok_or_else(|| Error::Refused {
        reason: "no group id".to_owned(),
    })?;
    let sort = |code| Error::from_number(code, left);
    let list = list(client, Some(&name), end, SLICE).map_err(sort)?;
    let partial = list.partial;
    if let Some(group) = best(list.groups) {
        return one(group, partial, known);
    }
    // Not listed: it may be absent, hidden from us (a list silently omits what we may not describe), or lost with
    // a connection whose failure librdkafka forgot. Only the coordinator can tell.
    let rest = end
        .saturating_duration_since(Instant::now())
        .max(Duration::from_millis(100));
    match client.coordinators.ask(&name, rest)? {
        Coordinator::NoConnectGroup => Ok(members::nobody(group_id, partial)),
        Coordinator::Refused(code) => Err(sort(code)),
        Coordinator::Present => Err(Error::Unreachable {
            reason: "the coordinator was lost while it answered".to_owned(),
        }),
    }
}

/// Asks the brokers until `end`. When the connection to one of them fails, librdkafka throws away what the others said,
/// and each new attempt to connect to a broker that is down fails the call again. So it is repeated, `slice` by
/// `slice`: a slice without such an attempt ends with a partial answer.
fn list(client: &Client, name: Option<&CStr>, end: Instant, slice: Duration) -> Result<GroupList, ffi::Code> {
    let mut timeout = end.saturating_duration_since(Instant::now());
    loop {
        let answer = ffi::list_groups(&client.consumer, name, timeout);
        let left = end.saturating_duration_since(Instant::now());
        match answer {
            Err(code) if ffi::LOST.contains(&code) && left > PAUSE * 2 => std::thread::sleep(PAUSE),
            answer => return answer,
        }
        timeout = slice.min(left - PAUSE);
    }
}

fn one(group: RawGroup, partial: bool, known: &mut Known) -> Result<GroupMembers, Error> {
    if group.error != 0 {
        return Err(Error::from_number(group.error, Duration::ZERO));
    }
    if !(group.protocol_type == CONNECT || group.protocol_type.is_empty()) {
        return Err(Error::NotConnect {
            group_id: group.group_id,
            protocol_type: group.protocol_type,
        });
    }
    Ok(members::read(group, partial, known))
}

/// While a coordinator moves, two brokers may list a group: the one that knows members is believed.
fn best(groups: Vec<RawGroup>) -> Option<RawGroup> {
    groups
        .into_iter()
        .max_by_key(|group| (group.error == 0, group.members.len()))
}

/// Asks for all groups.
pub(crate) fn ask_all(client: &Client, left: Duration) -> Result<Groups, Error> {
    client.put(left, |client| {
        let end = Instant::now() + left;
        let list = list(client, None, end, SLICE_OF_ALL).map_err(|code| Error::from_number(code, left))?;
        let partial = list.partial;
        let mut groups: Vec<ListedGroup> = list.groups.into_iter().map(|group| listed(group, partial)).collect();
        groups.sort_by(|a, b| a.group_id.cmp(&b.group_id));
        Ok(Groups { groups, partial })
    })
}

fn listed(group: RawGroup, partial: bool) -> ListedGroup {
    let (group_id, protocol_type) = (group.group_id.clone(), group.protocol_type.clone());
    let state = group.state.clone();
    let is_connect = protocol_type == CONNECT && group.error == 0;
    let connect = is_connect.then(|| members::read(group, partial, &mut Known::default()));
    ListedGroup {
        group_id,
        protocol_type,
        state,
        connect,
    }
}
