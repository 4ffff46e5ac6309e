//! Where data comes from and where it goes.

use axum::extract::State;
use axum::response::Response;
use console::TopologyQuery;
use http::HeaderMap;

use super::answer::json;
use super::connectors;
use super::params::Params;
use super::shape::{ConnectorKind as ConnectorKindWord, HealthWord, Topology};
use crate::http::{Caller, Problem};
use crate::state::AppState;

/// Systems, connectors and topics of the connectors that match, as their configs say. Of more than 300 nodes groups are
/// answered instead: by cluster, or by team where all connectors are of one cluster.
#[utoipa::path(
    get, operation_id = "get_topology", path = "/api/v1/topology", tag = "connectors",
    params(
        ("cluster" = Option<Vec<String>>, Query, description = "Only these clusters; repeat it or separate by commas"),
        ("team" = Option<Vec<String>>, Query, description = "Only these teams' connectors"),
        ("health" = inline(Option<Vec<HealthWord>>), Query, description = "Only these verdicts, `unhealthy` for all that need a person"),
        ("unowned" = Option<bool>, Query, description = "Only those that nobody owns"),
        ("kind" = inline(Option<ConnectorKindWord>), Query, description = "Only sources or sinks"),
        ("q" = Option<String>, Query, description = "As in the list of connectors"),
        ("open" = Option<Vec<String>>, Query, description = "Groups whose connectors stand for themselves: clusters, or teams where all connectors are of one cluster (`-`: those of nobody). An opened cluster that is too large is answered by its teams, of an opened team the worst connectors"),
    ),
    responses((status = 200, body = Topology), (status = 400, body = Problem))
)]
pub async fn get(
    State(state): State<AppState>,
    Caller(actor): Caller,
    params: Params,
    asked: HeaderMap,
) -> Result<Response, Problem> {
    let page = state.console().topology(&actor, &read(params)?)?;
    json(&asked, &Topology::from(&page))
}

/// Reads the parameters: those of the list of connectors, but for its pages and its order, and what is opened.
///
/// # Errors
/// What is wrong with them.
pub fn read(mut params: Params) -> Result<TopologyQuery, Problem> {
    let open = params.all("open").into_iter().map(Into::into).collect();
    for key in ["deleted", "sort", "limit", "cursor", "name"] {
        if params.one(key)?.is_some() {
            return Err(Problem::bad_request(format!(
                "`{key}` is not known here; known are cluster, team, unowned, health, kind, q, open"
            )));
        }
    }
    let filter = connectors::read(params)?.filter;
    Ok(TopologyQuery { filter, open })
}
