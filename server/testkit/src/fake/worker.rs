//! One worker: a thread with a runtime and a listener of its own.

use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::runtime::{Builder, Runtime};

use super::routes::router;
use super::state::Shared;

/// A worker; dropping it ends it.
pub(super) struct FakeWorker {
    address: SocketAddr,
    number: usize,
    runtime: Option<Runtime>,
}

/// Listens; an error names the address, since a whole fleet takes many.
pub(super) fn bind(address: SocketAddr) -> io::Result<TcpListener> {
    let told = |error: io::Error| io::Error::new(error.kind(), format!("{address}: {error}"));
    TcpListener::bind(address).map_err(told)
}

impl FakeWorker {
    pub(super) fn start(shared: Arc<Shared>, number: usize, port: u16) -> io::Result<Self> {
        let mut worker = Self {
            address: SocketAddr::from((Ipv4Addr::LOCALHOST, port)),
            number,
            runtime: None,
        };
        worker.revive(shared)?;
        Ok(worker)
    }

    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }

    pub(super) fn revive(&mut self, shared: Arc<Shared>) -> io::Result<()> {
        if self.runtime.is_some() {
            return Ok(());
        }
        let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
        let listener = bind(self.address)?;
        listener.set_nonblocking(true)?;
        self.address = listener.local_addr()?;
        let app = router(shared, self.number);
        runtime.spawn(async move {
            // The task ends with its runtime; accepting goes on after errors of single connections.
            if let Ok(listener) = tokio::net::TcpListener::from_std(listener) {
                axum::serve(listener, app).await.unwrap_or(());
            }
        });
        self.runtime = Some(runtime);
        Ok(())
    }

    pub(super) fn kill(&mut self) {
        let Some(runtime) = self.runtime.take() else {
            return;
        };
        runtime.shutdown_background();
        // The runtime's thread closes the sockets; until then the port still accepts.
        let until = Instant::now() + Duration::from_secs(5);
        while TcpStream::connect(self.address).is_ok() && Instant::now() < until {
            std::thread::sleep(Duration::from_millis(2));
        }
    }
}

impl Drop for FakeWorker {
    fn drop(&mut self) {
        self.kill();
    }
}
