//! `GET /connectors?expand=info&expand=status`.

use std::collections::BTreeMap;
use std::sync::Arc;

use model::names::{ConnectorName, WorkerId};
use model::secrets::{RawConfig, RawTrace};
use model::state::{ConnectorKind, State};
use serde::Deserialize;
use serde_json::value::RawValue;
use tracing::warn;

use super::name::Name;
use super::values::{config, text};
use crate::said::identifier;

/// A connector in the expanded list. No Debug: it holds its raw config and traces.
#[derive(Clone, Default)]
pub struct Connector {
    /// Its config; `None` when it was deleted meanwhile, or could not be read.
    pub info: Option<Info>,
    /// Its status; `None` when it could not be read (without a status record it is not in the list at all).
    pub status: Option<Status>,
}

impl Connector {
    /// Source or sink; `None` when the answering worker lacks the plugin.
    pub fn kind(&self) -> Option<ConnectorKind> {
        let info = self.info.as_ref().and_then(|info| info.kind);
        info.or_else(|| self.status.as_ref().and_then(|status| status.kind))
    }

    /// The tasks that are configured and have no status; `None` when it is not known which are configured.
    pub fn unstarted(&self) -> Option<Vec<u32>> {
        let started = |number: &u32| {
            let status = self.status.as_ref();
            status.is_some_and(|status| status.tasks.contains_key(number))
        };
        let configured = &self.info.as_ref()?.tasks;
        Some(configured.iter().copied().filter(|number| !started(number)).collect())
    }
}

/// What a connector is. No Debug: it holds the raw config.
#[derive(Clone)]
pub struct Info {
    /// Its config as written, values of any kind turned into text.
    pub config: RawConfig,
    /// Source or sink; `None` when the worker says `unknown`.
    pub kind: Option<ConnectorKind>,
    /// The tasks that are configured; the status may lack some of them.
    pub tasks: Vec<u32>,
}

/// What a connector does. No Debug: it holds raw traces.
#[derive(Clone)]
pub struct Status {
    /// Source or sink; `None` when the worker says `unknown`.
    pub kind: Option<ConnectorKind>,
    /// The connector instance.
    pub connector: Option<Instance>,
    /// Tasks by number.
    pub tasks: BTreeMap<u32, Instance>,
}

/// State of a connector instance or task. No Debug: it holds the raw trace.
#[derive(Clone)]
pub struct Instance {
    /// The state, also one that this version does not know.
    pub state: State,
    /// The worker that wrote it.
    pub worker_id: WorkerId,
    /// The trace, when FAILED.
    pub trace: Option<RawTrace>,
    /// The plugin's version as running (since 4.1).
    pub version: Option<Arc<str>>,
}

#[derive(Default, Deserialize)]
struct WireConnector {
    #[serde(default)]
    info: Option<WireInfo>,
    #[serde(default)]
    status: Option<WireStatus>,
}

#[derive(Deserialize)]
struct WireInfo {
    #[serde(deserialize_with = "config")]
    config: RawConfig,
    #[serde(default)]
    tasks: Option<Vec<WireTaskId>>,
    #[serde(default, rename = "type", deserialize_with = "text")]
    kind: Option<String>,
}

#[derive(Deserialize)]
struct WireTaskId {
    task: u32,
}

#[derive(Deserialize)]
struct WireStatus {
    #[serde(default)]
    connector: Option<WireInstance>,
    #[serde(default)]
    tasks: Option<Vec<WireInstance>>,
    #[serde(default, rename = "type", deserialize_with = "text")]
    kind: Option<String>,
}

/// A connector instance, or a task, which has an `id`.
#[derive(Deserialize)]
struct WireInstance {
    #[serde(default)]
    id: Option<u32>,
    state: String,
    #[serde(default, deserialize_with = "text")]
    worker_id: Option<String>,
    #[serde(default)]
    trace: Option<String>,
    #[serde(default, deserialize_with = "text")]
    version: Option<String>,
}

/// Reads the whole list. Where an entry has a shape that is not known, its parts are read one by one, and only those
/// that cannot be read are left out: one odd connector does not hide the others.
///
/// # Errors
/// serde's, when it is no JSON object.
pub fn expanded(body: &[u8]) -> Result<BTreeMap<ConnectorName, Connector>, serde_json::Error> {
    match serde_json::from_slice::<BTreeMap<Name, Option<WireConnector>>>(body) {
        Ok(connectors) => Ok(connectors
            .into_iter()
            .map(|(name, connector)| (name.0, connector.unwrap_or_default().into()))
            .collect()),
        Err(_odd_or_broken) => piecewise(body),
    }
}

fn piecewise(body: &[u8]) -> Result<BTreeMap<ConnectorName, Connector>, serde_json::Error> {
    let entries: BTreeMap<Name, &RawValue> = serde_json::from_slice(body)?;
    let mut warned = false;
    let read = |(Name(name), entry): (Name, &RawValue)| {
        let parts: BTreeMap<String, &RawValue> = serde_json::from_str(entry.get()).unwrap_or_default();
        let connector = WireConnector {
            info: parts.get("info").and_then(|info| serde_json::from_str(info.get()).ok()),
            status: parts
                .get("status")
                .and_then(|status| match serde_json::from_str(status.get()) {
                    Ok(status) => status,
                    // Neither the error nor the text is shown: a status carries traces. One line a list is enough.
                    Err(_) => {
                        if !std::mem::replace(&mut warned, true) {
                            warn!(connector = %name, "the status of a connector cannot be read; it counts as missing");
                        }
                        None
                    }
                }),
        };
        (name, connector.into())
    };
    Ok(entries.into_iter().map(read).collect())
}

impl From<WireConnector> for Connector {
    fn from(wire: WireConnector) -> Self {
        Self {
            info: wire.info.map(|info| Info {
                config: info.config,
                kind: kind(info.kind.as_deref()),
                tasks: info.tasks.unwrap_or_default().into_iter().map(|id| id.task).collect(),
            }),
            status: wire.status.map(|status| Status {
                kind: kind(status.kind.as_deref()),
                connector: status.connector.map(Instance::from),
                tasks: status
                    .tasks
                    .unwrap_or_default()
                    .into_iter()
                    .filter_map(|task| Some((task.id?, task.into())))
                    .collect(),
            }),
        }
    }
}

impl From<WireInstance> for Instance {
    fn from(wire: WireInstance) -> Self {
        Self {
            state: State::parse(&identifier(&wire.state)),
            worker_id: identifier(&wire.worker_id.unwrap_or_default()).as_ref().into(),
            trace: wire.trace.filter(|trace| !trace.is_empty()).map(RawTrace::new),
            version: wire
                .version
                .filter(|version| version != "undefined")
                .map(|version| identifier(&version)),
        }
    }
}

fn kind(word: Option<&str>) -> Option<ConnectorKind> {
    match word {
        Some("source") => Some(ConnectorKind::Source),
        Some("sink") => Some(ConnectorKind::Sink),
        _ => None,
    }
}
