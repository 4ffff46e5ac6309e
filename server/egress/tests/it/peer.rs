//! A listener on a free loopback port that behaves as a test says, and a client that may ask it.

use std::future::Future;
use std::time::Duration;

use egress::{Client, ClientBuilder, Policy, Request};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use url::Url;

/// Listens, and runs `behave` for each connection until the test's runtime ends. Returns the address.
pub async fn peer<F, R>(behave: F) -> Url
where
    F: Fn(TcpStream) -> R + Send + 'static,
    R: Future<Output = ()> + Send + 'static,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(behave(stream));
        }
    });
    format!("http://{address}/").parse().unwrap()
}

/// A peer that reads each request's head and then sends `bytes`, and closes.
pub async fn saying(bytes: &'static [u8]) -> Url {
    peer(move |mut stream| async move {
        head(&mut stream).await;
        stream.write_all(bytes).await.unwrap_or(());
    })
    .await
}

/// Reads a request's head.
pub async fn head(stream: &mut TcpStream) -> String {
    let (mut head, mut byte) = (Vec::new(), [0; 1]);
    while !head.ends_with(b"\r\n\r\n") {
        match stream.read(&mut byte).await {
            Ok(1) => head.push(byte[0]),
            _ => break,
        }
    }
    String::from_utf8(head).unwrap()
}

/// Settings for a peer on loopback, with short deadlines.
pub fn builder(url: &Url) -> ClientBuilder {
    ClientBuilder::new(Policy::new(None, [url]))
        .connect_timeout(Duration::from_secs(2))
        .deadline(Duration::from_secs(5))
}

/// What a client with those settings gets.
pub async fn ask(client: &Client, url: &Url) -> Result<egress::Response, egress::Error> {
    client.send(Request::get(url.clone())).await
}

/// The error of a client with usual settings.
pub async fn refused(url: &Url) -> egress::Error {
    ask(&builder(url).build().unwrap(), url).await.err().unwrap()
}
