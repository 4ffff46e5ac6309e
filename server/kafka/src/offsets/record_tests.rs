use proptest::prelude::*;

use super::*;

fn string(text: &str) -> Vec<u8> {
    let length = i16::try_from(text.len()).unwrap().to_be_bytes();
    [&length[..], text.as_bytes()].concat()
}

fn offset_key(version: i16, group: &str, topic: &str, partition: i32) -> Vec<u8> {
    let head = version.to_be_bytes();
    [&head[..], &string(group), &string(topic), &partition.to_be_bytes()].concat()
}

/// A value as a broker of the time of that version writes it.
fn offset_value(version: i16, offset: i64, metadata: &str, at: i64) -> Vec<u8> {
    let (head, offset, at) = (version.to_be_bytes(), offset.to_be_bytes(), at.to_be_bytes());
    let plain = string(metadata);
    let length = metadata.len() + 1;
    let compact = match u8::try_from(length).ok().filter(|length| *length < 128) {
        Some(length) => [&[length], metadata.as_bytes()].concat(),
        None => [
            &[
                0x80 | u8::try_from(length & 0x7f).unwrap(),
                u8::try_from(length >> 7).unwrap(),
            ],
            metadata.as_bytes(),
        ]
        .concat(),
    };
    let epoch = 7_i32.to_be_bytes();
    let parts: Vec<&[u8]> = match version {
        0 | 2 => vec![&head, &offset, &plain, &at],
        1 => vec![&head, &offset, &plain, &at, &[0; 8]],
        3 => vec![&head, &offset, &epoch, &plain, &at],
        // One tagged field: number 0, of 16 bytes.
        _ => vec![&head, &offset, &epoch, &compact, &at, &[1, 0, 16], &[9; 16]],
    };
    parts.concat()
}

fn read(bytes: &[u8]) -> Result<(&str, &str, i32), Malformed> {
    match key(bytes)? {
        Key::Offset { group, place } => place.read().map(|(topic, partition)| (group, topic, partition)),
        other => panic!("{other:?}"),
    }
}

#[test]
fn keys_of_offsets_name_group_topic_and_partition() {
    for version in [0, 1] {
        let bytes = offset_key(version, "connect-orders", "orders", 11);
        assert_eq!(read(&bytes), Ok(("connect-orders", "orders", 11)));
        for end in 0..bytes.len() {
            assert_eq!(read(&bytes[..end]), Err(Malformed::Truncated(end)), "{end} bytes");
        }
    }
    assert_eq!(read(&offset_key(1, "größe", "t", 0)), Ok(("größe", "t", 0)));
    assert_eq!(read(&offset_key(1, "g", "t", -1)), Err(Malformed::Negative(-1)));
}

#[test]
fn a_group_is_known_though_what_follows_it_is_damaged() {
    let bytes = [&1_i16.to_be_bytes()[..], &string("g"), &[0xff; 3]].concat();
    let Ok(Key::Offset { group: "g", place }) = key(&bytes) else {
        panic!("{:?}", key(&bytes));
    };
    assert_eq!(place.read(), Err(Malformed::Length(7)));
}

#[test]
fn other_keys_are_told_apart() {
    let group = [&2_i16.to_be_bytes()[..], &string("g")].concat();
    assert_eq!(key(&group), Ok(Key::Group("g")));
    for version in [3_i16, 9, 15, 99] {
        assert_eq!(key(&version.to_be_bytes()), Ok(Key::Other(version)));
    }
    for (bytes, wrong) in [
        (vec![], Malformed::Truncated(0)),
        (vec![0], Malformed::Truncated(1)),
        (vec![0xff, 0xff], Malformed::Negative(-1)),
        (vec![0, 1, 0xff, 0xff], Malformed::Length(4)),
        (vec![0, 1, 0, 2, 0xff, 0xfe], Malformed::Text(6)),
        (vec![0, 1, 0x7f, 0xff, b'g'], Malformed::Truncated(5)),
    ] {
        assert_eq!(key(&bytes), Err(wrong), "{bytes:?}");
    }
}

#[test]
fn values_of_every_version_are_read() {
    for version in 0..=NEWEST {
        for metadata in ["", "m", &"x".repeat(200)] {
            let bytes = offset_value(version, 42, metadata, 1_700_000_000_123);
            let expected = Value {
                offset: 42,
                committed_at_ms: Some(1_700_000_000_123),
            };
            assert_eq!(value(&bytes), Ok(expected), "version {version}");
            let needed = bytes.len() - [0, 8, 0, 0, 19][usize::try_from(version).unwrap()];
            for end in 0..needed {
                assert_eq!(
                    value(&bytes[..end]),
                    Err(Malformed::Truncated(end)),
                    "{version}: {end} bytes"
                );
            }
        }
    }
}

#[test]
fn a_value_as_a_broker_of_4_3_writes_it() {
    let bytes = [
        0, 4, 0, 0, 0, 0, 0, 0, 0, 5, 0xff, 0xff, 0xff, 0xff, 1, 0, 0, 1, 0x8b, 0xcf, 0xe5, 0x68, 0x7b, 0,
    ];
    let expected = Value {
        offset: 5,
        committed_at_ms: Some(1_700_000_000_123),
    };
    assert_eq!(value(&bytes), Ok(expected));
}

#[test]
fn of_a_newer_value_the_offset_is_read() {
    let expected = Value {
        offset: 42,
        committed_at_ms: None,
    };
    assert_eq!(value(&offset_value(5, 42, "", 1)), Ok(expected));
    assert_eq!(value(&offset_value(0, -1, "", 1)), Err(Malformed::Negative(-1)));
    // Metadata of more bytes than a length of four bytes can say.
    let head = &offset_value(4, 1, "", 1)[..14];
    assert_eq!(value(&[head, &[0xff; 5]].concat()), Err(Malformed::Length(18)));
    // Null metadata.
    let null = [head, &[0], &7_i64.to_be_bytes()].concat();
    assert_eq!(value(&null).map(|value| value.committed_at_ms), Ok(Some(7)));
}

proptest! {
    #[test]
    fn whatever_is_written_is_read(
        group in "[ -~]{0,40}", topic in "\\PC{0,20}", partition in 0_i32.., version in 0_i16..=1,
    ) {
        let bytes = offset_key(version, &group, &topic, partition);
        prop_assert_eq!(read(&bytes), Ok((&*group, &*topic, partition)));
    }

    #[test]
    fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..80), version in 0_u8..6) {
        let versioned = [&[0, version], &bytes[..]].concat();
        for bytes in [&bytes, &versioned] {
            if let Ok(Key::Offset { place, .. }) = key(bytes) {
                let _read = place.read();
            }
            let _read = value(bytes);
        }
    }
}
