//! One worker, and what can be asked of it.

use std::collections::BTreeMap;
use std::time::Duration;

use egress::{Client, Request, Response};
use http::header::ACCEPT;
use http::{HeaderValue, StatusCode};
use model::names::{ConnectorName, WorkerId};
use model::observe::{HealthAnswer, Plugin, WorkerAnswer};
use model::secrets::Definitions;
use telemetry::span::Asked;
use url::Url;

use crate::{BodyHash, Error, answer, path_segment, wire};

/// A body from which on hashing and parsing leave the asynchronous threads, in bytes.
const LARGE: usize = 256 << 10;

/// One worker's REST API. A clone shares the client's connections. No Debug: the client holds credentials.
#[derive(Clone)]
pub struct Worker {
    client: Client,
    base: Url,
    address: WorkerId,
}

/// What was answered, and what that cost.
#[derive(Clone, Copy, Debug)]
pub struct Answer<T> {
    /// The answer.
    pub value: T,
    /// From the start of the request to the last byte of the answer.
    pub took: Duration,
    /// Size of the body.
    pub bytes: usize,
}

/// An expanded list. No Debug: it holds raw configs and traces.
pub enum Expanded {
    /// The body equals the previous one; it was not parsed.
    Unchanged,
    /// Another body.
    Body {
        /// Its hash, to be given with the next question.
        hash: BodyHash,
        /// What the worker knows, without connectors that have no status record yet.
        connectors: BTreeMap<ConnectorName, wire::Connector>,
    },
}

impl Worker {
    /// The worker at `base` (`http://host:8083`, also with a path before Connect's own).
    pub fn new(client: Client, base: Url) -> Self {
        let host = base.host_str().unwrap_or_default();
        let address = match base.port_or_known_default() {
            Some(port) => format!("{host}:{port}"),
            None => host.to_owned(),
        };
        Self {
            client,
            base,
            address: address.into(),
        }
    }

    /// Its address (`host:port`) as asked, which need not be the one it advertises.
    pub fn address(&self) -> &WorkerId {
        &self.address
    }

    /// `GET /`: proves that a worker's HTTP server is there, not that it is a member of its group.
    ///
    /// # Errors
    /// Any but [`Error::NotFound`] and [`Error::Conflict`].
    pub async fn root(&self) -> Result<Answer<WorkerAnswer>, Error> {
        let address = self.address.clone();
        let response = self.get("", "").await?;
        understood(response, move |status, body| answer::root(status, body, &address)).await
    }

    /// `GET /connectors` with config and status of each. Connectors without a status record are left out by workers.
    /// With the hash of the previous body an unchanged one is recognised before it is parsed.
    ///
    /// # Errors
    /// [`Error::Unsupported`] from workers before 2.3, which ignore `expand`; any other but [`Error::NotFound`] and
    /// [`Error::Conflict`].
    pub async fn list_expanded(&self, previous: Option<BodyHash>) -> Result<Answer<Expanded>, Error> {
        let response = self.get("connectors", "?expand=info&expand=status").await?;
        understood(response, move |status, body| answer::expanded(status, body, previous)).await
    }

    /// `GET /connectors`: every name, also of connectors without a status record; empty or partial while the worker
    /// starts.
    ///
    /// # Errors
    /// Any but [`Error::NotFound`] and [`Error::Conflict`].
    pub async fn names(&self) -> Result<Answer<Vec<ConnectorName>>, Error> {
        understood(self.get("connectors", "").await?, answer::names).await
    }

    /// `GET /health` (since 3.9): whether it is a member of its group and its herder answers. A worker that is not
    /// ready is an answer, not an error. It may take 10 s by itself when the herder hangs.
    ///
    /// # Errors
    /// [`Error::Unsupported`] from workers before 3.9; any other but [`Error::Conflict`].
    pub async fn health(&self) -> Result<Answer<HealthAnswer>, Error> {
        understood(self.get("health", "").await?, answer::health).await
    }

    /// `GET /connectors/{name}`: whether it knows a connector. Unlike lists this is answered by the herder itself, which
    /// takes questions only once it has read everything and joined its group; until then the answer waits for up to
    /// 90 s. So the answer proves readiness, of workers before 3.9 too. The config in it is not read.
    ///
    /// # Errors
    /// [`Error::Unsupported`] for a name that no path can carry; any other but [`Error::NotFound`] and
    /// [`Error::Conflict`].
    pub async fn knows(&self, name: &ConnectorName) -> Result<Answer<bool>, Error> {
        let name = path_segment(name.as_str()).ok_or(Error::Unsupported)?;
        let response = self.get(&format!("connectors/{name}"), "").await?;
        understood(response, answer::known).await
    }

    /// `GET /connector-plugins`: every plugin that this worker can load (before 3.2 connectors only).
    ///
    /// # Errors
    /// Any but [`Error::NotFound`] and [`Error::Conflict`].
    pub async fn plugins(&self) -> Result<Answer<Vec<Plugin>>, Error> {
        let response = self.get("connector-plugins", "?connectorsOnly=false").await?;
        understood(response, answer::plugins).await
    }

    /// `GET /connector-plugins/{class}/config` (since 3.2): the keys that a plugin defines. Workers before 4.1 read no
    /// version: they describe the one that they have.
    ///
    /// # Errors
    /// [`Error::NotFound`] when the worker lacks the plugin; [`Error::Unsupported`] before 3.2 and for a class that no
    /// path can carry; any other but [`Error::Conflict`].
    pub async fn plugin_config(&self, class: &str, version: Option<&str>) -> Result<Answer<Definitions>, Error> {
        let class = path_segment(class).ok_or(Error::Unsupported)?;
        let query = match version.and_then(path_segment) {
            Some(version) => format!("?version={version}"),
            None => String::new(),
        };
        let response = self.get(&format!("connector-plugins/{class}/config"), &query).await?;
        understood(response, answer::definitions).await
    }

    /// Asks for an already encoded path below the base, with a query that starts with `?` or is empty.
    async fn get(&self, path: &str, query: &str) -> Result<Response, Error> {
        let mut url = self.base.clone();
        let before = self.base.path().trim_end_matches('/');
        url.set_path(&format!("{before}/{path}"));
        url.set_query(query.strip_prefix('?'));
        let mut request = Request::get(url);
        request
            .headers
            .insert(ACCEPT, HeaderValue::from_static("application/json"));
        let (worker, path) = (self.address.as_str(), request.url.path().to_owned());
        let answer = self.client.send(request);
        let how = |answer: &Result<Response, egress::Error>| match answer {
            Ok(answer) => Asked::Answered(answer.status.as_u16()),
            Err(error) => Asked::Failed(error.word()),
        };
        Ok(telemetry::span::ask(worker, &path, answer, how).await?)
    }
}

/// Reads an answer, a large one beside the asynchronous threads.
async fn understood<T: Send + 'static>(
    response: Response,
    read: impl FnOnce(StatusCode, &[u8]) -> Result<T, Error> + Send + 'static,
) -> Result<Answer<T>, Error> {
    let (took, bytes) = (response.took, response.body.len());
    let value = if bytes < LARGE {
        read(response.status, &response.body)
    } else {
        let large = tokio::task::spawn_blocking(move || read(response.status, &response.body)).await;
        large.unwrap_or_else(|_gone| {
            Err(Error::Unreadable {
                why: "this server stopped while it was being read".into(),
            })
        })
    }?;
    Ok(Answer { value, took, bytes })
}
