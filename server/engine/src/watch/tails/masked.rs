//! From what stands in a topic to what may be told of it.

use kafka::internal::InternalRecord;
use kafka::tail::Incomplete;
use model::Timestamp;
use model::internal::{ConfigSaid, ConfigSeen, StatusSeen};
use model::observe::{Gap, GapKind, ListedInstance};

use super::gathered::{ConfigWord, Said, StatusWord};
use crate::watch::group::gap_kind;
use crate::watch::known::Known;

/// When a record was written, as it says itself.
pub(super) fn moment(record: &InternalRecord, now: Timestamp) -> Option<Timestamp> {
    let written = record.timestamp_ms.and_then(Timestamp::from_timestamp_millis)?;
    Some(written.min(now))
}

/// A record of the status topic without secrets.
pub(super) fn status(known: &mut Known, word: StatusWord) -> StatusSeen {
    let StatusWord {
        connector,
        task,
        at,
        status,
    } = word;
    let generation = status.as_ref().and_then(|status| status.generation);
    let status = status.map(|status| {
        let trace = status.trace.as_ref().map(|trace| known.trace(&connector, task, trace));
        let (trace_id, trace) = trace.unzip();
        ListedInstance {
            state: status.state,
            worker_id: status.worker_id,
            trace: trace.flatten(),
            trace_id,
            version: status.version,
        }
    });
    StatusSeen {
        connector,
        task,
        at,
        generation,
        status,
    }
}

/// A record of the config topic without secrets.
pub(super) fn config(known: &mut Known, word: ConfigWord) -> ConfigSeen {
    let ConfigWord { connector, at, said } = word;
    let said = match said {
        Said::Config(config) => ConfigSaid::Config(config.map(|config| known.config(&connector, &config))),
        Said::Target(target) => ConfigSaid::Target(target),
        Said::Tasks(tasks) => ConfigSaid::Tasks(tasks),
    };
    ConfigSeen { connector, at, said }
}

/// Why a topic is not known wholly.
pub(super) fn gap(why: &Incomplete, topic: &str) -> Gap {
    let kind = match why {
        Incomplete::Denied(_) => GapKind::Denied,
        Incomplete::Silent(error) => gap_kind(error),
        Incomplete::Foreign => GapKind::NotConnect,
        Incomplete::Reading | Incomplete::Missing | Incomplete::Leaderless { .. } => GapKind::Other,
    };
    Gap {
        kind,
        text: why.of(topic).into(),
    }
}
