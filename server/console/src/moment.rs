//! What answers about the present are made of, so that one that was given can be given again.

use std::sync::{Arc, Weak};

use chrono::TimeDelta;
use model::actor::{Actor, Right};
use view::{Condition, Fleet};

use crate::{Console, Error, require};

/// All that the list of connectors depends on beside the question and the rights. While two of these are equal the same
/// question has the same answer to the last letter: no age is told in it, only moments, and what age makes of a cluster
/// is part of this. Keeps no snapshot alive.
#[derive(Clone, Debug)]
pub struct Moment {
    /// While it is held nothing else comes to lie at its address.
    fleet: Weak<Fleet>,
    conditions: Box<[Condition]>,
    /// From when on nothing is known of a silent cluster is counted with this.
    limit: TimeDelta,
}

impl PartialEq for Moment {
    fn eq(&self, other: &Self) -> bool {
        self.fleet.ptr_eq(&other.fleet) && self.conditions == other.conditions && self.limit == other.limit
    }
}

impl Console {
    /// What the list of connectors is made of now. Right: `see`, which is all that the list asks for.
    ///
    /// # Errors
    /// [`Error::Denied`].
    pub fn moment(&self, actor: &Actor) -> Result<Moment, Error> {
        require(actor, Right::See)?;
        let (fleet, staleness) = (self.fleet(), self.staleness());
        let clusters = fleet.clusters.values();
        Ok(Moment {
            conditions: clusters.map(|cluster| staleness.condition(cluster)).collect(),
            fleet: Arc::downgrade(&fleet),
            limit: staleness.limit,
        })
    }
}
