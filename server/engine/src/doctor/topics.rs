//! May the internal topics be read, and which are they?

use std::sync::Arc;

use kafka::internal::TopicKind;
use kafka::tail::{Denied, Incomplete, Topics};

use super::clusters::Seen;
use super::finding::{Finding, Severity};
use super::told;
use crate::watch::{TOPIC_KINDS, TopicFinding, find, possible_topics, read_once};
use crate::{ClusterSpec, KafkaSpec};

/// Examines those of one cluster.
pub(super) async fn examine(
    cluster: &kafka::Cluster,
    spec: &KafkaSpec,
    user: &ClusterSpec,
    seen: Option<&Seen>,
    about: &str,
    findings: &mut Vec<Finding>,
) {
    let configured = |which| match which {
        TopicKind::Status => user.topics.status.as_ref(),
        TopicKind::Config => user.topics.config.as_ref(),
        TopicKind::Offsets => user.topics.offset.as_ref(),
    };
    let sought: Vec<TopicKind> = TOPIC_KINDS
        .into_iter()
        .filter(|which| configured(*which).is_none())
        .collect();
    let looked = async {
        let mut topics: Topics = match sought.is_empty() {
            true => Topics::new(),
            false => possible_topics(cluster, &sought).await?,
        };
        for which in TOPIC_KINDS {
            topics.extend(configured(which).map(|name| (name.clone(), which)));
        }
        read_once(cluster.name(), spec, topics).await
    };
    let looked = match looked.await {
        Ok(looked) => looked,
        Err(error) => {
            let text = format!("its internal topics cannot be read: {}", told::words(&error));
            findings.push(Finding::of(about, Severity::Problem, text).todo(told::advice(&error)));
            return;
        }
    };
    let mut known: Vec<Arc<str>> = Vec::new();
    for which in TOPIC_KINDS {
        let found = match (configured(which), seen) {
            (Some(name), _) => TopicFinding::This(name.clone()),
            (None, Some(seen)) => find(which, &looked.candidates, &seen.workers, &seen.connectors, &known),
            (None, None) => TopicFinding::None,
        };
        let unread = |wanted: Option<&Arc<str>>| {
            let mut unread = looked.unread.iter();
            // A topic of something else was looked into for its name alone.
            unread.find(|(name, kind, why)| match wanted {
                Some(wanted) => wanted == name,
                None => *kind == which && *why != Incomplete::Foreign,
            })
        };
        let finding = match &found {
            TopicFinding::This(name) => match unread(Some(name)) {
                None => Finding::good(about, format!("its {which} topic {name} may be read")),
                Some((_, _, why)) => refused(about, spec, which, name, why),
            },
            TopicFinding::Several(names) => Finding::of(
                about,
                Severity::Warning,
                format!("several topics could be its {which} topic: {}", names.join(", ")),
            )
            .todo(format!("set `{which}_topic` to the workers' `{which}.storage.topic`")),
            TopicFinding::None => match unread(None) {
                Some((name, _, why)) => refused(about, spec, which, name, why),
                None => Finding::of(
                    about,
                    Severity::Warning,
                    format!(
                        "no topic that may be read tells of it as its {which} topic does; without it {}",
                        lost(which)
                    ),
                )
                .todo(format!(
                    "set `{which}_topic` to the workers' `{which}.storage.topic`, and allow READ on that: {}",
                    grant(spec, &format!("TOPIC-OF-{which}").to_uppercase())
                )),
            },
        };
        if let TopicFinding::This(name) = found {
            known.push(name);
        }
        findings.push(finding);
    }
}

fn refused(about: &str, spec: &KafkaSpec, which: TopicKind, name: &str, why: &Incomplete) -> Finding {
    let text = format!("its {which} {}; without it {}", why.of(name), lost(which));
    let finding = Finding::of(about, Severity::Warning, text);
    match why {
        // READ implies DESCRIBE.
        Incomplete::Denied(Denied::Read | Denied::Describe) => finding.todo(grant(spec, name)),
        Incomplete::Missing => finding.todo(format!("check `{which}_topic`; if it is right, {}", grant(spec, name))),
        Incomplete::Silent(error) => finding.todo(told::advice(error)),
        Incomplete::Leaderless { .. } => finding.todo("see why no broker leads that partition"),
        Incomplete::Foreign => finding.todo(format!("set `{which}_topic` to the workers' `{which}.storage.topic`")),
        Incomplete::Reading => finding.todo("ask again later: there is much to read"),
    }
}

/// What is lost without a topic.
fn lost(which: TopicKind) -> &'static str {
    match which {
        TopicKind::Status => {
            "states are seen at the next look only, and of tasks that were let go in order REST hides it"
        }
        TopicKind::Config => {
            "target states are concluded from states, and what others change is seen at the next look only"
        }
        TopicKind::Offsets => "nothing tells how far source connectors have read",
    }
}

/// The command that grants it to our principal.
fn grant(spec: &KafkaSpec, topic: &str) -> String {
    let user = spec.properties.get("sasl.username").map_or("PRINCIPAL", String::as_str);
    format!(
        "kafka-acls --bootstrap-server {} --add --allow-principal User:{user} --operation READ --topic {topic}",
        spec.bootstrap
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_right_is_named_with_what_is_lost_and_the_command_that_grants_it() {
        let spec = KafkaSpec {
            bootstrap: "kafka:9092".into(),
            properties: [("sasl.username".to_owned(), "watcher".to_owned())].into(),
        };
        let why = Incomplete::Denied(Denied::Read);
        let finding = refused("cluster orders", &spec, TopicKind::Status, "connect-status", &why);
        assert_eq!(finding.severity, Severity::Warning);
        assert!(
            finding
                .text
                .starts_with("its status topic `connect-status` may not be read: READ is missing; without it states"),
            "{}",
            finding.text
        );
        assert_eq!(
            finding.todo.as_deref(),
            Some(
                "kafka-acls --bootstrap-server kafka:9092 --add --allow-principal User:watcher --operation READ --topic \
                 connect-status"
            )
        );
    }
}
