//! A list as CSV, for spreadsheets: everything that matches, a thousand rows at a time.

use std::convert::Infallible;

use axum::body::{Body, Bytes};
use axum::response::{IntoResponse, Response};
use console::{ConnectorItem, ConnectorPage, ConnectorQuery};
use futures_util::stream;
use http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use model::actor::Actor;

use view::{Query, Sort};

use super::frame::Reader;
use super::problem::Problem;
use crate::api::connectors::read;
use crate::api::params::Params;
use crate::state::AppState;

/// Rows that are written at once.
const STEP: usize = 1000;

const HEAD: &str = "cluster,connector,health,since,team,kind,class,fault class,cause,tasks,failed tasks,workers,systems,deleted at\r\n";

/// Every connector that matches, by cluster and name, whatever order was asked for: so what changes meanwhile is written
/// once, as it was or as it is.
pub async fn connectors(reader: Reader, params: Params) -> Response {
    match begin(&reader, params) {
        Ok(response) => response,
        Err(problem) => reader.show(Err(problem)),
    }
}

fn begin(reader: &Reader, params: Params) -> Result<Response, Problem> {
    let query = ConnectorQuery {
        limit: STEP,
        cursor: None,
        ..read(params)?
    };
    // A place in this order is a name, which nothing that happens moves.
    let query = ConnectorQuery {
        filter: Query {
            sort: Sort::Cluster,
            reversed: false,
            ..query.filter
        },
        ..query
    };
    let first = reader.state.console().connectors(&reader.actor, &query)?;
    if let Some(trouble) = first.troubles.first() {
        // A file that holds more than was asked for would be taken for what was asked for.
        return Err(Problem::bad_request(trouble.text.clone()));
    }
    if let Some(near) = first.near.first() {
        let nothing = format!(
            "No connector has {:?}; {} was found in its place.",
            near.word,
            near.found.join(", ")
        );
        return Err(Problem::bad_request(nothing));
    }
    let mut text = String::from(HEAD);
    let next = write(&first, &mut text);
    let rest = Rest {
        state: reader.state.clone(),
        actor: reader.actor.clone(),
        query,
    };
    let begun = (Some(text), next, rest);
    let body = stream::unfold(begun, async |(text, next, rest)| {
        if let Some(text) = text {
            return Some((Ok::<_, Infallible>(Bytes::from(text)), (None, next, rest)));
        }
        let (text, next) = rest.page(next?);
        Some((Ok(Bytes::from(text)), (None, next, rest)))
    });
    let name = format!(
        "attachment; filename=\"connectors-{}.csv\"",
        reader.state.console().now().format("%Y%m%dT%H%M%SZ")
    );
    let headers = [
        (CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
        (CONTENT_DISPOSITION, name),
    ];
    Ok((headers, Body::from_stream(body)).into_response())
}

/// Who asked for what.
struct Rest {
    state: AppState,
    actor: Actor,
    query: ConnectorQuery,
}

impl Rest {
    /// The rows behind a cursor, and the next cursor.
    fn page(&self, cursor: String) -> (String, Option<String>) {
        let query = ConnectorQuery {
            cursor: Some(cursor),
            ..self.query.clone()
        };
        match self.state.console().connectors(&self.actor, &query) {
            Ok(page) => {
                let mut text = String::new();
                let next = write(&page, &mut text);
                (text, next)
            }
            // The status was sent long ago: the file says itself that it is not whole.
            Err(error) => (
                format!("\"not whole: {}\"\r\n", error.to_string().replace('"', "'")),
                None,
            ),
        }
    }
}

fn write(page: &ConnectorPage, text: &mut String) -> Option<String> {
    page.items.iter().for_each(|item| row(item, text));
    page.next_cursor.clone()
}

fn row(item: &ConnectorItem, text: &mut String) {
    let joined = |parts: Vec<&str>| parts.join(" ");
    let mut workers: Vec<&str> = item.tasks.iter().map(|task| task.worker.as_str()).collect();
    workers.sort_unstable();
    workers.dedup();
    let healths = item.tasks.iter().map(|task| task.health);
    let healths = healths.chain(item.unstarted.iter().map(|task| task.health));
    let ill = healths.filter(|health| health.unhealthy()).count();
    let cause = item.tasks.iter().find_map(|task| task.root_cause.as_deref());
    let cause = cause.or_else(|| item.fault.as_ref().map(|fault| &*fault.root_cause));
    let cells = [
        item.id.cluster.as_str().to_owned(),
        item.id.name.as_str().to_owned(),
        item.health.as_str().to_owned(),
        item.since.format("%Y-%m-%dT%H:%M:%SZ").to_string(),
        item.owner
            .as_ref()
            .map(|owner| owner.team.as_str().to_owned())
            .unwrap_or_default(),
        item.kind.map(|kind| kind.as_str().to_owned()).unwrap_or_default(),
        item.class.as_deref().unwrap_or_default().to_owned(),
        item.fault
            .as_ref()
            .map(|fault| fault.class.as_str().to_owned())
            .unwrap_or_default(),
        cause.unwrap_or_default().to_owned(),
        (item.tasks.len() + item.unstarted.len()).to_string(),
        ill.to_string(),
        joined(workers),
        joined(item.systems.iter().map(|system| &*system.address).collect()),
        item.deleted_at
            .map(|at| at.format("%Y-%m-%dT%H:%M:%SZ").to_string())
            .unwrap_or_default(),
    ];
    for (place, value) in cells.iter().enumerate() {
        if place > 0 {
            text.push(',');
        }
        cell(value, text);
    }
    text.push_str("\r\n");
}

/// One cell after RFC 4180. What a spreadsheet would take for a formula is led by an apostrophe.
fn cell(value: &str, text: &mut String) {
    let formula = value.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']);
    let quoted = formula || value.contains(['"', ',', '\r', '\n', ';']);
    if quoted {
        text.push('"');
    }
    if formula {
        text.push('\'');
    }
    match quoted {
        true => text.push_str(&value.replace('"', "\"\"")),
        false => text.push_str(value),
    }
    if quoted {
        text.push('"');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_is_one_cell_and_no_formula() {
        for (value, written) in [
            ("plain name", "plain name"),
            ("a,b", "\"a,b\""),
            ("say \"so\"", "\"say \"\"so\"\"\""),
            ("two\r\nlines", "\"two\r\nlines\""),
            ("=HYPERLINK(\"x\")", "\"'=HYPERLINK(\"\"x\"\")\""),
            ("+1", "\"'+1\""),
            ("-1", "\"'-1\""),
            ("@SUM(A1)", "\"'@SUM(A1)\""),
            ("\t=1", "\"'\t=1\""),
            ("", ""),
        ] {
            let mut text = String::new();
            cell(value, &mut text);
            assert_eq!(text, written);
        }
    }
}
