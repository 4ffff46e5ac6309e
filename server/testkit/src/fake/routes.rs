//! The REST API of a worker of the fake: reads only.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::State as Extract;
use axum::http::{Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use percent_encoding::percent_decode_str;
use serde::Serialize;

use super::behaviour::Behaviour;
use super::bodies;
use super::distort;
use super::plugins;
use super::state::{Shared, State};

/// Requests that are remembered, so that a fleet that runs for days does not grow.
const KEPT: usize = 10_000;

#[derive(Clone)]
struct Worker {
    shared: Arc<Shared>,
    number: usize,
}

pub(super) fn router(shared: Arc<Shared>, number: usize) -> Router {
    Router::new().fallback(answer).with_state(Worker { shared, number })
}

async fn answer(Extract(worker): Extract<Worker>, method: Method, uri: Uri) -> Response {
    let behaviour = {
        let mut state = worker.shared.lock();
        let asked = format!("{method} {uri}");
        *state.counts[worker.number].entry(asked.clone()).or_default() += 1;
        let requests = &mut state.requests[worker.number];
        if requests.len() >= KEPT {
            requests.drain(..KEPT / 2);
        }
        requests.push(asked);
        state.behaviours[worker.number].clone()
    };
    let read = || worker.read(&method, &uri, &behaviour);
    match &behaviour {
        // The herder answers for single connectors, once it is there; real workers give up after 90 s.
        Behaviour::Starting if uri.path().starts_with("/connectors/") => std::future::pending().await,
        Behaviour::Brokerless if uri.path() == "/health" => std::future::pending().await,
        Behaviour::Normal | Behaviour::Starting | Behaviour::Unhealthy | Behaviour::Brokerless => read(),
        Behaviour::Hang => std::future::pending().await,
        Behaviour::Late(time) => {
            tokio::time::sleep(*time).await;
            read()
        }
        Behaviour::Slow(piece) => distort::slowly(read(), *piece, Duration::from_millis(10)).await,
        Behaviour::Trickle => distort::slowly(read(), 1, Duration::from_secs(1)).await,
        Behaviour::Half => distort::half(read()).await,
        Behaviour::Huge(bytes) => distort::huge(*bytes),
        Behaviour::Circle => (StatusCode::FOUND, [("location", uri.to_string())]).into_response(),
        Behaviour::Booting => jetty(StatusCode::NOT_FOUND, "Not Found", &uri),
        Behaviour::Conflict => failure(
            StatusCode::CONFLICT,
            "Cannot complete request because of a conflicting operation (e.g. worker rebalance)",
        ),
        Behaviour::RebalanceExpected => failure(
            StatusCode::INTERNAL_SERVER_ERROR,
            "Request cannot be completed because a rebalance is expected",
        ),
        Behaviour::TimedOut => failure(StatusCode::INTERNAL_SERVER_ERROR, "Request timed out"),
        Behaviour::Unauthorized => (StatusCode::UNAUTHORIZED, "User cannot access the resource.").into_response(),
        Behaviour::Redirect(to) => (StatusCode::FOUND, [("location", to.clone())]).into_response(),
        Behaviour::Other(status, kind, body) => (
            StatusCode::from_u16(*status).unwrap_or(StatusCode::IM_A_TEAPOT),
            [("content-type", *kind)],
            body.clone(),
        )
            .into_response(),
    }
}

impl Worker {
    fn read(&self, method: &Method, uri: &Uri, behaviour: &Behaviour) -> Response {
        let version = self.shared.version;
        if method != Method::GET {
            return failure(StatusCode::METHOD_NOT_ALLOWED, "HTTP 405 Method Not Allowed");
        }
        let path = uri.path();
        let ambiguous = path.to_ascii_lowercase();
        if version.strict_paths() && (ambiguous.contains("%2f") || ambiguous.contains("%25")) {
            return ambiguous_uri();
        }
        let segments: Vec<String> = path
            .split('/')
            .filter(|segment| !segment.is_empty())
            .map(|segment| percent_decode_str(segment).decode_utf8_lossy().into_owned())
            .collect();
        let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
        let query = uri.query().unwrap_or_default();
        match segments.as_slice() {
            [] => json(&bodies::Root {
                version: version.number,
                commit: version.commit,
                kafka_cluster_id: &self.shared.lock().kafka_cluster_id,
            }),
            ["health"] if version.health() => health(behaviour),
            ["connector-plugins"] => json(&plugins::list(
                version,
                &self.added(),
                !query.contains("connectorsOnly=false"),
            )),
            ["connector-plugins", class, "config"] if version.plugin_definitions() => {
                match plugins::definitions(class, version, &self.added()) {
                    Some(keys) => json(&keys),
                    None => failure(StatusCode::NOT_FOUND, &format!("Unknown plugin {class}.")),
                }
            }
            ["connectors"] if *behaviour == Behaviour::Starting => {
                let empty = if query.contains("expand=") { "{}" } else { "[]" };
                typed(Bytes::from_static(empty.as_bytes()))
            }
            ["connectors"] => self.list(query),
            ["connectors", name, rest @ ..] => self.connector(name, rest),
            _ => no_such_resource(),
        }
    }

    fn added(&self) -> plugins::Added {
        self.shared.lock().added[self.number].clone()
    }

    fn list(&self, query: &str) -> Response {
        let mut state = self.shared.lock();
        let (info, status) = (query.contains("expand=info"), query.contains("expand=status"));
        if !query.contains("expand=") {
            return json(&state.connectors.keys().collect::<Vec<_>>());
        }
        state.shown.get_or_insert_with(Instant::now);
        if let (true, true, Some(written)) = (info, status, &state.written) {
            return typed(written.clone());
        }
        let body = self.expanded(&state, info, status);
        if info && status {
            state.written = Some(body.clone());
        }
        typed(body)
    }

    fn expanded(&self, state: &State, info: bool, status: bool) -> Bytes {
        let with_status = state
            .connectors
            .values()
            .filter(|connector| connector.instance.is_some());
        let entry = |connector| bodies::Expanded {
            info: info.then(|| bodies::info(connector)),
            status: if status {
                bodies::status(connector, &state.ids, self.shared.version)
            } else {
                None
            },
        };
        let map: std::collections::BTreeMap<_, _> = with_status
            .map(|connector| (connector.name.as_str(), entry(connector)))
            .collect();
        serde_json::to_vec(&map).unwrap_or_default().into()
    }

    fn connector(&self, name: &str, rest: &[&str]) -> Response {
        let state = self.shared.lock();
        let Some(connector) = state.connectors.get(name) else {
            return failure(StatusCode::NOT_FOUND, &format!("Connector {name} not found"));
        };
        match rest {
            [] => json(&bodies::info(connector)),
            ["config"] => json(&connector.config),
            ["tasks"] => json(&bodies::tasks(connector)),
            ["status"] => match bodies::status(connector, &state.ids, self.shared.version) {
                Some(status) => json(&status),
                None => failure(StatusCode::NOT_FOUND, &format!("No status found for connector {name}")),
            },
            _ => no_such_resource(),
        }
    }
}

fn health(behaviour: &Behaviour) -> Response {
    let (status, word, message) = match behaviour {
        Behaviour::Starting => (
            StatusCode::SERVICE_UNAVAILABLE,
            "starting",
            "Worker is still starting up.",
        ),
        Behaviour::Unhealthy => (
            StatusCode::INTERNAL_SERVER_ERROR,
            "unhealthy",
            "Worker was unable to handle this request and may be unable to handle other requests.",
        ),
        _ => (
            StatusCode::OK,
            "healthy",
            "Worker has completed startup and is ready to handle requests.",
        ),
    };
    let body = bodies::Health { status: word, message };
    (status, json(&body)).into_response()
}

fn failure(status: StatusCode, message: &str) -> Response {
    let body = bodies::Failure {
        error_code: status.as_u16(),
        message,
    };
    (status, json(&body)).into_response()
}

fn no_such_resource() -> Response {
    failure(StatusCode::NOT_FOUND, "HTTP 404 Not Found")
}

fn jetty(status: StatusCode, message: &str, uri: &Uri) -> Response {
    let body = bodies::JettyFailure {
        message,
        url: uri.path(),
        status: status.as_str(),
    };
    (status, json(&body)).into_response()
}

fn ambiguous_uri() -> Response {
    let page = "<html><head><title>Error 400 Ambiguous URI path separator</title></head><body></body></html>";
    (
        StatusCode::BAD_REQUEST,
        [("content-type", "text/html;charset=utf-8")],
        page,
    )
        .into_response()
}

fn json(body: &impl Serialize) -> Response {
    typed(serde_json::to_vec(body).unwrap_or_default().into())
}

fn typed(body: Bytes) -> Response {
    ([("content-type", "application/json")], body).into_response()
}
