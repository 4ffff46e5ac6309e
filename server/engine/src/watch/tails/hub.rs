//! The tail of a Kafka cluster, shared by the readers of its Connect clusters.

use std::collections::BTreeMap;
use std::sync::Arc;

use kafka::internal::TopicKind;
use kafka::tail::{Incomplete, TailEvent, TailKind, Topics};
use kafka::{Error, Tail};
use model::names::ClusterName;
use tokio::sync::mpsc;
use tracing::warn;

use super::OffsetsOf;
use crate::KafkaSpec;
use crate::watch::aside::Aside;

/// Events that may wait between the tail and the hub, and for each reader: each holds at most 256 kB of records.
pub(super) const EVENTS: usize = 16;

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
    let mut reading = Reading {
        routes: BTreeMap::new(),
        tail: None,
        name,
        spec,
        events,
    };
    loop {
        tokio::select! {
            wish = wishes.recv() => match wish {
                Some(wish) => reading.follow(wish).await,
                None => return,
            },
            event = news.recv() => if let Some(event) = event {
                reading.pass(event).await;
            },
        }
    }
}

/// Who reads what.
struct Reading {
    routes: BTreeMap<Arc<str>, Route>,
    /// Started when something is to be read first.
    tail: Option<Aside<Tail>>,
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
    async fn follow(&mut self, wish: Wish) {
        let Wish { cluster, topics, to } = wish;
        // A reader that begins anew is told all from the beginning: what was read for it before is let go first.
        self.routes.retain(|topic, route| {
            let goes_on = topics.get(topic) == Some(&route.kind) && route.to.same_channel(&to);
            route.cluster != cluster || goes_on
        });
        let stopped = self.tell_tail();
        for (topic, kind) in topics {
            if let Some(other) = self.routes.get(&topic) {
                if other.cluster == cluster {
                    continue;
                }
                let by = other.cluster.clone();
                warn!(%cluster, %topic, "it is read as {by}'s already; check the topics of both");
                // A reader that is gone needs no answer.
                let _gone = to.send(Told::Taken { topic, kind, by }).await;
                continue;
            }
            let route = Route {
                kind,
                cluster: cluster.clone(),
                to: to.clone(),
            };
            self.routes.insert(topic, route);
        }
        if let Err(error) = stopped.and_then(|()| self.tell_tail()) {
            warn!(kafka = %self.name, %error, "the internal topics cannot be read");
            for (topic, route) in &self.routes {
                let kind = TailKind::Incomplete(Incomplete::Silent(error.clone()));
                let topic = Arc::clone(topic);
                let _gone = route.to.send(Told::News(TailEvent { topic, kind })).await;
            }
        }
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
        let topic = Arc::clone(&event.topic);
        let Some(route) = self.routes.get(&topic) else { return };
        if route.to.send(Told::News(event)).await.is_err() {
            self.routes.remove(&topic);
            if let Err(error) = self.tell_tail() {
                warn!(kafka = %self.name, %error, "the internal topics cannot be read");
            }
        }
    }
}
