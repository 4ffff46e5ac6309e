//! The tail of a Kafka cluster, shared by the readers of its Connect clusters.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::sync::Arc;
use std::time::Duration;

use kafka::internal::TopicKind;
use kafka::tail::{Incomplete, TailEvent, TailKind, Topics};
use kafka::{Error, Tail};
use model::names::ClusterName;
use tokio::sync::mpsc;
use tokio::time::MissedTickBehavior;
use tracing::warn;

use super::OffsetsOf;
use crate::KafkaSpec;
use crate::watch::aside::Aside;

/// Events that may wait between the tail and the hub, and for each reader: each holds at most 256 kB of records.
pub(super) const EVENTS: usize = 16;
/// How long it takes until what failed, and what was taken, is tried again.
const AGAIN: Duration = Duration::from_secs(15);

/// What a reader wants to read from now on, in place of what it wanted before.
pub(in crate::watch) struct Wish {
    pub(super) cluster: ClusterName,
    pub(super) topics: Topics,
    pub(super) to: mpsc::Sender<Told>,
}

/// What a reader is told.
pub(super) enum Told {
    /// News of one of its topics.
    News(TailEvent),
    /// A topic is read for another cluster already, and two cannot share one.
    Taken {
        topic: Arc<str>,
        kind: TopicKind,
        by: ClusterName,
    },
}

/// The way to the tail of a unit.
#[derive(Clone)]
pub(in crate::watch) struct Hub {
    /// Without a bound: each reader has a few, and one that waited here for the hub might be the one for whom the hub waits.
    wishes: mpsc::UnboundedSender<Wish>,
    /// News of the offset topics of all its clusters.
    pub(super) offsets: mpsc::Sender<OffsetsOf>,
}

impl Hub {
    /// With the end at which [`run`] hears of wishes.
    pub(in crate::watch) fn new(offsets: mpsc::Sender<OffsetsOf>) -> (Self, mpsc::UnboundedReceiver<Wish>) {
        let (wishes, heard) = mpsc::unbounded_channel();
        (Self { wishes, offsets }, heard)
    }

    /// Reads these topics for a cluster from now on; false when the unit ends.
    pub(super) async fn follow(&self, wish: Wish) -> bool {
        self.wishes.send(wish).is_ok()
    }
}

/// Reads for ever.
pub(in crate::watch) async fn run(name: Arc<str>, spec: KafkaSpec, mut wishes: mpsc::UnboundedReceiver<Wish>) {
    let (events, mut news) = mpsc::channel(EVENTS);
    let mut reading = Reading::new(name, spec, events);
    let mut again = tokio::time::interval(AGAIN);
    again.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            wish = wishes.recv() => match wish {
                Some(wish) => reading.follow(wish).await,
                None => return,
            },
            event = news.recv() => if let Some(event) = event {
                reading.pass(event).await;
            },
            _ = again.tick(), if reading.unsettled() => reading.settle(Ok(())).await,
        }
    }
}

/// Who reads what.
struct Reading {
    routes: BTreeMap<Arc<str>, Route>,
    /// Who wants to read what is read for another cluster.
    waiting: Vec<(Arc<str>, Route)>,
    /// Started when something is to be read first.
    tail: Option<Aside<Tail>>,
    /// Why it could not be told last what to read.
    failed: Option<Error>,
    name: Arc<str>,
    spec: KafkaSpec,
    events: mpsc::Sender<TailEvent>,
}

struct Route {
    kind: TopicKind,
    cluster: ClusterName,
    to: mpsc::Sender<Told>,
}

impl Reading {
    fn new(name: Arc<str>, spec: KafkaSpec, events: mpsc::Sender<TailEvent>) -> Self {
        Self {
            routes: BTreeMap::new(),
            waiting: Vec::new(),
            tail: None,
            failed: None,
            name,
            spec,
            events,
        }
    }

    async fn follow(&mut self, wish: Wish) {
        let Wish { cluster, topics, to } = wish;
        // A reader that begins anew is told all from the beginning: what was read for it before is let go first.
        self.routes.retain(|topic, route| {
            let goes_on = topics.get(topic) == Some(&route.kind) && route.to.same_channel(&to);
            !route.to.is_closed() && (route.cluster != cluster || goes_on)
        });
        self.waiting.retain(|(_, route)| route.cluster != cluster);
        let stopped = self.tell_tail();
        for (topic, kind) in topics {
            let route = Route {
                kind,
                cluster: cluster.clone(),
                to: to.clone(),
            };
            match self.routes.get(&topic) {
                None => drop(self.routes.insert(topic, route)),
                Some(other) if other.cluster == cluster => {}
                Some(other) => {
                    let by = other.cluster.clone();
                    warn!(%cluster, %topic, "it is read as {by}'s already; check the topics of both");
                    self.waiting.push((topic.clone(), route));
                    // A reader that is gone needs no answer.
                    let _gone = to.send(Told::Taken { topic, kind, by }).await;
                }
            }
        }
        self.settle(stopped).await;
    }

    /// Whether something is left to be tried again.
    fn unsettled(&self) -> bool {
        self.failed.is_some() || !self.waiting.is_empty()
    }

    /// Lets go of what nobody wants any more, gives what is free to who waits for it, and has read what is wanted. `told` is
    /// what came of telling the tail before.
    async fn settle(&mut self, told: Result<(), Error>) {
        self.routes.retain(|_, route| !route.to.is_closed());
        self.waiting.retain(|(_, route)| !route.to.is_closed());
        let mut told = told.and_then(|()| self.tell_tail());
        let mut given = false;
        for (topic, route) in std::mem::take(&mut self.waiting) {
            match self.routes.entry(topic) {
                Entry::Occupied(taken) => self.waiting.push((taken.key().clone(), route)),
                Entry::Vacant(free) => {
                    free.insert(route);
                    given = true;
                }
            }
        }
        if given {
            told = told.and_then(|()| self.tell_tail());
        }
        let Err(error) = told else {
            self.failed = None;
            return;
        };
        if self.failed.as_ref() != Some(&error) {
            warn!(kafka = %self.name, %error, "the internal topics cannot be read");
        }
        // One that hears nothing is of no use: another one is started the next time.
        self.tail = None;
        for (topic, route) in &self.routes {
            let kind = TailKind::Incomplete(Incomplete::Silent(error.clone()));
            let topic = Arc::clone(topic);
            let _gone = route.to.send(Told::News(TailEvent { topic, kind })).await;
        }
        self.failed = Some(error);
    }

    /// Reads what is wanted; starts the tail when something is.
    fn tell_tail(&mut self) -> Result<(), Error> {
        let topics: Topics = self
            .routes
            .iter()
            .map(|(topic, route)| (Arc::clone(topic), route.kind))
            .collect();
        match &self.tail {
            Some(tail) => tail.follow(topics),
            None if topics.is_empty() => Ok(()),
            None => {
                let (bootstrap, properties) = (&self.spec.bootstrap, &self.spec.properties);
                let events = self.events.clone();
                self.tail = Some(Aside::new(Tail::start(
                    &self.name, bootstrap, properties, topics, events,
                )?));
                Ok(())
            }
        }
    }

    /// Passes news on to whom they concern. A reader that is slow holds up the others: all of them wait for the one unit
    /// that takes what they tell, and what waits is bounded.
    async fn pass(&mut self, event: TailEvent) {
        let Some(route) = self.routes.get(&event.topic) else {
            return;
        };
        if route.to.send(Told::News(event)).await.is_err() {
            self.settle(Ok(())).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// With the end at which the tail is heard.
    fn reading(properties: &[(&str, &str)]) -> (Reading, mpsc::Receiver<TailEvent>) {
        let own = |(key, value): &(&str, &str)| ((*key).to_owned(), (*value).to_owned());
        let spec = KafkaSpec {
            bootstrap: "127.0.0.1:1".into(),
            properties: properties.iter().map(own).collect(),
        };
        let (events, news) = mpsc::channel(EVENTS);
        (Reading::new("main".into(), spec, events), news)
    }

    fn wish(cluster: &str) -> (Wish, mpsc::Receiver<Told>) {
        let (to, told) = mpsc::channel(EVENTS);
        let wish = Wish {
            cluster: cluster.into(),
            topics: [("x-status".into(), TopicKind::Status)].into(),
            to,
        };
        (wish, told)
    }

    fn reader(reading: &Reading) -> Option<&str> {
        reading.routes.get("x-status").map(|route| route.cluster.as_str())
    }

    #[tokio::test]
    async fn whoever_wants_a_topic_that_another_one_reads_gets_it_when_that_one_is_gone() {
        let (mut reading, _news) = reading(&[]);
        let (first, heard) = wish("orders");
        reading.follow(first).await;
        let (second, mut told) = wish("legacy");
        reading.follow(second).await;
        assert!(matches!(told.recv().await, Some(Told::Taken { by, .. }) if by.as_str() == "orders"));
        assert!(reading.unsettled());
        reading.settle(Ok(())).await;
        assert_eq!(reader(&reading), Some("orders"), "it is read still");
        drop(heard);
        reading.settle(Ok(())).await;
        assert_eq!((reader(&reading), reading.unsettled()), (Some("legacy"), false));
        // Whoever comes later need not wait for one that is gone.
        drop(told);
        let (third, _told) = wish("other");
        reading.follow(third).await;
        assert_eq!((reader(&reading), reading.unsettled()), (Some("other"), false));
    }

    #[tokio::test]
    async fn a_tail_that_could_not_be_started_is_started_later() {
        let (mut reading, _news) = reading(&[("no.such.property", "1")]);
        let (wish, mut told) = wish("orders");
        reading.follow(wish).await;
        let Some(Told::News(event)) = told.recv().await else {
            panic!("why it is not read")
        };
        assert!(matches!(
            event.kind,
            TailKind::Incomplete(Incomplete::Silent(Error::Property { .. }))
        ));
        assert!(reading.unsettled() && reading.tail.is_none());
        reading.spec.properties.clear();
        reading.settle(Ok(())).await;
        assert!(!reading.unsettled() && reading.tail.is_some());
    }
}
