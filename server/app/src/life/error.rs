//! Why the server ends before anybody asked it to.

use std::net::SocketAddr;

use telemetry::PrometheusError;

use crate::key::KeyError;

/// Why the server cannot go on.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The secret key.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The address cannot be listened on.
    #[error("{address} cannot be listened on: {source}")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// What the system said.
        source: std::io::Error,
    },
    /// A file, a signal.
    #[error("{doing}: {source}")]
    System {
        /// What was tried.
        doing: &'static str,
        /// What the system said.
        source: std::io::Error,
    },
    /// Our own Postgres.
    #[error(transparent)]
    Postgres(#[from] postgres::Error),
    /// The database belongs to another key.
    #[error(transparent)]
    Store(#[from] store::Error),
    /// The metrics.
    #[error(transparent)]
    Metrics(#[from] PrometheusError),
    /// The client of the traces' receiver.
    #[error("traces cannot be delivered to otlp_endpoint of [telemetry]: {0}")]
    Traces(#[from] egress::Error),
    /// The server was asked to end before it had begun.
    #[error("the server was stopped while it started")]
    Stopped,
}

impl ServeError {
    /// Whether the configuration must be changed, and not the machine.
    pub fn is_of_the_configuration(&self) -> bool {
        matches!(
            self,
            Self::Key(_) | Self::Traces(_) | Self::Store(store::Error::OtherKey { .. })
        )
    }

    pub(super) fn system(doing: &'static str) -> impl FnOnce(std::io::Error) -> Self {
        move |source| Self::System { doing, source }
    }
}
