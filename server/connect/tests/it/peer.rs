//! A listener on a free loopback port that behaves as a test says, and a client that asks it with credentials.

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use connect::Worker;
use egress::{Auth, ClientBuilder, Policy};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use url::Url;

/// Stands in the credentials of every client here, and must stand in no error.
pub const PASSWORD: &str = "correct-horse-battery";

/// The time that a client of [`asking`] gives an answer.
pub const DEADLINE: Duration = Duration::from_millis(800);

/// Listens, and runs `behave` for each connection until the test's runtime ends. Counts connections.
pub async fn peer<F, R>(behave: F) -> (Url, Arc<AtomicUsize>)
where
    F: Fn(TcpStream) -> R + Send + 'static,
    R: Future<Output = ()> + Send + 'static,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let count = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&count);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            counted.fetch_add(1, Ordering::SeqCst);
            tokio::spawn(behave(stream));
        }
    });
    (format!("http://{address}/").parse().unwrap(), count)
}

/// A peer that reads each request's head, sends `first`, then goes on as `then` says. What it writes may fail: the
/// client goes when it has seen enough.
pub async fn after<F, R>(first: impl Into<Vec<u8>>, then: F) -> Url
where
    F: Fn(TcpStream) -> R + Clone + Send + Sync + 'static,
    R: Future<Output = ()> + Send + 'static,
{
    let first: Arc<[u8]> = first.into().into();
    let behave = move |mut stream: TcpStream| {
        let (first, then) = (Arc::clone(&first), then.clone());
        async move {
            head(&mut stream).await;
            if stream.write_all(&first).await.is_ok() {
                then(stream).await;
            }
        }
    };
    peer(behave).await.0
}

/// A peer that sends these bytes to whoever asks, and closes.
pub async fn saying(bytes: impl Into<Vec<u8>>) -> Url {
    after(bytes, |mut stream| async move {
        stream.shutdown().await.unwrap_or(());
    })
    .await
}

/// A peer that answers with this status and JSON.
pub async fn answering(status: u16, body: impl AsRef<[u8]>) -> Url {
    let body = body.as_ref();
    let mut answer = format!(
        "HTTP/1.1 {status} X\r\ncontent-type: application/json\r\nconnection: close\r\ncontent-length: {}\r\n\r\n",
        body.len()
    )
    .into_bytes();
    answer.extend(body);
    saying(answer).await
}

/// Reads a request's head.
pub async fn head(stream: &mut TcpStream) {
    let (mut head, mut byte) = (Vec::new(), [0; 1]);
    while !head.ends_with(b"\r\n\r\n") {
        match stream.read(&mut byte).await {
            Ok(1) => head.push(byte[0]),
            _ => break,
        }
    }
}

/// Settings with credentials for this peer, and the limits that the product has but for the time.
pub fn builder(url: &Url) -> ClientBuilder {
    ClientBuilder::new(Policy::new(None, [url]))
        .deadline(DEADLINE)
        .auth(Auth::basic("signalbox", PASSWORD).unwrap())
}

/// A client for this peer, with a password within the address too.
pub fn asking(url: &Url) -> Worker {
    let mut base = url.clone();
    base.set_username("me").unwrap();
    base.set_password(Some(PASSWORD)).unwrap();
    Worker::new(builder(url).build().unwrap(), base)
}
