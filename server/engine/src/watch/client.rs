//! HTTP towards the workers of one cluster.

use egress::{Client, ClientBuilder, Policy};
use model::names::WorkerId;
use model::observe::GapKind;
use url::Url;

use crate::{Auth, ClusterSpec, FleetSpec};

/// Why no client could be made.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Problem {
    #[error("{file} cannot be read: {error}")]
    File { file: String, error: std::io::Error },
    #[error(transparent)]
    Egress(#[from] egress::Error),
}

impl Problem {
    /// What it says of the cluster: nothing of its workers, only of how they are spoken to.
    pub(crate) fn gap_kind(&self) -> GapKind {
        match self {
            Self::File { .. } => GapKind::Tls,
            Self::Egress(_) => GapKind::Other,
        }
    }
}

/// Which addresses may be asked, by the configuration. Networks that cannot be read were refused with the file.
pub(crate) fn policy(spec: &FleetSpec) -> Policy {
    let allow: Vec<_> = spec.allow.iter().filter_map(|network| network.parse().ok()).collect();
    let allow = (!spec.allow.is_empty()).then_some(allow);
    Policy::new(allow, spec.clusters.iter().flat_map(|cluster| &cluster.urls))
}

/// Makes workers of addresses.
#[derive(Clone)]
pub(crate) struct WorkerClient {
    client: Client,
    /// The same without credentials.
    bare: Client,
    scheme: String,
}

impl WorkerClient {
    pub(crate) fn new(cluster: &ClusterSpec, policy: Policy) -> Result<Self, Problem> {
        Self::built(cluster, ClientBuilder::new(policy))
    }

    /// With limits of the builder's own.
    pub(crate) fn built(cluster: &ClusterSpec, mut builder: ClientBuilder) -> Result<Self, Problem> {
        let read = |file: &std::path::Path| {
            std::fs::read(file).map_err(|error| Problem::File {
                file: file.display().to_string(),
                error,
            })
        };
        if let Some(file) = &cluster.tls.ca_file {
            builder = builder.ca_pem(read(file)?);
        }
        if let (Some(cert), Some(key)) = (&cluster.tls.cert_file, &cluster.tls.key_file) {
            let mut pem = read(cert)?;
            pem.push(b'\n');
            pem.extend(read(key)?);
            builder = builder.identity_pem(pem);
        }
        let bare = builder.clone();
        match &cluster.auth {
            Some(Auth::Basic { user, password }) => builder = builder.auth(egress::Auth::basic(user, password)?),
            Some(Auth::Bearer(token)) => builder = builder.auth(egress::Auth::bearer(token)?),
            None => {}
        }
        let scheme = cluster.urls.first().map_or("http", Url::scheme).to_owned();
        let client = builder.build()?;
        Ok(Self {
            // Without credentials to leave out they are one and the same, down to the connections.
            bare: match &cluster.auth {
                Some(_) => bare.build()?,
                None => client.clone(),
            },
            client,
            scheme,
        })
    }

    /// The worker behind a configured address.
    pub(crate) fn at(&self, url: &Url) -> connect::Worker {
        connect::Worker::new(self.client.clone(), url.clone())
    }

    /// The worker behind an advertised address, spoken to as the configured ones are.
    pub(crate) fn advertised(&self, worker: &WorkerId) -> Option<connect::Worker> {
        Some(self.at(&self.url(worker)?))
    }

    /// Whoever is behind the address of a worker that is gone, spoken to without credentials: the address may be
    /// somebody else's by now. A worker that wants some answers 401, and so tells that it is there.
    pub(crate) fn stranger(&self, worker: &WorkerId) -> Option<connect::Worker> {
        Some(connect::Worker::new(self.bare.clone(), self.url(worker)?))
    }

    fn url(&self, worker: &WorkerId) -> Option<Url> {
        Url::parse(&format!("{}://{worker}/", self.scheme)).ok()
    }
}
