//! Free ports. They are taken below the range from which the kernel serves outgoing connections, so that a killed
//! worker finds its own port free when it comes back, and no two places of one process ever get the same.

use std::net::{Ipv4Addr, TcpListener};
use std::sync::atomic::{AtomicU32, Ordering};

use crate::{Error, Result};

const FIRST: u32 = 17_000;
const COUNT: u32 = 15_000;
static NEXT: AtomicU32 = AtomicU32::new(0);

/// A port on 127.0.0.1 where nobody listens at this moment.
pub(crate) fn free_port() -> Result<u16> {
    // Two labs that start together search from different places, for between the look and the process's own bind
    // the port is nobody's.
    let start = std::process::id().wrapping_mul(97);
    for _ in 0..COUNT {
        let port = FIRST + start.wrapping_add(NEXT.fetch_add(1, Ordering::Relaxed)) % COUNT;
        let port = u16::try_from(port).unwrap_or(u16::MAX);
        if TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok() {
            return Ok(port);
        }
    }
    Err(Error::Usage(format!(
        "no free port between {FIRST} and {}",
        FIRST + COUNT
    )))
}

#[cfg(test)]
mod tests {
    #[test]
    fn two_ports_differ() {
        assert_ne!(super::free_port().ok(), super::free_port().ok());
    }
}
