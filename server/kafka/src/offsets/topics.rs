//! Which topics there are, and how many partitions they have, for many at a time.

use std::collections::BTreeSet;
use std::ffi::CString;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::refused;
use crate::Error;
use crate::client::Client;
use crate::ffi::{self, Bulk, RawTopic, Reply};

/// Topics in one question.
const CHUNK: usize = 500;

/// A topic's id, which no second topic of the same name has; all zero from brokers older than 3.1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct TopicId(
    /// Its upper and its lower half.
    pub i64,
    /// As above.
    pub i64,
);

/// What a topic is like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shape {
    /// How many partitions it has.
    pub partitions: i32,
    /// Which of all topics that ever had its name it is.
    pub id: TopicId,
}

/// What there is of these topics, by name.
pub(super) fn describe(
    client: &Client,
    names: BTreeSet<Arc<str>>,
    deadline: Duration,
    left: Duration,
) -> Vec<(Arc<str>, Result<Shape, Error>)> {
    let end = Instant::now() + left;
    let silent = Error::TimedOut { after: deadline };
    let silence = |name: Arc<str>| (name, Err(silent.clone()));
    let mut answers: Vec<(Arc<str>, Result<Shape, Error>)> = names.into_iter().map(silence).collect();
    let mut valid: Vec<(usize, CString)> = Vec::new();
    for (index, (name, answer)) in answers.iter_mut().enumerate() {
        match ffi::name(name).filter(|name| !name.is_empty()) {
            Some(native) => valid.push((index, native)),
            None => *answer = Err(Error::NoTopic(name.to_string())),
        }
    }
    let bulk = Bulk::new(&client.consumer);
    for (number, chunk) in valid.chunks(CHUNK).enumerate() {
        let names: Vec<CString> = chunk.iter().map(|(_, name)| name.clone()).collect();
        bulk.ask_topics(number, &names, end.saturating_duration_since(Instant::now()));
    }
    for _ in valid.chunks(CHUNK) {
        let Some((number, reply)) = bulk.next(end.saturating_duration_since(Instant::now())) else {
            break;
        };
        let chunk = valid.chunks(CHUNK).nth(number).unwrap_or_default();
        for (place, (index, _)) in chunk.iter().enumerate() {
            let Some((name, answer)) = answers.get_mut(*index) else {
                continue;
            };
            *answer = match &reply {
                Ok(Reply::Topics(topics)) => match topics.get(place) {
                    Some(Some(topic)) => shape(topic, name, deadline),
                    _ => Err(silent.clone()),
                },
                Ok(Reply::Offsets(_)) => Err(silent.clone()),
                Err(code) => Err(Error::from_number(*code, deadline)),
            };
        }
    }
    client.serve();
    if answers
        .iter()
        .any(|(_, answer)| !matches!(answer, Err(Error::TimedOut { .. })))
    {
        client.voice.settle();
    }
    for (_, answer) in &mut answers {
        if let Err(error) = answer {
            *error = client.voice.explain(error.clone(), deadline);
        }
    }
    answers
}

fn shape(topic: &RawTopic, name: &str, deadline: Duration) -> Result<Shape, Error> {
    match topic.error {
        0 => Ok(Shape {
            partitions: i32::try_from(topic.partitions).unwrap_or(i32::MAX),
            id: TopicId(topic.id.0, topic.id.1),
        }),
        code => Err(refused(code, name, 0, deadline)),
    }
}
