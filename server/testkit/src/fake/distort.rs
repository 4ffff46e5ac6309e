//! Bodies that do not come as they should.

use std::convert::Infallible;
use std::time::Duration;

use axum::body::Body;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;

/// What an endless body is made of.
const BLOCK: &[u8] = &[b'x'; 64 * 1024];

/// In pieces of so many bytes with a pause before each.
pub(super) async fn slowly(response: Response, piece: usize, pause: Duration) -> Response {
    let (status, body) = whole(response).await;
    let pieces = futures_util::stream::unfold(body, move |mut left| async move {
        if left.is_empty() {
            return None;
        }
        tokio::time::sleep(pause).await;
        let next = left.split_to(piece.clamp(1, left.len()));
        Some((Ok::<_, Infallible>(next), left))
    });
    (status, Body::from_stream(pieces)).into_response()
}

/// Half of it, then the connection breaks.
pub(super) async fn half(response: Response) -> Response {
    let (status, body) = whole(response).await;
    let pieces = [
        Ok(body.slice(..body.len() / 2)),
        Err(std::io::Error::other("broken on demand")),
    ];
    (status, Body::from_stream(futures_util::stream::iter(pieces))).into_response()
}

/// A text that never ends before its reader has had enough, or `bytes` were sent.
pub(super) fn huge(bytes: u64) -> Response {
    let pieces = futures_util::stream::unfold((0, bytes), |(sent, bytes)| async move {
        let next: &'static [u8] = match sent {
            _ if sent >= bytes => return None,
            0 => b"{\"",
            _ => BLOCK,
        };
        let next = Bytes::from_static(next);
        let sent = sent + u64::try_from(next.len()).unwrap_or(u64::MAX);
        Some((Ok::<_, Infallible>(next), (sent, bytes)))
    });
    ([("content-type", "application/json")], Body::from_stream(pieces)).into_response()
}

async fn whole(response: Response) -> (StatusCode, Bytes) {
    let status = response.status();
    let body = axum::body::to_bytes(response.into_body(), usize::MAX)
        .await
        .unwrap_or_default();
    (status, body)
}
