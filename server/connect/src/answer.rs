//! What an answer means: from a status and a body to a value or an [`Error`]. Pure, so that anything a worker, a proxy or
//! a stranger may send can be tried without one.

use std::sync::Arc;

use http::StatusCode;
use model::names::{ConnectorName, WorkerId};
use model::observe::{HealthAnswer, Plugin, WorkerAnswer};
use model::secrets::Definitions;

use crate::refusal::{refused, unreadable};
use crate::said::{identifier, said};
use crate::size::{self, Most};
use crate::{BodyHash, Error, Expanded, wire};

/// Of an expanded list: more than any cluster has, and little enough that reading it stays below some 200 MB.
const EXPANDED: Most = Most {
    entries: 100_000,
    values: 2_000_000,
    listed: 2_000_000,
};
/// Of any other list.
const LIST: Most = Most {
    entries: 100_000,
    values: 400_000,
    listed: 400_000,
};

/// Reads `GET /`.
///
/// # Errors
/// As [`crate::Worker::root`], without those of the connection.
pub fn root(status: StatusCode, body: &[u8], address: &WorkerId) -> Result<WorkerAnswer, Error> {
    ok(status, body)?;
    let root: wire::Root = json(body, |body| serde_json::from_slice(body))?;
    Ok(WorkerAnswer {
        address: address.clone(),
        version: identifier(&root.version),
        kafka_cluster_id: root.kafka_cluster_id.as_deref().map(identifier),
    })
}

/// Reads `GET /connectors` with `expand`, unless the body is the `previous` one.
///
/// # Errors
/// As [`crate::Worker::list_expanded`], without those of the connection.
pub fn expanded(status: StatusCode, body: &[u8], previous: Option<BodyHash>) -> Result<Expanded, Error> {
    ok(status, body)?;
    let hash = BodyHash::of(body);
    if previous == Some(hash) {
        return Ok(Expanded::Unchanged);
    }
    size::check(body, EXPANDED)?;
    match wire::expanded(body) {
        Ok(connectors) => Ok(Expanded::Body { hash, connectors }),
        // Workers before 2.3 ignore the parameters and send the plain list.
        Err(_) if serde_json::from_slice::<Vec<Arc<str>>>(body).is_ok() => Err(Error::Unsupported),
        Err(error) => Err(unreadable(body, &error)),
    }
}

/// Reads `GET /connectors`.
///
/// # Errors
/// As [`crate::Worker::names`], without those of the connection.
pub fn names(status: StatusCode, body: &[u8]) -> Result<Vec<ConnectorName>, Error> {
    list(status, body, wire::names)
}

/// Reads whether there was a connector to `GET /connectors/{name}`.
///
/// # Errors
/// As [`crate::Worker::knows`], without those of the connection.
pub fn known(status: StatusCode, body: &[u8]) -> Result<bool, Error> {
    match ok(status, body) {
        Ok(()) => Ok(true),
        Err(Error::NotFound { .. }) => Ok(false),
        Err(error) => Err(error),
    }
}

/// Reads `GET /connector-plugins`.
///
/// # Errors
/// As [`crate::Worker::plugins`], without those of the connection.
pub fn plugins(status: StatusCode, body: &[u8]) -> Result<Vec<Plugin>, Error> {
    list(status, body, wire::plugins)
}

/// Reads `GET /connector-plugins/{class}/config`.
///
/// # Errors
/// As [`crate::Worker::plugin_config`], without those of the connection.
pub fn definitions(status: StatusCode, body: &[u8]) -> Result<Definitions, Error> {
    list(status, body, wire::definitions)
}

/// Reads `GET /health`.
///
/// # Errors
/// As [`crate::Worker::health`], without those of the connection.
pub fn health(status: StatusCode, body: &[u8]) -> Result<HealthAnswer, Error> {
    let health = match serde_json::from_slice::<wire::Health>(body) {
        // The HTTP server's own errors have a `status` too: the code as text.
        Ok(health)
            if matches!(status.as_u16(), 200 | 500 | 503)
                && !health.status.bytes().all(|byte| byte.is_ascii_digit()) =>
        {
            health
        }
        Ok(_) => return Err(refused(status, body)),
        Err(error) => {
            ok(status, body)?;
            return Err(unreadable(body, &error));
        }
    };
    Ok(HealthAnswer {
        ready: status == StatusCode::OK,
        word: identifier(&health.status),
        message: said(&health.message.unwrap_or_default()),
    })
}

/// Passes an answer with status 200 on; anything else is an error.
fn ok(status: StatusCode, body: &[u8]) -> Result<(), Error> {
    if status == StatusCode::OK {
        Ok(())
    } else {
        Err(refused(status, body))
    }
}

fn list<T>(
    status: StatusCode,
    body: &[u8],
    read: impl FnOnce(&[u8]) -> Result<T, serde_json::Error>,
) -> Result<T, Error> {
    ok(status, body)?;
    size::check(body, LIST)?;
    json(body, read)
}

fn json<T>(body: &[u8], read: impl FnOnce(&[u8]) -> Result<T, serde_json::Error>) -> Result<T, Error> {
    read(body).map_err(|error| unreadable(body, &error))
}
