//! The API's description, generated from the handlers and shapes themselves.

use std::sync::OnceLock;

use axum::extract::State;
use axum::response::Response;
use http::HeaderMap;
use utoipa::openapi::path::Operation;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme};
use utoipa::openapi::{ContentBuilder, Ref, RefOr, ResponseBuilder};
use utoipa::{Modify, OpenApi};

use super::answer::tagged;
use super::{clusters, completions, connectors, counts, events, faults, history, measures, plugins, system, topology};
use crate::http::{Access, Problem, ROUTES};
use crate::state::AppState;

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Signalbox",
        description = "Health of Kafka Connect fleets. Errors are problem JSON (RFC 9457). Fields may be added to any \
                       shape; those described here stay. Names in paths are percent-encoded and may hold any \
                       character. Answers carry a weak ETag; send it as If-None-Match.",
        license(name = "Apache-2.0", identifier = "Apache-2.0"),
    ),
    paths(
        clusters::list, clusters::one, clusters::workers, clusters::plugins, clusters::teams,
        connectors::list, connectors::one, connectors::config, connectors::lag, measures::list, counts::list, counts::lamps, completions::list,
        history::whole, history::timeline, history::config_versions, history::config_diff, plugins::one,
        topology::get, faults::list, events::events, system::get, system::change_log, openapi,
    ),
    components(schemas(Problem)),
    modifiers(&Bearer, &Admission, &Refusals),
)]
struct Description;

struct Bearer;

/// The content type of RFC 9457.
const PROBLEM: &str = "application/problem+json";

impl Modify for Bearer {
    fn modify(&self, openapi: &mut utoipa::openapi::OpenApi) {
        let scheme = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .description(Some("A token of [[tokens]]."))
            .build();
        let components = openapi.components.get_or_insert_with(Default::default);
        components.add_security_scheme("token", SecurityScheme::Http(scheme));
        openapi.security = Some(vec![SecurityRequirement::new("token", Vec::<String>::new())]);
    }
}

/// Whoever is not admitted gets one of two answers, at every route that needs a right.
struct Admission;

impl Modify for Admission {
    fn modify(&self, openapi: &mut utoipa::openapi::OpenApi) {
        let needs = |operation: &&mut Operation| {
            let name = operation.operation_id.as_deref();
            let route = ROUTES.iter().find(|route| Some(route.name) == name);
            route.is_some_and(|route| matches!(route.access, Access::Needs(_)))
        };
        let paths = openapi.paths.paths.values_mut();
        let operations = paths.flat_map(|path| [path.get.as_mut(), path.put.as_mut()]).flatten();
        for operation in operations.filter(needs) {
            for (status, words) in [
                ("401", "No token, or none that this server knows."),
                ("403", "The token lacks the right that this asks for."),
            ] {
                let problem = ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem")));
                let refusal = ResponseBuilder::new()
                    .description(words)
                    .content("application/json", problem.build());
                let responses = &mut operation.responses.responses;
                responses.insert(status.to_owned(), refusal.build().into());
            }
        }
    }
}

/// What refuses is problem JSON, and says so by its content type.
struct Refusals;

impl Modify for Refusals {
    fn modify(&self, openapi: &mut utoipa::openapi::OpenApi) {
        let paths = openapi.paths.paths.values_mut();
        let operations = paths.flat_map(|path| [path.get.as_mut(), path.put.as_mut()]).flatten();
        for (status, response) in operations.flat_map(|operation| &mut operation.responses.responses) {
            if let RefOr::T(response) = response
                && status != "200"
                && let Some(content) = response.content.shift_remove("application/json")
            {
                response.content.insert(PROBLEM.to_owned(), content);
            }
        }
    }
}

/// The whole description as JSON.
pub fn text() -> &'static str {
    static TEXT: OnceLock<String> = OnceLock::new();
    TEXT.get_or_init(|| Description::openapi().to_json().unwrap_or_default())
}

/// This description.
#[utoipa::path(get, operation_id = "openapi", path = "/api/v1/openapi.json", tag = "api", responses((status = 200, description = "OpenAPI 3.1")))]
pub async fn openapi(State(_): State<AppState>, asked: HeaderMap) -> Result<Response, Problem> {
    Ok(tagged(&asked, "application/json", text().as_bytes().to_vec()))
}
