//! Bad weather on the wire: each ends in time, in the error that it is, told so that a tired person knows what came
//! from where and what to do.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use connect::{Error, Worker};
use model::advice::plain_step;
use model::observe::GapKind;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use url::Url;

use crate::peer::{DEADLINE, PASSWORD, after, answering, asking, head, peer, saying};

const PIECE: Duration = Duration::from_millis(50);
const OK: &str = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n";

/// What asking for the list ends with. Whatever it is, it came in time and its text keeps to the rules.
pub async fn error(url: &Url) -> (Error, Arc<str>) {
    told(&asking(url)).await
}

/// As [`error`], for a client of its own.
pub async fn told(worker: &Worker) -> (Error, Arc<str>) {
    let began = Instant::now();
    let error = worker.list_expanded(None).await.err().expect("no answer can be read");
    let took = began.elapsed();
    assert!(took < DEADLINE + Duration::from_millis(700), "{took:?}: {error:?}");
    let text = error.gap(worker.address()).text;
    keeps_to_the_rules(&text, worker.address().as_str());
    assert!(!format!("{error:?}").contains(PASSWORD), "{error:?}");
    (error, text)
}

fn keeps_to_the_rules(text: &str, address: &str) {
    assert!(text.starts_with(&format!("{address}: ")), "{text}");
    assert!(text.chars().count() < 200 + 200, "{text}");
    assert!(!text.contains(|c: char| c.is_control()), "{text:?}");
    assert!(!text.contains(PASSWORD), "{text}");
    assert!(!text.contains("c2lnbmFsYm94"), "the credentials' base64 form: {text}");
}

/// Writes these bytes for ever, one piece at a time.
async fn drip(mut stream: TcpStream, piece: &'static [u8], pause: Duration) {
    while stream.write_all(piece).await.is_ok() {
        tokio::time::sleep(pause).await;
    }
}

#[tokio::test]
async fn silence_and_slowness_end_at_the_deadline() {
    let silent = peer(|stream| async move {
        std::future::pending::<()>().await;
        drop(stream);
    });
    let slow_head = after("HTTP/1.1 200 OK\r\n", |stream| drip(stream, b"x", PIECE));
    let slow_headers = after(OK, |stream| drip(stream, b"x-a: b\r\n", PIECE));
    let slow_body = after(format!("{OK}content-length: 100000\r\n\r\n{{"), |stream| {
        drip(stream, b" ", PIECE)
    });
    let slow_chunks = after(format!("{OK}transfer-encoding: chunked\r\n\r\n"), |stream| {
        drip(stream, b"1\r\n \r\n", PIECE)
    });
    let interim = after("", |stream| drip(stream, b"HTTP/1.1 102 Processing\r\n\r\n", PIECE));
    let stalled = after(format!("{OK}content-length: 2\r\n\r\n{{"), |stream| async move {
        std::future::pending::<()>().await;
        drop(stream);
    });
    for (what, url) in [
        ("silent", silent.await.0),
        ("one byte of the head at a time", slow_head.await),
        ("one header at a time", slow_headers.await),
        ("one byte of the body at a time", slow_body.await),
        ("one chunk at a time", slow_chunks.await),
        ("interim answers for ever", interim.await),
        ("the last byte never comes", stalled.await),
    ] {
        let (error, text) = error(&url).await;
        assert_eq!(error.gap_kind(), GapKind::TimedOut, "{what}: {error:?}");
        assert!(
            text.contains("no answer within 800 ms") && text.contains("hangs"),
            "{text}"
        );
    }
}

#[tokio::test]
async fn what_is_cut_short_or_no_http_is_unreadable() {
    let chunked = format!("{OK}transfer-encoding: chunked\r\n\r\n");
    for bytes in [
        format!("{OK}content-length: 100\r\n\r\n{{\"a\":{{}}"),
        format!("{chunked}5\r\n{{\"a"),
        format!("{chunked}5\r\n{{\"a\":\r\n"),
        format!("{chunked}fffffffffffffffff\r\n{{}}"),
        format!("{chunked}-1\r\n{{}}\r\n0\r\n\r\n"),
        format!("{chunked}zz\r\n{{}}"),
        format!("{OK}content-length: 2\r\ncontent-length: 20\r\n\r\n{{}}"),
        format!("{OK}content-length: -1\r\n\r\n{{}}"),
        format!("{OK}content-length: 99999999999999999999999\r\n\r\n{{}}"),
        format!("{OK}content-encoding: gzip\r\ncontent-length: 2\r\n\r\n\u{1f}\u{7f}"),
        "HTTP/1.1 2".to_owned(),
        "HTTP/9.9 200 OK\r\n\r\n{}".to_owned(),
        "HTTP/1.1 999999 OK\r\n\r\n{}".to_owned(),
        "<html>HTTP/0.9 has no head</html>".to_owned(),
        "{\"orders\":{}}".to_owned(),
        "SSH-2.0-OpenSSH_9.2\r\n".to_owned(),
        "\u{1b}]0;\u{7}\u{0}\u{0}".to_owned(),
        String::new(),
    ] {
        let (error, text) = error(&saying(bytes.clone()).await).await;
        assert_eq!(error.gap_kind(), GapKind::Unreadable, "{bytes:?}: {error:?}");
        assert!(text.contains("look at what answers there"), "{text}");
        // As long as nothing of HTTP came, it may be TLS that is wanted; once a body began, it is not.
        let tls = text.contains("`https://`") && plain_step(&text, "").is_some();
        let begun = bytes.starts_with(&chunked) || bytes.contains("content-length: 100");
        assert!(tls || bytes.starts_with("HTTP"), "{bytes:?}: {text}");
        assert!(!(tls && begun), "{bytes:?}: {text}");
    }
}

#[tokio::test]
async fn a_connection_reset_in_the_middle_is_unreadable() {
    for first in [
        "",
        "HTTP/1.1 200 OK\r\ncont",
        &format!("{OK}content-length: 100\r\n\r\n{{\"a\""),
    ] {
        let reset = after(first, |stream| async move {
            tokio::time::sleep(PIECE).await;
            // Closing with unsent time zero sends a reset in place of an end.
            stream.set_zero_linger().unwrap();
        });
        let (error, text) = error(&reset.await).await;
        assert_eq!(error.gap_kind(), GapKind::Unreadable, "{first:?}: {error:?}");
        assert!(text.contains("closed before the answer was whole"), "{text}");
    }
}

#[tokio::test]
async fn headers_without_end_are_left_before_they_fill_the_memory() {
    for piece in [&[b'x'; 8192][..], b"x-header: and its value\r\n"] {
        let endless = after("HTTP/1.1 200 OK\r\n", move |mut stream| async move {
            while stream.write_all(piece).await.is_ok() {}
        });
        let (error, _) = error(&endless.await).await;
        assert_eq!(error.gap_kind(), GapKind::Unreadable, "{error:?}");
    }
}

#[tokio::test]
async fn interim_answers_before_the_real_one_do_no_harm() {
    let interim = "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n".repeat(20);
    let url = saying(format!("{interim}{OK}content-length: 2\r\n\r\n{{}}")).await;
    assert!(asking(&url).list_expanded(None).await.is_ok());
    let (error, _) = error(&answering(101, "").await).await;
    assert_eq!(error.gap_kind(), GapKind::NotConnect, "{error:?}");
}

#[tokio::test]
async fn redirects_are_told_and_never_followed() {
    let (elsewhere, visits) = peer(|mut stream| async move { head(&mut stream).await }).await;
    let port = elsewhere.port().unwrap();
    for (to, named) in [
        ("/connectors?expand=info&expand=status".to_owned(), "127.0.0.1"),
        (
            format!("http://me:{PASSWORD}@127.0.0.1:{port}/x?token={PASSWORD}"),
            "127.0.0.1",
        ),
        ("http://169.254.169.254/latest/meta-data/".to_owned(), "169.254.169.254"),
        (
            "http://metadata.google.internal/".to_owned(),
            "metadata.google.internal",
        ),
        ("https://sso.example/login".to_owned(), "sso.example"),
        (format!("http://{}/", "a.".repeat(4000)), "a.a.a.a"),
        ("javascript:alert(1)".to_owned(), "an address that cannot be read"),
        ("file:///etc/passwd".to_owned(), "an address that cannot be read"),
        (String::new(), "127.0.0.1"),
    ] {
        for status in [301, 302, 303, 307, 308] {
            let answer = format!("HTTP/1.1 {status} X\r\nlocation: {to}\r\ncontent-length: 0\r\n\r\n");
            let (error, text) = error(&saying(answer).await).await;
            assert_eq!(error.gap_kind(), GapKind::NotConnect, "{to}: {error:?}");
            assert!(
                text.contains(named) && text.contains("the worker's own address"),
                "{text}"
            );
            assert!(error.to_string().chars().count() < 300, "{error}");
        }
    }
    assert_eq!(visits.load(Ordering::SeqCst), 0, "nobody went where a redirect pointed");
}

#[tokio::test]
async fn html_and_the_words_of_strangers_are_named_and_not_repeated() {
    let page = format!("<html><title>{}</title>", "secret plans ".repeat(10_000));
    for status in [200, 400, 404, 418, 500] {
        let (error, text) = error(&answering(status, &page).await).await;
        assert_eq!(error.gap_kind(), GapKind::NotConnect, "{error:?}");
        assert!(text.contains("HTML") && text.contains("`urls`"), "{text}");
        assert!(!text.contains("secret plans"), "{text}");
    }
    let hostile = format!(
        "\u{1b}[2J\u{0}\u{202e}\r\nforged log line password={PASSWORD} {}",
        "y".repeat(300_000)
    );
    let body = serde_json::json!({"error_code": 500, "message": hostile}).to_string();
    let (error, text) = error(&answering(500, body).await).await;
    assert!(matches!(error, Error::Rejected { .. }), "{error:?}");
    assert!(text.contains(r"\u{1b}[2J\u{0}\u{202e} forged log line"), "{text}");
}
