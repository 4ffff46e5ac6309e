use proptest::prelude::*;

use super::*;

/// Builds blobs by hand, field by field.
#[derive(Default)]
struct Blob(Vec<u8>);

impl Blob {
    fn i16(mut self, value: i16) -> Self {
        self.0.extend(value.to_be_bytes());
        self
    }
    fn i32(mut self, value: i32) -> Self {
        self.0.extend(value.to_be_bytes());
        self
    }
    fn i64(mut self, value: i64) -> Self {
        self.0.extend(value.to_be_bytes());
        self
    }
    fn string(self, text: &str) -> Self {
        let mut out = self.i16(text.len() as i16);
        out.0.extend(text.as_bytes());
        out
    }
    fn bytes(self, bytes: &[u8]) -> Self {
        let mut out = self.i32(bytes.len() as i32);
        out.0.extend(bytes);
        out
    }
    fn shares(self, shares: &[(&str, &[i32])]) -> Self {
        let mut out = self.i32(shares.len() as i32);
        for (connector, tasks) in shares {
            out = out.string(connector).i32(tasks.len() as i32);
            out = tasks.iter().fold(out, |out, task| out.i32(*task));
        }
        out
    }
    fn assignment_head(version: i16) -> Self {
        Self::default()
            .i16(version)
            .i16(0)
            .string("connect-w1-uuid")
            .string("http://w1:8083/")
            .i64(26)
    }
}

fn v2_assignment() -> Vec<u8> {
    Blob::assignment_head(2)
        .shares(&[("a", &[-1, 0]), ("t/1 ü", &[0])])
        .shares(&[("gone", &[-1, 2])])
        .i32(5000)
        .0
}

#[test]
fn a_sessioned_assignment_with_revocations_and_delay() {
    let read = assignment(&v2_assignment()).unwrap().unwrap();
    assert_eq!(
        (read.version, read.error, read.delay_ms, read.config_offset),
        (2, 0, 5000, 26)
    );
    assert_eq!(
        (read.leader.as_str(), read.leader_url.as_str()),
        ("connect-w1-uuid", "http://w1:8083/")
    );
    assert_eq!(
        read.assigned[1],
        Share {
            connector: "t/1 ü".into(),
            tasks: vec![0]
        }
    );
    assert_eq!(
        read.revoked,
        [Share {
            connector: "gone".into(),
            tasks: vec![-1, 2]
        }]
    );
}

#[test]
fn an_eager_assignment_ends_after_its_shares() {
    let read = assignment(&Blob::assignment_head(0).shares(&[("a", &[-1])]).0)
        .unwrap()
        .unwrap();
    assert_eq!((read.version, read.delay_ms), (0, 0));
    assert_eq!(owned(None, &read), (vec!["a".to_owned()], vec![]));
}

#[test]
fn null_arrays_are_empty() {
    let read = assignment(&Blob::assignment_head(1).i32(-1).i32(-1).i32(0).0)
        .unwrap()
        .unwrap();
    assert!(read.assigned.is_empty() && read.revoked.is_empty());
}

#[test]
fn metadata_of_each_version() {
    let eager = Blob::default().i16(0).string("http://w:8083/").i64(7).0;
    assert_eq!(metadata(&eager).unwrap().unwrap().owned, None);
    let fresh = Blob::default().i16(1).string("http://w:8083/").i64(-1).i32(-1).0;
    let read = metadata(&fresh).unwrap().unwrap();
    assert_eq!((read.config_offset, read.owned), (-1, None));
    let carrying = Blob::default()
        .i16(2)
        .string("http://w:8083/")
        .i64(26)
        .bytes(&v2_assignment())
        .0;
    assert_eq!(metadata(&carrying).unwrap().unwrap().owned.unwrap().delay_ms, 5000);
    let empty = Blob::default().i16(2).string("http://w:8083/").i64(26).bytes(&[]).0;
    assert_eq!(metadata(&empty).unwrap().unwrap().owned, None);
}

#[test]
fn empty_bytes_are_nothing_yet() {
    assert_eq!(metadata(&[]), Ok(None));
    assert_eq!(assignment(&[]), Ok(None));
}

#[test]
fn what_a_member_owns_is_had_less_revoked_plus_assigned() {
    let had = Blob::assignment_head(2)
        .shares(&[("a", &[-1, 0, 1]), ("b", &[-1, 0])])
        .shares(&[])
        .i32(0)
        .0;
    let meta = metadata(&Blob::default().i16(2).string("u").i64(1).bytes(&had).0).unwrap();
    let now = Blob::assignment_head(2)
        .shares(&[("c", &[-1, 3])])
        .shares(&[("a", &[1]), ("b", &[-1, 0])])
        .i32(0)
        .0;
    let now = assignment(&now).unwrap().unwrap();
    let (connectors, tasks) = owned(meta.as_ref(), &now);
    assert_eq!(connectors, ["a", "c"]);
    assert_eq!(tasks, [("a".to_owned(), 0), ("c".to_owned(), 3)]);
}

#[test]
fn lies_about_lengths_are_refused() {
    for announced in [i32::MAX, 1_000_000, -2, i32::MIN] {
        let shares = Blob::assignment_head(2).i32(announced).0;
        assert!(assignment(&shares).is_err(), "{announced} shares");
        let tasks = Blob::assignment_head(2).i32(1).string("a").i32(announced).0;
        assert!(assignment(&tasks).is_err(), "{announced} tasks");
        let blob = Blob::default().i16(2).string("u").i64(0).i32(announced).0;
        assert!(metadata(&blob).is_err(), "{announced} bytes");
    }
    assert_eq!(metadata(&Blob::default().i16(2).i16(-1).0), Err(Malformed::Length(4)));
    assert_eq!(metadata(&Blob::default().i16(-1).0), Err(Malformed::Negative(-1)));
    let mut latin = Blob::default().i16(2).i16(1).0;
    latin.push(0xe9);
    assert_eq!(metadata(&latin), Err(Malformed::Text(5)));
}

#[test]
fn a_version_that_is_not_known_is_read_as_the_newest_one() {
    let mut later = v2_assignment();
    later[1] = 3;
    later.extend(b"more than version 2 has");
    let read = assignment(&later).unwrap().unwrap();
    assert_eq!((read.version, read.delay_ms, read.assigned.len()), (3, 5000, 2));
    let meta = Blob::default()
        .i16(7)
        .string("http://w:8083/")
        .i64(26)
        .bytes(&later)
        .i32(1)
        .0;
    let read = metadata(&meta).unwrap().unwrap();
    assert_eq!((read.version, read.owned.unwrap().assigned.len()), (7, 2));
    // Laid out otherwise behind the address, which is all that is left then.
    let other = Blob::default().i16(9).string("http://w:8083/").i32(1).0;
    assert!(metadata(&other).is_err());
    assert_eq!(beginning(&other), Ok((9, "http://w:8083/".to_owned())));
    assert!(beginning(&[]).is_err() && beginning(&Blob::default().i16(-2).string("x").0).is_err());
}

#[test]
fn every_truncation_is_an_error() {
    let whole = v2_assignment();
    for end in 1..whole.len() {
        assert!(assignment(&whole[..end]).is_err(), "cut at {end}");
    }
    let meta = Blob::default().i16(2).string("http://w:8083/").i64(26).bytes(&whole).0;
    for end in 1..meta.len() {
        assert!(metadata(&meta[..end]).is_err(), "cut at {end}");
    }
}

proptest! {
    #[test]
    fn random_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let _ = metadata(&bytes);
        let _ = assignment(&bytes);
    }

    /// One flipped byte of a real blob gets deeper into the decoder than noise does.
    #[test]
    fn damaged_blobs_never_panic(at in 0_usize..200, value in any::<u8>()) {
        let mut blob = Blob::default().i16(2).string("http://w:8083/").i64(26).bytes(&v2_assignment()).0;
        let at = at % blob.len();
        blob[at] = value;
        if let Ok(Some(read)) = metadata(&blob) && let Some(had) = &read.owned {
            let _ = owned(Some(&read), had);
        }
        let _ = assignment(&blob);
    }
}
