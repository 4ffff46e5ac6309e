//! What all servers of a database share: who is there, and who holds what.

use model::Timestamp;
use model::names::UnitName;
use store::Store;

use crate::{Console, Error};

/// Every server and every lease.
#[derive(Clone, Debug, PartialEq)]
pub struct Shared {
    /// Every server that is there or was lately.
    pub servers: Vec<ServerItem>,
    /// Every unit that was ever held.
    pub leases: Vec<LeaseItem>,
}

/// A server on the database.
#[derive(Clone, Debug, PartialEq)]
pub struct ServerItem {
    /// The name under which it holds leases: machine, process, and what makes it unique.
    pub holder: String,
    /// Whether it is the one that was asked.
    pub this: bool,
    /// Whether it was heard of within its last term.
    pub live: bool,
    /// Its version.
    pub version: String,
    /// Where its users reach it, if known.
    pub address: Option<String>,
    /// When it was first seen, by Postgres's clock.
    pub since: Timestamp,
    /// Units that it holds now.
    pub units: usize,
}

/// A unit and who holds it.
#[derive(Clone, Debug, PartialEq)]
pub struct LeaseItem {
    /// What is watched.
    pub unit: UnitName,
    /// Who holds or last held it.
    pub holder: String,
    /// Since when, by Postgres's clock.
    pub since: Timestamp,
    /// Grows with each new holding.
    pub epoch: i64,
    /// Whether it is held now.
    pub held: bool,
}

impl Console {
    pub(super) async fn shared(&self, asked: &str) -> Result<Shared, Error> {
        let question = |store: Store| async move { Ok((store.servers().await?, store.leases().await?)) };
        let (servers, leases) = self.reading(question).await?;
        let leases: Vec<LeaseItem> = leases
            .into_iter()
            .map(|lease| LeaseItem {
                unit: lease.unit,
                holder: lease.holder,
                since: lease.acquired_at,
                epoch: lease.epoch,
                held: lease.held,
            })
            .collect();
        let servers = servers
            .into_iter()
            .map(|server| ServerItem {
                this: server.holder == asked,
                live: server.live_for.is_some(),
                units: leases
                    .iter()
                    .filter(|lease| lease.held && lease.holder == server.holder)
                    .count(),
                version: server.version,
                address: server.address,
                since: server.started_at,
                holder: server.holder,
            })
            .collect();
        Ok(Shared { servers, leases })
    }
}
