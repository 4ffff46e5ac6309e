//! Which server watches which unit: a pure function of what all of them see in the database.
//!
//! *Free units* go to the server that holds the fewest; every server works the same distribution out from the same rows
//! and takes what falls to it at once. Nobody else takes a free unit until it has waited ([`Tenure::Free::overdue`]):
//! whoever it fell to may hang. Who gave a unit up is the last to be given it.
//!
//! *Handing over.* A server gives a unit away only when it holds at least two more than another one that could watch
//! it, that has been there for a while, and when nothing is free at the moment. Of all who could give, only the one that
//! holds most does, one unit at a time. So each handing over lowers the sum of the squares of what the servers hold:
//! it comes to an end, after which no two differ by more than one (where each could watch all), and it never goes back.
//! With n units on s servers that is everybody's share, n/s rounded up or down.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use model::names::UnitName;

/// A server that lives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Peer {
    /// What it can watch.
    pub(crate) units: BTreeSet<UnitName>,
    /// Whether it has been there long enough to be given what another one watches.
    pub(crate) steady: bool,
}

/// Whose a unit is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Tenure {
    /// This server's, also one that tells nothing of itself.
    Held(Arc<str>),
    /// Nobody's.
    Free {
        /// Who gave it up.
        by: Option<Arc<str>>,
        /// Whether it waited in vain for the one to whom it fell.
        overdue: bool,
    },
}

/// What a server does now.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Plan {
    /// Units to take.
    pub(crate) take: Vec<UnitName>,
    /// A unit to hand over.
    pub(crate) give: Option<UnitName>,
}

/// What `me` does, by what it sees: the living servers, itself among them, and every unit that any of them can watch or
/// anybody holds.
pub(crate) fn plan(me: &str, servers: &BTreeMap<Arc<str>, Peer>, units: &BTreeMap<UnitName, Tenure>) -> Plan {
    let mut holds: BTreeMap<&str, usize> = servers.keys().map(|holder| (&**holder, 0)).collect();
    for tenure in units.values() {
        if let Tenure::Held(holder) = tenure {
            *holds.entry(holder).or_default() += 1;
        }
    }
    let mut take = Vec::new();
    let mut something_free = false;
    for (unit, tenure) in units {
        let Tenure::Free { by, overdue } = tenure else { continue };
        let able = |holder: &str| servers.get(holder).is_some_and(|peer| peer.units.contains(unit));
        // Of several that hold the same number the first by name, whoever asks.
        let falls_to = holds
            .iter()
            .filter(|(holder, _)| able(holder))
            .map(|(holder, count)| (by.as_deref() == Some(*holder), *count, *holder))
            .min()
            .map(|(_, _, holder)| holder);
        let Some(falls_to) = falls_to else { continue };
        something_free = true;
        if falls_to == me || (*overdue && able(me)) {
            take.push(unit.clone());
        }
        *holds.entry(falls_to).or_default() += 1;
    }
    let give = if something_free {
        None
    } else {
        give(me, servers, units, &holds)
    };
    Plan { take, give }
}

/// The unit that `me` hands over, if it is the one to do so.
fn give(
    me: &str,
    servers: &BTreeMap<Arc<str>, Peer>,
    units: &BTreeMap<UnitName, Tenure>,
    holds: &BTreeMap<&str, usize>,
) -> Option<UnitName> {
    let count = |holder: &str| holds.get(holder).copied().unwrap_or(0);
    // Who tells nothing of itself gives nothing: it would not be heard if it were asked.
    let mut givers: Vec<&str> = servers.keys().map(|holder| &**holder).collect();
    givers.sort_by_key(|holder| (std::cmp::Reverse(count(holder)), *holder));
    let mut pairs = givers.into_iter().filter_map(|giver| {
        let mut theirs = units.iter().rev();
        let unit = theirs.find(|(unit, tenure)| {
            let held = matches!(tenure, Tenure::Held(holder) if **holder == *giver);
            held && servers
                .iter()
                .any(|(holder, peer)| peer.steady && peer.units.contains(*unit) && count(holder) + 2 <= count(giver))
        });
        unit.map(|(unit, _)| (giver, unit))
    });
    pairs
        .next()
        .filter(|(giver, _)| *giver == me)
        .map(|(_, unit)| unit.clone())
}

#[cfg(test)]
mod tests;
