//! What a hostile peer sends never takes more memory than the limits allow. Each bound is one that breaks when its limit
//! is taken away: the last test here shows that the measure sees what is taken.

use std::time::Duration;

use connect::{Error, Worker};
use egress::{ClientBuilder, Policy};
use model::secrets::{FingerprintKey, Redactor, mask};
use peak_alloc::PeakAlloc;
use tokio::io::AsyncWriteExt;
use tokio::sync::Mutex;
use url::Url;

use crate::peer::{after, saying};

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

/// One measurement at a time. Other tests of this program run beside it and take a few MB.
static ALONE: Mutex<()> = Mutex::const_new(());

const MB: usize = 1 << 20;

/// The product's limits; time for 300 MB on a busy machine.
fn patient(url: &Url) -> Worker {
    let client = ClientBuilder::new(Policy::new(None, [url])).deadline(Duration::from_secs(60));
    Worker::new(client.build().unwrap(), url.clone())
}

/// What asking ends with, and by how much memory grew meanwhile, in bytes.
async fn grown(worker: &Worker) -> (Option<Error>, usize) {
    let before = MEMORY.current_usage();
    MEMORY.reset_peak_usage();
    let error = worker.list_expanded(None).await.err();
    (error, MEMORY.peak_usage().saturating_sub(before))
}

/// Sends `head`, then `megabytes` of blanks, each with `before` it and `behind` it.
async fn sending(head: &str, before: &'static str, megabytes: usize, behind: &'static str) -> Url {
    after(head, move |mut stream| async move {
        let piece = [before.as_bytes(), &vec![b' '; MB], behind.as_bytes()].concat();
        for _ in 0..megabytes {
            if stream.write_all(&piece).await.is_err() {
                return;
            }
        }
        stream.shutdown().await.unwrap_or(());
    })
    .await
}

#[tokio::test]
async fn three_hundred_megabytes_are_not_kept() {
    let _alone = ALONE.lock().await;
    let ok = "HTTP/1.1 200 OK\r\n";
    let too_large = Error::Egress(egress::Error::TooLarge { limit: 64 * MB });
    for (what, url, bound) in [
        // Announced: refused before the first byte.
        (
            "announced",
            sending(&format!("{ok}content-length: 314572800\r\n\r\n"), "", 300, "").await,
            8 * MB,
        ),
        // Else up to the limit, in a buffer that doubles: while it moves, the old and the new one are there.
        (
            "until the end",
            sending(&format!("{ok}\r\n"), "", 300, "").await,
            144 * MB,
        ),
        (
            "chunked",
            sending(
                &format!("{ok}transfer-encoding: chunked\r\n\r\n"),
                "100000\r\n",
                300,
                "\r\n",
            )
            .await,
            144 * MB,
        ),
        (
            "as an error",
            sending("HTTP/1.1 500 X\r\n\r\n", "", 300, "").await,
            144 * MB,
        ),
    ] {
        let (error, grown) = grown(&patient(&url)).await;
        assert_eq!(error.as_ref(), Some(&too_large), "{what}");
        assert!(grown < bound, "{what}: {} MB", grown / MB);
    }
}

#[tokio::test]
async fn a_redirect_or_a_compressed_answer_is_not_read_at_all() {
    let _alone = ALONE.lock().await;
    for head in [
        "HTTP/1.1 302 X\r\nlocation: /\r\n\r\n",
        // A bomb of this size would inflate to some 300 GB.
        "HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\n\r\n",
        "HTTP/1.1 200 OK\r\ncontent-encoding: br\r\n\r\n",
    ] {
        let url = sending(head, "", 300, "").await;
        let (error, grown) = grown(&patient(&url)).await;
        assert!(
            error.is_some() && grown < 8 * MB,
            "{head}: {error:?}, {} MB",
            grown / MB
        );
    }
}

/// A value in memory takes many times what it takes in JSON: a body within the limit of bytes is bounded too.
#[tokio::test]
async fn bodies_of_many_small_values_are_bounded() {
    let _alone = ALONE.lock().await;
    let head = |status: u16| format!("HTTP/1.1 {status} X\r\nconnection: close\r\n\r\n");
    let million: String = (0..1_000_000).map(|n| format!("\"c{n}\":{{}},")).collect();
    let within = |before: &str, value: &str, times: usize| format!("{before}{}", value.repeat(times));
    for (what, status, body, says) in [
        (
            "a million connectors",
            200,
            format!("{{{million}\"z\":{{}}}}"),
            "100000 entries",
        ),
        (
            "many keys of a config",
            200,
            within(r#"{"a":{"info":{"config":{"#, r#""k":"","#, 8_000_000),
            "2000000 values",
        ),
        (
            "many tasks",
            200,
            within(r#"{"a":{"status":{"tasks":["#, r#"{"state":""},"#, 4_000_000),
            "2000000 values",
        ),
        (
            "an error with an odd message",
            500,
            format!(r#"{{"error_code":500,"message":[{}0]}}"#, "[],".repeat(10_000_000)),
            "",
        ),
    ] {
        let bytes = body.len();
        let url = saying(format!("{}{body}", head(status))).await;
        drop(body);
        let (error, grown) = grown(&patient(&url)).await;
        let text = error.unwrap().to_string();
        assert!(text.contains(says), "{what}: {text}");
        // As the buffer doubles, the old one stands beside one of up to twice the body; little beyond them.
        assert!(
            grown < 3 * bytes + 16 * MB,
            "{what}: {} MB of {}",
            grown / MB,
            bytes / MB
        );
    }
}

/// The largest lists that are read: as many values as are let in, of the kind that takes most in memory.
#[tokio::test]
async fn the_largest_list_that_is_read_stays_within_its_bound() {
    let _alone = ALONE.lock().await;
    let tasks: String = (0..999_000).map(|n| format!(r#"{{"id":{n},"state":""}},"#)).collect();
    let body = format!(r#"{{"a":{{"status":{{"tasks":[{tasks}{{"id":0,"state":""}}]}}}}}}"#);
    drop(tasks);
    let url = saying(format!("HTTP/1.1 200 X\r\nconnection: close\r\n\r\n{body}")).await;
    drop(body);
    let (error, grown) = grown(&patient(&url)).await;
    assert_eq!(error, None);
    assert!(grown < 512 * MB, "{} MB", grown / MB);
}

/// One text counts as one value, and much is made of it: forms of a secret that may stand in a trace, names of topics.
#[tokio::test]
async fn what_is_made_of_long_texts_is_bounded() {
    let _alone = ALONE.lock().await;
    let key = FingerprintKey::new(&[7; 32]);
    let body = |key: &str, value: &str, trace: &str| {
        format!(
            r#"{{"a":{{"info":{{"config":{{"connector.class":"org.example.Sink","{key}":"{value}"}}}},
            "status":{{"tasks":[{{"id":0,"state":"FAILED","trace":"{trace}"}}]}}}}}}"#
        )
    };
    let long = |text: &str, megabytes: usize| text.repeat(megabytes * MB / text.len());
    for (what, body, read, bound) in [
        (
            "a long secret",
            body("db.password", &long("s3cret", 3), "boom"),
            true,
            64 * MB,
        ),
        (
            "one that no config holds",
            body("db.password", &long("s3cret", 16), "boom"),
            false,
            8 * MB,
        ),
        (
            "a long trace",
            body("db.password", "hunter2-x", &long("x: y ", 32)),
            true,
            64 * MB,
        ),
        ("many topics", body("topics", &long("a,", 3), ""), true, 192 * MB),
    ] {
        let url = saying(format!("HTTP/1.1 200 X\r\nconnection: close\r\n\r\n{body}")).await;
        drop(body);
        let list = patient(&url).list_expanded(None).await.unwrap();
        let connect::Expanded::Body { connectors, .. } = list.value else {
            panic!("{what}")
        };
        let (_, connector) = connectors.into_iter().next().unwrap();
        assert_eq!(connector.info.is_some(), read, "{what}");
        let before = MEMORY.current_usage();
        MEMORY.reset_peak_usage();
        let raw = connector.info.map(|info| info.config);
        let masked = raw.as_ref().map(|raw| mask(raw, None, &key));
        let redactor = raw
            .as_ref()
            .map(|raw| Redactor::for_config(raw, None))
            .unwrap_or_default();
        let traces = connector
            .status
            .unwrap()
            .tasks
            .into_values()
            .filter_map(|task| task.trace);
        let told: Vec<_> = traces.map(|trace| redactor.redact(&trace)).collect();
        let grown = MEMORY.peak_usage().saturating_sub(before);
        assert!(grown < bound, "{what}: {} MB", grown / MB);
        drop((masked, told));
    }
}

#[tokio::test]
async fn the_measure_sees_what_is_taken() {
    let _alone = ALONE.lock().await;
    let url = sending("HTTP/1.1 200 OK\r\n\r\nx", "", 150, "").await;
    let client = ClientBuilder::new(Policy::new(None, [&url]))
        .deadline(Duration::from_secs(60))
        .max_body(200 * MB);
    let (error, grown) = grown(&Worker::new(client.build().unwrap(), url)).await;
    assert!(matches!(error, Some(Error::Unreadable { .. })), "{error:?}");
    assert!(grown > 149 * MB, "{} MB", grown / MB);
}
