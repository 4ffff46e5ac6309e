//! Connectors: the list, and one by its names.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{RawQuery, State};
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use console::{ConnectorDetail, ConnectorQuery, PluginId};
use http::HeaderMap;
use model::actor::Actor;
use model::names::ConnectorId;
use model::secrets::Definitions;
use model::state::ConnectorKind;
use model::verdict::Health;
use view::{Query, Sort, Totals};

use super::answer::{Answer, json};
use super::names::OfConnector;
use super::params::Params;
use super::shape::{
    Config, Connector, ConnectorKind as ConnectorKindWord, ConnectorList, HealthWord, LagDetail, SortWord,
};
use crate::http::{Caller, Problem};
use crate::state::AppState;

const KNOWN: [&str; 12] = [
    "cluster", "name", "team", "unowned", "health", "kind", "q", "deleted", "sort", "reverse", "limit", "cursor",
];

/// Connectors that match, page by page. With `name`, the one of that name in `cluster`, whole: for names that a path
/// cannot carry.
#[utoipa::path(
    get, operation_id = "list_connectors", path = "/api/v1/connectors", tag = "connectors",
    params(
        ("cluster" = Option<Vec<String>>, Query, description = "Only these clusters; repeat it or separate by commas"),
        ("team" = Option<Vec<String>>, Query, description = "Only these teams' connectors"),
        ("health" = inline(Option<Vec<HealthWord>>), Query, description = "Only these verdicts, `unhealthy` for all that need a person; repeat it or separate by commas. Of deleted connectors the last one counts"),
        ("unowned" = Option<bool>, Query, description = "Only those that nobody owns"),
        ("kind" = inline(Option<ConnectorKindWord>), Query, description = "Only sources or sinks"),
        ("q" = Option<String>, Query, description = "A query, which must hold beside the other parameters: `team:payments -kind:sink topic:orders.* word`. Keys are health (`unhealthy` for all that need a person), team (`nobody` for the unowned), cluster, class (of the fault, `none` without one, or the Java class), kind, topic, target (address, host or kind of the system at the other end), worker, plugin (the Java class, with or without package), lag (`>1000` records, `>5m`, `unknown`), activity (active, idle, unknown) and connector (name, or cluster/name). Values of one key are alternatives, keys must all hold, `-` excludes, `*` stands for any characters, quotation marks keep blanks. Words without a key must all occur in name, class, cluster, team, topics, systems, workers or root cause; one that occurs nowhere is searched for with one edit, see `near`. An unknown key, health or kind is refused; another value that nothing has matches nothing"),
        ("deleted" = Option<bool>, Query, description = "Deleted ones instead of those that exist"),
        ("sort" = inline(Option<SortWord>), Query, description = "The order; `worst` by default"),
        ("reverse" = Option<bool>, Query, description = "The order from its end"),
        ("limit" = Option<usize>, Query, minimum = 1, maximum = 1000, description = "Connectors on a page, 1 to 1000; 100 by default"),
        ("cursor" = Option<String>, Query, description = "`next_cursor` of the page before"),
        ("name" = Option<String>, Query, description = "The one of this name, in the one `cluster` that is given"),
    ),
    responses((status = 200, body = ConnectorList), (status = 400, body = Problem), (status = 404, body = Problem))
)]
pub async fn list(
    State(state): State<AppState>,
    Caller(actor): Caller,
    RawQuery(question): RawQuery,
    mut params: Params,
    asked: HeaderMap,
) -> Result<Response, Problem> {
    if let Some(name) = params.one("name")? {
        return by_name(&state, &actor, name, params, &asked);
    }
    let console = state.console();
    let work_out = || {
        let mut query = read(params)?;
        query.filter.strict = true;
        let page = console.connectors(&actor, &query)?;
        if let Some(trouble) = page.troubles.first() {
            return Err(Problem::bad_request(format!("`q`: {}", trouble.text)));
        }
        let mut list = ConnectorList::from(&page);
        list.next_cursor = page.next_cursor.as_deref().map(close_cursor);
        Answer::json(&list)
    };
    let present = || Ok(console.moment(&actor)?);
    let answer = state.lists().get(&question.unwrap_or_default(), present, work_out)?;
    answer.send_again(&asked)
}

fn by_name(
    state: &AppState,
    actor: &Actor,
    name: String,
    mut params: Params,
    asked: &HeaderMap,
) -> Result<Response, Problem> {
    let cluster = params.one("cluster")?;
    params.finish(&["cluster", "name"])?;
    let cluster = cluster.ok_or_else(|| Problem::bad_request("`name` needs the `cluster` that it is in"))?;
    let id = ConnectorId {
        cluster: cluster.into(),
        name: name.into(),
    };
    let detail = state.console().connector(actor, &id)?;
    let mut count = Totals::default();
    count.add(detail.item.health);
    let list = ConnectorList {
        items: vec![Connector::from(&detail)],
        next_cursor: None,
        matching: 1,
        totals: super::shape::totals(&count),
        near: Vec::new(),
        as_of: detail.item.as_of,
    };
    json(asked, &list)
}

/// Bytes of a query: each of its parts may be compared with every name of the fleet.
pub(crate) const LONGEST: usize = 2000;
/// Parts of a query.
const MOST_PARTS: usize = 32;

/// Reads the parameters of a list.
///
/// # Errors
/// What is wrong with them.
pub fn read(mut params: Params) -> Result<ConnectorQuery, Problem> {
    let mut query = Query {
        clusters: params.list("cluster").into_iter().map(Into::into).collect(),
        unowned: params.read("unowned", "`true` or `false`")?.unwrap_or(false),
        teams: params.list("team").into_iter().map(Into::into).collect(),
        text: params.all("q").join(" "),
        deleted: params.read("deleted", "`true` or `false`")?.unwrap_or(false),
        reversed: params.read("reverse", "`true` or `false`")?.unwrap_or(false),
        ..Query::default()
    };
    if query.text.len() > LONGEST || query.text.split_whitespace().count() > MOST_PARTS {
        return Err(Problem::bad_request(format!(
            "`q` may have at most {LONGEST} bytes and {MOST_PARTS} parts"
        )));
    }
    for word in params.list("health") {
        match (word.as_str(), Health::parse(&word)) {
            ("unhealthy", _) => query
                .health
                .extend(Health::ALL.into_iter().filter(|health| health.unhealthy())),
            (_, Some(health)) => {
                query.health.insert(health);
            }
            (_, None) => {
                let known: Vec<&str> = Health::ALL.iter().map(|health| health.as_str()).collect();
                let known = known.join(", ");
                return Err(Problem::bad_request(format!(
                    "{word:?} is no health; there are {known} and unhealthy"
                )));
            }
        }
    }
    query.kind = match params.one("kind")?.as_deref() {
        None => None,
        Some("source") => Some(ConnectorKind::Source),
        Some("sink") => Some(ConnectorKind::Sink),
        Some(other) => {
            return Err(Problem::bad_request(format!(
                "`kind` must be source or sink, not {other:?}"
            )));
        }
    };
    if let Some(word) = params.one("sort")? {
        let known = || {
            let known = Sort::ALL.map(|(_, word)| word).join(", ");
            Problem::bad_request(format!("`sort` must be one of {known}, not {word:?}"))
        };
        query.sort = Sort::parse(&word).ok_or_else(known)?;
    }
    let asked = ConnectorQuery {
        filter: query,
        limit: params.limit(1000)?.unwrap_or(0),
        cursor: params.one("cursor")?.map(|cursor| open_cursor(&cursor)).transpose()?,
        group: None,
    };
    params.finish(&KNOWN)?;
    Ok(asked)
}

/// A cursor of the console as text that any address can carry.
pub fn close_cursor(cursor: &str) -> String {
    URL_SAFE_NO_PAD.encode(cursor)
}

fn open_cursor(text: &str) -> Result<String, Problem> {
    let bytes = URL_SAFE_NO_PAD.decode(text).ok();
    bytes
        .and_then(|bytes| String::from_utf8(bytes).ok())
        .ok_or_else(|| Problem::bad_request("`cursor` is not one that this list gave out; begin without it"))
}

/// One connector, deleted ones included.
#[utoipa::path(
    get, operation_id = "get_connector", path = "/api/v1/clusters/{cluster}/connectors/{connector}", tag = "connectors",
    params(
        ("cluster" = String, Path, description = "Its cluster"),
        ("connector" = String, Path, description = "Its name, percent-encoded"),
    ),
    responses((status = 200, body = Connector), (status = 404, body = Problem))
)]
pub async fn one(
    State(state): State<AppState>,
    Caller(actor): Caller,
    OfConnector(id): OfConnector,
    params: Params,
    asked: HeaderMap,
) -> Result<Response, Problem> {
    params.finish(&[])?;
    json(&asked, &Connector::from(&state.console().connector(&actor, &id)?))
}

/// How far a sink is behind, partition by partition.
#[utoipa::path(
    get, operation_id = "get_connector_lag", path = "/api/v1/clusters/{cluster}/connectors/{connector}/lag", tag = "connectors",
    params(
        ("cluster" = String, Path, description = "Its cluster"),
        ("connector" = String, Path, description = "Its name, percent-encoded"),
    ),
    responses((status = 200, body = LagDetail), (status = 404, body = Problem))
)]
pub async fn lag(
    State(state): State<AppState>,
    Caller(actor): Caller,
    OfConnector(id): OfConnector,
    params: Params,
    asked: HeaderMap,
) -> Result<Response, Problem> {
    params.finish(&[])?;
    let console = state.console();
    let detail = console.connector(&actor, &id)?;
    let partitions = console.partitions(&actor, &id).await?;
    json(&asked, &LagDetail::of(&detail.item, partitions.as_deref()))
}

/// The plugin of a connector, as far as it is known.
pub fn plugin_of(detail: &ConnectorDetail) -> Option<PluginId> {
    let instance = detail.instance.as_ref();
    Some(PluginId {
        cluster: detail.item.id.cluster.clone(),
        class: detail.item.class.clone()?,
        version: instance.and_then(|instance| instance.version.clone()),
    })
}

/// What plugins say is beside what is asked here: a database that hangs or is away costs the answer one second.
async fn soon(
    answer: impl Future<Output = Result<Option<Arc<Definitions>>, console::Error>>,
) -> Option<Arc<Definitions>> {
    let answer = tokio::time::timeout(Duration::from_secs(1), answer).await;
    let why = match answer {
        Ok(Ok(definitions)) => return definitions,
        Ok(Err(error)) => error.to_string(),
        Err(_) => "the database does not answer in time".to_owned(),
    };
    tracing::debug!(why, "a config is told without what its plugin says");
    None
}

/// The config in force, masked.
#[utoipa::path(
    get, operation_id = "get_connector_config", path = "/api/v1/clusters/{cluster}/connectors/{connector}/config", tag = "connectors",
    params(
        ("cluster" = String, Path, description = "Its cluster"),
        ("connector" = String, Path, description = "Its name, percent-encoded"),
    ),
    responses((status = 200, body = Config), (status = 404, body = Problem))
)]
pub async fn config(
    State(state): State<AppState>,
    Caller(actor): Caller,
    OfConnector(id): OfConnector,
    params: Params,
    asked: HeaderMap,
) -> Result<Response, Problem> {
    params.finish(&[])?;
    let detail = state.console().connector(&actor, &id)?;
    let definitions = match plugin_of(&detail) {
        Some(plugin) => soon(state.console().definitions(&actor, &plugin)).await,
        None => None,
    };
    match &detail.config {
        Some(config) => json(&asked, &Config::of(config, definitions.as_deref())),
        None => Err(Problem::not_found("the config of this connector was not read yet")),
    }
}
