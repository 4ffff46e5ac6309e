//! Of coordinators that refuse or are silent, played by librdkafka's own mock of a cluster.

use std::collections::BTreeMap;
use std::net::TcpListener;

use rdkafka::mocking::MockCluster;
use rdkafka::types::{RDKafkaApiKey, RDKafkaRespErr as Code};

use super::*;
use crate::client::Client;

const SECOND: Duration = Duration::from_secs(1);

/// What is asked for one group, and the book.
fn asked(bootstrap: &str) -> (Baselines, Book) {
    let client = Client::new(bootstrap, &BTreeMap::new()).unwrap();
    let mut baselines = Baselines::new(Arc::clone(&client.committed));
    let mut book = Book::default();
    book.place(1);
    book.want(&["g".into()].into());
    book.take();
    baselines.add(book.begin(0));
    (baselines, book)
}

/// The next word on how the group stands; `now` stands still.
fn standing(baselines: &mut Baselines, book: &mut Book, now: Instant) -> Standing {
    let began = Instant::now();
    loop {
        baselines.step(book, 7, now);
        baselines.settle(book, |_, _| Some(7));
        if let Some((_, standing)) = book.take().1.pop() {
            return standing;
        }
        assert!(began.elapsed() < SECOND * 20);
        std::thread::sleep(HURRY);
    }
}

#[test]
fn a_group_that_we_may_not_describe_is_named_and_asked_for_again() {
    let mock = MockCluster::new(1).unwrap();
    mock.request_errors(
        RDKafkaApiKey::OffsetFetch,
        &[
            Code::RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED,
            Code::RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS,
        ],
    );
    let (mut baselines, mut book) = asked(&mock.bootstrap_servers());
    let now = Instant::now();
    let reason = "DESCRIBE on group `g`".to_owned();
    let denied = Standing::Failed(Error::Authorization { reason });
    assert_eq!(standing(&mut baselines, &mut book, now), denied);
    baselines.step(&mut book, 7, now + DENIED - SECOND);
    assert!(!baselines.hurries());
    let later = now + DENIED;
    let busy = standing(&mut baselines, &mut book, later);
    assert!(matches!(busy, Standing::Failed(Error::Refused { .. })), "{busy:?}");
    baselines.step(&mut book, 7, later + PAUSE / 2);
    assert!(!baselines.hurries());
    assert_eq!(standing(&mut baselines, &mut book, later + PAUSE), Standing::Complete);
}

#[test]
fn an_answer_waits_until_the_tail_has_read_beyond_it() {
    let mock = MockCluster::new(1).unwrap();
    let (mut baselines, mut book) = asked(&mock.bootstrap_servers());
    let began = Instant::now();
    while !baselines.holds() {
        baselines.step(&mut book, 7, began);
        assert!(began.elapsed() < SECOND * 20);
        std::thread::sleep(HURRY);
    }
    for look in [None, Some(6)] {
        baselines.settle(&mut book, |_, _| look);
        assert!(baselines.holds() && book.take().1.is_empty(), "{look:?}");
    }
    baselines.settle(&mut book, |_, _| Some(7));
    assert!(!baselines.holds());
    assert_eq!(
        book.take().1.pop().map(|(_, standing)| standing),
        Some(Standing::Complete)
    );
}

#[test]
fn a_silent_coordinator_is_told_of_in_time_and_one_question_waits() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let (mut baselines, mut book) = asked(&listener.local_addr().unwrap().to_string());
    let now = Instant::now();
    baselines.step(&mut book, 7, now);
    assert!(baselines.hurries() && book.take().1.is_empty());
    let late = Instant::now() + DEADLINE + SECOND;
    baselines.step(&mut book, 7, late);
    let silent = Standing::Failed(Error::TimedOut { after: DEADLINE });
    assert_eq!(book.take().1.pop().map(|(_, standing)| standing), Some(silent));
    assert!(!baselines.hurries());
    baselines.add((0..40).filter_map(|_| book.ticket("g")));
    baselines.step(&mut book, 7, late + PAUSE);
    assert_eq!(baselines.asked.len(), 1);
}
