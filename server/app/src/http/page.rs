//! The few pages that belong to the door and not to the product: signing in, and errors.

use axum::response::{Html, IntoResponse, Response};
use http::HeaderValue;
use http::header::{CACHE_CONTROL, REFRESH};

use super::problem::Problem;
use crate::site::Site;

/// Text as HTML.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            other => out.push(other),
        }
    }
    out
}

fn page(site: &Site, title: &str, body: &str) -> String {
    format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>{title} · Signalbox</title>\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <link rel=\"stylesheet\" href=\"{base}/assets/signalbox.css\"></head>\
         <body class=\"door\"><main><h1>{title}</h1>{body}</main></body></html>",
        title = escape(title),
        base = site.base(),
    )
}

/// Asks to use a link up, with one button: programs that follow links to preview them use up nothing.
pub fn sign_in(site: &Site, link: &str) -> Response {
    let body = format!(
        "<p>You open Signalbox as the local operator.</p><form method=\"post\" action=\"{base}/sign-in\">\
         <input type=\"hidden\" name=\"link\" value=\"{link}\"><button type=\"submit\" autofocus>Sign in</button></form>",
        base = site.base(),
        link = escape(link),
    );
    Html(page(site, "Sign in", &body)).into_response()
}

/// Says how to get in; `why` says what was wrong with a link that was tried.
pub fn how_to_sign_in(site: &Site, why: Option<&str>) -> Response {
    let why = why
        .map(|why| format!("<p role=\"alert\">{}.</p>", escape(why)))
        .unwrap_or_default();
    let body = format!(
        "{why}<p>Signalbox lets you in by a link that works once, within 10 minutes. Make one on the machine that it \
         runs on, as the user that runs it:</p><pre>signalbox admin sign-in-link</pre>\
         <p>With <code>--config</code> if its configuration lies in no usual place. In a terminal it prints the link; \
         else it says which file holds it.</p>",
    );
    Html(page(site, "Sign in", &body)).into_response()
}

/// An error with the way back.
pub fn error(site: &Site, problem: &Problem) -> Response {
    let body = format!(
        "<p>{}.</p><p><a href=\"{}/\">To the overview</a></p>",
        escape(problem.detail().trim_end_matches('.')),
        site.base()
    );
    (problem.status(), Html(page(site, problem.title(), &body))).into_response()
}

/// Has the browser ask again, from this page.
pub fn reload() -> Response {
    let mut response = Html("<!doctype html><title>Signalbox</title>").into_response();
    response.headers_mut().insert(REFRESH, HeaderValue::from_static("0"));
    response
        .headers_mut()
        .insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
