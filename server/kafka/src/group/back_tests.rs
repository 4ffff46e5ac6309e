use model::observe::GroupMember;

use super::*;

fn seen(workers: &[&str]) -> Result<GroupMembers, Error> {
    let member = |worker: &&str| GroupMember {
        member_id: format!("connect-{worker}").into(),
        worker_id: WorkerId::from(*worker),
        url: format!("http://{worker}/").into(),
        leader: None,
        leader_url: None,
        delay_ms: None,
        connectors: Vec::new(),
        tasks: Vec::new(),
    };
    Ok(GroupMembers {
        group_id: "g".into(),
        state: "Stable".into(),
        partial: false,
        kafka_cluster_id: None,
        members: workers.iter().map(member).collect(),
    })
}

/// Whether the absence of workers proves something.
fn proves(outage: &mut Outage, workers: &[&str], at: Instant) -> bool {
    !outage.judge(seen(workers), at).unwrap().partial
}

fn miss(outage: &mut Outage, at: Instant) {
    let after = Duration::from_secs(1);
    assert!(outage.judge(Err(Error::TimedOut { after }), at).is_err());
}

#[test]
fn absence_proves_nothing_until_all_are_back_or_had_their_time() {
    let (start, second) = (Instant::now(), Duration::from_secs(1));
    let mut outage = Outage::default();
    assert!(proves(&mut outage, &["a:1", "b:1"], start));
    miss(&mut outage, start);
    assert!(!proves(&mut outage, &[], start + second));
    assert!(!proves(&mut outage, &["a:1"], start + second * 2));
    // All are there: whoever leaves now has left.
    assert!(proves(&mut outage, &["b:1", "a:1"], start + second * 3));
    assert!(proves(&mut outage, &["a:1"], start + second * 4));

    miss(&mut outage, start + second * 5);
    assert!(!proves(&mut outage, &[], start + second * 6));
    assert!(proves(&mut outage, &[], start + second * 6 + RETURN));
    assert!(proves(&mut outage, &[], start + second * 7 + RETURN));
}

#[test]
fn without_an_outage_an_absence_is_one() {
    let now = Instant::now();
    let mut outage = Outage::default();
    assert!(proves(&mut outage, &[], now));
    assert!(proves(&mut outage, &["a:1", "b:1"], now));
    assert!(proves(&mut outage, &["a:1"], now));
    assert!(proves(&mut outage, &[], now));
}

#[test]
fn a_watcher_that_began_in_an_outage_takes_no_empty_group_for_one() {
    let now = Instant::now();
    let mut outage = Outage::default();
    miss(&mut outage, now);
    assert!(!proves(&mut outage, &[], now));
    assert!(proves(&mut outage, &["a:1"], now));
    assert!(proves(&mut outage, &[], now));
}

#[test]
fn a_first_look_that_lacks_somebody_who_was_there_proves_nothing_yet() {
    let (start, second) = (Instant::now(), Duration::from_secs(1));
    let known = || Outage::perhaps(["a:1", "b:1"].map(WorkerId::from).into());
    let mut outage = known();
    assert!(!proves(&mut outage, &["a:1"], start));
    assert!(!proves(&mut outage, &["a:1"], start + second * 5));
    assert!(proves(&mut outage, &["a:1", "b:1"], start + second * 6));
    assert!(proves(&mut outage, &["a:1"], start + second * 7), "this one left since");
    let mut outage = known();
    assert!(!proves(&mut outage, &["a:1"], start));
    assert!(proves(&mut outage, &["a:1"], start + RETURN), "it had its time");
    let mut outage = known();
    assert!(proves(&mut outage, &["a:1", "b:1", "c:1"], start));
    assert!(proves(&mut outage, &[], start + second), "it was no outage");
    let mut outage = Outage::perhaps(BTreeSet::new());
    assert!(!proves(&mut outage, &[], start), "nobody knows of anybody");
}
