//! One Connect cluster's topics on their way to its ledger.

use std::collections::BTreeMap;
use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use kafka::internal::{InternalRecord, Said as Says, TopicKind};
use kafka::tail::{TailEvent, TailKind, Topics};
use model::Timestamp;
use model::internal::{ConfigsSeen, StatusesSeen, TopicSeen};
use model::observe::{Gap, GapKind, Seen};
use tokio::sync::{mpsc, watch as channel};

use super::gathered::{ConfigWord, StatusWord};
use super::hub::{EVENTS, Hub, Told, Wish};
use super::masked::{config, gap, moment, status};
use super::pace::Pace;
use super::search::{self, Found, Search};
use super::topic::Topic;
use super::{OffsetNews, Sight, kind};
use crate::heavy::heavy;
use crate::watch::known::Knowing;
use crate::watch::watcher::{Deaf, Watcher};

/// Between two looks whether there is more to know them by.
const LOOK: Duration = Duration::from_secs(2);
/// Between two looks whether the secrets of the connectors are known by now, without which no trace may be told.
const READY: Duration = Duration::from_millis(250);

/// Reads for ever, but not while the cluster is refused as the same as another one.
pub(in crate::watch) async fn read(
    watcher: Watcher,
    knowing: Knowing,
    hub: Hub,
    search: Search,
    sight: channel::Sender<Sight>,
) {
    let mut hints = watcher.hints.clone();
    let mut reader = Reader {
        watcher,
        knowing,
        hub,
        sight,
        topics: BTreeMap::new(),
    };
    while hints.wait_for(|hints| !hints.refused).await.is_ok() {
        let ended = tokio::select! {
            Err(Deaf) = reader.follow(&search) => true,
            refused = hints.wait_for(|hints| hints.refused) => refused.is_err(),
        };
        reader.let_go(|_, _| true).await;
        if ended {
            return;
        }
    }
}

/// A search beside which what was found already is read on: it may take as long as topics take to be read.
#[derive(Default)]
struct Searching(Option<Pin<Box<dyn Future<Output = Found> + Send>>>);

impl Searching {
    /// Searches for those that are not among the known ones.
    fn begin(&mut self, watcher: Watcher, search: Search, known: Topics) {
        self.0 = Some(Box::pin(async move { search::topics(&watcher, &search, known).await }));
    }

    /// What was found; never anything while nothing is searched for.
    async fn found(&mut self) -> Found {
        let Some(searching) = &mut self.0 else {
            return std::future::pending().await;
        };
        let found = searching.await;
        self.0 = None;
        found
    }
}

struct Reader {
    watcher: Watcher,
    knowing: Knowing,
    hub: Hub,
    sight: channel::Sender<Sight>,
    topics: BTreeMap<Arc<str>, Topic>,
}

impl Reader {
    /// Reads until nobody listens.
    async fn follow(&mut self, search: &Search) -> Result<std::convert::Infallible, Deaf> {
        let (to, mut told) = mpsc::channel(EVENTS);
        let mut wanted = Topics::new();
        let mut look = tokio::time::interval(LOOK);
        let mut ready = tokio::time::interval(READY);
        let mut pace = Pace::new();
        let mut searching = Searching::default();
        // What is configured need not wait for what has to be found.
        let configured = search::configured(&self.watcher.cluster.topics);
        self.want(configured, &mut wanted, &to).await?;
        loop {
            tokio::select! {
                _ = look.tick() => {
                    // What is known of the cluster is what its topics are known by.
                    let known = !self.watcher.hints.borrow().connectors.is_empty();
                    if wanted.len() < 3 && searching.0.is_none() && pace.due(known, Instant::now()) {
                        searching.begin(self.watcher.clone(), search.clone(), wanted.clone());
                    }
                    if self.topics.values().any(|topic| topic.doubted) {
                        self.complete_all().await?;
                    }
                }
                found = searching.found() => {
                    if !found.looked || found.topics.len() > wanted.len() {
                        pace.again();
                    }
                    for gap in found.missing {
                        self.stands(gap).await?;
                    }
                    self.want(found.topics, &mut wanted, &to).await?;
                }
                _ = ready.tick(), if self.waits() => self.complete_all().await?,
                news = told.recv() => match news {
                    Some(Told::News(event)) => self.take(event).await?,
                    // It is told of as soon as it is free.
                    Some(Told::Taken { topic, kind: which, by }) => {
                        let text = format!("topic `{topic}` is read as {by}'s; check the topics of both");
                        self.stands(TopicSeen {
                            kind: kind(which),
                            name: Some(topic),
                            gap: Some(Gap { kind: GapKind::Other, text: text.into() }),
                        })
                        .await?;
                    }
                    None => return Err(Deaf),
                },
            }
        }
    }

    /// Has these topics read from now on, in place of those before.
    async fn want(&mut self, topics: Topics, wanted: &mut Topics, to: &mpsc::Sender<Told>) -> Result<(), Deaf> {
        if topics == *wanted {
            return Ok(());
        }
        *wanted = topics;
        self.let_go(|name, topic| wanted.get(name) != Some(&topic.kind)).await;
        for (name, kind) in &*wanted {
            self.topics.entry(name.clone()).or_insert_with(|| Topic::new(*kind));
        }
        let wish = Wish {
            cluster: self.watcher.cluster.name.clone(),
            topics: wanted.clone(),
            to: to.clone(),
        };
        self.hub.follow(wish).await.then_some(()).ok_or(Deaf)
    }

    /// Forgets topics that are not read any more. What they told is not all that there is from now on, which those who
    /// rely on it hear at once.
    async fn let_go(&mut self, goes: impl Fn(&Arc<str>, &Topic) -> bool) {
        let gone = self.topics.extract_if(.., |name, topic| goes(name, topic));
        let gone: Vec<(Arc<str>, Topic)> = gone.collect();
        if gone.iter().any(|(_, topic)| topic.kind == TopicKind::Offsets) {
            self.offsets(OffsetNews::Incomplete).await;
        }
        self.knowing.lock().followed(self.told(TopicKind::Config));
        let whole = self.whole();
        self.sight
            .send_if_modified(|sight| std::mem::replace(&mut sight.whole, whole) != whole);
    }

    /// Whether all of the topic of this kind was told.
    fn told(&self, which: TopicKind) -> bool {
        self.topics.values().any(|topic| topic.kind == which && topic.told)
    }

    /// Whether the topics tell all that lists would.
    fn whole(&self) -> bool {
        self.told(TopicKind::Status) && self.told(TopicKind::Config)
    }

    /// Whether something is read that is not told because the connectors' secrets are not known. What is doubted is looked
    /// through from its beginning to its end each time, so that has longer to wait.
    fn waits(&self) -> bool {
        let waits = |topic: &Topic| topic.complete && !topic.told && !topic.doubted;
        self.topics.values().any(waits)
    }

    async fn take(&mut self, event: TailEvent) -> Result<(), Deaf> {
        let now = self.watcher.shared.clock.now();
        let TailEvent {
            topic: name,
            kind: news,
        } = event;
        let Some(topic) = self.topics.get_mut(&name) else {
            return Ok(());
        };
        match news {
            TailKind::Records(records) if topic.kind == TopicKind::Offsets => {
                let offset = |record: InternalRecord| {
                    let at = moment(&record, now);
                    match record.said {
                        Says::Offset(said) => Some((said, at)),
                        _ => None,
                    }
                };
                let records = records.into_iter().filter_map(offset).collect();
                self.offsets(OffsetNews::Records(records)).await;
                Ok(())
            }
            TailKind::Records(records) => {
                for record in records {
                    let at = moment(&record, now).unwrap_or(now);
                    match record.said {
                        Says::Status(said) => {
                            if let Some(word) = StatusWord::of(said, at) {
                                topic.take_status(word);
                            }
                        }
                        Says::Config(said) => {
                            if let Some(word) = ConfigWord::of(said, at) {
                                topic.take_config(word);
                            }
                        }
                        // What was known of its subject still holds.
                        Says::Offset(_) | Says::Unreadable(_) => {}
                    }
                }
                match topic.told {
                    true => self.tell(&name, now).await,
                    false => Ok(()),
                }
            }
            TailKind::Complete => {
                topic.complete = true;
                if topic.kind == TopicKind::Offsets {
                    self.offsets(OffsetNews::Complete).await;
                }
                self.complete_all().await
            }
            TailKind::Incomplete(why) => {
                (topic.complete, topic.told) = (false, false);
                let which = topic.kind;
                if which == TopicKind::Offsets {
                    self.offsets(OffsetNews::Incomplete).await;
                }
                self.stands(TopicSeen {
                    kind: kind(which),
                    gap: Some(gap(&why, &name)),
                    name: Some(name),
                })
                .await
            }
            TailKind::Restarted(why) => {
                let which = topic.kind;
                if which == TopicKind::Config {
                    self.knowing.lock().followed(false);
                }
                *topic = Topic::new(which);
                if which == TopicKind::Offsets {
                    self.offsets(OffsetNews::Restarted).await;
                }
                let text = format!("topic `{name}` is read anew: {why}");
                self.stands(TopicSeen {
                    kind: kind(which),
                    name: Some(name),
                    gap: Some(Gap {
                        kind: GapKind::Other,
                        text: text.into(),
                    }),
                })
                .await
            }
        }
    }

    /// Tells what is known wholly by now. Configs come first: with them the secrets are known that traces may quote.
    async fn complete_all(&mut self) -> Result<(), Deaf> {
        for which in [TopicKind::Config, TopicKind::Status, TopicKind::Offsets] {
            let due = |(name, topic): (&Arc<str>, &Topic)| {
                (topic.kind == which && topic.complete && !topic.told).then(|| name.clone())
            };
            let Some(name) = self.topics.iter().find_map(due) else {
                continue;
            };
            let strange = match which {
                TopicKind::Status if !self.knowing.lock().ready() => continue,
                TopicKind::Status | TopicKind::Config => {
                    let hints = self.watcher.hints.borrow();
                    self.topics.get(&name).and_then(|topic| topic.strange(&name, &hints))
                }
                TopicKind::Offsets => None,
            };
            if let Some(gap) = strange {
                let doubted = self.topics.get_mut(&name).map(|topic| &mut topic.doubted);
                if doubted.is_some_and(|doubted| std::mem::replace(doubted, true)) {
                    continue;
                }
                self.stands(TopicSeen {
                    kind: kind(which),
                    name: Some(name),
                    gap: Some(gap),
                })
                .await?;
                continue;
            }
            let now = self.watcher.shared.clock.now();
            if which != TopicKind::Offsets {
                self.tell(&name, now).await?;
            }
            if let Some(topic) = self.topics.get_mut(&name) {
                (topic.told, topic.whole, topic.doubted) = (true, false, false);
            }
            self.stands(TopicSeen {
                kind: kind(which),
                name: Some(name),
                gap: None,
            })
            .await?;
        }
        Ok(())
    }

    /// Tells what is gathered of a topic.
    async fn tell(&mut self, name: &Arc<str>, now: Timestamp) -> Result<(), Deaf> {
        let Some(topic) = self.topics.get_mut(name) else {
            return Ok(());
        };
        let whole = topic.whole && !topic.told;
        let _telling = self.knowing.telling().await;
        let seen = match topic.kind {
            TopicKind::Status => {
                let words = topic.statuses.take();
                if words.is_empty() && topic.told {
                    return Ok(());
                }
                let knowing = self.knowing.clone();
                let masked = move || {
                    let mut known = knowing.lock();
                    words.into_iter().map(|word| status(&mut known, word)).collect()
                };
                let statuses = if whole { heavy(masked).await } else { masked() };
                Seen::Statuses(StatusesSeen { whole, statuses })
            }
            TopicKind::Config => {
                let words = topic.configs.take();
                if words.is_empty() && topic.told {
                    return Ok(());
                }
                let knowing = self.knowing.clone();
                let masked = move || {
                    let mut known = knowing.lock();
                    let configs = words.into_iter().map(|word| config(&mut known, word)).collect();
                    if whole {
                        known.knows_all();
                    }
                    configs
                };
                let configs = if whole { heavy(masked).await } else { masked() };
                Seen::Configs(ConfigsSeen { whole, configs })
            }
            TopicKind::Offsets => return Ok(()),
        };
        self.say(now, seen).await
    }

    async fn stands(&mut self, topic: TopicSeen) -> Result<(), Deaf> {
        self.knowing.lock().followed(self.told(TopicKind::Config));
        let whole = self.whole();
        // Lists are asked for before the ledger hears that the topics stop telling, and after it has heard all of them.
        if !whole {
            self.sight.send_replace(Sight { whole });
        }
        self.say(self.watcher.shared.clock.now(), Seen::Topic(topic)).await?;
        self.sight.send_if_modified(|sight| {
            let before = std::mem::replace(&mut sight.whole, whole);
            before != whole
        });
        Ok(())
    }

    async fn say(&self, at: Timestamp, seen: Seen) -> Result<(), Deaf> {
        self.watcher.tell(at, seen).await.then_some(()).ok_or(Deaf)
    }

    async fn offsets(&self, news: OffsetNews) {
        let news = (self.watcher.cluster.name.clone(), news);
        // Whoever measures ends with the unit, and this reader too.
        let _ended = self.hub.offsets.send(news).await;
    }
}

#[cfg(test)]
#[path = "reader_tests.rs"]
mod tests;
