//! What plugins say about their own keys: as it was kept when they were first seen, or read from a worker now.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use chrono::TimeDelta;
use engine::LiveError;
use model::Timestamp;
use model::actor::{Actor, Right};
use model::names::{ClusterName, WorkerId};
use model::secrets::Definitions;
use store::AuditItem;

use crate::{Console, Error, require};

/// What was kept is read again after this time: a watcher may have learnt more.
const FRESH: TimeDelta = TimeDelta::seconds(30);
/// Plugins that are remembered.
const REMEMBERED: usize = 128;
/// Longest class or version that is asked for, in bytes.
const NAME: usize = 400;

/// A plugin of a cluster.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct PluginId {
    /// Where.
    pub cluster: ClusterName,
    /// Its Java class, or the alias that configs use.
    pub class: Arc<str>,
    /// Its version; `None` when it tells none.
    pub version: Option<Arc<str>>,
}

/// What a plugin says about its keys.
#[derive(Clone, Debug)]
pub struct PluginDocumentation {
    /// Which.
    pub id: PluginId,
    /// Its keys.
    pub definitions: Arc<Definitions>,
    /// The worker that was asked, and when; `None`: as it was kept when the plugin was first seen.
    pub live: Option<(WorkerId, Timestamp)>,
}

type Known = (Timestamp, Arc<Definitions>);

/// What was kept of plugins, as it was last read.
#[derive(Default)]
pub(crate) struct Plugins(Mutex<BTreeMap<PluginId, Known>>);

impl Plugins {
    fn get(&self, id: &PluginId, now: Timestamp) -> Option<Arc<Definitions>> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (read, definitions) = known.get(id)?;
        // A clock that was set back makes nothing fresh for ever.
        (*read <= now && now - *read < FRESH).then(|| definitions.clone())
    }

    fn put(&self, id: PluginId, now: Timestamp, definitions: Arc<Definitions>) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= REMEMBERED {
            known.retain(|_, (read, _)| *read <= now && now - *read < FRESH);
        }
        if known.len() < REMEMBERED {
            known.insert(id, (now, definitions));
        }
    }
}

impl Console {
    /// What is kept of a plugin's keys; `None` when nothing is. Right: `see_config`.
    ///
    /// # Errors
    /// [`Error::Denied`]; [`Error::Unavailable`], [`Error::Busy`], [`Error::Broken`].
    pub async fn definitions(&self, actor: &Actor, id: &PluginId) -> Result<Option<Arc<Definitions>>, Error> {
        require(actor, Right::SeeConfig)?;
        let now = self.now();
        if let Some(known) = self.plugins_read.get(id, now) {
            return Ok(Some(known));
        }
        let asked = id.clone();
        let question = |store: store::Store| async move {
            let version = asked.version.as_deref();
            Ok(store.definitions(&asked.cluster, &asked.class, version).await?)
        };
        let kept = self.reading(question).await?.map(Arc::new);
        if let Some(kept) = &kept {
            self.plugins_read.put(id.clone(), now, kept.clone());
        }
        Ok(kept)
    }

    /// The documentation of a plugin: as it was kept, or where nothing is, or only a part, read from a worker now. That
    /// is written into the audit record. Right: `see_config`.
    ///
    /// # Errors
    /// [`Error::Denied`]; [`Error::BadQuestion`] for what can be no class; [`Error::NotFound`] when no worker knows it;
    /// [`Error::Upstream`] when no worker answers; [`Error::Unavailable`], [`Error::Busy`], [`Error::Broken`].
    pub async fn documentation(&self, actor: &Actor, id: PluginId) -> Result<PluginDocumentation, Error> {
        require(actor, Right::SeeConfig)?;
        if !is_class(&id.class) || id.version.as_ref().is_some_and(|version| version.len() > NAME) {
            return Err(Error::BadQuestion(format!("{:?} is no class of a plugin", id.class)));
        }
        let fleet = self.fleet();
        let refused = fleet
            .clusters
            .get(&id.cluster)
            .and_then(|known| known.about.same_as.clone());
        if let Some(other) = refused {
            return Err(Error::NotFound(format!(
                "cluster {} is refused, because it is the same Connect cluster as {other}: ask for {other}",
                id.cluster
            )));
        }
        let kept = self.definitions(actor, &id).await?;
        if let Some(definitions) = kept.clone().filter(|kept| kept.whole()) {
            let live = None;
            return Ok(PluginDocumentation { id, definitions, live });
        }
        let answer = self
            .live
            .definitions(&id.cluster, &id.class, id.version.as_deref())
            .await;
        let outcome = match &answer {
            // Nobody was asked.
            Ok(answer) if answer.again => None,
            Ok(answer) => Some(format!("described by {}", answer.by)),
            Err(error) => Some(error.to_string()),
        };
        if let Some(outcome) = outcome {
            let item = AuditItem {
                at: self.now(),
                actor: actor.name.clone(),
                door: actor.door,
                action: "read_plugin_documentation".into(),
                subject: id.cluster.as_str().into(),
                outcome: outcome.into(),
                detail: store::detail([
                    ("class", &*id.class),
                    ("version", id.version.as_deref().unwrap_or_default()),
                ]),
            };
            self.reading(|store| async move { Ok(store.audit(&item).await?) })
                .await?;
        }
        match (answer, kept) {
            (Ok(answer), _) => Ok(PluginDocumentation {
                id,
                definitions: answer.definitions,
                live: Some((answer.by, answer.at)),
            }),
            // What an older version of Signalbox kept is a part of it, and better than nothing.
            (Err(_), Some(definitions)) => Ok(PluginDocumentation {
                id,
                definitions,
                live: None,
            }),
            (Err(LiveError::NotFound(why)), None) => Err(Error::NotFound(why)),
            (Err(error), None) => Err(Error::Upstream(error.to_string())),
        }
    }
}

/// A Java class, or an alias of one.
fn is_class(name: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || "._$-".contains(c);
    !name.is_empty() && name.len() <= NAME && name.chars().all(plain) && !name.starts_with('.')
}
