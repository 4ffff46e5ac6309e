//! Asking the system for the addresses of a name, and the two ways in which a name leads nowhere.

use std::net::IpAddr;

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
