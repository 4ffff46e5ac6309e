//! What is put on record of progress. It is no look at the cluster: that Kafka answers says nothing of its workers.

use std::collections::BTreeMap;

use super::folding::Folding;
use crate::facts::{ConnectorFacts, LostFacts, ProgressFacts};
use crate::names::ConnectorName;
use crate::observe::Source;
use crate::transition::{Change, Subject};

pub(super) fn progressed(folding: &mut Folding<'_>, progress: &BTreeMap<ConnectorName, ProgressFacts>) {
    for (name, progress) in progress {
        let known = folding.facts.connectors.get(name);
        let Some(known) = known.filter(|known| known.deleted_at.is_none()).cloned() else {
            continue;
        };
        let before = known
            .progress
            .as_ref()
            .map(|before| before.lost.as_slice())
            .unwrap_or_default();
        for lost in progress.lost.iter().filter(|lost| !before.contains(lost)) {
            let LostFacts {
                topic,
                partition,
                from,
                until,
                over: _,
            } = lost.clone();
            let change = Change::RecordsLost {
                topic,
                partition,
                from,
                until,
            };
            folding.transition(Source::Offsets, Subject::Connector(name.clone()), change);
        }
        folding.put_connector(ConnectorFacts {
            progress: Some(progress.clone()),
            ..(*known).clone()
        });
    }
}
