//! Records of the internal topics of Connect clusters. An input is a key, a line feed and a value; without a line feed it
//! is a tombstone.

use kafka::internal::config::Target;
use kafka::internal::{ConfigRecord, Malformed, Said, StatusRecord, TopicKind, read};
use model::names::ConnectorName;
use model::secrets::{FingerprintKey, RawConfig};

use crate::seeds;
use crate::target::{Outcome, Target as Reader};

pub(crate) fn targets() -> Vec<Reader> {
    vec![
        Reader {
            name: "status",
            seeds: seeds::statuses,
            read: status,
        },
        Reader {
            name: "config",
            seeds: seeds::configs,
            read: config,
        },
        Reader {
            name: "offset",
            seeds: seeds::offsets,
            read: offset,
        },
    ]
}

fn said(kind: TopicKind, input: &[u8]) -> Option<Said> {
    let mut parts = input.splitn(2, |byte| *byte == b'\n');
    let key = parts.next().unwrap_or_default();
    read(kind, Some(key), parts.next())
}

fn unreadable(why: Malformed) -> Outcome {
    Outcome::of(&[], &why.to_string())
}

/// A name is never empty and never longer than what it came in.
fn named(name: &ConnectorName, input: &[u8]) -> usize {
    let length = name.as_str().len();
    // Three bytes stand for each that is no character.
    assert!(length > 0 && length <= 3 * input.len());
    length
}

fn status(input: &[u8]) -> Outcome {
    let (connector, status, kind) = match said(TopicKind::Status, input) {
        None => return Outcome::of(&[], "unknown key"),
        Some(Said::Unreadable(why)) => return unreadable(why),
        Some(Said::Status(StatusRecord::Connector { connector, status })) => (connector, status, "connector"),
        Some(Said::Status(StatusRecord::Task { connector, status, .. })) => (connector, status, "task"),
        Some(Said::Status(StatusRecord::Topic { topic, connector, used })) => {
            assert!(!topic.is_empty() && !topic.contains(':'));
            let length = named(&connector, input);
            return Outcome::of(&[length, topic.len(), usize::from(used.is_some())], "topic");
        }
        Some(Said::Config(_) | Said::Offset(_)) => panic!("a record of another topic"),
    };
    let mut sizes = vec![named(&connector, input), usize::from(status.is_some())];
    if let Some(status) = status {
        for word in [
            status.state.as_str(),
            status.worker_id.as_str(),
            status.version.as_deref().unwrap_or(""),
        ] {
            assert!(word.chars().count() <= 200 && !word.contains(char::is_control));
            sizes.push(word.len());
        }
        sizes.extend([
            usize::from(status.trace.is_some()),
            usize::from(status.generation.is_some()),
        ]);
    }
    Outcome::of(&sizes, kind)
}

/// That a config can be told from others, which walks through all of it.
fn raw(config: Option<&RawConfig>) -> usize {
    let key = FingerprintKey::new(&[1; 32]);
    match config {
        None => 0,
        Some(config) => {
            assert!(config.version(&key) == config.clone().version(&key));
            1 + config.class().map_or(0, str::len)
        }
    }
}

fn config(input: &[u8]) -> Outcome {
    let record = match said(TopicKind::Config, input) {
        None => return Outcome::of(&[], "unknown key"),
        Some(Said::Unreadable(why)) => return unreadable(why),
        Some(Said::Config(record)) => record,
        Some(Said::Status(_) | Said::Offset(_)) => panic!("a record of another topic"),
    };
    let size = |count: Option<u32>| count.and_then(|count| usize::try_from(count).ok()).unwrap_or(0);
    match record {
        ConfigRecord::SessionKey => Outcome::of(&[], "session key"),
        ConfigRecord::Target { connector, target } => {
            let other = matches!(&target, Some(Target::Other(word)) if word.chars().count() <= 200);
            assert!(other || !matches!(target, Some(Target::Other(_))));
            Outcome::of(
                &[
                    named(&connector, input),
                    usize::from(target.is_some()),
                    usize::from(other),
                ],
                "target",
            )
        }
        ConfigRecord::Connector { connector, config } => {
            Outcome::of(&[named(&connector, input), raw(config.as_ref())], "connector")
        }
        ConfigRecord::Task { connector, config, .. } => {
            Outcome::of(&[named(&connector, input), raw(config.as_ref())], "task")
        }
        ConfigRecord::Commit { connector, tasks } => Outcome::of(&[named(&connector, input), size(tasks)], "commit"),
        ConfigRecord::Fencing { connector, tasks } => Outcome::of(&[named(&connector, input), size(tasks)], "fencing"),
        ConfigRecord::Restart { connector, asked } => {
            Outcome::of(&[named(&connector, input), usize::from(asked.is_some())], "restart")
        }
        ConfigRecord::Logger { namespace, level } => {
            let length = level.map_or(0, |level| level.chars().count());
            assert!(!namespace.is_empty() && length <= 200);
            Outcome::of(&[namespace.len(), length], "logger")
        }
    }
}

fn offset(input: &[u8]) -> Outcome {
    match said(TopicKind::Offsets, input) {
        None => panic!("all keys of an offset topic are of one kind"),
        Some(Said::Unreadable(why)) => unreadable(why),
        Some(Said::Offset(record)) => {
            let offset = record.offset.as_ref().map_or(0, |offset| 1 + offset.len());
            let sizes = [named(&record.connector, input), record.partition.len(), offset];
            // The same input is the same record.
            let again = said(TopicKind::Offsets, input);
            assert!(matches!(again, Some(Said::Offset(again)) if again == record));
            Outcome::of(&sizes, "offset")
        }
        Some(Said::Status(_) | Said::Config(_)) => panic!("a record of another topic"),
    }
}
