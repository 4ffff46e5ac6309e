//! The port the server listens on: the one asked for, else the one of last time, else a free one.

use std::io;
use std::net::{Ipv4Addr, TcpListener};

use crate::Error;
use crate::home::Home;

const FILE: &str = "port";

/// Chooses the port for the next start. A free one may be taken by someone else before the server binds it: then the
/// caller comes again.
pub(crate) fn choose(home: &Home, wanted: Option<u16>) -> Result<u16, Error> {
    if let Some(port) = wanted {
        return if is_free(home, port)? {
            Ok(port)
        } else {
            Err(Error::PortTaken { port })
        };
    }
    // A port that cannot be read as one was not written by us; it is a preference, nothing is lost without it.
    if let Some(port) = home.read(FILE)?.and_then(|text| text.parse().ok())
        && port != 0
        && is_free(home, port)?
    {
        return Ok(port);
    }
    let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
        .and_then(|listener| listener.local_addr())
        .map_err(|e| Error::io("find a free port for", home.path(), e))?
        .port();
    home.write(FILE, &format!("{port}\n"))?;
    Ok(port)
}

fn is_free(home: &Home, port: u16) -> Result<bool, Error> {
    match TcpListener::bind((Ipv4Addr::LOCALHOST, port)) {
        Ok(_) => Ok(true),
        Err(e) if e.kind() == io::ErrorKind::AddrInUse => Ok(false),
        Err(e) => Err(Error::io("try the port for", home.path(), e)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_is_remembered_until_another_takes_it() {
        let dir = tempfile::tempdir().unwrap();
        let home = Home::claim(&dir.path().join("pg")).unwrap();
        let first = choose(&home, None).unwrap();
        assert_eq!(choose(&home, None).unwrap(), first);
        let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, first)).unwrap();
        assert_ne!(choose(&home, None).unwrap(), first);
        assert!(matches!(choose(&home, Some(first)), Err(Error::PortTaken { port }) if port == first));
        drop(taken);
    }
}
