//! Of questions that nobody answers: the address belongs to a listener that takes connections and says nothing.

use std::net::TcpListener;

use super::*;

const WAIT: Duration = Duration::from_millis(100);
const SECOND: Duration = Duration::from_secs(1);

fn mute() -> (TcpListener, Coordinators) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let bootstrap = listener.local_addr().unwrap().to_string();
    let (config, voice) = crate::client::config(&bootstrap, &Default::default()).unwrap();
    (listener, Coordinators::new(config, voice))
}

/// Groups with the time of the question about each that waits; `None` without a client.
fn waiting(coordinators: &Coordinators) -> Option<Vec<(CString, Instant)>> {
    let open = coordinators.open();
    let questions = |open: &Open| {
        let each = open.waiting.iter();
        each.map(|waiting| (waiting.group.clone(), waiting.since)).collect()
    };
    open.as_ref().map(questions)
}

#[test]
fn a_question_without_an_answer_waits_and_is_put_once() {
    let (_listener, coordinators) = mute();
    assert_eq!(waiting(&coordinators), None);
    let timed_out = Err(Error::TimedOut { after: WAIT });
    assert_eq!(coordinators.ask(c"g", WAIT), timed_out);
    let first = waiting(&coordinators).unwrap();
    assert_eq!(first.len(), 1);
    // Put again it would wait since later.
    assert_eq!(coordinators.ask(c"g", WAIT), timed_out);
    assert_eq!(waiting(&coordinators), Some(first.clone()));
    assert_eq!(coordinators.ask(c"h", WAIT), timed_out);
    let both = waiting(&coordinators).unwrap();
    assert_eq!((both.len(), &both[0], &*both[1].0), (2, &first[0], c"h"));
}

#[test]
fn a_client_goes_with_a_question_that_waited_for_too_long_though_it_is_used() {
    let (_listener, coordinators) = mute();
    coordinators.ask(c"g", WAIT).unwrap_err();
    let since = waiting(&coordinators).unwrap()[0].1;
    coordinators.tidy(since + PATIENCE);
    let (used, other) = coordinators.begin(c"other").unwrap();
    assert!(other.is_none());
    assert_eq!(waiting(&coordinators).map(|all| all.len()), Some(1));
    coordinators.tidy(since + PATIENCE + SECOND);
    assert_eq!(waiting(&coordinators), None);
    // An answer to a question of that client that comes to nothing later is not kept with the next client.
    let late = Waiting {
        group: c"other".to_owned(),
        offsets: false,
        question: ffi::ask_coordinator(&used, c"other"),
        since,
    };
    let (next, _) = coordinators.begin(c"g").unwrap();
    assert!(!Arc::ptr_eq(&used, &next));
    coordinators.wait_on(late);
    assert_eq!(waiting(&coordinators), Some(Vec::new()));
}

#[test]
fn a_client_that_nobody_uses_is_let_go() {
    let (_listener, coordinators) = mute();
    let (began, _) = (Instant::now(), coordinators.begin(c"g").unwrap());
    coordinators.tidy(began + IDLE);
    assert!(waiting(&coordinators).is_some());
    coordinators.tidy(Instant::now() + IDLE + SECOND);
    assert_eq!(waiting(&coordinators), None);
}

#[test]
fn a_question_for_offsets_that_is_dropped_waits_on_and_ends_with_its_client() {
    let (_listener, coordinators) = mute();
    let coordinators = Arc::new(coordinators);
    let mut asked = coordinators.ask_offsets(c"g").unwrap();
    let since = asked.since().unwrap();
    assert!(asked.answer(WAIT).is_none());
    assert_eq!(waiting(&coordinators), Some(Vec::new()));
    drop(asked);
    assert_eq!(waiting(&coordinators), Some(vec![(c"g".to_owned(), since)]));
    // One about the group itself is another question.
    coordinators.ask(c"g", WAIT).unwrap_err();
    assert_eq!(waiting(&coordinators).map(|all| all.len()), Some(2));
    let late = coordinators.ask_offsets(c"h").unwrap();
    coordinators.tidy(since + PATIENCE + SECOND);
    assert_eq!(waiting(&coordinators), None);
    // Its client was let go meanwhile, and goes with it.
    drop(late);
    assert_eq!(waiting(&coordinators), None);
}
