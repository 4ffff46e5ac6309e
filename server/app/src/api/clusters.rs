//! Clusters, workers, plugins, teams.

use axum::extract::State;
use axum::response::Response;
use http::HeaderMap;

use super::answer::json;
use super::names::InCluster;
use super::params::Params;
use super::shape::{ClusterDetail, ClusterList, PluginList, TeamList, WorkerList};
use crate::http::{Caller, Problem};
use crate::state::AppState;

type Answer = Result<Response, Problem>;

/// Clusters with their workers.
#[utoipa::path(get, operation_id = "list_clusters", path = "/api/v1/clusters", tag = "fleet", responses((status = 200, body = ClusterList)))]
pub async fn list(State(state): State<AppState>, Caller(actor): Caller, params: Params, asked: HeaderMap) -> Answer {
    params.finish(&[])?;
    json(&asked, &ClusterList::from(state.console().clusters(&actor)?.as_slice()))
}

/// One cluster with its group, faults and plugins.
#[utoipa::path(
    get, operation_id = "get_cluster", path = "/api/v1/clusters/{cluster}", tag = "fleet",
    params(("cluster" = String, Path, description = "Its name")),
    responses((status = 200, body = ClusterDetail), (status = 404, body = Problem))
)]
pub async fn one(
    State(state): State<AppState>,
    Caller(actor): Caller,
    InCluster(cluster): InCluster,
    params: Params,
    asked: HeaderMap,
) -> Answer {
    params.finish(&[])?;
    json(
        &asked,
        &ClusterDetail::from(&state.console().cluster(&actor, &cluster)?),
    )
}

/// Workers of all clusters.
#[utoipa::path(get, operation_id = "list_workers", path = "/api/v1/workers", tag = "fleet", responses((status = 200, body = WorkerList)))]
pub async fn workers(State(state): State<AppState>, Caller(actor): Caller, params: Params, asked: HeaderMap) -> Answer {
    params.finish(&[])?;
    json(&asked, &WorkerList::from(state.console().workers(&actor)?.as_slice()))
}

/// Plugins of all clusters, with the workers that have them.
#[utoipa::path(get, operation_id = "list_plugins", path = "/api/v1/plugins", tag = "fleet", responses((status = 200, body = PluginList)))]
pub async fn plugins(State(state): State<AppState>, Caller(actor): Caller, params: Params, asked: HeaderMap) -> Answer {
    params.finish(&[])?;
    json(&asked, &PluginList::from(state.console().plugins(&actor)?.as_slice()))
}

/// Teams with their connectors by verdict.
#[utoipa::path(get, operation_id = "list_teams", path = "/api/v1/teams", tag = "fleet", responses((status = 200, body = TeamList)))]
pub async fn teams(State(state): State<AppState>, Caller(actor): Caller, params: Params, asked: HeaderMap) -> Answer {
    params.finish(&[])?;
    json(&asked, &TeamList::from(state.console().teams(&actor)?.as_slice()))
}
