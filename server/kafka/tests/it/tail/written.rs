//! What real workers write into their internal topics.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use kafka::Tail;
use kafka::internal::config::Target;
use kafka::internal::{ConfigRecord, Said, StatusRecord, TopicKind};
use kafka::tail::{TailEvent, TailKind};
use lab::{ConnectCluster, Lab};
use model::state::{State, TargetState};
use tokio::sync::mpsc::{Receiver, channel};

/// The lab has started `beat one` and other sources by now, and a sink.
pub async fn what_workers_write_is_read(lab: &Lab, workers: &ConnectCluster) {
    let (sender, mut events) = channel(16);
    let kinds = [
        ("watched-status", TopicKind::Status),
        ("watched-configs", TopicKind::Config),
        ("watched-offsets", TopicKind::Offsets),
    ];
    let topics = kinds.map(|(name, kind)| (name.into(), kind)).into();
    let tail = Tail::start("written", &lab.broker().bootstrap(), &BTreeMap::new(), topics, sender).unwrap();
    let mut seen = Seen::default();
    listen(&mut events, &mut seen, Seen::enough).await;
    let worker = &seen.running[&("beat one".to_owned(), Some(0))];
    assert!(workers.worker(worker).is_ok(), "{worker} is one of the workers");
    assert_eq!(seen.tasks["beat-ü"], 1);
    assert!(seen.classes["beat.two"].ends_with("VerifiableSourceConnector"));

    // What is asked for behind our back is here as it is written.
    let target = |seen: &Seen, target| seen.targets.get("beat.two") == Some(&target);
    workers.target_state("beat.two", "pause").await.unwrap();
    let paused = |seen: &Seen| {
        let running = seen.running.keys().any(|(connector, _)| connector == "beat.two");
        target(seen, TargetState::Paused) && !running
    };
    listen(&mut events, &mut seen, paused).await;
    workers.target_state("beat.two", "resume").await.unwrap();
    let resumed = |seen: &Seen| {
        let task = ("beat.two".to_owned(), Some(0));
        target(seen, TargetState::Started) && seen.running.contains_key(&task)
    };
    listen(&mut events, &mut seen, resumed).await;
    drop(tail);
}

async fn listen(events: &mut Receiver<TailEvent>, seen: &mut Seen, wanted: impl Fn(&Seen) -> bool) {
    let all = async {
        while !wanted(seen) {
            let event = events.recv().await.unwrap();
            if let TailKind::Records(records) = event.kind {
                for record in records {
                    seen.take(record.said);
                }
            }
        }
    };
    let waited = tokio::time::timeout(Duration::from_secs(60), all).await;
    assert!(waited.is_ok(), "{seen:#?}");
}

#[derive(Debug, Default)]
struct Seen {
    running: BTreeMap<(String, Option<u32>), String>,
    uses: BTreeSet<(String, String)>,
    classes: BTreeMap<String, String>,
    tasks: BTreeMap<String, u32>,
    targets: BTreeMap<String, TargetState>,
    keys: usize,
    offsets: BTreeSet<String>,
}

impl Seen {
    fn enough(&self) -> bool {
        let task = ("beat one".to_owned(), Some(0));
        self.running.contains_key(&task)
            && self.running.contains_key(&("reader".to_owned(), None))
            && self.uses.contains(&("beat one".to_owned(), "beats".to_owned()))
            && self.classes.contains_key("beat.two")
            && self.tasks.contains_key("beat-ü")
            && self.keys > 0
            && self.offsets.contains("beat one")
    }

    fn take(&mut self, said: Said) {
        match said {
            Said::Unreadable(why) => panic!("{why}"),
            Said::Status(StatusRecord::Topic { topic, connector, .. }) => {
                self.uses.insert((connector.to_string(), topic.to_string()));
            }
            Said::Status(StatusRecord::Connector { connector, status }) => {
                self.run(connector.to_string(), None, status)
            }
            Said::Status(StatusRecord::Task {
                connector,
                task,
                status,
            }) => self.run(connector.to_string(), Some(task), status),
            Said::Config(ConfigRecord::Connector { connector, config }) => {
                let class = config.and_then(|config| config.class().map(str::to_owned));
                self.classes.insert(connector.to_string(), class.unwrap_or_default());
            }
            Said::Config(ConfigRecord::Commit { connector, tasks }) => {
                self.tasks.insert(connector.to_string(), tasks.unwrap_or_default());
            }
            Said::Config(ConfigRecord::Target { connector, target }) => {
                if let Some(Target::Known(target)) = target {
                    self.targets.insert(connector.to_string(), target);
                }
            }
            Said::Config(ConfigRecord::SessionKey) => self.keys += 1,
            Said::Config(_) => {}
            Said::Offset(offset) => {
                self.offsets.insert(offset.connector.to_string());
            }
        }
    }

    fn run(&mut self, connector: String, task: Option<u32>, status: Option<kafka::internal::status::Status>) {
        match status {
            Some(status) if status.state == State::Running => {
                assert!(status.generation.is_some() && status.trace.is_none());
                self.running.insert((connector, task), status.worker_id.to_string());
            }
            _ => drop(self.running.remove(&(connector, task))),
        }
    }
}
