use super::*;

/// Member metadata of version 2, carrying nothing.
fn metadata(url: &str) -> Vec<u8> {
    let mut blob = vec![0, 2, 0, u8::try_from(url.len()).unwrap()];
    blob.extend(url.as_bytes());
    blob.extend(26_i64.to_be_bytes());
    blob.extend((-1_i32).to_be_bytes());
    blob
}

/// An assignment of version 2 by `leader`: connector `a` with task 0.
fn assignment(leader: &str, delay_ms: i32) -> Vec<u8> {
    let mut blob = vec![0, 2, 0, 0];
    for text in [leader, "http://w1:8083/"] {
        blob.extend([0, u8::try_from(text.len()).unwrap()]);
        blob.extend(text.as_bytes());
    }
    blob.extend(26_i64.to_be_bytes());
    blob.extend([0, 0, 0, 1, 0, 1, b'a', 0, 0, 0, 2, 255, 255, 255, 255, 0, 0, 0, 0]);
    blob.extend([0, 0, 0, 0]);
    blob.extend(delay_ms.to_be_bytes());
    blob
}

fn raw(member_id: &str, client_id: &str, metadata: Vec<u8>, assignment: Vec<u8>) -> RawMember {
    RawMember {
        member_id: member_id.into(),
        client_id: client_id.into(),
        client_host: "/10.0.0.1".into(),
        metadata,
        assignment,
    }
}

fn group(state: &str, members: Vec<RawMember>) -> RawGroup {
    RawGroup {
        error: 0,
        group_id: "g".into(),
        state: state.into(),
        protocol_type: "connect".into(),
        members,
    }
}

#[test]
fn a_stable_group_names_workers_leader_and_work() {
    let members = vec![
        raw("m1", "any", metadata("http://w1:8083/"), assignment("m1", 0)),
        raw("m2", "any", metadata("https://[::1]:8083/"), assignment("m1", 5000)),
    ];
    let read = read(group("Stable", members), false, &mut Known::default());
    assert!(!read.partial);
    let [one, two] = read.members.as_slice() else {
        panic!("two members")
    };
    assert_eq!(
        (one.worker_id.as_str(), one.leader, one.delay_ms),
        ("w1:8083", Some(true), Some(0))
    );
    assert_eq!(
        (two.worker_id.as_str(), two.leader, two.delay_ms),
        ("[::1]:8083", Some(false), Some(5000))
    );
    assert_eq!(
        (one.connectors.as_slice(), one.tasks.as_slice()),
        (&["a".into()][..], &[("a".into(), 0)][..])
    );
    assert_eq!(two.leader_url.as_deref(), Some("http://w1:8083/"));
}

#[test]
fn during_a_rebalance_a_member_keeps_the_address_and_the_work_it_had() {
    let mut known = Known::default();
    read(
        group(
            "Stable",
            vec![raw("m1", "custom", metadata("http://w1:8083/"), assignment("m1", 0))],
        ),
        false,
        &mut known,
    );
    // The coordinator shows no metadata, and the last assignment or none.
    for blob in [assignment("m1", 0), Vec::new()] {
        let seen = read(
            group("PreparingRebalance", vec![raw("m1", "custom", Vec::new(), blob)]),
            false,
            &mut known,
        );
        assert_eq!(
            (seen.members[0].worker_id.as_str(), seen.members[0].tasks.len()),
            ("w1:8083", 1)
        );
    }
    // Once it left, what it said is forgotten.
    read(group("Empty", Vec::new()), false, &mut known);
    let hidden = vec![raw("m1", "custom", Vec::new(), Vec::new())];
    assert!(read(group("PreparingRebalance", hidden), false, &mut known).partial);
}

#[test]
fn an_increment_without_its_baseline_is_no_ownership() {
    let member = raw("m1", "connect-w1:8083", Vec::new(), assignment("m1", 5000));
    let seen = read(group("PreparingRebalance", vec![member]), false, &mut Known::default());
    assert_eq!((seen.members[0].delay_ms, seen.members[0].tasks.len()), (Some(5000), 0));
}

#[test]
fn without_metadata_the_client_id_names_the_worker() {
    let hidden = |client| vec![raw("m", client, Vec::new(), Vec::new())];
    let seen = read(
        group("PreparingRebalance", hidden("connect-10.0.0.1:8083")),
        false,
        &mut Known::default(),
    );
    assert_eq!(
        (seen.members[0].worker_id.as_str(), seen.partial),
        ("10.0.0.1:8083", false)
    );
    for odd in ["", "connect-", "connect-1", "connect-host:x", "mine"] {
        let seen = read(group("PreparingRebalance", hidden(odd)), false, &mut Known::default());
        assert_eq!((seen.members.len(), seen.partial), (0, true), "{odd}");
    }
}

#[test]
fn a_silent_broker_matters_only_where_nobody_is_listed() {
    let one = vec![raw("m", "connect-w:1", Vec::new(), Vec::new())];
    assert!(!read(group("Stable", one), true, &mut Known::default()).partial);
    assert!(read(group("Empty", Vec::new()), true, &mut Known::default()).partial);
    assert!(!read(group("Empty", Vec::new()), false, &mut Known::default()).partial);
}

#[test]
fn garbage_in_the_blobs_keeps_the_member() {
    let member = raw("m", "connect-w:1", vec![0, 9, 9], vec![255; 40]);
    let seen = read(group("Stable", vec![member]), false, &mut Known::default());
    assert_eq!(
        (seen.members[0].worker_id.as_str(), seen.members[0].delay_ms),
        ("w:1", None)
    );
}

#[test]
fn a_newer_protocol_is_tolerated_and_complained_of_once() {
    let newer = |blob: Vec<u8>| [&[0, 3], &blob[2..], &[1, 2, 3]].concat();
    let mut known = Known::default();
    for _ in 0..2 {
        let (said, given) = (newer(metadata("http://w1:8083/")), newer(assignment("m1", 0)));
        let seen = read(
            group("Stable", vec![raw("m1", "custom", said, given)]),
            false,
            &mut known,
        );
        assert_eq!((seen.members[0].tasks.len(), seen.members[0].leader), (1, Some(true)));
        assert_eq!(known.odd.len(), 1);
    }
    // Laid out otherwise behind the address: it is there, and what it owns is not known.
    let other = [&[0, 9], &metadata("http://w1:8083/")[2..19], &[1]].concat();
    let seen = read(
        group("Stable", vec![raw("m1", "custom", other, vec![0, 9, 1])]),
        false,
        &mut Known::default(),
    );
    assert_eq!((seen.members[0].worker_id.as_str(), seen.partial), ("w1:8083", false));
    assert_eq!((seen.members[0].tasks.len(), seen.members[0].delay_ms), (0, None));
    read(group("Empty", Vec::new()), false, &mut known);
    assert!(known.odd.is_empty());
}
