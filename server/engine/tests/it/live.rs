//! What a person asks workers for: bounded, and no more often than needed.

use std::sync::Arc;
use std::time::{Duration, Instant};

use engine::{FleetSpec, LiveError, LiveLimits, LiveReads};
use testkit::fake::{Behaviour, FakeCluster, Version};
use tokio::sync::watch;
use view::Fleet;

use crate::harness::{System, cluster, spec};

const SMT: &str = "org.apache.kafka.connect.transforms.ExtractField$Value";

fn reads(spec: FleetSpec, limits: LiveLimits) -> LiveReads {
    let (_, spec) = watch::channel(Arc::new(spec));
    let (_, fleet) = watch::channel(Arc::new(Fleet::default()));
    LiveReads::new(spec, fleet, Arc::new(System), limits)
}

fn of(fake: &FakeCluster, limits: LiveLimits) -> LiveReads {
    reads(spec(vec![cluster("orders", &fake.urls())]), limits)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_describes_a_plugin_once() {
    let fake = FakeCluster::start(Version::V4_3_1, 2).unwrap();
    fake.behave(0, Behaviour::Conflict);
    let live = of(&fake, LiveLimits::default());
    let first = live.definitions(&"orders".into(), SMT, None).await.unwrap();
    assert!(first.definitions.keys.contains_key("file") && first.definitions.whole());
    assert_eq!(
        first.by.as_str(),
        fake.worker_id(1),
        "the other one is asked where one cannot say"
    );
    let asked = fake.requests(1).len();
    let again = live.definitions(&"orders".into(), SMT, None).await.unwrap();
    assert_eq!((again.at, first.again, again.again), (first.at, false, true));
    assert_eq!(fake.requests(1).len(), asked, "what is remembered is not asked again");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_nobody_knows_is_not_found() {
    let fake = FakeCluster::start(Version::V4_3_1, 1).unwrap();
    let live = of(&fake, LiveLimits::default());
    for (cluster, class) in [("orders", "com.acme.Missing"), ("elsewhere", SMT)] {
        let error = live.definitions(&cluster.into(), class, None).await.unwrap_err();
        assert!(matches!(error, LiveError::NotFound(_)), "{error}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_that_hangs_is_given_up_and_others_do_not_pile_up_behind_it() {
    let fake = FakeCluster::start(Version::V4_3_1, 1).unwrap();
    fake.behave(0, Behaviour::Hang);
    let limits = LiveLimits {
        deadline: Duration::from_millis(900),
        patience: Duration::from_millis(100),
        at_once: 1,
        ..LiveLimits::default()
    };
    let live = of(&fake, limits);
    let began = Instant::now();
    let (orders, other) = ("orders".into(), "x.Other");
    let (hung, behind) = tokio::join!(
        live.definitions(&orders, SMT, None),
        live.definitions(&orders, other, None)
    );
    assert!(matches!(hung, Err(LiveError::Unanswered(_))), "{hung:?}");
    assert!(matches!(behind, Err(LiveError::Busy(_))), "{behind:?}");
    assert!(began.elapsed() < Duration::from_secs(10));
    fake.behave(0, Behaviour::Normal);
    assert!(
        live.definitions(&orders, SMT, None).await.is_ok(),
        "the turn is free again"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_without_end_is_cut() {
    let fake = FakeCluster::start(Version::V4_3_1, 1).unwrap();
    fake.behave(0, Behaviour::Huge(1 << 30));
    let limits = LiveLimits {
        bytes: 1 << 20,
        ..LiveLimits::default()
    };
    let error = of(&fake, limits)
        .definitions(&"orders".into(), SMT, None)
        .await
        .unwrap_err();
    assert!(matches!(error, LiveError::Unanswered(_)), "{error}");
}
