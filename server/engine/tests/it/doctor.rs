//! The doctor's findings, each with what to do.

use engine::doctor::{self, Finding, Severity};
use engine::{ClusterSpec, Tls};
use model::Clock;
use model::secrets::Fingerprint;
use testkit::ManualClock;
use testkit::fake::{Behaviour, FakeCluster, FakeConnector, Version};

use crate::database::Database;
use crate::harness::{System, cluster, spec};

fn fake(version: Version) -> FakeCluster {
    let fake = FakeCluster::start(version, 1).unwrap();
    fake.put(FakeConnector::sink("invoices", 1));
    fake
}

/// The worst finding about a cluster that says this.
#[track_caller]
fn found<'a>(findings: &'a [Finding], subject: &str, text: &str) -> &'a Finding {
    let mut of = findings
        .iter()
        .filter(|finding| finding.subject == subject && finding.text.contains(text));
    let Some(finding) = of.next() else {
        panic!("no finding about {subject} says `{text}`: {findings:#?}");
    };
    advised(findings);
    finding
}

/// Whatever is not as it should be says what to do.
#[track_caller]
fn advised(findings: &[Finding]) {
    for finding in findings {
        let todo = finding.todo.as_ref().is_some_and(|todo| !todo.is_empty());
        assert!(todo || finding.severity == Severity::Good, "{finding:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cluster_in_order_has_no_problem() {
    let fake = fake(Version::V4_3_1);
    let findings = doctor::examine_fleet(&spec(vec![cluster("orders", &fake.urls())]), None).await;
    found(&findings, "cluster orders", "Kafka Connect 4.3.1");
    found(&findings, "cluster orders", "1 connectors in one list");
    assert!(
        findings.iter().all(|finding| finding.severity < Severity::Warning),
        "{findings:#?}"
    );
    let without_file = doctor::spec_of(vec![fake.url(0).parse().unwrap()], None);
    let findings = doctor::examine_fleet(&without_file, None).await;
    found(&findings, "cluster connect", "Kafka Connect 4.3.1");
    let nothing = doctor::examine_fleet(&doctor::spec_of(Vec::new(), None), None).await;
    found(&nothing, "configuration", "no cluster");
}

#[tokio::test(flavor = "multi_thread")]
async fn each_kind_of_trouble_is_told_with_what_to_do() {
    let mut fakes = std::collections::BTreeMap::new();
    for (name, behaviour) in [
        ("html", Behaviour::html()),
        ("denied", Behaviour::Unauthorized),
        ("booting", Behaviour::Booting),
        ("starting", Behaviour::Starting),
        ("unhealthy", Behaviour::Unhealthy),
        ("brokerless", Behaviour::Brokerless),
        ("busy", Behaviour::Conflict),
        ("half", Behaviour::Half),
        ("hung", Behaviour::Hang),
        ("dead", Behaviour::Normal),
        ("old", Behaviour::Normal),
    ] {
        let mut one = fake(if name == "old" {
            Version::V2_8_2
        } else {
            Version::V4_3_1
        });
        one.behave(0, behaviour);
        if name == "dead" {
            one.kill(0);
        }
        fakes.insert(name, one);
    }
    let mut clusters: Vec<ClusterSpec> = fakes.iter().map(|(name, fake)| cluster(name, &fake.urls())).collect();
    clusters.push(cluster("again", &fakes["old"].urls()));
    clusters.push(ClusterSpec {
        tls: Tls {
            ca_file: Some("/nowhere/ca.pem".into()),
            ..Tls::default()
        },
        ..cluster("files", &fakes["old"].urls())
    });
    clusters.push(cluster("nameless", &["http://no-such-host.invalid:8083/".to_owned()]));
    clusters.push(cluster("forbidden", &["http://127.0.0.1:1/".to_owned()]));
    let began = std::time::Instant::now();
    let findings = doctor::examine_fleet(&spec(clusters), None).await;
    assert!(began.elapsed().as_secs() < 30, "{:?}", began.elapsed());

    let problem = |name: &str, text: &str| {
        let finding = found(&findings, &format!("cluster {name}"), text);
        assert_eq!(finding.severity, Severity::Problem, "{finding:?}");
        finding.todo.clone().unwrap()
    };
    assert!(problem("html", "no Connect worker").contains("8083"));
    assert!(problem("denied", "401").contains("auth"));
    assert!(problem("booting", "starting").contains("wait"));
    problem("busy", "rebalance");
    problem("half", "");
    assert!(problem("hung", "").contains("does not answer"));
    assert!(problem("dead", "refused").contains("start the worker"));
    assert!(problem("again", "is the same cluster as").contains("remove one"));
    assert!(problem("files", "ca.pem").contains("tls"));
    problem("nameless", "none of its configured addresses answers");
    found(&findings, "network", "no-such-host.invalid");
    found(&findings, "cluster starting", "starting");
    found(&findings, "cluster unhealthy", "unhealthy");
    let silent = found(&findings, "cluster brokerless", "/health: no answer within");
    assert!(
        silent.todo.as_ref().unwrap().contains("the workers' Kafka"),
        "{silent:?}"
    );
    found(&findings, "cluster old", "Kafka Connect 2.8.2");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_database_and_its_clock_are_examined() {
    let database = Database::new().await;
    let store = database.store().await;
    let good = doctor::examine_database(&store, Default::default(), &System).await;
    assert!(
        good.iter().all(|finding| finding.severity == Severity::Good),
        "{good:?}"
    );
    found(&good, "database", "Postgres ");
    found(&good, "database", "clock agrees");
    let clock = ManualClock::default();
    clock.set(System.now() + chrono::TimeDelta::seconds(90));
    let late = doctor::examine_database(&store, Default::default(), &clock).await;
    assert_eq!(found(&late, "database", "clock").severity, Severity::Warning);
    // One that was written with another key, which the server would refuse.
    let (ours, theirs) = (Fingerprint::from_hex("aa"), Fingerprint::from_hex("bb"));
    store.check_key(&theirs).await.unwrap();
    for (key, severity) in [(&theirs, Severity::Good), (&ours, Severity::Problem)] {
        let beside = doctor::DatabaseBeside {
            owner: Some(&store),
            key: Some(key),
        };
        let found = doctor::examine_database(&store, beside, &System).await;
        advised(&found);
        assert_eq!(
            found.iter().map(|finding| finding.severity).max(),
            Some(severity),
            "{found:?}"
        );
    }
    database.leave().await;
    let away = doctor::examine_database(&store, Default::default(), &System).await;
    assert_eq!(found(&away, "database", "does not answer").severity, Severity::Problem);
    database.come_back().await;
    store.close().await;
}
