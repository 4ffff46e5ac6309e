//! The address by which people reach the server.

use std::net::SocketAddr;

use url::Url;

/// Where the server is, for links, cookies and the check of the Host header.
#[derive(Clone, Debug)]
pub struct Site {
    listen: SocketAddr,
    public: Option<Url>,
    address: String,
    base: String,
}

impl Site {
    /// For the address that is listened on (its port known), and the public one if there is another.
    pub fn new(listen: SocketAddr, public: Option<Url>) -> Self {
        let base = public
            .as_ref()
            .map(|url| url.path().trim_end_matches('/').to_owned())
            .unwrap_or_default();
        let address = match &public {
            Some(url) => url.as_str().trim_end_matches('/').to_owned(),
            None => format!("http://{listen}"),
        };
        Self {
            listen,
            public,
            address,
            base,
        }
    }

    /// The whole address, without a slash at its end.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// The path below which everything is served: empty, or `/ops`.
    pub fn base(&self) -> &str {
        &self.base
    }

    /// The port that is listened on.
    pub fn port(&self) -> u16 {
        self.listen.port()
    }

    /// Whether people reach it over TLS.
    pub fn is_https(&self) -> bool {
        self.public.as_ref().is_some_and(|url| url.scheme() == "https")
    }

    /// Whether people reach it from other machines: its public address is no name of this one.
    pub fn is_public(&self) -> bool {
        let host = self.public.as_ref().and_then(Url::host);
        host.is_some_and(|host| !is_loopback(&host.to_string()))
    }

    /// Whether a Host header names this server. A page of another site whose name was pointed at this machine cannot,
    /// so it reads nothing here. Ports are not compared: tunnels change them.
    pub fn is_called(&self, host: &str) -> bool {
        is_loopback(host)
            || parse(host).is_some_and(|url| self.public.as_ref().is_some_and(|public| public.host() == url.host()))
    }
}

/// Whether a Host header names this machine itself, whatever the port.
pub fn is_loopback(host: &str) -> bool {
    match parse(host).as_ref().and_then(Url::host) {
        Some(url::Host::Domain(name)) => name.eq_ignore_ascii_case("localhost"),
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// What a Host header names; `None` when it holds more than a host and a port.
fn parse(host: &str) -> Option<Url> {
    let url = Url::parse(&format!("http://{host}/")).ok()?;
    let bare = url.username().is_empty() && url.password().is_none() && url.path() == "/";
    bare.then_some(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_own_names_are_heard() {
        let public = Url::parse("https://Ops.example.com/signalbox/").unwrap();
        let site = Site::new("127.0.0.1:8480".parse().unwrap(), Some(public));
        for host in [
            "127.0.0.1:8480",
            "localhost",
            "[::1]:1",
            "ops.example.com",
            "OPS.example.com:443",
        ] {
            assert!(site.is_called(host), "{host}");
            assert_eq!(is_loopback(host), !host.to_lowercase().contains("ops."), "{host}");
        }
        for host in [
            "evil.example",
            "127.0.0.1.evil.example",
            "a@localhost",
            "localhost/x",
            "",
            "10.0.0.1",
        ] {
            assert!(!site.is_called(host) && !is_loopback(host), "{host}");
        }
        assert!(site.is_public());
        let tunnel = Url::parse("http://localhost:9000/").unwrap();
        for own in [None, Some(tunnel)] {
            assert!(!Site::new("127.0.0.1:8480".parse().unwrap(), own).is_public());
        }
        assert_eq!(
            (site.base(), site.address()),
            ("/signalbox", "https://ops.example.com/signalbox")
        );
    }
}
