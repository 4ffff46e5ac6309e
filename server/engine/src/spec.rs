//! What to watch, as the configuration says: the engine's input. Reading TOML is the app's.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;

use model::names::{ClusterName, TeamName};
use model::objective::Objectives;
use model::owner::{Owners, Team};
use model::settings::Settings;
use url::Url;

/// Everything that can be reloaded while the server runs; by default nothing is watched.
#[derive(Clone, Default)]
pub struct FleetSpec {
    /// Kafka clusters by name.
    pub kafka: BTreeMap<Arc<str>, KafkaSpec>,
    /// Connect clusters, in the order of the file.
    pub clusters: Vec<ClusterSpec>,
    /// Teams, in the order of the file.
    pub teams: Vec<Team>,
    /// The teams' compiled rules.
    pub owners: Owners,
    /// Intervals and limits.
    pub settings: Settings,
    /// What is asked of which connectors.
    pub objectives: Objectives,
    /// `[egress] allow`, as written; empty: the networks of the configured addresses.
    pub allow: Vec<String>,
}

/// One `[[kafka]]`. No Debug: properties hold passwords.
#[derive(Clone, PartialEq, Eq)]
pub struct KafkaSpec {
    /// `bootstrap.servers`.
    pub bootstrap: Arc<str>,
    /// Further librdkafka properties, secrets already read from their files.
    pub properties: BTreeMap<String, String>,
}

impl KafkaSpec {
    /// The names of librdkafka's properties, so that the nearest one to a mistyped one can be named.
    pub fn property_names() -> &'static [String] {
        kafka::properties::names()
    }

    /// Whether there is such a property.
    pub fn knows_property(key: &str) -> bool {
        kafka::properties::knows(key)
    }

    /// Whether the value of a property opens something, and must not stand in a configuration file.
    pub fn is_secret_property(key: &str) -> bool {
        kafka::properties::is_secret(key)
    }

    /// Checks one property by itself, without connecting anywhere.
    ///
    /// # Errors
    /// A sentence, which never holds the value.
    pub fn check_property(key: &str, value: &str) -> Result<(), String> {
        kafka::properties::check(key, value).map_err(|error| error.to_string())
    }
}

/// One `[[clusters]]`. No Debug: it holds credentials.
#[derive(Clone, PartialEq, Eq)]
pub struct ClusterSpec {
    /// Its name.
    pub name: ClusterName,
    /// Names that it had before; history recorded under them is shown with it.
    pub formerly: Vec<ClusterName>,
    /// REST addresses of some of its workers; others are discovered.
    pub urls: Vec<Url>,
    /// How to sign in at the workers.
    pub auth: Option<Auth>,
    /// TLS towards the workers.
    pub tls: Tls,
    /// Labels (env, domain and so on).
    pub labels: BTreeMap<Arc<str>, Arc<str>>,
    /// The `[[kafka]]` that it runs on, where Signalbox may read it.
    pub kafka: Option<Arc<str>>,
    /// The Connect group, where it is not to be discovered.
    pub group_id: Option<Arc<str>>,
    /// Its internal topics, where they are not to be discovered.
    pub topics: InternalTopics,
}

/// The names of a cluster's internal topics, as far as they are configured.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct InternalTopics {
    /// `status.storage.topic`.
    pub status: Option<Arc<str>>,
    /// `config.storage.topic`.
    pub config: Option<Arc<str>>,
    /// `offset.storage.topic`.
    pub offset: Option<Arc<str>>,
}

impl ClusterSpec {
    /// A cluster at these addresses, of which nothing else is said.
    pub fn new(name: ClusterName, urls: Vec<Url>) -> Self {
        Self {
            name,
            formerly: Vec::new(),
            urls,
            auth: None,
            tls: Tls::default(),
            labels: BTreeMap::new(),
            kafka: None,
            group_id: None,
            topics: InternalTopics::default(),
        }
    }
}

/// Credentials for the workers' REST API, read from their files or the environment.
#[derive(Clone, PartialEq, Eq)]
pub enum Auth {
    /// HTTP basic authentication.
    Basic {
        /// User name.
        user: String,
        /// Password.
        password: String,
    },
    /// A bearer token.
    Bearer(String),
}

/// TLS towards the workers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tls {
    /// PEM file of the authorities to trust instead of the system's.
    pub ca_file: Option<PathBuf>,
    /// PEM file of the client's certificate.
    pub cert_file: Option<PathBuf>,
    /// PEM file of the client's key.
    pub key_file: Option<PathBuf>,
    /// A digest of what these files hold: with renewed ones the cluster is watched by a new client.
    pub held: u64,
}

impl ClusterSpec {
    /// Its configured addresses, written alike where they lead to the same place.
    pub fn addresses(&self) -> BTreeSet<Arc<str>> {
        let alike = |url: &Url| Arc::from(url.as_str().trim_end_matches('/'));
        self.urls.iter().map(alike).collect()
    }
}

impl FleetSpec {
    /// The platform team, which owns workers and clusters.
    pub fn platform(&self) -> Option<&TeamName> {
        self.teams.iter().find(|team| team.platform).map(|team| &team.name)
    }
}
