//! `[telemetry]`: what the server says of itself, and to whom.

use std::collections::BTreeMap;

use http::{HeaderName, HeaderValue};
use telemetry::LogFormat;
use url::Url;

use super::file::{Header, Telemetry};
use super::secret::Surroundings;

/// What is logged unless somebody says otherwise: the database's library tells slow statements and notices, which are
/// nothing to whoever reads the log of a server, and errors come back to us.
const LOGGED: &str = "info,sqlx=error";

/// Where the path of a receiver's traces ends (OTLP over HTTP).
const TRACES: &str = "v1/traces";

/// `[telemetry]`, defaults filled in and secrets read. No Debug: headers hold secrets.
#[derive(Clone, PartialEq)]
pub struct TelemetryConfig {
    /// What is logged; can be reloaded.
    pub log: String,
    /// In force until the process ends, as all below.
    pub log_format: LogFormat,
    /// Where traces go; `None`: nowhere.
    pub otlp: Option<Otlp>,
    /// Which share of the traces goes there, from 0 to 1.
    pub sample_ratio: f64,
    /// The name of this server in traces.
    pub service_name: String,
}

/// A receiver of traces. No Debug: headers hold secrets.
#[derive(Clone, PartialEq, Eq)]
pub struct Otlp {
    /// The whole address.
    pub url: Url,
    /// What it wants to be shown.
    pub headers: Vec<(HeaderName, HeaderValue)>,
}

impl TelemetryConfig {
    /// Whether another one differs in what is in force until the process ends.
    pub fn needs_restart(&self, other: &Self) -> bool {
        let log = String::new();
        let (one, other) = (
            Self {
                log: log.clone(),
                ..self.clone()
            },
            Self { log, ..other.clone() },
        );
        one != other
    }
}

pub(super) fn telemetry(table: Telemetry, around: &Surroundings<'_>) -> Result<TelemetryConfig, String> {
    let headers = headers(table.headers.unwrap_or_default(), around)?;
    let otlp = match table.otlp_endpoint {
        Some(address) => Some(Otlp {
            url: of_traces(address.0),
            headers,
        }),
        None if headers.is_empty() => None,
        None => return Err("[telemetry] headers are given without otlp_endpoint".to_owned()),
    };
    let service_name = table.service_name.unwrap_or_else(|| "signalbox".to_owned());
    if service_name.trim().is_empty() {
        return Err("[telemetry] service_name is empty".to_owned());
    }
    Ok(TelemetryConfig {
        log: table.log.map_or_else(|| LOGGED.to_owned(), |filter| filter.0),
        log_format: table.log_format.map_or(LogFormat::Text, |look| look.0),
        otlp,
        sample_ratio: table.sample_ratio.map_or(1.0, |share| share.0),
        service_name,
    })
}

/// The address of traces below a receiver's, unless it is that already.
fn of_traces(mut url: Url) -> Url {
    let path = url.path().trim_end_matches('/');
    if !path.ends_with(&format!("/{TRACES}")) {
        let path = format!("{path}/{TRACES}");
        url.set_path(&path);
    }
    url
}

fn headers(
    table: BTreeMap<String, Header>,
    around: &Surroundings<'_>,
) -> Result<Vec<(HeaderName, HeaderValue)>, String> {
    let mut headers = Vec::new();
    for (name, value) in table {
        let refused = |why: &str| format!("[telemetry] headers: `{name}` {why}");
        let header = HeaderName::try_from(&name).map_err(|_| refused("is no name of a header"))?;
        let value = match value {
            Header::Elsewhere(elsewhere) => around
                .one("value", elsewhere.file.as_deref(), elsewhere.env.as_deref())
                .map_err(|why| refused(&format!("cannot be read: {why}")))?,
            Header::Here(_) => None,
        };
        let value = value.ok_or_else(|| refused("needs { file = \"...\" } or { env = \"...\" } with its value"))?;
        // What is wrong with it is not shown.
        let mut value = HeaderValue::try_from(value).map_err(|_| refused("has a value that no header can carry"))?;
        value.set_sensitive(true);
        headers.push((header, value));
    }
    Ok(headers)
}
