//! Names to addresses, through the policy: what is not admitted is never connected to.

use std::net::{IpAddr, SocketAddr};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use crate::Policy;

/// Every address of a name lies outside the policy.
#[derive(Debug, thiserror::Error)]
#[error("{address} is not allowed")]
pub(crate) struct AllForbidden {
    /// The first of them.
    pub(crate) address: IpAddr,
}

/// A name without addresses.
#[derive(Debug, thiserror::Error)]
#[error("the name {name} does not resolve")]
pub(crate) struct Unresolved {
    name: String,
}

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

/// The addresses of a name; at least one.
pub(crate) async fn lookup(name: &str) -> Result<Vec<IpAddr>, Unresolved> {
    let unresolved = || Unresolved { name: name.to_owned() };
    let found: Vec<IpAddr> = tokio::net::lookup_host((name, 0))
        .await
        .map_err(|_| unresolved())?
        .map(|address| address.ip())
        .collect();
    if found.is_empty() { Err(unresolved()) } else { Ok(found) }
}
