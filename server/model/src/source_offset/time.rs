//! The moment that an offset carries.

use chrono::DateTime;
use serde_json::Value;

use crate::Timestamp;

/// What lies before 2000 or after 2100 is no moment of a change, in seconds since 1970.
const SENSIBLE: std::ops::Range<i64> = 946_684_800..4_102_444_800;
/// What MongoDB's resume tokens begin with: the kind of the timestamp that follows, in its KeyString encoding.
const TIMESTAMP: &str = "82";

/// Reads the moment of an offset object: Debezium's `ts_usec`, `ts_ms` and `ts_sec`, MongoDB's, JDBC's.
pub(super) fn read(offset: &Value) -> Option<Timestamp> {
    let number = |key: &str| offset.get(key).and_then(Value::as_i64);
    let micros = number("ts_usec")
        .or_else(|| number("ts_ms").or_else(|| number("timestamp"))?.checked_mul(1_000))
        .or_else(|| number("ts_sec").or_else(|| number("sec"))?.checked_mul(1_000_000))
        .or_else(|| {
            let second = offset.get("_id").and_then(of_resume_token)?;
            i64::try_from(second).ok()?.checked_mul(1_000_000)
        })?;
    DateTime::from_timestamp_micros(micros).filter(|moment| SENSIBLE.contains(&moment.timestamp()))
}

/// The second in a resume token of MongoDB: `_id` holds it, or an object or text with it under `_data`. It begins with the
/// kind of a timestamp and its seconds, in hexadecimal digits.
pub(super) fn of_resume_token(id: &Value) -> Option<u64> {
    let data = match id {
        Value::Object(_) => id.get("_data")?.as_str()?.to_owned(),
        Value::String(text) if text.starts_with('{') => {
            let inner: Value = serde_json::from_str(text).ok()?;
            inner.get("_data")?.as_str()?.to_owned()
        }
        Value::String(text) => text.clone(),
        _ => return None,
    };
    let digits = data.strip_prefix(TIMESTAMP)?.get(..8)?;
    u64::from_str_radix(digits, 16)
        .ok()
        .filter(|_| !digits.starts_with('+'))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::super::SourceOffset;
    use super::*;

    #[test]
    fn known_shapes_are_read_and_their_differences_told() {
        for (partition, before, now, words, until) in [
            (
                json!({"filename": "/tmp/in"}),
                json!({"position": 150}),
                json!({"position": 2_150}),
                Some("/tmp/in: byte 2,150, 2,000 bytes further"),
                None,
            ),
            (
                json!({"server": "dbz"}),
                json!({"lsn_proc": 26_377_776, "messageType": "INSERT", "lsn": 26_377_776, "txId": 730}),
                json!({"lsn": 26_379_010, "ts_usec": 1_795_253_690_318_453_i64}),
                Some("LSN 0/1928302, 1,234 bytes further"),
                Some(1_795_253_690),
            ),
            (
                json!({"server": "shop"}),
                json!({"file": "binlog.000003", "pos": 154}),
                json!({"ts_sec": 1_795_000_000, "file": "binlog.000004", "pos": 4, "row": 1}),
                Some("binlog.000004 at byte 4, before in binlog.000003"),
                Some(1_795_000_000),
            ),
            (
                json!({"cluster": "src", "partition": 3, "topic": "orders"}),
                json!({"offset": 19}),
                json!({"offset": 29}),
                Some("orders-3: offset 29, 10 records further"),
                None,
            ),
            (
                json!({"protocol": "1", "table": "customers"}),
                json!({"incrementing": 5}),
                json!({"incrementing": 7, "timestamp": 1_795_000_000_123_i64}),
                Some("customers: row 7, 2 rows further"),
                Some(1_795_000_000),
            ),
            (
                json!({"rs": "r", "server_id": "m"}),
                json!({"sec": 1_795_000_000, "ord": 1}),
                json!({"sec": 1_795_000_060, "ord": 7, "resume_token": "8265"}),
                Some("oplog 1795000060, number 7, 60 seconds further"),
                Some(1_795_000_060),
            ),
            (
                json!({"ns": "mongodb://host/shop"}),
                json!({}),
                json!({"_id": "{\"_data\": \"826AFD72C0000000012B0229296E04\"}"}),
                Some("oplog 1794994880"),
                Some(1_794_994_880),
            ),
            (
                json!({"id": 0}),
                json!({"seqno": 200}),
                json!({"seqno": 224}),
                Some("seqno 224, 24 further"),
                None,
            ),
            (
                json!({"databaseName": "d"}),
                json!({}),
                json!({"commit_lsn": "0000002b:000007a8:0004", "snapshot": false}),
                Some("LSN 0000002b:000007a8:0004"),
                None,
            ),
            (
                json!({"server": "o"}),
                json!({"scn": "9"}),
                json!({"scn": "12"}),
                Some("SCN 12, 3 changes further"),
                None,
            ),
            (json!({"a": 1}), json!({}), json!({"b": 1, "c": 2}), None, None),
            (json!(null), json!(null), json!(null), None, None),
        ] {
            let before = SourceOffset::read(&partition, &before);
            let offset = SourceOffset::read(&partition, &now);
            assert_eq!(offset.words(Some(&before)).as_deref(), words, "{now}");
            assert_eq!(offset.read_until.map(|at| at.timestamp()), until, "{now}");
        }
    }

    fn any_json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            any::<i64>().prop_map(Value::from),
            any::<u64>().prop_map(Value::from),
            any::<f64>().prop_map(Value::from),
            ".{0,200}".prop_map(Value::from),
            Just(json!({"_data": "82+1234567"})),
            Just(Value::Null),
        ];
        let keys = "lsn|file|pos|scn|sec|ord|_id|position|offset|timestamp|ts_usec|ts_ms|ts_sec|topic|partition|table";
        prop::collection::btree_map(keys, leaf, 0..5).prop_map(|fields| Value::Object(fields.into_iter().collect()))
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn nothing_in_an_offset_breaks_the_reader(partition in any_json(), before in any_json(), now in any_json()) {
            let (before, now) = (SourceOffset::read(&partition, &before), SourceOffset::read(&partition, &now));
            let words = now.words(Some(&before)).unwrap_or_default();
            prop_assert!(words.chars().count() < 500, "{}", words);
        }
    }
}
