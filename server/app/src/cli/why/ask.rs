//! The question to the server.

use egress::{Auth, ClientBuilder, Error, Policy, Request};
use serde_json::Value;
use url::Url;

/// What the server said.
pub enum Answer {
    /// The connector.
    Connector(Value),
    /// A problem.
    Refused {
        /// The HTTP status.
        status: u16,
        /// The server's sentence.
        detail: String,
    },
    /// It answered something that is not ours.
    Unreadable,
}

/// Asks for one connector, by the address that any name fits into.
pub async fn ask(server: &Url, token: &str, cluster: &str, name: &str) -> Result<Answer, Error> {
    let mut url = server.clone();
    url.set_path(&format!("{}/api/v1/connectors", server.path().trim_end_matches('/')));
    url.query_pairs_mut()
        .clear()
        .append_pair("cluster", cluster)
        .append_pair("name", name);
    let client = ClientBuilder::new(Policy::new(None, [server]))
        .auth(Auth::bearer(token)?)
        .build()?;
    let response = client.send(Request::get(url)).await?;
    let Ok(body) = serde_json::from_slice::<Value>(&response.body) else {
        return Ok(Answer::Unreadable);
    };
    if response.status.is_success() {
        return Ok(body
            .pointer("/items/0")
            .cloned()
            .map_or(Answer::Unreadable, Answer::Connector));
    }
    let detail = body.get("detail").and_then(Value::as_str);
    Ok(match detail {
        Some(detail) => Answer::Refused {
            status: response.status.as_u16(),
            detail: detail.to_owned(),
        },
        None => Answer::Unreadable,
    })
}
