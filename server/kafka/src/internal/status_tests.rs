use super::*;

fn unwrap(read: Option<Result<StatusRecord, Malformed>>) -> StatusRecord {
    read.expect("a known key").expect("readable")
}

fn task(key: &str, value: &str) -> (String, u32, Option<Status>) {
    match unwrap(read(key.as_bytes(), Some(value.as_bytes()))) {
        StatusRecord::Task {
            connector,
            task,
            status,
        } => (connector.as_str().to_owned(), task, status),
        _ => panic!("{key} is a task's"),
    }
}

const RUNNING: &str = r#"{"state":"RUNNING","trace":null,"worker_id":"10.0.0.7:8083","generation":12}"#;

#[test]
fn a_connector_and_its_tasks() {
    let StatusRecord::Connector { connector, status } =
        unwrap(read(b"status-connector-orders", Some(RUNNING.as_bytes())))
    else {
        panic!("a connector's")
    };
    let status = status.expect("no tombstone");
    assert_eq!(connector.as_str(), "orders");
    assert_eq!(
        (status.state, status.worker_id.as_str()),
        (State::Running, "10.0.0.7:8083")
    );
    assert_eq!((status.generation, status.version), (Some(12), None));
    assert!(status.trace.is_none());

    let failed = r#"{"state":"FAILED","trace":"java.lang.RuntimeException\n\tat x","worker_id":"w:1","generation":3,"version":"4.1.0"}"#;
    let (connector, number, status) = task("status-task-orders-0", failed);
    let status = status.expect("no tombstone");
    assert_eq!((connector.as_str(), number, status.state), ("orders", 0, State::Failed));
    assert!(status.trace.is_some());
    assert_eq!(status.version.as_deref(), Some("4.1.0"));
}

#[test]
fn names_with_dashes_blanks_and_colons_are_split_where_connect_splits_them() {
    for (key, name, number) in [
        ("status-task-a-b-3", "a-b", 3),
        ("status-task-a-1-2", "a-1", 2),
        ("status-task---0", "-", 0),
        ("status-task-a--1", "a-", 1),
        ("status-task-task-7", "task", 7),
        ("status-task-a->b.Mirror-10", "a->b.Mirror", 10),
        ("status-task-ü \u{1f600}/%2F-4294967295", "ü \u{1f600}/%2F", u32::MAX),
    ] {
        let (connector, task, _) = task(key, RUNNING);
        assert_eq!((connector.as_str(), task), (name, number), "{key}");
    }
    for (key, name) in [
        ("status-connector-a-1", "a-1"),
        ("status-connector-status-task-a-1", "status-task-a-1"),
        ("status-connector- ", " "),
    ] {
        let record = unwrap(read(key.as_bytes(), Some(RUNNING.as_bytes())));
        assert!(
            matches!(&record, StatusRecord::Connector { connector, .. } if connector.as_str() == name),
            "{key}"
        );
    }
}

#[test]
fn a_topic_that_a_connector_uses() {
    let value =
        br#"{"topic":{"name":"orders","connector":"a:connector-b","task":2,"discoverTimestamp":1700000000000}}"#;
    let StatusRecord::Topic { topic, connector, used } =
        unwrap(read(b"status-topic-orders:connector-a:connector-b", Some(value)))
    else {
        panic!("a topic's")
    };
    assert_eq!((&*topic, connector.as_str()), ("orders", "a:connector-b"));
    let noticed = TopicUse {
        task: Some(2),
        discovered_ms: Some(1_700_000_000_000),
    };
    assert_eq!(used, Some(noticed));
    let reset = unwrap(read(b"status-topic-orders:connector-x", None));
    assert!(matches!(reset, StatusRecord::Topic { used: None, .. }));
}

#[test]
fn tombstones_and_nulls_are_removals() {
    for value in [None, Some(&b"null"[..]), Some(br#"{"schema":null,"payload":null}"#)] {
        let record = unwrap(read(b"status-task-a-0", value));
        assert!(matches!(record, StatusRecord::Task { status: None, .. }));
    }
}

#[test]
fn the_envelope_of_older_clusters_is_opened_and_nothing_else_is_taken_for_one() {
    let enveloped = format!(r#"{{"schema":{{"type":"struct","fields":[]}},"payload":{RUNNING}}}"#);
    let (_, _, status) = task("status-task-a-0", &enveloped);
    assert_eq!(status.expect("no tombstone").state, State::Running);
    let more = format!(r#"{{"schema":1,"payload":{RUNNING},"state":"PAUSED"}}"#);
    let (_, _, status) = task("status-task-a-0", &more);
    assert_eq!(status.expect("no tombstone").state, State::Paused);
}

#[test]
fn what_is_newer_is_tolerated() {
    let newer =
        r#"{"state":"HIBERNATING","worker_id":7,"generation":"x","trace":{"a":1},"more":[1],"version":"undefined"}"#;
    let (_, _, status) = task("status-task-a-0", newer);
    let status = status.expect("no tombstone");
    assert_eq!(
        (status.state, status.worker_id.as_str()),
        (State::Other("HIBERNATING".into()), "")
    );
    assert_eq!((status.generation, status.version), (None, None));
    assert!(status.trace.is_none());
    // The last of two fields of one name holds.
    let (_, _, status) = task("status-task-a-0", r#"{"state":"RUNNING","state":"FAILED"}"#);
    assert_eq!(status.expect("no tombstone").state, State::Failed);
    for key in ["status-cluster-a", "status-", "", "other", "Status-connector-a"] {
        assert!(read(key.as_bytes(), Some(RUNNING.as_bytes())).is_none(), "{key}");
    }
}

#[test]
fn words_are_short_and_harmless() {
    let long = format!(r#"{{"state":"{}","worker_id":"a\u001b[2J\u202eb"}}"#, "X".repeat(5000));
    let (_, _, status) = task("status-task-a-0", &long);
    let status = status.expect("no tombstone");
    assert_eq!(status.state.as_str().len(), LONGEST);
    assert_eq!(status.worker_id.as_str(), "a[2Jb");
    let (_, _, status) = task("status-task-a-0", r#"{"state":"RUN\ud800NING"}"#);
    assert_eq!(
        status.expect("no tombstone").state.as_str(),
        "RUN\u{fffd}\u{fffd}\u{fffd}NING"
    );
}

#[test]
fn what_cannot_be_read_is_said_to_be_so() {
    for (key, value, wrong) in [
        (&b"status-connector-"[..], RUNNING, Malformed::Key),
        (b"status-task-a", RUNNING, Malformed::Key),
        (b"status-task--1", RUNNING, Malformed::Key),
        (b"status-task-a-", RUNNING, Malformed::Key),
        (b"status-task-a-x", RUNNING, Malformed::Key),
        (b"status-task-a-+1", RUNNING, Malformed::Key),
        (b"status-task-a-4294967296", RUNNING, Malformed::Key),
        (b"status-topic-a", RUNNING, Malformed::Key),
        (b"status-topic-a:task-b", RUNNING, Malformed::Key),
        (b"status-topic-:connector-b", RUNNING, Malformed::Key),
        (b"status-topic-a:connector-", RUNNING, Malformed::Key),
        (b"status-topic-a:connector-b", RUNNING, Malformed::Field("topic")),
        (b"status-connector-a", "", Malformed::Json),
        (b"status-connector-a", "{", Malformed::Json),
        (b"status-connector-a", "{}{}", Malformed::Json),
        (b"status-connector-a", "[]", Malformed::Object),
        (b"status-connector-a", "7", Malformed::Object),
        (b"status-connector-a", "{}", Malformed::Field("state")),
        (b"status-connector-a", r#"{"state":7}"#, Malformed::Field("state")),
    ] {
        let said = read(key, Some(value.as_bytes())).expect("a known key").map(drop);
        assert_eq!(said, Err(wrong), "{} {value}", String::from_utf8_lossy(key));
    }
    let deep = "[".repeat(100_000);
    assert_eq!(
        read(b"status-connector-a", Some(deep.as_bytes()))
            .expect("known")
            .map(drop),
        Err(Malformed::Json)
    );
    assert_eq!(
        read(b"status-connector-a", Some(b"\xff{}")).expect("known").map(drop),
        Err(Malformed::Json)
    );
}
