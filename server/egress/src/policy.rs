//! Which addresses may be connected to.

use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::{Arc, PoisonError, RwLock};

use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use url::{Host, Url};

use crate::Error;
use crate::lookup::{AllForbidden, lookup};

/// Which addresses may be connected to: those configured, and the networks of `[egress] allow` (by default the /24 or
/// /64 around each configured address, so that workers found beside the configured ones can be asked).
///
/// Loopback, link-local, metadata, unspecified and multicast addresses are special: only a configured literal address,
/// the configured name `localhost`, or an allowed network that lies wholly within the special range admits them. A
/// configured *name* that resolves to one does not, or whoever holds the name could point this server at itself.
///
/// A clone shares what was learnt of configured names.
#[derive(Clone, Debug)]
pub struct Policy(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    /// `[egress] allow`; `None` for the default.
    allow: Option<Vec<IpNet>>,
    /// Configured literal addresses.
    addresses: BTreeSet<IpAddr>,
    /// Configured names, lower case.
    names: BTreeSet<String>,
    /// The networks around what each configured name last resolved to; only filled in for the default.
    around: RwLock<BTreeMap<String, Vec<IpNet>>>,
}

impl Policy {
    /// For `[egress] allow` (`None`: the default) and every address that the configuration names itself: clusters,
    /// receivers, proxies.
    pub fn new<'a>(allow: Option<Vec<IpNet>>, configured: impl IntoIterator<Item = &'a Url>) -> Self {
        let (mut addresses, mut names) = (BTreeSet::new(), BTreeSet::new());
        for url in configured {
            match url.host() {
                Some(Host::Ipv4(address)) => {
                    addresses.insert(IpAddr::V4(address));
                }
                Some(Host::Ipv6(address)) => {
                    addresses.insert(IpAddr::V6(address).to_canonical());
                }
                Some(Host::Domain(name)) => {
                    names.insert(normal(name));
                }
                None => {}
            }
        }
        Self(Arc::new(Inner {
            allow,
            addresses,
            names,
            around: RwLock::default(),
        }))
    }

    /// Resolves the configured names, so that the networks around them are known before the first of them is asked.
    /// Returns the names that did not resolve; they are tried again whenever they are connected to.
    pub async fn resolve_configured(&self) -> Vec<String> {
        let mut unresolved = Vec::new();
        for name in &self.0.names {
            match lookup(name).await {
                Ok(found) => self.learn(name, &found),
                Err(_) => unresolved.push(name.clone()),
            }
        }
        unresolved
    }

    /// Whether a literal address may be connected to.
    pub fn allows(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        if self.0.addresses.contains(&address) {
            return true;
        }
        if special(address) {
            let loopback_by_name = address.is_loopback() && self.0.names.contains("localhost");
            return loopback_by_name
                || self
                    .0
                    .allow
                    .iter()
                    .flatten()
                    .any(|network| network.contains(&address) && special_network(network));
        }
        match &self.0.allow {
            Some(networks) => networks.iter().any(|network| network.contains(&address)),
            None => {
                let near = |configured: &IpAddr| !special(*configured) && around(*configured).contains(&address);
                self.0.addresses.iter().any(near)
                    || self
                        .0
                        .around
                        .read()
                        .unwrap_or_else(PoisonError::into_inner)
                        .values()
                        .flatten()
                        .any(|network| network.contains(&address))
            }
        }
    }

    /// Checks a URL's scheme and, where its host is a literal address, that address.
    pub(crate) fn check(&self, url: &Url) -> Result<(), Error> {
        if !matches!(url.scheme(), "http" | "https") {
            return Err(Error::Setup {
                why: format!("`{}` addresses are not spoken here: http and https are", url.scheme()).into(),
            });
        }
        let literal = match url.host() {
            Some(Host::Ipv4(address)) => IpAddr::V4(address),
            Some(Host::Ipv6(address)) => IpAddr::V6(address),
            Some(Host::Domain(_)) => return Ok(()),
            None => {
                return Err(Error::Setup {
                    why: "the address names no host".into(),
                });
            }
        };
        if self.allows(literal) {
            Ok(())
        } else {
            Err(Error::Forbidden { address: literal })
        }
    }

    /// The addresses of a name that may be connected to; never none.
    pub(crate) fn admit(&self, name: &str, found: &[IpAddr]) -> Result<Vec<IpAddr>, AllForbidden> {
        let configured = self.0.names.contains(&normal(name));
        if configured {
            self.learn(name, found);
        }
        let admitted: Vec<IpAddr> = found
            .iter()
            .copied()
            .filter(|address| (configured && !special(address.to_canonical())) || self.allows(*address))
            .collect();
        if admitted.is_empty() {
            let address = found.first().copied().unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED));
            return Err(AllForbidden { address });
        }
        Ok(admitted)
    }

    fn learn(&self, name: &str, found: &[IpAddr]) {
        let networks = found
            .iter()
            .map(IpAddr::to_canonical)
            .filter(|address| !special(*address))
            .map(around)
            .collect();
        self.0
            .around
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(normal(name), networks);
    }
}

fn normal(name: &str) -> String {
    name.trim_end_matches('.').to_ascii_lowercase()
}

/// The /24 or /64 that holds an address.
fn around(address: IpAddr) -> IpNet {
    match address {
        IpAddr::V4(v4) => IpNet::V4(Ipv4Net::new_assert(v4, 24).trunc()),
        IpAddr::V6(v6) => IpNet::V6(Ipv6Net::new_assert(v6, 64).trunc()),
    }
}

/// Addresses that are never meant by accident: this machine, its link, a cloud's metadata service, or many at once.
const SPECIAL: [IpNet; 14] = [
    // All of 0.0.0.0/8 reaches this machine on some systems.
    v4([0, 0, 0, 0], 8),
    v4([127, 0, 0, 0], 8),
    v4([169, 254, 0, 0], 16),
    v4([224, 0, 0, 0], 4),
    v4([255, 255, 255, 255], 32),
    v6([0, 0, 0, 0, 0, 0, 0, 0], 128),
    v6([0, 0, 0, 0, 0, 0, 0, 1], 128),
    v6([0xfe80, 0, 0, 0, 0, 0, 0, 0], 10),
    v6([0xff00, 0, 0, 0, 0, 0, 0, 0], 8),
    // Addresses of the IPv4 ranges above that a translator (NAT64) would reach.
    v6([0x64, 0xff9b, 0, 0, 0, 0, 0x7f00, 0], 104),
    v6([0x64, 0xff9b, 0, 0, 0, 0, 0xa9fe, 0], 112),
    // Metadata services outside the link-local ranges: of EC2 and Google over IPv6, and of Alibaba.
    v6([0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254], 128),
    v6([0xfd20, 0xce, 0, 0, 0, 0, 0, 0x254], 128),
    v4([100, 100, 100, 200], 32),
];

const fn v4(octets: [u8; 4], bits: u8) -> IpNet {
    let [a, b, c, d] = octets;
    IpNet::V4(Ipv4Net::new_assert(Ipv4Addr::new(a, b, c, d), bits))
}

const fn v6(groups: [u16; 8], bits: u8) -> IpNet {
    let [a, b, c, d, e, f, g, h] = groups;
    IpNet::V6(Ipv6Net::new_assert(Ipv6Addr::new(a, b, c, d, e, f, g, h), bits))
}

fn special(address: IpAddr) -> bool {
    SPECIAL.iter().any(|network| network.contains(&address))
}

/// Whether a network lies wholly within the special addresses: then whoever wrote it meant them.
fn special_network(network: &IpNet) -> bool {
    SPECIAL.iter().any(|special| special.contains(network))
}

#[cfg(test)]
mod tests;
