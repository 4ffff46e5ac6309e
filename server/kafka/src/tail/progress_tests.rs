use super::*;

fn fed(end: i64, offsets: &[i64]) -> Partition {
    let mut partition = Partition::default();
    for offset in offsets {
        assert!(partition.record(*offset, || Some((0, end))));
    }
    partition
}

#[test]
fn the_end_that_was_there_at_the_start_is_reached_through_gaps() {
    assert!(!fed(10, &[0, 1, 8]).reached());
    assert!(fed(10, &[0, 1, 9]).reached());
    // What comes while it is read moves no goal.
    assert!(fed(10, &[0, 12]).reached());
}

#[test]
fn where_the_log_ends_with_what_is_never_shown_the_word_of_its_end_is_enough() {
    let mut partition = fed(10, &[0, 5]);
    partition.end(10, || None);
    assert!(partition.reached());
    assert_eq!(partition.next(), Some(10));
    // Of an empty one nothing else comes.
    let mut empty = Partition::default();
    empty.end(0, || None);
    assert!(empty.reached());
    assert_eq!(empty.next(), Some(0));
}

#[test]
fn an_end_that_is_not_known_yet_is_asked_for_with_the_next_record() {
    let mut partition = Partition::default();
    assert!(partition.record(0, || None));
    assert!(!partition.reached());
    assert!(partition.record(1, || Some((0, 3))));
    assert!(partition.record(2, || panic!("it is known")));
    assert!(partition.reached());
}

#[test]
fn nothing_is_told_twice_and_the_end_is_proven_anew() {
    let mut partition = fed(2, &[0, 1]);
    partition.again();
    assert!(!partition.reached());
    assert_eq!(partition.next(), Some(2));
    assert!(!partition.record(1, || None));
    assert!(partition.record(2, || Some((0, 5))));
    assert!(!partition.reached());
    partition.end(4, || None);
    assert!(partition.reached());
    // An end that lies before what was told moves nothing back.
    partition.end(1, || None);
    assert_eq!(partition.next(), Some(4));
}

#[test]
fn a_beginning_that_moves_is_noticed_once_there_is_a_fresh_word_of_it() {
    let mut partition = Partition::default();
    assert!(!partition.begins(|| panic!("what is known may be about an earlier log")));
    partition.end(9, || Some((3, 9)));
    assert!(!partition.begins(|| None));
    assert!(!partition.begins(|| Some((3, 9))));
    assert!(partition.begins(|| Some((7, 9))));
    assert!(!partition.begins(|| Some((7, 9))));
    assert!(partition.begins(|| Some((0, 9))));
    // It counts from the first record on, and over an outage.
    let mut partition = Partition::default();
    assert!(partition.record(2, || Some((2, 9))));
    partition.again();
    assert!(partition.record(5, || Some((4, 9))));
    assert!(partition.begins(|| Some((4, 9))));
}

#[test]
fn the_last_offset_there_can_be_breaks_nothing() {
    let mut partition = fed(i64::MAX, &[i64::MAX]);
    assert!(partition.reached());
    partition.end(i64::MAX, || None);
}
