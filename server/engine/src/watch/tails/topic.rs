//! One topic as it is read for a cluster.

use kafka::internal::TopicKind;
use model::names::WorkerId;
use model::observe::{Gap, GapKind};

use super::gathered::{ConfigWord, Configs, StatusWord, Statuses};
use crate::watch::hints::Hints;

/// One topic.
pub(super) struct Topic {
    pub(super) kind: TopicKind,
    /// Whether all of it was told.
    pub(super) told: bool,
    /// Whether all that it holds was read, whatever of it was told.
    pub(super) complete: bool,
    /// Whether it was said that nothing of this cluster stands in it.
    pub(super) doubted: bool,
    /// Whether what is gathered is the whole topic, and not only what was missed.
    pub(super) whole: bool,
    pub(super) statuses: Statuses,
    pub(super) configs: Configs,
}

impl Topic {
    pub(super) fn new(kind: TopicKind) -> Self {
        Self {
            kind,
            told: false,
            complete: false,
            doubted: false,
            whole: true,
            statuses: Statuses::default(),
            configs: Configs::default(),
        }
    }

    pub(super) fn take_status(&mut self, word: StatusWord) {
        match self.told {
            // Every word counts that comes while it is known wholly.
            true => self.statuses.push(word),
            false => self.statuses.put(word),
        }
    }

    pub(super) fn take_config(&mut self, word: ConfigWord) {
        match self.told {
            true => self.configs.push(word),
            false => self.configs.put(word),
        }
    }

    /// Why a topic that is configured as this cluster's seems to be another one's: nothing in it is known here.
    pub(super) fn strange(&self, name: &str, hints: &Hints) -> Option<Gap> {
        let strange = match self.kind {
            TopicKind::Status => {
                let mut named = self.statuses.workers().peekable();
                let known = |id: &&WorkerId| hints.workers.contains(*id) || hints.gone.contains(*id);
                let nobody = hints.workers.is_empty() && hints.gone.is_empty();
                self.whole && !nobody && named.peek().is_some() && !named.any(|id| known(&id))
            }
            TopicKind::Config => {
                let mut named = self.configs.connectors().peekable();
                let nothing = hints.connectors.is_empty();
                self.whole && !nothing && !named.any(|name| hints.connectors.contains(name))
            }
            TopicKind::Offsets => false,
        };
        let what = match self.kind {
            TopicKind::Status => "none of this cluster's workers",
            _ => "none of this cluster's connectors",
        };
        strange.then(|| Gap {
            kind: GapKind::NotConnect,
            text: format!(
                "topic `{name}` names {what}, so that it seems to be another cluster's; check `{}_topic`",
                self.kind
            )
            .into(),
        })
    }
}
