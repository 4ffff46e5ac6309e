//! Names to addresses, through the policy: what is not admitted is never connected to.

use std::net::SocketAddr;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use crate::Policy;
use crate::lookup::lookup;

/// The system's resolver behind the policy.
pub(crate) struct Guarded(pub(crate) Policy);

impl Resolve for Guarded {
    fn resolve(&self, name: Name) -> Resolving {
        let policy = self.0.clone();
        Box::pin(async move {
            let found = lookup(name.as_str()).await?;
            let admitted = policy.admit(name.as_str(), &found)?;
            let addresses: Addrs = Box::new(admitted.into_iter().map(|address| SocketAddr::new(address, 0)));
            Ok(addresses)
        })
    }
}
