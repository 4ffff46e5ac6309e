//! What a unit consists of, and what all units of a server share.

use std::sync::Arc;

use model::Clock;
use model::names::UnitName;
use model::secrets::FingerprintKey;
use store::Store;
use tokio::sync::watch as channel;
use tokio_util::sync::CancellationToken;
use view::Fleet;

use crate::identity::Refusals;
use crate::losses::Losses;
use crate::progress::Board;
use crate::spread::Seats;
use crate::{ClusterSpec, FleetSpec, KafkaSpec};

/// What a unit consists of; a unit whose parts change is started anew.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct UnitSpec {
    pub(crate) name: UnitName,
    pub(crate) kafka: Option<(Arc<str>, KafkaSpec)>,
    pub(crate) clusters: Vec<ClusterSpec>,
    /// `[egress] allow`, as written: the clients are made with it.
    pub(crate) allow: Vec<String>,
}

/// What every unit of a server shares.
#[derive(Clone)]
pub(crate) struct Shared {
    pub(crate) store: Store,
    pub(crate) spec: channel::Receiver<Arc<FleetSpec>>,
    pub(crate) key: FingerprintKey,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) seats: Seats,
    /// What units could not record before they ended.
    pub(crate) losses: Losses,
    /// The server ends.
    pub(crate) ending: CancellationToken,
    /// What is recorded of all clusters, whoever watches them.
    pub(crate) fleet: channel::Receiver<Arc<Fleet>>,
    pub(crate) refusals: Refusals,
    /// Where it is hung out what was measured.
    pub(crate) board: Board,
}
