//! Connectors by verdict over time, and a cluster's connectors in short.

use axum::extract::State;
use axum::response::Response;
use http::HeaderMap;
use model::names::ClusterName;

use super::answer::json;
use super::names::InCluster;
use super::params::Params;
use super::shape::{CountList, LampList};
use crate::http::{Caller, Problem};
use crate::state::AppState;

/// Connectors by verdict over the last day: of the whole fleet, or of one cluster.
#[utoipa::path(
    get, operation_id = "list_connector_counts", path = "/api/v1/connectors/counts", tag = "connectors",
    params(("cluster" = Option<String>, Query, description = "Only this cluster's")),
    responses((status = 200, body = CountList), (status = 404, body = Problem), (status = 503, body = Problem))
)]
pub async fn list(
    State(state): State<AppState>,
    Caller(actor): Caller,
    mut params: Params,
    asked: HeaderMap,
) -> Result<Response, Problem> {
    let cluster = params.one("cluster")?.map(ClusterName::from);
    params.finish(&["cluster"])?;
    match cluster {
        Some(name) => json(
            &asked,
            &CountList::from(&state.console().cluster_trend(&actor, &name).await?),
        ),
        None => json(&asked, &CountList::from(&*state.console().trend(&actor).await?)),
    }
}

/// The connectors of a cluster in short, in the order of the lamps that pages show.
#[utoipa::path(
    get, operation_id = "list_lamps", path = "/api/v1/clusters/{cluster}/lamps", tag = "connectors",
    params(("cluster" = String, Path, description = "Its name")),
    responses((status = 200, body = LampList), (status = 404, body = Problem))
)]
pub async fn lamps(
    State(state): State<AppState>,
    Caller(actor): Caller,
    InCluster(cluster): InCluster,
    params: Params,
    asked: HeaderMap,
) -> Result<Response, Problem> {
    params.finish(&[])?;
    json(&asked, &LampList::from(&state.console().lamps(&actor, &cluster)?))
}
