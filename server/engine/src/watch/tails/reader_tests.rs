use kafka::internal::{self, InternalRecord};
use kafka::tail::{Incomplete, Restart};
use model::internal::InternalTopic;
use model::names::WorkerId;
use model::observe::Observation;
use model::state::State;
use tokio::sync::OwnedMutexGuard;
use tokio::task::JoinHandle;

use super::*;
use crate::ledger::replay_tests::spec;
use crate::watch::group::Access;
use crate::watch::hints::Hints;
use crate::watch::recorded_tests::{Watching, watching};
use crate::watch::redact::Recorded;
use crate::watch::teller::Looking;
use crate::{ClusterSpec, InternalTopics, KafkaSpec};

/// A reader whose tail is the test.
struct Stage {
    seen: mpsc::Receiver<Looking>,
    hints: channel::Sender<Hints>,
    sight: channel::Receiver<Sight>,
    offsets: tokio::sync::mpsc::Receiver<super::super::OffsetsOf>,
    to: mpsc::Sender<Told>,
    reading: JoinHandle<()>,
    // Kept so that the reader does not see them closed.
    _kept: (
        channel::Sender<Arc<crate::FleetSpec>>,
        mpsc::UnboundedReceiver<Wish>,
        OwnedMutexGuard<Option<super::search::Last>>,
    ),
}

impl Stage {
    async fn new() -> Self {
        let topics = InternalTopics {
            status: Some("x-status".into()),
            config: Some("x-configs".into()),
            offset: Some("x-offsets".into()),
        };
        Self::of(topics).await
    }

    /// With these topics configured. Nobody ends a search for others.
    async fn of(topics: InternalTopics) -> Self {
        let urls = ["http://a:1".to_owned()];
        let Watching {
            mut watcher,
            hints,
            seen,
            specs,
        } = watching(&urls, &spec(Default::default())).await;
        let configured = super::search::configured(&topics);
        watcher.cluster = Arc::new(ClusterSpec {
            topics,
            ..(*watcher.cluster).clone()
        });
        let kafka = KafkaSpec {
            bootstrap: "127.0.0.1:1".into(),
            properties: BTreeMap::new(),
        };
        let (teller, offsets) = mpsc::channel(16);
        let (hub, mut wishes) = Hub::new(teller);
        let search = Search::new("main".into(), Access::new("main".into(), kafka.clone()), kafka);
        let turn = search.turn().await;
        let knowing = Knowing::load(&watcher, Recorded::default()).await;
        let (sender, sight) = channel::channel(Sight::default());
        let reading = tokio::spawn(read(watcher, knowing, hub, search, sender));
        let wish = wishes.recv().await.unwrap();
        assert_eq!(wish.topics, configured);
        Self {
            seen,
            hints,
            sight,
            offsets,
            to: wish.to,
            reading,
            _kept: (specs, wishes, turn),
        }
    }

    async fn says(&self, topic: &str, kind: TailKind) {
        let topic = topic.into();
        assert!(self.to.send(Told::News(TailEvent { topic, kind })).await.is_ok());
    }

    async fn writes(&self, topic: &str, records: &[(&str, Option<&str>)]) {
        let which = match topic {
            "x-status" => TopicKind::Status,
            "x-configs" => TopicKind::Config,
            _ => TopicKind::Offsets,
        };
        let records = records.iter().map(|(key, value)| InternalRecord {
            partition: 0,
            offset: 0,
            timestamp_ms: Some(1_000),
            said: internal::read(which, Some(key.as_bytes()), value.map(str::as_bytes)).unwrap(),
        });
        self.says(topic, TailKind::Records(records.collect())).await;
    }

    async fn next(&mut self) -> Seen {
        let Looking { observation, .. } = self.seen.recv().await.unwrap();
        let Observation { seen, .. } = observation;
        seen
    }

    /// The states that are told next: whether they are the whole topic, and each as `lines/0 FAILED`.
    async fn statuses(&mut self) -> (bool, Vec<String>) {
        let Seen::Statuses(StatusesSeen { whole, statuses }) = self.next().await else {
            panic!("statuses")
        };
        let words = statuses.iter().map(|seen| {
            let place = seen.task.map_or(String::new(), |task| format!("/{task}"));
            let state = seen.status.as_ref().map_or("gone", |status| status.state.as_str());
            format!("{}{place} {state}", seen.connector)
        });
        (whole, words.collect())
    }

    /// Whether the topic that is told of next is known wholly.
    async fn stands(&mut self) -> (InternalTopic, Option<Arc<str>>) {
        let Seen::Topic(topic) = self.next().await else {
            panic!("how a topic stands")
        };
        (topic.kind, topic.gap.map(|gap| gap.text))
    }
}

const RUNS: &str = r#"{"state":"RUNNING","trace":null,"worker_id":"a:1","generation":3}"#;
const FAILED: &str = r#"{"state":"FAILED","trace":"refused: Hunter2-Correct","worker_id":"a:1","generation":3}"#;
const CONFIG: &str = r#"{"properties":{"connector.class":"C","db.password":"Hunter2-Correct"}}"#;

/// A stage on which all of both topics was told.
async fn whole() -> Stage {
    let mut stage = Stage::new().await;
    stage
        .writes(
            "x-status",
            &[
                ("status-task-lines-0", Some(FAILED)),
                ("status-task-lines-0", Some(RUNS)),
            ],
        )
        .await;
    stage.says("x-status", TailKind::Complete).await;
    stage
        .writes(
            "x-configs",
            &[
                ("connector-lines", Some(CONFIG)),
                ("commit-lines", Some(r#"{"tasks":1}"#)),
            ],
        )
        .await;
    stage.says("x-configs", TailKind::Complete).await;
    // The secrets of the connectors are known before anything is told that may quote them.
    assert!(matches!(stage.next().await, Seen::Configs(ConfigsSeen { whole: true, configs }) if configs.len() == 2));
    assert_eq!(stage.stands().await, (InternalTopic::Config, None));
    assert_eq!(stage.statuses().await, (true, vec!["lines/0 RUNNING".to_owned()]));
    assert_eq!(stage.stands().await, (InternalTopic::Status, None));
    stage.sight.wait_for(|sight| sight.whole).await.unwrap();
    stage
}

#[tokio::test]
async fn a_topic_is_told_once_all_of_it_is_known_and_then_word_by_word_without_secrets() {
    let mut stage = whole().await;
    stage
        .writes(
            "x-status",
            &[
                ("status-task-lines-0", Some(FAILED)),
                ("status-task-lines-0", Some(RUNS)),
            ],
        )
        .await;
    let Seen::Statuses(StatusesSeen { whole: false, statuses }) = stage.next().await else {
        panic!("statuses")
    };
    assert_eq!(statuses.len(), 2, "each word counts");
    let failed = statuses[0].status.as_ref().unwrap();
    assert!(
        failed.trace.is_some() && !format!("{statuses:?}").contains("Hunter2"),
        "{statuses:?}"
    );
    stage.reading.abort();
}

#[tokio::test]
async fn what_was_missed_is_told_when_all_is_known_again_and_a_topic_made_anew_from_its_beginning() {
    let mut stage = whole().await;
    stage.says("x-status", TailKind::Incomplete(Incomplete::Missing)).await;
    let (kind, gap) = stage.stands().await;
    assert_eq!(
        (kind, gap.as_deref()),
        (InternalTopic::Status, Some("topic `x-status` does not exist"))
    );
    assert!(!stage.sight.borrow_and_update().whole, "lists tell what there is");
    stage
        .writes(
            "x-status",
            &[("status-task-lines-0", Some(FAILED)), ("status-task-lines-0", None)],
        )
        .await;
    stage.says("x-status", TailKind::Complete).await;
    assert_eq!(stage.statuses().await, (false, vec!["lines/0 gone".to_owned()]));
    assert_eq!(stage.stands().await, (InternalTopic::Status, None));
    stage.says("x-status", TailKind::Restarted(Restart::Recreated)).await;
    assert!(stage.stands().await.1.is_some_and(|gap| gap.contains("read anew")));
    stage
        .writes("x-status", &[("status-connector-lines", Some(RUNS))])
        .await;
    stage.says("x-status", TailKind::Complete).await;
    assert_eq!(stage.statuses().await, (true, vec!["lines RUNNING".to_owned()]));
    stage.reading.abort();
}

#[tokio::test]
async fn a_topic_in_which_nothing_of_the_cluster_stands_is_not_believed() {
    let mut stage = Stage::new().await;
    stage.hints.send_modify(|hints| {
        hints.workers = ["b:1"].map(WorkerId::from).into();
        hints.connectors = ["orders"].map(Into::into).into();
    });
    stage.writes("x-configs", &[("connector-lines", Some(CONFIG))]).await;
    stage.says("x-configs", TailKind::Complete).await;
    let (kind, gap) = stage.stands().await;
    let gap = gap.unwrap();
    assert!(
        kind == InternalTopic::Config && gap.contains("check `config_topic`"),
        "{gap}"
    );
    // It is believed once the cluster has what it tells of.
    stage
        .hints
        .send_modify(|hints| hints.connectors = ["lines"].map(Into::into).into());
    loop {
        match stage.next().await {
            Seen::Configs(ConfigsSeen { whole, .. }) => break assert!(whole),
            seen => assert!(matches!(&seen, Seen::Topic(topic) if topic.gap.is_some()), "{seen:?}"),
        }
    }
    stage.reading.abort();
}

#[tokio::test]
async fn while_configs_are_not_told_a_trace_is_left_to_the_next_list() {
    let mut stage = whole().await;
    stage.says("x-configs", TailKind::Incomplete(Incomplete::Missing)).await;
    let (which, gap) = stage.stands().await;
    assert!(which == InternalTopic::Config && gap.is_some());
    // It quotes a password that was changed without a word.
    let failed = FAILED.replace("Hunter2-Correct", "Brand-New-Secret");
    stage
        .writes("x-status", &[("status-task-lines-0", Some(&failed))])
        .await;
    let Seen::Statuses(StatusesSeen { whole: false, statuses }) = stage.next().await else {
        panic!("statuses")
    };
    let failed = statuses[0].status.as_ref().unwrap();
    assert!(failed.state == State::Failed && failed.trace.is_none() && failed.trace_id.is_some());
    assert!(!format!("{statuses:?}").contains("Brand-New"), "{statuses:?}");
    stage.reading.abort();
}

#[tokio::test]
async fn records_of_the_offset_topic_go_to_who_measures_sources() {
    let mut stage = Stage::new().await;
    stage
        .writes("x-offsets", &[(r#"["lines",{"file":"x"}]"#, Some(r#"{"position":7}"#))])
        .await;
    stage.says("x-offsets", TailKind::Complete).await;
    let told = stage.offsets.recv().await.unwrap();
    assert_eq!(told.0.as_str(), "orders");
    let OffsetNews::Records(records) = &told.1 else {
        panic!("{told:?}")
    };
    assert_eq!((records.len(), records[0].0.connector.as_str()), (1, "lines"));
    assert!(matches!(stage.offsets.recv().await.unwrap().1, OffsetNews::Complete));
    assert_eq!(stage.stands().await, (InternalTopic::Offset, None));
    stage.reading.abort();
}

#[tokio::test]
async fn what_is_configured_is_told_while_the_others_are_searched_for() {
    let config = InternalTopics {
        config: Some("x-configs".into()),
        ..InternalTopics::default()
    };
    let mut stage = Stage::of(config).await;
    stage
        .writes(
            "x-configs",
            &[("connector-lines", Some(r#"{"properties":{"connector.class":"C"}}"#))],
        )
        .await;
    stage.says("x-configs", TailKind::Complete).await;
    let Seen::Configs(told) = stage.next().await else {
        panic!("configs")
    };
    assert!(told.whole && told.configs.len() == 1, "{told:?}");
}

#[tokio::test]
async fn topics_that_are_not_read_any_more_tell_nothing_wholly() {
    let mut stage = whole().await;
    stage.says("x-offsets", TailKind::Complete).await;
    assert!(matches!(stage.offsets.recv().await.unwrap().1, OffsetNews::Complete));
    assert!(stage.sight.borrow_and_update().whole);
    stage.hints.send_modify(|hints| hints.refused = true);
    assert!(matches!(stage.offsets.recv().await.unwrap().1, OffsetNews::Incomplete));
    stage.sight.wait_for(|sight| !sight.whole).await.unwrap();
    stage.reading.abort();
}
