//! History: what happened, newest first, in sentences.

mod changes;
mod joined;
mod kind;
mod lately;
mod line;
mod storm;
mod wave;
mod words;

use std::collections::BTreeSet;
use std::sync::Arc;

use model::Timestamp;
use model::actor::{Actor, Right};
use model::names::{ClusterName, ConnectorName};
use model::record::{Entry, HistoryItem};
use model::verdict::Health;
use store::{Store, TimelineFilter};

use crate::{Console, Error, require};

pub use changes::ConfigChange;
pub use kind::EntryKind;
pub(crate) use lately::Lately;
pub use line::{Moves, Shift, Storm, TimelineLine, Turn};
pub use storm::folded;

/// Entries that one question looks through for words: a search goes on from page to page, and holds up nobody.
const SEARCHED: i64 = 20_000;

/// Config changes told of one connector.
const MOST_CHANGES: i64 = 200;

/// What is asked of the history.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TimelineQuery {
    /// Only this cluster.
    pub cluster: Option<ClusterName>,
    /// Only this connector of it.
    pub connector: Option<ConnectorName>,
    /// Only these kinds; all when empty.
    pub kinds: BTreeSet<EntryKind>,
    /// Words that must all occur, whatever their case, in the names of cluster and connector or in what is recorded:
    /// states, workers, causes.
    pub text: String,
    /// What happened until then.
    pub until: Option<Timestamp>,
    /// Items before this one: `next` of the page before.
    pub before: Option<i64>,
    /// Items on the page, 1 to 500; 0: 100.
    pub limit: usize,
}

/// One thing that happened.
#[derive(Clone, Debug)]
pub struct TimelineItem {
    /// The feed's number.
    pub id: i64,
    /// When.
    pub at: Timestamp,
    /// The cluster.
    pub cluster: ClusterName,
    /// The connector, where one is concerned.
    pub connector: Option<ConnectorName>,
    /// What kind of thing.
    pub kind: EntryKind,
    /// A sentence.
    pub text: String,
    /// Who did it: a name, `outside`, or nobody.
    pub actor: Option<Arc<str>>,
    /// The health that the sentence is about, for its shape and colour.
    pub health: Option<Health>,
    /// What it adds to a storm; `None` for what is told by itself, however often it happens.
    pub turn: Option<Turn>,
}

/// A page of history.
#[derive(Clone, Debug, Default)]
pub struct TimelinePage {
    /// Newest first.
    pub items: Vec<TimelineItem>,
    /// Where the next page begins; `None` at the end.
    pub next: Option<i64>,
    /// How far back words were looked for, where there is more behind.
    pub searched_to: Option<Timestamp>,
}

impl Console {
    /// What happened. Right: `see`.
    ///
    /// # Errors
    /// [`Error::Denied`]; [`Error::BadQuestion`] for a limit beyond 500; [`Error::Unavailable`], [`Error::Busy`],
    /// [`Error::Broken`].
    pub async fn timeline(&self, actor: &Actor, asked: &TimelineQuery) -> Result<TimelinePage, Error> {
        require(actor, Right::See)?;
        let limit = match asked.limit {
            0 => 100,
            limit if limit <= 500 => limit,
            limit => return Err(Error::BadQuestion(format!("`limit` is {limit}; it may be at most 500"))),
        };
        let filter = TimelineFilter {
            cluster: asked.cluster.clone(),
            formerly: asked
                .cluster
                .as_ref()
                .map(|name| self.formerly(name))
                .unwrap_or_default(),
            connector: asked.connector.clone(),
            kinds: asked
                .kinds
                .iter()
                .flat_map(|kind| kind.recorded())
                .map(|&word| word.to_owned())
                .collect(),
            words: asked.text.split_whitespace().map(str::to_lowercase).collect(),
            until: asked.until,
            before_id: asked.before,
            from_id: None,
            limit: i64::try_from(limit).unwrap_or(500) + 1,
        };
        let question = |store: Store| async move {
            let end = match filter.words.is_empty() {
                true => None,
                false => store.timeline_behind(&filter, SEARCHED).await?,
            };
            let filter = TimelineFilter {
                from_id: end.map(|(id, _)| id),
                ..filter
            };
            Ok((store.timeline(&filter).await?, end))
        };
        let (mut items, end) = self.reading(question).await?;
        let more = items.len() > limit;
        items.truncate(limit);
        let next = match more {
            true => items.last().map(|item| item.id),
            false => end.map(|(id, _)| id),
        };
        let searched_to = end.filter(|_| !more).map(|(_, at)| at);
        Ok(TimelinePage {
            items: items.into_iter().map(told).collect(),
            next,
            searched_to,
        })
    }

    /// The configs that came into force, newest first: one entry for each change, so that a config that was returned to
    /// stands there twice. Right: `see_config`.
    ///
    /// # Errors
    /// [`Error::Denied`]; [`Error::Unavailable`], [`Error::Busy`], [`Error::Broken`].
    pub async fn config_changes(
        &self,
        actor: &Actor,
        cluster: &ClusterName,
        connector: &ConnectorName,
    ) -> Result<Vec<ConfigChange>, Error> {
        require(actor, Right::SeeConfig)?;
        let formerly = self.formerly(cluster);
        let names: Vec<ClusterName> = std::iter::once(cluster).chain(&formerly).cloned().collect();
        let filter = TimelineFilter {
            cluster: Some(cluster.clone()),
            formerly,
            connector: Some(connector.clone()),
            kinds: vec!["config".to_owned()],
            limit: MOST_CHANGES,
            ..TimelineFilter::default()
        };
        let question = |store: Store| async move {
            // First what names versions: one that comes between the two questions is told by the next answer, whole.
            let history = store.timeline(&filter).await?;
            let mut versions = Vec::new();
            for name in &names {
                versions.extend(store.config_versions(name, connector).await?);
            }
            Ok((versions, history))
        };
        let (versions, history) = self.reading(question).await?;
        let whole = i64::try_from(history.len()).unwrap_or(MOST_CHANGES) < MOST_CHANGES;
        Ok(changes::changes(&history, &versions, whole))
    }

    /// The names that a cluster had before.
    pub(crate) fn formerly(&self, name: &ClusterName) -> Vec<ClusterName> {
        let spec = self.spec();
        let cluster = spec.clusters.iter().find(|cluster| cluster.name == *name);
        cluster.map(|cluster| cluster.formerly.clone()).unwrap_or_default()
    }
}

/// An entry in words.
pub(crate) fn told(item: HistoryItem) -> TimelineItem {
    TimelineItem {
        id: item.id,
        at: item.entry.at(),
        cluster: item.cluster,
        connector: item.entry.connector().cloned(),
        kind: words::kind(&item.entry),
        text: words::text(&item.entry),
        actor: actor_of(&item.entry),
        health: words::health(&item.entry),
        turn: words::turn(&item.entry),
    }
}

fn actor_of(entry: &Entry) -> Option<Arc<str>> {
    match entry {
        Entry::Transition(transition) => transition.actor.clone(),
        Entry::Verdict(_) | Entry::FaultOpened(_) | Entry::FaultEnded(_) => None,
    }
}
