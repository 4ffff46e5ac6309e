//! The way of traces to their receiver.

use std::time::Duration;

use egress::{Client, ClientBuilder, Error, Policy, Request};
use http::header::CONTENT_TYPE;
use http::{HeaderValue, Method};
use telemetry::{Answer, Exporter};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::config::Otlp;

/// The receiver's answer must be there by then; nobody but the exporter waits for it.
const DEADLINE: Duration = Duration::from_secs(10);
/// An answer is some bytes.
const LARGEST: usize = 64 << 10;

/// Delivers spans until `stop`, and what is left then within two seconds.
///
/// # Errors
/// When no client can be made for this receiver.
pub fn deliver(exporter: Exporter, otlp: &Otlp, stop: CancellationToken) -> Result<JoinHandle<()>, Error> {
    let client = ClientBuilder::new(Policy::new(None, [&otlp.url]))
        .deadline(DEADLINE)
        .max_body(LARGEST)
        .build()?;
    let mut request = Request::new(Method::POST, otlp.url.clone());
    request.headers.extend(otlp.headers.iter().cloned());
    request
        .headers
        .insert(CONTENT_TYPE, HeaderValue::from_static("application/x-protobuf"));
    let send = move |body: Vec<u8>| {
        let request = Request {
            body: Some(body.into()),
            ..request.clone()
        };
        post(client.clone(), request)
    };
    Ok(tokio::spawn(exporter.run(send, stop.cancelled_owned())))
}

async fn post(client: Client, request: Request) -> Result<Answer, String> {
    // The client's errors hold no address and no header.
    let answer = client.send(request).await.map_err(|error| error.to_string())?;
    Ok(Answer {
        status: answer.status.as_u16(),
        body: answer.body.to_vec(),
    })
}
