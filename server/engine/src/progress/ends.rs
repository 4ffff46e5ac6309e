//! Asking where logs begin and end, once a second for all that read them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use kafka::offsets::{Found, Isolation as Level, Offsets, Partition, Point, Shape};
use model::Clock;
use model::lag::{Isolation, TopicPartition};
use tokio::sync::{mpsc, watch as channel};
use tracing::{info, warn};

use super::AGAIN;
use super::told::{Ends, Told, Wanted};
use crate::complaints::Complaints;
use crate::watch::{Access, Aside};

/// Between two looks at ends.
const PACE: Duration = Duration::from_secs(1);
/// Between two looks at starts: they move when segments are deleted, every five minutes at most.
const STARTS: Duration = Duration::from_secs(15);
/// Between two looks at whether a topic is the same one, with as many partitions.
const SHAPES: Duration = Duration::from_secs(30);
/// The same while it is not there.
const MISSING: Duration = Duration::from_secs(5);
/// How long an answer may take.
const DEADLINE: Duration = Duration::from_secs(5);

/// Asks for ever.
pub(super) async fn run(
    access: Access,
    mut wishes: channel::Receiver<Wanted>,
    teller: mpsc::Sender<Told>,
    clock: Arc<dyn Clock>,
) {
    if wishes.wait_for(|wanted| !wanted.topics.is_empty()).await.is_err() {
        return;
    }
    let offsets = loop {
        let began = match access.cluster().await {
            Ok(cluster) => cluster.offsets(),
            Err(error) => Err(error),
        };
        match began {
            Ok(offsets) => break Aside::new(offsets),
            Err(error) => warn!(kafka = access.name(), %error, "ends of logs cannot be asked for"),
        }
        tokio::time::sleep(AGAIN).await;
    };
    let mut asker = Asker {
        access,
        offsets,
        topics: BTreeMap::new(),
        starts_due: None,
        complaints: Complaints::default(),
    };
    loop {
        let began = Instant::now();
        let wanted = wishes.borrow_and_update().topics.clone();
        let told = asker.round(&wanted, &*clock).await;
        if teller.send(Told::Ends(told)).await.is_err() {
            return;
        }
        tokio::time::sleep(PACE.saturating_sub(began.elapsed())).await;
        if wishes.has_changed().is_err() {
            return;
        }
    }
}

/// What is known of a topic.
struct Known {
    /// `None`: it is not there, or may not be described.
    shape: Option<Shape>,
    due: Instant,
}

struct Asker {
    access: Access,
    offsets: Aside<Offsets>,
    topics: BTreeMap<Arc<str>, Known>,
    /// When starts are asked for again; at once where topics are new.
    starts_due: Option<Instant>,
    complaints: Complaints,
}

type Topics = BTreeMap<Arc<str>, BTreeSet<Isolation>>;

impl Asker {
    async fn round(&mut self, wanted: &Topics, clock: &dyn Clock) -> Ends {
        let mut told = Ends::default();
        self.topics.retain(|name, _| wanted.contains_key(name));
        self.shapes(wanted, &mut told).await;
        told.at = clock.now();
        for (isolation, level) in [
            (Isolation::ReadUncommitted, Level::ReadUncommitted),
            (Isolation::ReadCommitted, Level::ReadCommitted),
        ] {
            let of = self.partitions(|name| wanted.get(name).is_some_and(|read| read.contains(&isolation)));
            let found = self.list(of, Point::Latest, level).await;
            told.ends
                .extend(found.into_iter().map(|(of, end)| (isolation, of, end)));
        }
        if self.starts_due.is_none_or(|due| due <= Instant::now()) {
            self.starts_due = Some(Instant::now() + STARTS);
            let of = self.partitions(|_| true);
            told.starts = self.list(of, Point::Earliest, Level::ReadUncommitted).await;
        }
        told
    }

    fn partitions(&self, chosen: impl Fn(&Arc<str>) -> bool) -> Vec<Partition> {
        let known = self.topics.iter().filter(|(name, _)| chosen(name));
        let shapes = known.filter_map(|(name, known)| Some((name, known.shape?)));
        shapes
            .flat_map(|(name, shape)| {
                (0..shape.partitions).map(|partition| Partition {
                    topic: name.clone(),
                    partition,
                })
            })
            .collect()
    }

    /// Looks which topics there are, those that are due.
    async fn shapes(&mut self, wanted: &Topics, told: &mut Ends) {
        let now = Instant::now();
        let due = |name: &&Arc<str>| self.topics.get(*name).is_none_or(|known| known.due <= now);
        let names: Vec<Arc<str>> = wanted.keys().filter(due).cloned().collect();
        if names.is_empty() {
            return;
        }
        let answers = match self.offsets.topics(names, DEADLINE).await {
            Ok(answers) => answers,
            Err(error) => return self.complain("topics", &error),
        };
        for (name, answer) in answers {
            let before = self.topics.get(&name).and_then(|known| known.shape);
            let shape = match answer {
                Ok(shape) => Some(shape),
                Err(kafka::Error::NoTopic(_)) => None,
                // What is not told now is what it was.
                Err(error) => {
                    self.complain(&name, &error);
                    match error {
                        kafka::Error::Authorization { .. } => None,
                        _ => before,
                    }
                }
            };
            if let (Some(before), Some(shape)) = (before, shape)
                && before.id != shape.id
            {
                info!(
                    kafka = self.access.name(),
                    topic = &*name,
                    "a topic was deleted and made again"
                );
                told.anew.push(name.clone());
            }
            // What is not there, or may not be described any more, ends nowhere.
            if before.is_some() && shape.is_none() {
                told.anew.push(name.clone());
            }
            if before.is_none() && shape.is_some() {
                told.topics.push(name.clone());
                self.starts_due = None;
            }
            let due = now + if shape.is_some() { SHAPES } else { MISSING };
            self.topics.insert(name, Known { shape, due });
        }
    }

    /// Offsets of these partitions, those that were told.
    async fn list(&mut self, of: Vec<Partition>, point: Point, level: Level) -> Vec<(TopicPartition, i64)> {
        if of.is_empty() {
            return Vec::new();
        }
        let found = match self.offsets.list(of, point, level, DEADLINE).await {
            Ok(found) => found,
            Err(error) => {
                self.complain("ends", &error);
                return Vec::new();
            }
        };
        let mut told = Vec::with_capacity(found.len());
        for Found { partition: of, at } in found {
            match at {
                Ok(Some(at)) => told.push((
                    TopicPartition {
                        topic: of.topic,
                        partition: of.partition,
                    },
                    at.offset,
                )),
                Ok(None) => {}
                Err(error) => {
                    // It may be another topic by now.
                    if let (Some(known), kafka::Error::NoTopic(_) | kafka::Error::NoPartition { .. }) =
                        (self.topics.get_mut(&of.topic), &error)
                    {
                        known.due = Instant::now();
                    }
                    self.complain(&of.topic, &error);
                }
            }
        }
        if self.complaints.over("ends") {
            info!(kafka = self.access.name(), "ends of logs are told again");
        }
        told
    }

    fn complain(&mut self, what: &str, error: &kafka::Error) {
        if self.complaints.due(what, &error.to_string(), Instant::now()) {
            warn!(kafka = self.access.name(), what, %error, "Kafka does not tell where a log ends");
        }
    }
}
