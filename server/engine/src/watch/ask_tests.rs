//! What is told of questions that fail, and the log that tells it.

use std::io::Write;
use std::sync::{Arc, Mutex};

use model::observe::GapKind;
use testkit::fake::{Behaviour, FakeCluster, Version};
use tracing::level_filters::LevelFilter;
use tracing::subscriber::DefaultGuard;

use super::*;
use crate::ledger::replay_tests::spec;
use crate::watch::{WorkerClient, policy};
use crate::{ClusterSpec, FleetSpec};

/// What is logged on this thread.
#[derive(Clone, Default)]
pub(in crate::watch) struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Log {
    /// Logs until the guard is dropped.
    pub(in crate::watch) fn keep() -> (Self, DefaultGuard) {
        let log = Self::default();
        let writer = log.clone();
        let subscriber = tracing_subscriber::fmt().with_max_level(LevelFilter::DEBUG);
        let subscriber = subscriber.with_ansi(false).with_writer(move || writer.clone());
        (log, tracing::subscriber::set_default(subscriber.finish()))
    }

    /// Whether one line says all of this.
    pub(in crate::watch) fn says(&self, words: &[&str]) -> bool {
        let text = String::from_utf8(self.0.lock().unwrap().clone()).unwrap();
        text.lines().any(|line| words.iter().all(|word| line.contains(word)))
    }
}

/// A fake's only worker.
pub(in crate::watch) fn worker(fake: &FakeCluster) -> Worker {
    let cluster = ClusterSpec::new("orders".into(), vec![fake.url(0).parse().unwrap()]);
    let fleet = FleetSpec {
        clusters: vec![cluster.clone()],
        ..(*spec(Default::default())).clone()
    };
    let client = WorkerClient::new(&cluster, policy(&fleet)).unwrap();
    client.at(&cluster.urls[0])
}

#[tokio::test]
async fn a_question_without_an_answer_is_told_with_cluster_question_and_error() {
    let fake = FakeCluster::start(Version::V4_3_1, 1).unwrap();
    let (worker, cluster) = (worker(&fake), ClusterName::from("orders"));
    let (log, _guard) = Log::keep();
    let answer = patient_root(cluster.clone(), worker.clone()).await;
    assert_eq!(answer.unwrap().address, *worker.address());
    assert!(!log.says(&["did not answer"]));
    fake.behave(0, Behaviour::Other(503, "text/plain", "gone".into()));
    let answer = ask_soon(&cluster, &worker, Question::Root, worker.root()).await;
    let gap = answer.unwrap_err().gap(worker.address());
    assert_eq!(gap.kind, GapKind::Unreachable);
    let told = [
        "cluster=orders",
        "question=\"root\"",
        worker.address().as_str(),
        "answered 503",
    ];
    assert!(log.says(&told), "{told:?}");
}

#[tokio::test]
async fn a_worker_that_hangs_is_waited_for_three_seconds() {
    let fake = FakeCluster::start(Version::V4_3_1, 1).unwrap();
    let (worker, cluster) = (worker(&fake), ClusterName::from("orders"));
    fake.behave(0, Behaviour::Hang);
    let (log, _guard) = Log::keep();
    let began = Instant::now();
    let answer = ask_soon(&cluster, &worker, Question::Root, worker.root()).await;
    let gap = answer.unwrap_err().gap(worker.address());
    assert!(began.elapsed() >= DEADLINE);
    assert_eq!(gap.kind, GapKind::TimedOut);
    assert!(gap.text.contains("no answer within 3 s"), "{}", gap.text);
    assert!(log.says(&["cluster=orders", "question=\"root\"", "no answer within 3 s"]));
}

#[tokio::test]
async fn an_answer_that_comes_late_is_one_all_the_same() {
    let fake = FakeCluster::start(Version::V4_3_1, 1).unwrap();
    let (worker, cluster) = (worker(&fake), ClusterName::from("orders"));
    fake.behave(0, Behaviour::Late(DEADLINE + Duration::from_millis(500)));
    let mut asking = patient_root(cluster, worker.clone());
    assert!(soon(&mut asking).await.is_none());
    let gap = late(&worker);
    assert_eq!(gap.kind, GapKind::TimedOut);
    assert!(gap.text.contains("no answer within 3 s"), "{}", gap.text);
    assert_eq!(asking.await.unwrap().address, *worker.address());
}

#[tokio::test]
async fn slow_questions_without_an_answer_are_told() {
    let fake = FakeCluster::start(Version::V4_3_1, 1).unwrap();
    let worker = worker(&fake);
    let (log, _guard) = Log::keep();
    let ask = async || questions(&"orders".into(), worker.address(), &worker).await;
    let all = ask().await;
    assert!(all.health.is_some() && all.plugins.is_some());
    fake.behave(0, Behaviour::Half);
    let none = ask().await;
    assert!(none.health.is_none() && none.plugins.is_none());
    for question in ["question=\"health\"", "question=\"plugins\""] {
        assert!(log.says(&["cluster=orders", question, "error="]), "{question}");
    }
}
