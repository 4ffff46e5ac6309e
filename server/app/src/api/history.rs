//! What happened.

use axum::extract::State;
use axum::response::Response;
use console::{EntryKind, TimelineQuery};
use http::HeaderMap;
use model::actor::Actor;

use super::answer::json;
use super::names::OfConnector;
use super::params::{MOMENT, Params};
use super::shape::{ConfigDiff, ConfigVersionList, EntryKindWord, Timeline};
use crate::http::{Caller, Problem};
use crate::state::AppState;

/// What happened in the whole fleet, newest first.
#[utoipa::path(
    get, operation_id = "list_timeline", path = "/api/v1/timeline", tag = "fleet",
    params(
        ("cluster" = Option<String>, Query, description = "Only this cluster"),
        ("connector" = Option<String>, Query, description = "Only this connector of it"),
        ("kind" = inline(Option<Vec<EntryKindWord>>), Query, description = "Only these kinds; may repeat, or separate several by commas"),
        ("q" = Option<String>, Query, description = "Words that must all occur in the names of cluster and connector, or in what is recorded: states, workers, causes. 20,000 entries are looked through for one page; `next_cursor` goes on behind them"),
        ("until" = Option<String>, Query, description = "What happened until then"),
        ("limit" = Option<usize>, Query, minimum = 1, maximum = 500, description = "Entries on a page, 1 to 500; 100 by default"),
        ("cursor" = Option<String>, Query, description = "`next_cursor` of the page before"),
    ),
    responses((status = 200, body = Timeline), (status = 503, body = Problem))
)]
pub async fn whole(
    State(state): State<AppState>,
    Caller(actor): Caller,
    mut params: Params,
    asked: HeaderMap,
) -> Result<Response, Problem> {
    let query = TimelineQuery {
        before: params.read("cursor", "`next_cursor` of the page before")?,
        ..narrowed(&mut params)?
    };
    params.finish(&["cluster", "connector", "kind", "q", "until", "limit", "cursor"])?;
    json(
        &asked,
        &Timeline::from(&state.console().timeline(&actor, &query).await?),
    )
}

/// Bytes of what history is searched for, and words: each is looked for in thousands of entries.
const LONGEST: usize = 200;
const MOST_WORDS: usize = 8;

/// What history is narrowed to, but for where its page begins.
///
/// # Errors
/// When a kind or a moment is none.
pub(crate) fn narrowed(params: &mut Params) -> Result<TimelineQuery, Problem> {
    let kind = |word: String| {
        let known = EntryKind::ALL.map(EntryKind::as_str).join(", ");
        let refused = || Problem::bad_request(format!("`kind` must be one of {known}, not {word:?}"));
        EntryKind::parse(&word).ok_or_else(refused)
    };
    let text = params.one("q")?.unwrap_or_default();
    if text.len() > LONGEST || text.split_whitespace().count() > MOST_WORDS {
        return Err(Problem::bad_request(format!(
            "`q` may have at most {LONGEST} bytes and {MOST_WORDS} words"
        )));
    }
    Ok(TimelineQuery {
        cluster: params.one("cluster")?.map(Into::into),
        connector: params.one("connector")?.map(Into::into),
        kinds: params.list("kind").into_iter().map(kind).collect::<Result<_, _>>()?,
        text,
        until: params.read("until", MOMENT)?,
        before: None,
        limit: params.limit(500)?.unwrap_or(0),
    })
}

/// What happened to a connector, newest first.
#[utoipa::path(
    get, operation_id = "get_connector_timeline", path = "/api/v1/clusters/{cluster}/connectors/{connector}/timeline", tag = "connectors",
    params(
        ("cluster" = String, Path, description = "Its cluster"),
        ("connector" = String, Path, description = "Its name, percent-encoded"),
        ("limit" = Option<usize>, Query, minimum = 1, maximum = 500, description = "Entries on a page, 1 to 500; 100 by default"),
        ("cursor" = Option<String>, Query, description = "`next_cursor` of the page before"),
    ),
    responses((status = 200, body = Timeline), (status = 404, body = Problem), (status = 503, body = Problem))
)]
pub async fn timeline(
    State(state): State<AppState>,
    Caller(actor): Caller,
    OfConnector(id): OfConnector,
    mut params: Params,
    asked: HeaderMap,
) -> Result<Response, Problem> {
    let query = TimelineQuery {
        before: params.read("cursor", "`next_cursor` of the page before")?,
        limit: params.limit(500)?.unwrap_or(0),
        cluster: Some(id.cluster.clone()),
        connector: Some(id.name.clone()),
        ..TimelineQuery::default()
    };
    params.finish(&["limit", "cursor"])?;
    exists(&state, &actor, &id)?;
    json(
        &asked,
        &Timeline::from(&state.console().timeline(&actor, &query).await?),
    )
}

/// The versions of its config as they came into force, newest first, the latest 200: one entry for each change, so that
/// a config that was returned to stands there again.
#[utoipa::path(
    get, operation_id = "list_connector_config_versions", path = "/api/v1/clusters/{cluster}/connectors/{connector}/config/versions", tag = "connectors",
    params(
        ("cluster" = String, Path, description = "Its cluster"),
        ("connector" = String, Path, description = "Its name, percent-encoded"),
    ),
    responses((status = 200, body = ConfigVersionList), (status = 404, body = Problem), (status = 503, body = Problem))
)]
pub async fn config_versions(
    State(state): State<AppState>,
    Caller(actor): Caller,
    OfConnector(id): OfConnector,
    params: Params,
    asked: HeaderMap,
) -> Result<Response, Problem> {
    params.finish(&[])?;
    exists(&state, &actor, &id)?;
    let changes = state.console().config_changes(&actor, &id.cluster, &id.name).await?;
    json(&asked, &ConfigVersionList::from(changes.as_slice()))
}

/// What differs between two configs that came into force, key by key. Of masked values only that they differ is told.
#[utoipa::path(
    get, operation_id = "diff_connector_config", path = "/api/v1/clusters/{cluster}/connectors/{connector}/config/diff", tag = "connectors",
    params(
        ("cluster" = String, Path, description = "Its cluster"),
        ("connector" = String, Path, description = "Its name, percent-encoded"),
        ("from" = Option<String>, Query, description = "A version, or how it begins; the one before `to` by default"),
        ("to" = Option<String>, Query, description = "A version, or how it begins; the latest by default"),
    ),
    responses((status = 200, body = ConfigDiff), (status = 400, body = Problem), (status = 404, body = Problem), (status = 503, body = Problem))
)]
pub async fn config_diff(
    State(state): State<AppState>,
    Caller(actor): Caller,
    OfConnector(id): OfConnector,
    mut params: Params,
    asked: HeaderMap,
) -> Result<Response, Problem> {
    let (from, to) = (params.one("from")?, params.one("to")?);
    params.finish(&["from", "to"])?;
    exists(&state, &actor, &id)?;
    let changes = state.console().config_changes(&actor, &id.cluster, &id.name).await?;
    match console::config_diff(&changes, from.as_deref(), to.as_deref())? {
        Some(diff) => json(&asked, &ConfigDiff::from(&diff)),
        None => Err(Problem::not_found(
            "there are no two configs of this connector to compare",
        )),
    }
}

/// An empty history of a connector that never was would be an answer that is not true.
fn exists(state: &AppState, actor: &Actor, id: &model::names::ConnectorId) -> Result<(), Problem> {
    state.console().connector(actor, id).map(|_| ()).map_err(Problem::from)
}
