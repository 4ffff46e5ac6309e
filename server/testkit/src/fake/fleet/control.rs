//! The control endpoint, over HTTP on loopback:
//!
//! - `POST /orders`: one [`Order`] or a list of them, carried out in order.
//! - `GET /counts`, `DELETE /counts`: requests since the last time they were forgotten.
//! - `GET /storm`: how the last storm went, or goes.
//! - `GET /clusters`: per cluster how many tasks are in each state, and how many milliseconds after the last change the
//!   expanded list was first asked for.
//! - `GET /clusters/{name}`: the same of one cluster, with the names of its connectors.

use std::collections::BTreeMap;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Serialize;
use serde_json::Value;
use tokio::runtime::{Builder, Runtime};

use super::{FakeFleet, Order, Refusal};
use crate::fake::FakeCluster;
use crate::fake::worker::bind;

/// A running endpoint; it ends with this value.
pub struct Control {
    address: SocketAddr,
    runtime: Option<Runtime>,
}

impl Control {
    /// Listens on a loopback port; 0 takes a free one.
    ///
    /// # Errors
    /// When the port or a thread cannot be had.
    pub fn start(fleet: Arc<FakeFleet>, port: u16) -> io::Result<Self> {
        let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
        let listener = bind(SocketAddr::from((Ipv4Addr::LOCALHOST, port)))?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let app = Router::new()
            .route("/orders", post(carry_out))
            .route("/counts", get(counts).delete(forget))
            .route("/storm", get(storm))
            .route("/clusters", get(clusters))
            .route("/clusters/{name}", get(cluster))
            .with_state(fleet);
        runtime.spawn(async move {
            if let Ok(listener) = tokio::net::TcpListener::from_std(listener) {
                axum::serve(listener, app).await.unwrap_or(());
            }
        });
        Ok(Self {
            address,
            runtime: Some(runtime),
        })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for Control {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

/// One order or a list of them. Not by an untagged enum, which does not say which word was wrong.
fn orders(body: Value) -> serde_json::Result<Vec<Order>> {
    match body {
        list @ Value::Array(_) => serde_json::from_value(list),
        one => serde_json::from_value(one).map(|order| vec![order]),
    }
}

#[derive(Serialize)]
struct Told {
    carried_out: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

async fn carry_out(State(fleet): State<Arc<FakeFleet>>, Json(body): Json<Value>) -> Response {
    let orders = match orders(body) {
        Ok(orders) => orders,
        Err(error) => {
            let error = Some(error.to_string());
            return (StatusCode::UNPROCESSABLE_ENTITY, Json(Told { carried_out: 0, error })).into_response();
        }
    };
    // Killing a worker waits until its port refuses.
    let work = tokio::task::spawn_blocking(move || {
        for (carried_out, order) in orders.iter().enumerate() {
            fleet.carry_out(order).map_err(|refusal| (carried_out, refusal))?;
        }
        Ok::<usize, (usize, Refusal)>(orders.len())
    });
    let (status, carried_out, error) = match work.await {
        Ok(Ok(all)) => (StatusCode::OK, all, None),
        Ok(Err((some, refusal))) => (StatusCode::BAD_REQUEST, some, Some(refusal.to_string())),
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, 0, Some(error.to_string())),
    };
    (status, Json(Told { carried_out, error })).into_response()
}

async fn counts(State(fleet): State<Arc<FakeFleet>>) -> Response {
    Json(fleet.counts()).into_response()
}

async fn forget(State(fleet): State<Arc<FakeFleet>>) -> StatusCode {
    fleet.forget_counts();
    StatusCode::NO_CONTENT
}

async fn storm(State(fleet): State<Arc<FakeFleet>>) -> Response {
    Json(fleet.storm()).into_response()
}

#[derive(Serialize)]
struct Seen {
    tasks: BTreeMap<String, usize>,
    shown_after_ms: Option<u128>,
    #[serde(skip_serializing_if = "Option::is_none")]
    connectors: Option<Vec<String>>,
}

fn seen(cluster: &FakeCluster, connectors: bool) -> Seen {
    Seen {
        tasks: cluster.task_states(),
        shown_after_ms: cluster.shown_after().map(|after| after.as_millis()),
        connectors: connectors.then(|| cluster.names()),
    }
}

async fn clusters(State(fleet): State<Arc<FakeFleet>>) -> Response {
    let clusters = fleet.clusters();
    let seen: BTreeMap<&str, Seen> = clusters.map(|(name, cluster)| (name, seen(&cluster, false))).collect();
    Json(seen).into_response()
}

async fn cluster(State(fleet): State<Arc<FakeFleet>>, Path(name): Path<String>) -> Response {
    match fleet.cluster(&name) {
        Ok(cluster) => Json(seen(&cluster, true)).into_response(),
        Err(refusal) => (StatusCode::NOT_FOUND, refusal.to_string()).into_response(),
    }
}
