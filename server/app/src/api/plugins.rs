//! What plugins say about their keys.

use axum::extract::State;
use axum::response::Response;
use console::PluginId;
use http::HeaderMap;

use super::answer::json;
use super::names::OfPlugin;
use super::params::Params;
use super::shape::PluginDocumentation;
use crate::http::{Caller, Problem};
use crate::state::AppState;

/// A plugin's keys with their documentation: connectors, converters, transformations and predicates. What Signalbox does
/// not keep is asked of a worker, which takes up to 8 s and is written into the audit record.
#[utoipa::path(
    get, operation_id = "get_plugin", path = "/api/v1/clusters/{cluster}/plugins/{class}", tag = "plugins",
    params(
        ("cluster" = String, Path, description = "A cluster"),
        ("class" = String, Path, description = "The plugin's Java class, percent-encoded"),
        ("version" = Option<String>, Query, description = "Its version, where several are there"),
    ),
    responses(
        (status = 200, body = PluginDocumentation), (status = 400, body = Problem), (status = 404, body = Problem),
        (status = 502, body = Problem), (status = 503, body = Problem),
    )
)]
pub async fn one(
    State(state): State<AppState>,
    Caller(actor): Caller,
    OfPlugin(cluster, class): OfPlugin,
    mut params: Params,
    asked: HeaderMap,
) -> Result<Response, Problem> {
    let version = params.one("version")?.map(Into::into);
    params.finish(&["version"])?;
    let id = PluginId {
        cluster,
        class,
        version,
    };
    let documentation = state.console().documentation(&actor, id).await?;
    json(&asked, &PluginDocumentation::from(&documentation))
}
