//! The pages: a question to the console, its answer drawn by `web`.

use std::time::Duration;

use axum::response::Response;
use chrono::{DateTime, Utc};
use console::{ClusterItem, ConnectorPage, ConnectorQuery, PluginId, Span, TimelinePage, TimelineQuery};
use model::blocks::Series;
use model::names::ConnectorId;
use view::{GroupBy, Query};
use web::{Columns, ConnectorBeside, Range, Section};

use super::frame::Reader;
use super::problem::Problem;
use crate::api;
use crate::api::connectors::{close_cursor, plugin_of, read};
use crate::api::history::narrowed;
use crate::api::names::{InCluster, OfConnector, OfPlugin};
use crate::api::params::Params;

/// Connectors on the page of their cluster.
const SOME: usize = 20;

/// Entries of history that are read for the few lines beside a page: a storm of hundreds is one of them.
const PAST: usize = 300;

/// The first screen.
pub async fn overview(reader: Reader) -> Response {
    let console = reader.state.console();
    let drawn = async {
        let overview = console.overview(&reader.actor)?;
        let (lately, trend) = tokio::join!(
            soon(console.lately(&reader.actor, PAST)),
            soon(console.trend(&reader.actor))
        );
        let frame = reader.frame(Section::Overview, overview.as_of);
        let lately = lately.as_deref().map_err(String::as_str);
        let trend = trend.as_deref().map_err(String::as_str);
        Ok(web::overview(&frame, &overview, lately, trend)?)
    };
    let drawn = drawn.await;
    reader.show(drawn)
}

/// The list of connectors.
pub async fn connectors(reader: Reader, mut params: Params) -> Response {
    let draw = || {
        let columns = columns(&mut params)?;
        let group = params.one("group")?.map(|word| {
            let known = GroupBy::ALL.map(|(_, word)| word).join(", ");
            GroupBy::parse(&word)
                .ok_or_else(|| Problem::bad_request(format!("`group` must be one of {known}, not {word:?}")))
        });
        let query = ConnectorQuery {
            group: group.transpose()?,
            ..read(params)?
        };
        let page = closed(reader.state.console().connectors(&reader.actor, &query)?);
        let frame = reader.frame(Section::Connectors, page.as_of);
        Ok(web::connectors(&frame, &query, &columns, &page)?)
    };
    reader.show(draw())
}

/// One connector; `from` and `to` name two versions of its config to be compared.
pub async fn connector(reader: Reader, OfConnector(id): OfConnector, mut params: Params) -> Response {
    let drawn = async {
        let (compared, shown) = (compared(&mut params)?, shown(&mut params)?);
        params.finish(&["from", "to", "range", "measure"])?;
        draw_connector(&reader, id, compared, shown).await
    };
    let drawn = drawn.await;
    reader.show(drawn)
}

/// One connector whose name a path does not carry.
pub async fn connector_by_name(reader: Reader, mut params: Params) -> Response {
    let drawn = async {
        let (cluster, name) = (params.one("cluster")?, params.one("name")?);
        let (Some(cluster), Some(name)) = (cluster, name) else {
            return Err(Problem::bad_request("`cluster` and `name` say which connector"));
        };
        let id = ConnectorId {
            cluster: cluster.into(),
            name: name.into(),
        };
        let (compared, shown) = (compared(&mut params)?, shown(&mut params)?);
        draw_connector(&reader, id, compared, shown).await
    };
    let drawn = drawn.await;
    reader.show(drawn)
}

/// The versions of a config that are to be compared.
type Compared = (Option<String>, Option<String>);

fn compared(params: &mut Params) -> Result<Compared, Problem> {
    Ok((params.one("from")?, params.one("to")?))
}

/// How far back a chart goes, and what it shows.
type Shown = (Range, Option<Series>);

fn shown(params: &mut Params) -> Result<Shown, Problem> {
    let range = params.one("range")?.map(|word| {
        let known = Range::ALL.map(Range::word).join(", ");
        Range::parse(&word).ok_or_else(|| Problem::bad_request(format!("`range` must be one of {known}, not {word:?}")))
    });
    let measure = params.one("measure")?.map(api::measures::series);
    Ok((range.transpose()?.unwrap_or_default(), measure.transpose()?))
}

async fn draw_connector(
    reader: &Reader,
    id: ConnectorId,
    (from, to): Compared,
    (range, measure): Shown,
) -> Result<String, Problem> {
    let (console, actor) = (reader.state.console(), &reader.actor);
    let detail = console.connector(actor, &id)?;
    let definitions = async {
        match plugin_of(&detail) {
            Some(plugin) if !detail.withheld => soon(console.definitions(actor, &plugin)).await,
            _ => Ok(None),
        }
    };
    let query = TimelineQuery {
        cluster: Some(id.cluster.clone()),
        connector: Some(id.name.clone()),
        limit: PAST,
        ..TimelineQuery::default()
    };
    let chart = async {
        let now = console.now();
        match Span::new(now - range.long(), now, now) {
            // Of what is not measured there is nothing to be drawn.
            Ok(span) if detail.item.progress.is_some() => soon(console.chart(actor, &id, span, &[])).await.map(Some),
            _ => Ok(None),
        }
    };
    let (definitions, partitions, chart, versions, lately) = tokio::join!(
        definitions,
        console.partitions(actor, &id),
        chart,
        soon(console.config_changes(actor, &id.cluster, &id.name)),
        history(reader, query),
    );
    let partitions = partitions?;
    let frame = reader.frame(Section::Connectors, detail.item.as_of);
    let beside = ConnectorBeside {
        definitions: definitions.as_ref().map(Option::as_deref).map_err(String::as_str),
        compared: (from.as_deref(), to.as_deref()),
        partitions: partitions.as_deref(),
        chart: chart.as_ref().map(Option::as_ref).map_err(String::as_str),
        range,
        measure,
    };
    let (versions, lately) = (
        versions.as_deref().map_err(String::as_str),
        lately.as_ref().map_err(String::as_str),
    );
    Ok(web::connector(&frame, &detail, versions, lately, &beside)?)
}

/// What a plugin says about its keys: as it is kept, or asked of a worker now.
pub async fn plugin(reader: Reader, OfPlugin(cluster, class): OfPlugin, mut params: Params) -> Response {
    let drawn = async {
        let version = params.one("version")?.map(Into::into);
        params.finish(&["version"])?;
        let id = PluginId {
            cluster,
            class,
            version,
        };
        let documentation = reader.state.console().documentation(&reader.actor, id).await?;
        let frame = reader.frame(Section::Clusters, Some(reader.state.console().now()));
        Ok(web::plugin(&frame, &documentation)?)
    };
    let drawn = drawn.await;
    reader.show(drawn)
}

/// All clusters.
pub async fn clusters(reader: Reader) -> Response {
    let draw = || {
        let clusters = reader.state.console().clusters(&reader.actor)?;
        let frame = reader.frame(Section::Clusters, oldest(&clusters));
        Ok(web::clusters(&frame, &clusters)?)
    };
    reader.show(draw())
}

/// One cluster; `part` is which part of its assignment is shown.
pub async fn cluster(reader: Reader, InCluster(cluster): InCluster, mut params: Params) -> Response {
    let draw = async {
        let part = params.read("part", "a number from 1 on")?;
        params.finish(&["part"])?;
        let console = reader.state.console();
        let detail = console.cluster(&reader.actor, &cluster)?;
        let assignment = console.assignment(&reader.actor, &cluster, part.unwrap_or(1))?;
        let rebalances = soon(console.rebalances(&reader.actor, &cluster)).await;
        let query = ConnectorQuery {
            limit: SOME,
            ..ConnectorQuery::of(Query {
                clusters: [cluster].into(),
                ..Query::default()
            })
        };
        let page = closed(console.connectors(&reader.actor, &query)?);
        // A refused one is not watched: how old the rest is says more.
        let as_of = match detail.item.same_as {
            Some(_) => page.as_of,
            None => detail.item.as_of,
        };
        let frame = reader.frame(Section::Clusters, as_of);
        let rebalances = rebalances.as_ref().map_err(String::as_str);
        Ok(web::cluster(&frame, &detail, &page, &assignment, rebalances)?)
    };
    let drawn = draw.await;
    reader.show(drawn)
}

/// Where data comes from and where it goes.
pub async fn topology(reader: Reader, params: Params) -> Response {
    let draw = || {
        let console = reader.state.console();
        let query = api::topology::read(params)?;
        let page = console.topology(&reader.actor, &query)?;
        let (clusters, teams) = (console.clusters(&reader.actor)?, console.teams(&reader.actor)?);
        let frame = reader.frame(Section::Topology, page.as_of);
        Ok(web::topology(&frame, &query, &page, &clusters, &teams)?)
    };
    reader.show(draw())
}

/// History.
pub async fn timeline(reader: Reader, mut params: Params) -> Response {
    let drawn = async {
        let query = TimelineQuery {
            before: params.read("before", "the number of an entry")?,
            ..narrowed(&mut params)?
        };
        params.finish(&["cluster", "connector", "kind", "q", "until", "before", "limit"])?;
        let console = reader.state.console();
        let asked = TimelineQuery {
            limit: if query.limit == 0 { PAST } else { query.limit },
            ..query.clone()
        };
        let page = console.timeline(&reader.actor, &asked).await?;
        let clusters = console.clusters(&reader.actor)?;
        let frame = reader.frame(Section::Timeline, oldest(&clusters));
        Ok(web::timeline(&frame, &query, &page, &clusters)?)
    };
    let drawn = drawn.await;
    reader.show(drawn)
}

async fn history(reader: &Reader, query: TimelineQuery) -> Result<TimelinePage, String> {
    soon(reader.state.console().timeline(&reader.actor, &query)).await
}

/// What the past has to say, if it says it soon: a page about the present does not wait for it, so that a database that
/// hangs costs the page one second.
async fn soon<T>(answer: impl Future<Output = Result<T, console::Error>>) -> Result<T, String> {
    match tokio::time::timeout(Duration::from_secs(1), answer).await {
        Ok(answer) => answer.map_err(|error| error.to_string()),
        Err(_) => Err("the database does not answer in time".to_owned()),
    }
}

/// `columns`: those to show, in any order; the usual ones without.
fn columns(params: &mut Params) -> Result<Columns, Problem> {
    let words = params.list("columns");
    Columns::parse(words.iter().map(String::as_str)).map_err(|word| {
        let known = Columns::ALL.map(|(_, word)| word).join(", ");
        Problem::bad_request(format!("{word:?} is no column; there are {known}"))
    })
}

/// A page whose cursors fit into an address.
fn closed(page: ConnectorPage) -> ConnectorPage {
    ConnectorPage {
        next_cursor: page.next_cursor.as_deref().map(close_cursor),
        previous_cursor: page.previous_cursor.as_deref().map(close_cursor),
        ..page
    }
}

fn oldest(clusters: &[ClusterItem]) -> Option<DateTime<Utc>> {
    let watched = clusters.iter().filter(|cluster| cluster.same_as.is_none());
    watched.filter_map(|cluster| cluster.as_of).min()
}
