//! The router, built from the table, with everything that goes around it.

use std::sync::Arc;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request};
use axum::middleware::{from_fn, from_fn_with_state};
use http::Uri;
use tower::Layer as _;
use tower_http::CompressionLevel;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{Predicate as _, SizeAbove};

use super::copies::{changes, shared};
use super::envelope::{check_host, identify, may_compress, panicked, protect};
use super::guard::guard;
use super::refusal::{method_not_allowed, not_found};
use super::route::{Access, Kind, Route, Verb};
use super::routes::ROUTES;
use super::told::Told;
use crate::state::AppState;

/// Lists and metrics repeat themselves: the fastest way makes them about a tenth, and a better one a twentieth at several
/// times the cost.
const QUALITY: CompressionLevel = CompressionLevel::Fastest;

/// Everything that answers, as one service. Paths below the public address's own path are known with and without it.
pub fn service(
    state: AppState,
) -> impl tower::Service<Request, Response = axum::response::Response, Error = std::convert::Infallible, Future: Send>
+ Clone
+ Send
+ Sync
+ 'static {
    let mut router: Router<AppState> = Router::new();
    for route in ROUTES {
        let mut handler = (route.handler)();
        if is_page(route) {
            handler = handler.route_layer(from_fn_with_state(state.clone(), shared));
        }
        if route.verb != Verb::Get {
            handler = handler.route_layer(from_fn_with_state(state.clone(), changes));
        }
        let handler = handler
            .route_layer(DefaultBodyLimit::max(route.limits.body))
            .route_layer(from_fn_with_state((state.clone(), route), guard));
        router = router.route(route.path, handler);
    }
    let base = state.site().base().to_owned();
    let router = router
        .fallback(not_found)
        .method_not_allowed_fallback(method_not_allowed)
        .layer(
            CompressionLayer::new()
                .quality(QUALITY)
                .compress_when(SizeAbove::new(1024).and(may_compress)),
        )
        .layer(from_fn_with_state(state.clone(), check_host))
        .layer(CatchPanicLayer::custom(panicked))
        .layer(from_fn(protect))
        .layer(from_fn_with_state(Arc::<Told>::default(), identify))
        .with_state(state);
    tower::util::MapRequestLayer::new(move |request| without_base(request, &base)).layer(router)
}

/// Whether it answers with a page that all who may see the same may share: no file, no door, no form.
fn is_page(route: &Route) -> bool {
    let shown = route.kind == Kind::Page && route.verb == Verb::Get;
    shown && matches!(route.access, Access::Needs(_)) && !route.path.ends_with(".csv")
}

/// The request as if the server were at the root.
fn without_base(mut request: Request, base: &str) -> Request {
    if base.is_empty() {
        return request;
    }
    let asked = request
        .uri()
        .path_and_query()
        .map(|path| path.as_str())
        .unwrap_or_default();
    let rest = asked
        .strip_prefix(base)
        .filter(|rest| rest.is_empty() || rest.starts_with(['/', '?']));
    let rooted = rest.map(|rest| {
        if rest.starts_with('/') {
            rest.to_owned()
        } else {
            format!("/{rest}")
        }
    });
    if let Some(uri) = rooted.and_then(|path| path.parse::<Uri>().ok()) {
        *request.uri_mut() = uri;
    }
    request
}
