//! Answers, whole and broken.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use egress::{Auth, ClientBuilder, Error, Policy, Request};
use http::{Method, StatusCode};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt};
use tokio::net::TcpStream;
use url::Url;

use crate::peer::{ask, builder, head, peer, refused, saying};

#[tokio::test]
async fn a_whole_answer_comes_with_status_headers_and_body() {
    let heads = Arc::new(Mutex::new(Vec::new()));
    let seen = heads.clone();
    let url = peer(move |mut stream| {
        let seen = seen.clone();
        async move {
            for _ in 0..2 {
                let text = head(&mut stream).await;
                seen.lock().unwrap().push(text);
                let answer = b"HTTP/1.1 404 Not Found\r\nx-a: b\r\ncontent-length: 2\r\n\r\n{}";
                stream.write_all(answer).await.unwrap_or(());
            }
        }
    })
    .await;
    let client = builder(&url).auth(Auth::basic("me", "pass").unwrap()).build().unwrap();
    for _ in 0..2 {
        let answer = ask(&client, &url).await.unwrap();
        assert_eq!(answer.status, StatusCode::NOT_FOUND);
        assert_eq!(answer.headers["x-a"], "b");
        assert_eq!(&answer.body[..], b"{}");
    }
    // Both came over one connection: the peer answers two requests a connection.
    let heads = heads.lock().unwrap();
    assert_eq!(heads.len(), 2);
    let agent = format!("user-agent: {}", egress::USER_AGENT);
    assert!(heads[0].contains(&agent), "{}", heads[0]);
    assert!(heads[0].contains("authorization: Basic bWU6cGFzcw=="), "{}", heads[0]);
    assert!(!heads[0].contains("accept-encoding"), "{}", heads[0]);
}

#[tokio::test]
async fn a_closed_port_refuses() {
    // Bound, so that no neighbour takes the port, and never listening.
    let closed = tokio::net::TcpSocket::new_v4().unwrap();
    closed.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let url: Url = format!("http://{}/", closed.local_addr().unwrap()).parse().unwrap();
    assert_eq!(refused(&url).await, Error::Refused);
}

#[tokio::test]
async fn a_silent_peer_is_left_at_the_deadline() {
    let url = peer(|stream| async move {
        std::future::pending::<()>().await;
        drop(stream);
    })
    .await;
    let after = Duration::from_millis(200);
    let client = builder(&url).deadline(after).build().unwrap();
    let started = Instant::now();
    assert_eq!(ask(&client, &url).await.err(), Some(Error::TimedOut { after }));
    assert!(started.elapsed() < Duration::from_secs(3));
}

#[tokio::test]
async fn a_drip_of_bytes_does_not_stretch_the_deadline() {
    let url = peer(|mut stream| async move {
        head(&mut stream).await;
        let mut sent = stream
            .write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n")
            .await;
        while sent.is_ok() {
            tokio::time::sleep(Duration::from_millis(20)).await;
            sent = stream.write_all(b"x").await;
        }
    })
    .await;
    let after = Duration::from_millis(300);
    let client = builder(&url).build().unwrap();
    let mut request = Request::get(url);
    request.deadline = Some(after);
    assert_eq!(client.send(request).await.err(), Some(Error::TimedOut { after }));
}

#[tokio::test]
async fn half_a_body_and_no_http_are_bad_answers() {
    for bytes in [
        b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf".as_slice(),
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nab",
        b"HTTP/1.1 200",
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"",
    ] {
        let error = refused(&saying(bytes).await).await;
        assert!(matches!(error, Error::BadAnswer { .. }), "{bytes:?}: {error:?}");
    }
}

#[tokio::test]
async fn a_connection_closed_before_any_answer_is_tried_again_for_reading_only() {
    let connections = Arc::new(AtomicUsize::new(0));
    let count = connections.clone();
    let url = peer(move |mut stream| {
        let number = count.fetch_add(1, Ordering::SeqCst);
        async move {
            head(&mut stream).await;
            if number % 2 == 1 {
                let answer = b"HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 0\r\n\r\n";
                stream.write_all(answer).await.unwrap_or(());
            }
        }
    })
    .await;
    let client = builder(&url).build().unwrap();
    assert!(ask(&client, &url).await.is_ok());
    assert_eq!(connections.load(Ordering::SeqCst), 2);
    let write = client.send(Request::new(Method::POST, url)).await;
    assert!(matches!(write.err(), Some(Error::BadAnswer { .. })));
    assert_eq!(connections.load(Ordering::SeqCst), 3);
}

#[tokio::test]
async fn a_body_beyond_the_limit_is_not_read_to_its_end() {
    let announced = saying(b"HTTP/1.1 200 OK\r\ncontent-length: 99999999999\r\n\r\n").await;
    let endless = peer(|mut stream| async move {
        head(&mut stream).await;
        let mut sent = stream.write_all(b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n").await;
        while sent.is_ok() {
            sent = stream.write_all(&[b'x'; 4096]).await;
        }
    })
    .await;
    for url in [announced, endless] {
        let client = builder(&url).max_body(100_000).build().unwrap();
        assert_eq!(ask(&client, &url).await.err(), Some(Error::TooLarge { limit: 100_000 }));
    }
}

#[tokio::test]
async fn a_compressed_answer_is_not_inflated() {
    let url = saying(b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 2\r\n\r\n\x1f\x8b").await;
    assert!(matches!(refused(&url).await, Error::BadAnswer { .. }));
}

#[tokio::test]
async fn redirects_are_named_by_their_host_and_not_followed() {
    for (bytes, to) in [
        (
            b"HTTP/1.1 302 Found\r\nlocation: http://sso.example:8443/login?token=s3cret\r\ncontent-length: 0\r\n\r\n"
                .as_slice(),
            "sso.example:8443",
        ),
        (
            b"HTTP/1.1 301 Moved\r\nlocation: //[bad\r\ncontent-length: 0\r\n\r\n",
            "an address that cannot be read",
        ),
    ] {
        let error = refused(&saying(bytes).await).await;
        assert!(
            matches!(&error, Error::Redirected { to: host, .. } if &**host == to),
            "{error:?}"
        );
        assert!(!error.to_string().contains("s3cret"));
    }
}

#[tokio::test]
async fn addresses_outside_the_policy_are_refused_by_literal_and_by_name() {
    let url = saying(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await;
    let port = url.port().unwrap();
    let elsewhere: Url = "http://10.0.0.1/".parse().unwrap();
    let strict = ClientBuilder::new(Policy::new(None, [&elsewhere])).build().unwrap();
    for text in [
        format!("http://127.0.0.1:{port}/"),
        format!("http://localhost:{port}/"),
        format!("http://0x7f.1:{port}/"),
        format!("http://[::ffff:127.0.0.1]:{port}/"),
        "http://169.254.169.254/latest".to_owned(),
    ] {
        let error = ask(&strict, &text.parse().unwrap()).await.err().unwrap();
        assert!(matches!(error, Error::Forbidden { .. }), "{text}: {error:?}");
    }
    let by_name: Url = format!("http://localhost:{port}/").parse().unwrap();
    assert!(ask(&builder(&by_name).build().unwrap(), &by_name).await.is_ok());
}

#[tokio::test]
async fn a_name_that_does_not_exist_is_unreachable_and_other_schemes_are_not_spoken() {
    let url: Url = "http://no-such-host.invalid:8083/".parse().unwrap();
    let error = refused(&url).await;
    assert!(
        matches!(&error, Error::Unreachable { why } if why.contains("no-such-host.invalid")),
        "{error:?}"
    );
    assert!(matches!(
        refused(&"ftp://a/".parse().unwrap()).await,
        Error::Setup { .. }
    ));
    assert!(matches!(refused(&"data:x".parse().unwrap()).await, Error::Setup { .. }));
}

#[tokio::test]
async fn a_configured_proxy_gets_the_request() {
    let proxy = saying(b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nproxy").await;
    let target: Url = "http://connect.invalid:8083/".parse().unwrap();
    let client = ClientBuilder::new(Policy::new(None, [&proxy, &target]))
        .proxy(proxy.clone())
        .build()
        .unwrap();
    assert_eq!(&ask(&client, &target).await.unwrap().body[..], b"proxy");
    let outside = ClientBuilder::new(Policy::new(None, [&target])).proxy(proxy).build();
    assert!(matches!(outside.err(), Some(Error::Forbidden { .. })));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_large_answer_is_read_though_many_others_stall_in_the_middle() {
    const BYTES: usize = 9 << 20;
    async fn large(mut stream: TcpStream, announced: usize) {
        head(&mut stream).await;
        let start = format!("HTTP/1.1 200 OK\r\nContent-Length: {announced}\r\n\r\n");
        stream.write_all(start.as_bytes()).await.unwrap_or(());
        stream.write_all(&vec![b'x'; BYTES]).await.unwrap_or(());
        // Until the other side closes.
        stream.read_u8().await.unwrap_or(0);
    }
    let mut stalled = tokio::task::JoinSet::new();
    for _ in 0..10 {
        let url = peer(|stream| large(stream, BYTES + 1)).await;
        stalled.spawn(async move { refused(&url).await });
    }
    // Those that hold a turn are given up for those that wait.
    let first = stalled.join_next().await.unwrap().unwrap();
    assert!(first.to_string().contains("stalled in the middle"), "{first}");
    let honest = peer(|stream| large(stream, BYTES)).await;
    let client = builder(&honest).build().unwrap();
    let answer = ask(&client, &honest).await.unwrap();
    assert_eq!(answer.body.len(), BYTES);
    let all = stalled.join_all().await;
    let told = all.iter().filter(|error| error.to_string().contains("stalled"));
    assert!(told.count() >= 5, "{all:?}");
}
