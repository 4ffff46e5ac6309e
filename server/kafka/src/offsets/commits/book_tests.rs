use proptest::prelude::*;

use super::*;

fn book(groups: &[&str]) -> Book {
    let mut book = Book::default();
    book.place(1);
    want(&mut book, groups);
    book
}

fn want(book: &mut Book, groups: &[&str]) -> Vec<Arc<str>> {
    book.want(&groups.iter().map(|group| Arc::from(*group)).collect())
}

fn value(offset: i64, at: i64) -> Option<Value> {
    Some(Value {
        offset,
        committed_at_ms: Some(at),
    })
}

/// Group, topic, partition, offset, time, count of all that changed.
type Row = (String, String, i32, Option<i64>, Option<i64>, u32);

fn taken(book: &mut Book) -> Vec<Row> {
    let (commits, _) = book.take();
    let row = |commit: Commit| {
        (
            commit.group.to_string(),
            commit.topic.to_string(),
            commit.partition,
            commit.offset,
            commit.committed_at_ms,
            commit.commits,
        )
    };
    let mut rows: Vec<Row> = commits.into_iter().map(row).collect();
    rows.sort();
    rows
}

fn row(partition: i32, offset: Option<i64>, at: Option<i64>, commits: u32) -> Row {
    ("g".to_owned(), "t".to_owned(), partition, offset, at, commits)
}

fn begin(book: &mut Book) -> Ticket {
    book.begin(0).remove(0)
}

#[test]
fn a_slow_reader_finds_the_newest_commit_and_their_number() {
    let mut book = book(&["g"]);
    begin(&mut book);
    for offset in 1..=5 {
        book.commit("g", "t", 7, value(offset, offset * 10));
    }
    book.commit("other", "t", 7, value(9, 9));
    assert!(book.has_changed());
    assert_eq!(taken(&mut book), [row(7, Some(5), Some(50), 5)]);
    assert!(!book.has_changed());
    assert_eq!(taken(&mut book), []);
    book.commit("g", "t", 7, value(6, 60));
    assert_eq!(taken(&mut book), [row(7, Some(6), Some(60), 1)]);
}

#[test]
fn a_baseline_fills_what_the_tail_has_not_said() {
    let mut book = book(&["g"]);
    let ticket = begin(&mut book);
    book.commit("g", "t", 1, value(20, 200));
    book.commit("g", "t", 2, None);
    assert!(book.awaits(&ticket));
    let offsets = [("t", 0, 5), ("t", 1, 10), ("t", 2, 3), ("t", 3, -1001), ("t", -1, 4)];
    assert!(book.baseline(&ticket, offsets.into_iter()));
    assert_eq!(
        taken(&mut book),
        [
            row(0, Some(5), None, 0),
            row(1, Some(20), Some(200), 1),
            row(2, None, None, 1)
        ]
    );
    // It is written down once.
    assert!(!book.awaits(&ticket) && !book.baseline(&ticket, [("t", 0, 1)].into_iter()));
}

#[test]
fn a_removal_that_was_taken_is_not_undone_by_a_baseline_under_way() {
    let mut book = book(&["g"]);
    let ticket = begin(&mut book);
    book.commit("g", "t", 0, None);
    assert_eq!(taken(&mut book), [row(0, None, None, 1)]);
    book.baseline(&ticket, [("t", 0, 5)].into_iter());
    assert_eq!(taken(&mut book), []);
    assert_eq!(book.cells, 0);
    // A removal of what nobody knows of takes no room.
    book.commit("g", "t", 9, None);
    assert_eq!((book.cells, taken(&mut book)), (0, vec![]));
}

#[test]
fn after_a_gap_the_baseline_says_what_was_missed() {
    let mut book = book(&["g"]);
    let first = begin(&mut book);
    for partition in 0..4 {
        book.commit("g", "t", partition, value(10, 1));
    }
    taken(&mut book);
    let second = begin(&mut book);
    assert_ne!(first, second);
    book.commit("g", "t", 3, value(40, 4));
    // An answer to a question of before the gap is nobody's.
    assert!(!book.baseline(&first, [("t", 0, 99)].into_iter()));
    assert!(book.baseline(&second, [("t", 0, 10), ("t", 1, 30), ("t", 3, 39)].into_iter()));
    assert_eq!(
        taken(&mut book),
        [
            row(1, Some(30), None, 0),
            row(2, None, None, 0),
            row(3, Some(40), Some(4), 1)
        ]
    );
}

#[test]
fn a_group_that_is_wanted_again_begins_anew() {
    let mut book = book(&["g", "h"]);
    let tickets = book.begin(0);
    assert_eq!(tickets.len(), 2);
    book.commit("g", "t", 0, value(1, 1));
    assert!(want(&mut book, &["h"]).is_empty());
    assert!(!book.wants("g") && taken(&mut book).is_empty());
    assert_eq!(&*want(&mut book, &["g", "h"])[0], "g");
    let old = tickets.iter().find(|ticket| &*ticket.group == "g").unwrap();
    assert!(!book.baseline(old, [("t", 0, 1)].into_iter()));
    let new = book.ticket("g").unwrap();
    assert!(book.baseline(&new, [("t", 0, 1)].into_iter()));
    assert_eq!(taken(&mut book).len(), 1);
}

#[test]
fn how_a_group_stands_is_told_once() {
    let mut book = book(&["g"]);
    let stands = |book: &mut Book| book.take().1.into_iter().map(|(_, standing)| standing).next();
    assert_eq!(stands(&mut book), Some(Standing::Waiting));
    let old = begin(&mut book);
    assert_eq!(stands(&mut book), None);
    let refused = Standing::Failed(crate::Error::NoTopic("x".to_owned()));
    book.stand(&old, refused.clone());
    assert_eq!(stands(&mut book), Some(refused.clone()));
    let ticket = begin(&mut book);
    book.stand(&old, refused);
    assert_eq!(stands(&mut book), Some(Standing::Waiting));
    book.baseline(&ticket, [].into_iter());
    assert_eq!(stands(&mut book), Some(Standing::Complete));
}

#[test]
fn groups_are_placed_by_the_number_of_partitions() {
    let mut book = Book::default();
    want(&mut book, &["orders", "a"]);
    assert!(book.homes().is_empty());
    book.place(4);
    // Java's hashes are -1008770331 and 97.
    assert_eq!(book.homes(), [1, 3].into());
    assert_eq!((book.home("orders"), book.home("b")), (Some(3), None));
    assert_eq!(book.begin(3).len(), 1);
}

/// What may happen to one partition of one group.
#[derive(Debug, Clone)]
enum Event {
    /// A commit, or a removal, that the tail will give.
    Commit(Option<i64>),
    /// The tail gives the next record that it has not given.
    Read,
    /// The coordinator answers with what is true now.
    Answer,
    /// The tail loses its place and begins at the end.
    Gap,
}

proptest! {
    /// Commits, their delivery and baselines in any order: whenever the tail has read on beyond the answer of the
    /// baseline and beyond all commits, the book holds the truth, and never something older than it held before.
    #[test]
    fn a_baseline_and_a_tail_in_any_order_end_in_the_truth(
        events in proptest::collection::vec(
            prop_oneof![
                proptest::option::of(0_i64..1000).prop_map(Event::Commit),
                Just(Event::Read),
                Just(Event::Read),
                Just(Event::Answer),
                Just(Event::Gap),
            ],
            0..60,
        )
    ) {
        let mut book = book(&["g"]);
        let mut log: Vec<Option<i64>> = Vec::new();
        let mut position = 0;
        let mut ticket = begin(&mut book);
        // An answer waits until the tail has read what was there when it came.
        let mut held: Option<(usize, Option<i64>)> = None;
        let mut told = None;
        for event in events.into_iter().chain([Event::Answer]).chain((0..60).map(|_| Event::Read)) {
            match event {
                Event::Commit(offset) => log.push(offset),
                Event::Read => {
                    if let Some(record) = log.get(position) {
                        position += 1;
                        book.commit("g", "t", 0, record.and_then(|offset| value(offset, 1)));
                    }
                }
                Event::Answer => held = Some((log.len(), log.last().copied().flatten())),
                Event::Gap => {
                    position = log.len();
                    held = None;
                    ticket = begin(&mut book);
                }
            }
            if let Some((end, truth)) = held
                && position >= end
            {
                held = None;
                book.baseline(&ticket, truth.into_iter().map(|offset| ("t", 0, offset)));
            }
            for commit in book.take().0 {
                told = commit.offset;
            }
        }
        prop_assert_eq!(told, log.last().copied().flatten());
    }
}
