//! Workers come up, carry connectors, die and come back; both Connect versions.

use lab::artifacts::OLDER;
use lab::{ClusterSpec, Error, Lab, LabOptions, Result};

#[tokio::test(flavor = "multi_thread")]
async fn a_connector_runs_on_both_versions_and_a_killed_worker_comes_back() -> Result<()> {
    let lab = Lab::shared().await?;
    lab.create_topic("beats", 2).await?;
    lab.produce("beats", Some(1), Some("key"), Some("value")).await?;

    let newest = lab.connect_cluster(ClusterSpec::new("newest")).await?;
    let older = lab.connect_cluster(ClusterSpec::new("older").version(OLDER)).await?;
    for cluster in [&newest, &older] {
        let config = [
            ("connector.class", "VerifiableSourceConnector"),
            ("topic", "beats"),
            ("throughput", "1"),
        ];
        cluster.create_connector("beat", &config).await?;
        cluster.wait_for_states("beat", "RUNNING", &["RUNNING"]).await?;
        let root = cluster.request("GET", "/", None).await?.json();
        assert_eq!(root["version"], cluster.version());
        assert_eq!(
            cluster.leader().map(|leader| leader.name().to_owned()),
            Some(format!("{}-1", cluster.name()))
        );
    }

    match newest
        .create_connector("beat", &[("connector.class", "VerifiableSourceConnector")])
        .await
    {
        Err(Error::Refused { status: 409, body, .. }) => assert!(body.contains("already exists"), "{body}"),
        other => panic!("a second connector of the same name: {other:?}"),
    }

    let worker = newest.worker("newest-1")?;
    worker.kill()?;
    assert!(!worker.is_running());
    assert!(matches!(
        newest.call("GET", "/", None).await,
        Err(Error::Unreachable { .. })
    ));
    worker.start().await?;
    newest.wait_for_states("beat", "RUNNING", &["RUNNING"]).await?;
    newest.delete_connector("beat").await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broker_that_was_killed_starts_again_with_its_topics() -> Result<()> {
    let lab = Lab::start(LabOptions::default()).await?;
    lab.create_topic("kept", 3).await?;
    lab.broker().kill()?;
    lab.broker().start().await?;
    let topics = lab.broker().admin().topics().await?;
    assert!(
        topics.iter().any(|topic| topic.name == "kept" && topic.partitions == 3),
        "{topics:?}"
    );
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_that_cannot_start_says_why() -> Result<()> {
    let lab = Lab::shared().await?;
    let broken = ClusterSpec::new("broken").property("key.converter", "no.such.Converter");
    match lab.connect_cluster(broken).await {
        Err(Error::Start { process, tail, .. }) => {
            assert_eq!(process, "broken-1");
            assert!(tail.contains("no.such.Converter"), "{tail}");
        }
        other => panic!("a worker without its converter: {other:?}"),
    }
    Ok(())
}
