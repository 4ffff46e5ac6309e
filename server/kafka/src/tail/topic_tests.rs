use super::*;

const ID: Option<(i64, i64)> = Some((1, 2));
const OTHER: Option<(i64, i64)> = Some((1, 3));

fn found(id: Option<(i64, i64)>, partitions: i32) -> Result<Found, i32> {
    Ok(Found {
        id,
        partitions,
        leaderless: None,
        readable: Some(true),
    })
}

fn refused() -> Result<Found, i32> {
    Ok(Found {
        readable: Some(false),
        ..found(ID, 2).expect("there")
    })
}

/// A topic with two partitions that is attached and complete, as `run` makes it so.
fn complete(now: Instant) -> Topic {
    let mut topic = Topic::new(TopicKind::Status);
    assert_eq!(topic.news(), reading());
    assert_eq!(topic.described(found(ID, 2), now), Step::Renew);
    attach_all(&mut topic);
    assert_eq!(topic.news(), None);
    ends(&mut topic);
    assert_eq!(topic.news(), Some(Standing::Complete));
    topic
}

/// As `run` does when it is told to renew or to attach.
fn attach_all(topic: &mut Topic) {
    topic.attached.extend(topic.partitions.keys());
}

fn ends(topic: &mut Topic) {
    for partition in topic.partitions.values_mut() {
        partition.end(5, || Some((0, 5)));
    }
}

fn incomplete(why: Incomplete) -> Option<Standing> {
    Some(Standing::Incomplete(why))
}

fn reading() -> Option<Standing> {
    incomplete(Incomplete::Reading)
}

#[test]
fn one_that_is_there_is_left_alone() {
    let now = Instant::now();
    let mut topic = complete(now);
    assert_eq!(topic.described(found(ID, 2), now), Step::Nothing);
    assert_eq!(topic.news(), None);
}

#[test]
fn partitions_that_are_added_are_taken_up_and_make_it_incomplete() {
    let now = Instant::now();
    let mut topic = complete(now);
    assert_eq!(topic.described(found(ID, 4), now), Step::Attach(vec![2, 3]));
    assert_eq!(topic.news(), reading());
    // It could not be done: it is tried again.
    assert_eq!(topic.described(found(ID, 4), now), Step::Attach(vec![2, 3]));
    ends(&mut topic);
    assert_eq!(topic.news(), None);
    attach_all(&mut topic);
    assert_eq!(topic.news(), Some(Standing::Complete));
}

#[test]
fn one_that_was_deleted_and_made_again_is_read_anew() {
    let now = Instant::now();
    // Between two looks, by its id or by its size.
    assert_eq!(
        complete(now).described(found(OTHER, 2), now),
        Step::Restart(Restart::Recreated)
    );
    assert_eq!(
        complete(now).described(found(ID, 1), now),
        Step::Restart(Restart::Recreated)
    );
    let mut topic = complete(now);
    assert_eq!(topic.described(found(OTHER, 3), now), Step::Restart(Restart::Recreated));
    assert_eq!(topic.attached.len(), 2, "what it had is let go as it was taken up");
    topic.attached.clear();
    topic.restart(now);
    assert_eq!(topic.partitions.len(), 3);
    // With a look in between.
    for (id, again) in [(OTHER, Step::Restart(Restart::Recreated)), (ID, Step::Renew)] {
        let mut topic = complete(now);
        assert_eq!(topic.described(Err(3), now), Step::Detach);
        topic.attached.clear();
        assert_eq!(topic.news(), incomplete(Incomplete::Missing));
        assert_eq!(topic.described(Err(3), now), Step::Nothing);
        assert_eq!(topic.described(found(id, 2), now), again);
    }
    // Brokers that know no ids.
    let mut topic = complete(now);
    topic.id = None;
    assert_eq!(topic.described(found(None, 2), now), Step::Nothing);
    assert_eq!(topic.described(Err(3), now), Step::Detach);
    assert_eq!(topic.described(found(None, 2), now), Step::Restart(Restart::Recreated));
}

#[test]
fn one_that_is_made_later_is_taken_up_then() {
    let now = Instant::now();
    let mut topic = Topic::new(TopicKind::Config);
    assert_eq!(topic.described(Err(3), now), Step::Nothing);
    assert_eq!(topic.news(), incomplete(Incomplete::Missing));
    assert_eq!(topic.described(found(ID, 1), now), Step::Renew);
    assert_eq!(topic.news(), reading());
}

#[test]
fn a_missing_right_is_named_and_what_was_read_stays_known() {
    let now = Instant::now();
    for (said, why) in [(Err(29), Denied::Describe), (refused(), Denied::Read)] {
        let mut topic = complete(now);
        assert_eq!(topic.described(said.clone(), now), Step::Detach);
        topic.attached.clear();
        assert_eq!(topic.news(), incomplete(Incomplete::Denied(why)));
        assert_eq!(topic.described(said, now), Step::Nothing);
        assert_eq!(topic.described(found(ID, 2), now), Step::Renew);
        assert_eq!(topic.partitions[&0].next(), Some(5));
    }
}

#[test]
fn a_refusal_outweighs_for_a_while_what_a_broker_says_of_our_rights() {
    let now = Instant::now();
    let mut topic = complete(now);
    assert_eq!(topic.troubled(0, DENIED, now), Step::Detach);
    topic.attached.clear();
    assert_eq!(topic.news(), incomplete(Incomplete::Denied(Denied::Read)));
    assert_eq!(topic.described(found(ID, 2), now), Step::Nothing);
    assert_eq!(topic.news(), None);
    assert_eq!(topic.described(found(ID, 2), now + REFUSED), Step::Renew);
}

#[test]
fn after_silence_the_end_is_proven_anew() {
    let now = Instant::now();
    let mut topic = complete(now);
    let error = Error::TimedOut { after: LONG };
    topic.silent(&error);
    assert_eq!(topic.news(), incomplete(Incomplete::Silent(error)));
    assert_eq!(topic.described(found(ID, 2), now), Step::Renew);
}

const LONG: Duration = Duration::from_secs(3);

#[test]
fn a_partition_without_leader_is_named() {
    let now = Instant::now();
    let mut topic = complete(now);
    let leaderless = Found {
        leaderless: Some(1),
        ..found(ID, 2).expect("there")
    };
    assert_eq!(topic.described(Ok(leaderless), now), Step::Nothing);
    assert_eq!(topic.news(), incomplete(Incomplete::Leaderless { partition: 1 }));
    assert_eq!(topic.described(found(ID, 2), now), Step::Renew);
}

#[test]
fn a_log_that_is_cut_is_read_anew_but_not_all_the_time() {
    let now = Instant::now();
    let mut topic = complete(now);
    topic.beginnings(|_| Some((0, 5)));
    assert_eq!(topic.due(now), Step::Nothing);
    topic.beginnings(|number| Some((i64::from(number), 5)));
    assert_eq!(topic.news(), reading());
    assert_eq!(topic.due(now), Step::Restart(Restart::Truncated { partition: 1 }));
    topic.restart(now);
    assert_eq!(topic.partitions[&1].next(), None);

    assert_eq!(topic.troubled(0, -140, now), Step::Nothing);
    assert_eq!(topic.due(now), Step::Nothing, "too early");
    assert_eq!(
        topic.due(now + BETWEEN_RESTARTS),
        Step::Restart(Restart::OutOfRange { partition: 0 })
    );
}

#[test]
fn an_error_that_says_little_changes_nothing_by_itself() {
    let now = Instant::now();
    let mut topic = complete(now);
    assert_eq!(topic.troubled(0, -195, now), Step::Nothing);
    assert_eq!(topic.news(), None);
    assert_eq!(topic.described(Err(5), now), Step::Nothing);
    assert!(matches!(
        topic.news(),
        Some(Standing::Incomplete(Incomplete::Silent(_)))
    ));
}

#[test]
fn one_that_holds_something_else_is_not_read_to_its_end() {
    let now = Instant::now();
    let mut topic = complete(now);
    assert_eq!(topic.holds(false, STRANGE), Step::Nothing);
    assert_eq!(topic.holds(false, 1), Step::Detach);
    topic.attached.clear();
    assert_eq!(topic.news(), incomplete(Incomplete::Foreign));
    // Whatever a broker says of it, and after a silence.
    topic.silent(&Error::Unreachable {
        reason: "refused".to_owned(),
    });
    assert_eq!(topic.described(found(ID, 2), now), Step::Nothing);
    assert_eq!(topic.news(), None, "nothing else was told meanwhile");
    // Another topic of its name may hold what is expected.
    assert_eq!(topic.described(found(OTHER, 2), now), Step::Restart(Restart::Recreated));
    topic.restart(now);
    assert_eq!(topic.holds(true, 10), Step::Nothing);
    assert_eq!(
        topic.holds(false, 2 * STRANGE),
        Step::Nothing,
        "a stray record harms nobody"
    );
}
