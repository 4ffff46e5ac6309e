//! The file as written: every table and key that this version knows.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::Spanned;

use super::value::{Address, Filter, Keep, Listen, LogLook, Name, Network, Share, Span};

/// The whole file.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct File {
    pub server: Server,
    pub database: Database,
    pub observe: Observe,
    pub egress: Egress,
    pub telemetry: Telemetry,
    pub kafka: Vec<Kafka>,
    pub clusters: Vec<Cluster>,
    pub teams: Vec<Team>,
    pub objectives: Vec<Objective>,
    pub tokens: Vec<Token>,
}

/// `[server]`.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Server {
    pub listen: Option<Listen>,
    pub public_url: Option<Address>,
    pub data_dir: Option<String>,
    pub secret_key_file: Option<String>,
    pub banner: Option<String>,
}

/// `[database]`. No Debug: addresses may hold passwords.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Database {
    pub url: Option<String>,
    pub url_file: Option<String>,
    pub url_env: Option<String>,
    pub owner_url: Option<String>,
    pub owner_url_file: Option<String>,
    pub owner_url_env: Option<String>,
    pub history: Option<Keep>,
}

/// `[observe]`.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Observe {
    pub interval: Option<Span>,
    pub list_interval: Option<Span>,
    pub stale_after: Option<Span>,
    pub stall_window: Option<Span>,
    pub grace: Option<Span>,
    pub worker_retention: Option<Span>,
    pub deleted_retention: Option<Span>,
}

/// `[egress]`.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Egress {
    pub allow: Option<Vec<Network>>,
}

/// `[telemetry]`.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Telemetry {
    pub log: Option<Filter>,
    pub log_format: Option<LogLook>,
    pub otlp_endpoint: Option<Address>,
    pub headers: Option<BTreeMap<String, Header>>,
    pub sample_ratio: Option<Share>,
    pub service_name: Option<String>,
}

/// The value of a header. What is written in its place is not kept, and so not repeated: it may be the secret.
#[derive(Deserialize)]
#[serde(untagged)]
pub enum Header {
    Elsewhere(Elsewhere),
    Here(serde::de::IgnoredAny),
}

/// One `[[kafka]]`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Kafka {
    pub name: Spanned<Name>,
    pub bootstrap: String,
    #[serde(default)]
    pub properties: BTreeMap<String, Spanned<Property>>,
}

/// The value of a librdkafka property.
#[derive(Deserialize)]
#[serde(untagged)]
pub enum Property {
    Text(String),
    Whole(i64),
    Decimal(f64),
    Truth(bool),
    Elsewhere(Elsewhere),
}

/// A secret that lies elsewhere; exactly one of both.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Elsewhere {
    pub file: Option<String>,
    pub env: Option<String>,
}

/// One `[[clusters]]`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cluster {
    pub name: Spanned<Name>,
    #[serde(default)]
    pub formerly: Vec<Spanned<Name>>,
    pub urls: Spanned<Vec<Address>>,
    pub auth: Option<Spanned<Auth>>,
    #[serde(default)]
    pub tls: Tls,
    #[serde(default)]
    pub labels: BTreeMap<String, String>,
    pub kafka: Option<Spanned<String>>,
    pub group_id: Option<String>,
    pub status_topic: Option<String>,
    pub config_topic: Option<String>,
    pub offset_topic: Option<String>,
}

/// `auth` of a cluster: `basic` with a password, or a bearer token.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Auth {
    pub basic: Option<String>,
    pub password_file: Option<String>,
    pub password_env: Option<String>,
    pub bearer_file: Option<String>,
    pub bearer_env: Option<String>,
}

/// `tls` of a cluster.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Tls {
    pub ca_file: Option<Spanned<String>>,
    pub cert_file: Option<Spanned<String>>,
    pub key_file: Option<Spanned<String>>,
}

/// One `[[teams]]`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Team {
    pub name: Spanned<Name>,
    #[serde(default)]
    pub platform: bool,
    #[serde(default)]
    pub owns: Vec<Spanned<Owns>>,
}

/// One rule of `owns`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Owns {
    pub cluster: Option<String>,
    pub connector: Option<String>,
    pub topic: Option<String>,
    pub label: Option<BTreeMap<String, String>>,
}

/// One `[[objectives]]`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Objective {
    #[serde(rename = "match")]
    pub whom: Option<Spanned<Whom>>,
    pub stall_window: Option<Span>,
    pub lag_records: Option<Spanned<u64>>,
    pub lag_seconds: Option<Spanned<u64>>,
}

/// `match` of an objective; all parts given must match.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Whom {
    pub cluster: Option<String>,
    pub connector: Option<String>,
    pub team: Option<String>,
}

/// One `[[tokens]]`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Token {
    pub name: Spanned<Name>,
    pub file: Spanned<String>,
    pub rights: Spanned<Vec<String>>,
}

/// Replaces what `over` sets.
macro_rules! overlay {
    ($table:ident { $($key:ident),* }) => {
        impl $table {
            /// Takes each key that the other one has.
            pub fn overlay(&mut self, over: Self) {
                $(if over.$key.is_some() { self.$key = over.$key; })*
            }
        }
    };
}

overlay!(Server {
    listen,
    public_url,
    data_dir,
    secret_key_file,
    banner
});
overlay!(Observe {
    interval,
    list_interval,
    stale_after,
    stall_window,
    grace,
    worker_retention,
    deleted_retention
});
overlay!(Egress { allow });
overlay!(Telemetry {
    log,
    log_format,
    otlp_endpoint,
    headers,
    sample_ratio,
    service_name
});

impl Database {
    /// Takes each key that the other one has; an address in whichever of its three forms.
    pub fn overlay(&mut self, over: Self) {
        if over.url.is_some() || over.url_file.is_some() || over.url_env.is_some() {
            (self.url, self.url_file, self.url_env) = (over.url, over.url_file, over.url_env);
        }
        if over.owner_url.is_some() || over.owner_url_file.is_some() || over.owner_url_env.is_some() {
            (self.owner_url, self.owner_url_file, self.owner_url_env) =
                (over.owner_url, over.owner_url_file, over.owner_url_env);
        }
        self.history = over.history.or(self.history);
    }
}
