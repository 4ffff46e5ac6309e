//! Bodies that are JSON, or nearly, and not what Connect writes: every question ends in a value or in the right error.

use connect::{Error, Worker};
use model::observe::GapKind;

use crate::peer::{answering, asking};
use crate::worker::listed;

/// What each question ends with; `None` for a value.
async fn all(worker: &Worker) -> [Option<Error>; 6] {
    [
        worker.root().await.err(),
        worker.list_expanded(None).await.err(),
        worker.names().await.err(),
        worker.health().await.err(),
        worker.plugins().await.err(),
        worker.plugin_config("x.Y", None).await.err(),
    ]
}

#[tokio::test]
async fn wrong_types_are_no_connect() {
    for body in [
        "null",
        "true",
        "7",
        "-1e400",
        "\"text\"",
        "[7]",
        "[null]",
        "[[]]",
        "[{}]",
        "{\"a\":7,\"a\":[]}",
        r#"{"version":7,"commit":[]}"#,
        r#"{"status":7}"#,
        r#"[{"class":7}]"#,
        r#"[{"name":{}}]"#,
    ] {
        let answers = all(&asking(&answering(200, body).await)).await;
        for error in answers.into_iter().flatten() {
            let kind = error.gap_kind();
            assert!(
                matches!(kind, GapKind::NotConnect | GapKind::Unreadable),
                "{body}: {error:?}"
            );
            assert!(!error.worker_answered(), "{body}: {error:?}");
        }
    }
}

#[tokio::test]
async fn ten_thousand_levels_are_refused_without_falling_through_the_stack() {
    let deep = |open: &str, close: &str| format!("{}0{}", open.repeat(10_000), close.repeat(10_000));
    for deep in [
        deep("[", "]"),
        deep("{\"a\":", "}"),
        "[".repeat(10_000),
        "{\"info\":".repeat(10_000),
    ] {
        for status in [200, 404, 500, 503] {
            let answers = all(&asking(&answering(status, &deep).await)).await;
            // A list of connectors of which each is odd is a list; everything else is refused.
            let refused = answers.iter().flatten().count();
            assert!(refused >= 5, "{status}: {:.50}: {answers:?}", deep);
        }
    }
    // One deep connector does not hide the other one.
    let body = format!(
        r#"{{"deep":{{"info":{{"config":{{"k":{}}}}}}},"plain":{{}}}}"#,
        deep("[", "]")
    );
    let (_, read) = listed(&asking(&answering(200, body).await)).await;
    assert_eq!(read.len(), 2);
}

#[tokio::test]
async fn the_last_of_two_equal_keys_counts_and_hides_nobody() {
    let body = r#"{"a":{"info":null,"info":{"config":{"k":"1","k":"2"},"type":"sink"}},"b":{},
                   "a":{"status":{"tasks":[],"tasks":[{"id":3,"state":"RUNNING","state":"FAILED"}],"connector":null}}}"#;
    let (_, read) = listed(&asking(&answering(200, body).await)).await;
    assert_eq!(read.len(), 2);
    assert!(
        read["a"].status.is_none(),
        "a status with two task lists cannot be read"
    );
}

#[tokio::test]
async fn every_name_comes_through_and_none_hides_the_others() {
    let names = [
        "..",
        ".",
        "a/../b",
        "%2F",
        "%2f%2e%2e",
        "/",
        "\\",
        "a\u{0}b",
        "\u{7f}\u{1b}[2J",
        "\u{202e}desrever",
        "\"'`<script>",
        "{x} ${y}",
        " a ",
        "",
        "\u{10ffff}",
        "a\nb\r\n",
    ];
    let entries: serde_json::Map<String, serde_json::Value> = names
        .iter()
        .map(|name| ((*name).to_owned(), serde_json::json!({})))
        .collect();
    let body = serde_json::Value::Object(entries).to_string();
    let (_, read) = listed(&asking(&answering(200, body).await)).await;
    assert_eq!(read.len(), names.len());
    assert!(names.iter().all(|name| read.contains_key(*name)));

    // Half of a surrogate pair is no character: it is replaced, also within values.
    let body = r#"{"a\ud800b":{},"c":{"info":{"config":{"k":"\udfff"}}},"good":{}}"#;
    let (_, read) = listed(&asking(&answering(200, body).await)).await;
    let seen: Vec<&str> = read.keys().map(|name| name.as_str()).collect();
    assert_eq!(seen.len(), 3, "{seen:?}");
    assert!(seen[0].starts_with("a\u{fffd}") && seen[0].ends_with('b'), "{seen:?}");
    let plain = asking(&answering(200, r#"["a\ud800b","good"]"#).await)
        .names()
        .await
        .unwrap();
    assert_eq!(plain.value.len(), 2);
    let raw = asking(&answering(200, b"[\"a\xffb\",\"good\"]").await)
        .names()
        .await
        .unwrap();
    assert_eq!(raw.value[0].as_str(), "a\u{fffd}b");
}

#[tokio::test]
async fn words_of_any_length_are_cut_where_only_a_word_is_meant() {
    let long = "x".repeat(3 << 20);
    let body = serde_json::json!({"a": {"status": {
        "connector": {"state": long, "worker_id": long, "version": long}, "tasks": []}}});
    let (_, read) = listed(&asking(&answering(200, body.to_string()).await)).await;
    let instance = read["a"].status.as_ref().unwrap().connector.as_ref().unwrap();
    assert_eq!(instance.state.as_str().len(), 200);
    assert_eq!(instance.worker_id.as_str().len(), 200);
    assert_eq!(instance.version.as_ref().unwrap().len(), 200);
    let body = serde_json::json!({"version": long, "commit": "x", "kafka_cluster_id": long}).to_string();
    let root = asking(&answering(200, body).await).root().await.unwrap().value;
    assert_eq!((root.version.len(), root.kafka_cluster_id.unwrap().len()), (200, 200));
}

#[tokio::test]
async fn a_list_of_a_million_is_refused_by_its_number() {
    let names = format!("[{}\"z\"]", "\"a\",".repeat(1_000_000));
    let error = asking(&answering(200, names).await).names().await.err().unwrap();
    assert_eq!(
        error.to_string(),
        "the answer could not be read: it holds more than 100000 entries"
    );
    assert_eq!(error.gap_kind(), GapKind::Unreadable);
}
