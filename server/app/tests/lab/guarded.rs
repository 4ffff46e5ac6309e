//! A Kafka that lets Signalbox see less than it could: the rest goes on, and it is said what is missing.

use lab::{ClusterSpec, Grant, Lab, LabOptions};
use serde_json::Value;

use crate::plant;
use crate::push::read_wholly;
use crate::server::{Server, Watched};
use crate::until::until;

const CLUSTER: &str = "guarded";
const USER: &str = "watcher";
const PASSWORD: &str = "correcthorse";

#[tokio::test(flavor = "multi_thread")]
async fn a_topic_that_may_not_be_read_is_named_with_what_is_lost_and_the_rest_goes_on() {
    let mut options = LabOptions::default();
    options.users.insert(USER.to_owned(), PASSWORD.to_owned());
    let lab = Lab::start(options).await.unwrap();
    let cluster = lab.connect_cluster(ClusterSpec::new(CLUSTER)).await.unwrap();
    for grant in [
        Grant::DescribeGroup(CLUSTER),
        Grant::ReadTopic("guarded-configs"),
        Grant::DescribeTopic("guarded-status"),
    ] {
        lab.grant(USER, grant).await.unwrap();
    }
    let password = lab.directory().join("watcher.password");
    std::fs::write(&password, PASSWORD).unwrap();
    let password = password.display();
    let kafka = format!(
        "properties = {{ \"security.protocol\" = \"sasl_plaintext\", \"sasl.mechanism\" = \"PLAIN\", \"sasl.username\" = \
         \"{USER}\", \"sasl.password\" = {{ file = \"{password}\" }} }}\n"
    );
    let bootstrap = lab.broker().sasl_bootstrap().unwrap();
    let server = Server::start_as(&bootstrap, &kafka, &[Watched::of(&cluster)]).await;
    plant::sink(&lab, &cluster, "guarded-sink", &[]).await;
    server.verdict(CLUSTER, "guarded-sink", "healthy").await;
    read_wholly(&server, CLUSTER, &["Config topic", "Connect group, in Kafka"]).await;
    let gap = until("what is not read is told", 60, async || {
        let cluster = server.api(&format!("/clusters/{CLUSTER}")).await;
        let status = sight(&cluster, "Status topic");
        match status["state"] == "refused" && status["text"].as_str().unwrap().contains("READ is missing") {
            true => Ok(status),
            false => Err(status.to_string()),
        }
    })
    .await;
    assert!(gap["text"].as_str().unwrap().contains("guarded-status"), "{gap}");
    assert!(
        gap["as_of"].is_string() && gap["gain"].as_str().unwrap().contains("Grant READ"),
        "{gap}"
    );
    // Lists tell what the topic does not.
    lab.produce("guarded-sink-topic", None, None, Some("no JSON"))
        .await
        .unwrap();
    let failed = server.verdict(CLUSTER, "guarded-sink", "failed").await;
    assert_eq!(failed["health"]["reasons"][0]["source"], "rest", "{failed}");

    let said = server.run(&["doctor", "--config", "signalbox.toml"]);
    let text = format!("{}{}", said.out, said.err);
    let grant = format!(
        "kafka-acls --bootstrap-server {bootstrap} --add --allow-principal User:{USER} --operation READ --topic \
         guarded-status"
    );
    assert!(text.contains(&grant), "{text}");
    assert!(text.contains("its config topic guarded-configs may be read"), "{text}");
    assert!(text.contains("offset_topic"), "the one that it may not know of: {text}");

    lab.grant(USER, Grant::ReadTopic("guarded-status")).await.unwrap();
    read_wholly(&server, CLUSTER, &["Status topic", "Config topic"]).await;
}

fn sight(cluster: &Value, source: &str) -> Value {
    let all = cluster["sees"].as_array().unwrap();
    all.iter()
        .find(|sight| sight["source"] == source)
        .cloned()
        .unwrap_or_default()
}
