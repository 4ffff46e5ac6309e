//! Where data comes from and where it goes.

mod latest;

use std::collections::BTreeSet;
use std::sync::Arc;

use model::Timestamp;
use model::actor::{Actor, Right};
use view::{Query, Topology};

pub(crate) use latest::Latest;

use crate::{Console, Error, require};

/// Nodes that are drawn before connectors are gathered in groups.
const MOST: usize = 300;

/// What is asked of the topology.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TopologyQuery {
    /// Which connectors, as in their list; the order does not matter.
    pub filter: Query,
    /// Groups whose connectors are to stand for themselves: clusters, or teams where all connectors are of one cluster.
    pub open: BTreeSet<Arc<str>>,
}

/// The answer.
#[derive(Clone, Debug)]
pub struct TopologyPage {
    /// Systems, connectors and topics.
    pub topology: Arc<Topology>,
    /// The oldest moment at which a cluster's states were last seen.
    pub as_of: Option<Timestamp>,
    /// The feed's number of the snapshot.
    pub revision: i64,
}

impl Console {
    /// The connectors that match with the systems and topics that their configs name. Right: `see`.
    ///
    /// # Errors
    /// [`Error::Denied`].
    pub fn topology(&self, actor: &Actor, asked: &TopologyQuery) -> Result<TopologyPage, Error> {
        require(actor, Right::See)?;
        let (fleet, staleness) = (self.fleet(), self.staleness());
        Ok(TopologyPage {
            topology: self.topologies.get(asked, &fleet, &staleness, || {
                Topology::of(&fleet, &asked.filter, &asked.open, MOST, &staleness)
            }),
            as_of: fleet.as_of(),
            revision: fleet.feed,
        })
    }
}
