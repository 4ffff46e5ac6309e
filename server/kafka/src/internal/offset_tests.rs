use proptest::prelude::*;

use super::super::{Said, TopicKind};
use super::*;

fn map<const N: usize>(pairs: [(&str, SourceValue); N]) -> SourceMap {
    pairs.map(|(key, value)| (key.into(), value)).into()
}

fn text(text: &str) -> SourceValue {
    SourceValue::Text(text.into())
}

#[test]
fn offsets_that_were_seen() {
    for (key, value, connector, partition, offset) in [
        (
            r#"["files",{"filename":"/a b"}]"#,
            r#"{"position":150}"#,
            "files",
            map([("filename", text("/a b"))]),
            map([("position", SourceValue::Whole(150))]),
        ),
        (
            r#"["dbz",{"server":"dbz"}]"#,
            r#"{"lsn":26377776,"messageType":"INSERT","snapshot":true,"ts_usec":1795253690318453,"x":null,"y":1.5}"#,
            "dbz",
            map([("server", text("dbz"))]),
            map([
                ("lsn", SourceValue::Whole(26_377_776)),
                ("messageType", text("INSERT")),
                ("snapshot", SourceValue::Boolean(true)),
                ("ts_usec", SourceValue::Whole(1_795_253_690_318_453)),
                ("x", SourceValue::Null),
                ("y", SourceValue::Number("1.5".into())),
            ]),
        ),
        (
            r#" [ "a->b" , { "topic":"t", "partition":0, "cluster":"src" } ] "#,
            r#"{"offset":18446744073709551616,"odd":{"a":[1, 2]}}"#,
            "a->b",
            map([
                ("cluster", text("src")),
                ("partition", SourceValue::Whole(0)),
                ("topic", text("t")),
            ]),
            map([
                ("odd", SourceValue::Nested(r#"{"a":[1, 2]}"#.into())),
                ("offset", SourceValue::Number("18446744073709551616".into())),
            ]),
        ),
    ] {
        let record = OffsetRecord {
            connector: connector.into(),
            partition,
            offset: Some(offset),
        };
        assert_eq!(read(key.as_bytes(), Some(value.as_bytes())), Ok(record), "{key}");
    }
}

#[test]
fn members_of_a_partition_stand_in_any_order() {
    let one = read(br#"["c",{"a":1,"b":"x"}]"#, None);
    let other = read(br#"["c",{"b":"x","a":1}]"#, Some(b"null"));
    assert_eq!(one, other);
    assert!(matches!(one, Ok(OffsetRecord { offset: None, .. })));
}

#[test]
fn envelopes_and_odd_shapes() {
    let enveloped = read(
        br#"{"schema":{"type":"array"},"payload":["c",{"a":1}]}"#,
        Some(br#"{"schema":null,"payload":{"p":2}}"#),
    );
    assert_eq!(enveloped, read(br#"["c",{"a":1}]"#, Some(br#"{"p":2}"#)));
    let whole = read(br#"["c",null]"#, Some(b"{}")).expect("readable");
    assert_eq!(
        (whole.partition, whole.offset),
        (SourceMap::new(), Some(SourceMap::new()))
    );
    for key in [
        "",
        "null",
        "c",
        r#""c""#,
        "{}",
        "[]",
        r#"["c"]"#,
        r#"["c",{},1]"#,
        r#"[7,{}]"#,
        r#"["",{}]"#,
        r#"["c",[]]"#,
        r#"["c",7]"#,
        "\u{0}",
    ] {
        assert_eq!(read(key.as_bytes(), None), Err(Malformed::Key), "{key}");
    }
    assert_eq!(read(br#"["c",{}]"#, Some(b"[]")), Err(Malformed::Object));
    assert_eq!(read(br#"["c",{}]"#, Some(b"x")), Err(Malformed::Json));
}

proptest! {
    /// Whatever bytes come, in whatever topic, a reader says something of them.
    #[test]
    fn no_bytes_break_a_reader(key: Vec<u8>, value: Option<Vec<u8>>, tail in "[-a-z0-9:.\"{}\\[\\],]{0,40}") {
        for kind in [TopicKind::Status, TopicKind::Config, TopicKind::Offsets] {
            super::super::read(kind, Some(&key), value.as_deref());
            super::super::read(kind, None, value.as_deref());
            for beginning in ["status-task-", "status-connector-", "status-topic-", "task-", "commit-", "[\"c\","] {
                let key = format!("{beginning}{tail}");
                super::super::read(kind, Some(key.as_bytes()), value.as_deref());
                super::super::read(kind, Some(&key.into_bytes()), Some(tail.as_bytes()));
            }
        }
    }

    /// A task's key is split so that it could have been made of what comes out.
    #[test]
    fn keys_of_tasks_are_what_they_were_made_of(name in "[^\u{0}-\u{1f}]{1,20}", number: u32) {
        let key = format!("status-task-{name}-{number}");
        let said = super::super::read(TopicKind::Status, Some(key.as_bytes()), None);
        let Some(Said::Status(super::super::StatusRecord::Task { connector, task, status: None })) = said else {
            panic!("{key}")
        };
        prop_assert_eq!((connector.as_str(), task), (name.as_str(), number));
    }

    /// So is an offset's key, whatever the names hold.
    #[test]
    fn keys_of_offsets_are_what_they_were_made_of(name in ".{1,20}", member: String, number: i64, word: String) {
        let quoted = |text: &str| serde_json::to_string(text).expect("a text");
        let key = format!("[{},{{{}:{number}}}]", quoted(&name), quoted(&member));
        let value = format!("{{{}:{}}}", quoted(&member), quoted(&word));
        let record = read(key.as_bytes(), Some(value.as_bytes())).expect("readable");
        prop_assert_eq!(record.connector.as_str(), name.as_str());
        prop_assert_eq!(record.partition, map([(&*member, SourceValue::Whole(number))]));
        prop_assert_eq!(record.offset, Some(map([(&*member, text(&word))])));
    }
}
