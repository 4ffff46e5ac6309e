//! Brokers that refuse, played by librdkafka's own mock of a cluster.

use std::collections::BTreeMap;
use std::time::Duration;

use rdkafka::mocking::MockCluster;
use rdkafka::types::{RDKafkaApiKey, RDKafkaRespErr};

use super::*;
use crate::Cluster;
use crate::client::Client;

const LONG: Duration = Duration::from_secs(10);

fn denied(reason: &str) -> Error {
    Error::Authorization {
        reason: reason.to_owned(),
    }
}

#[test]
fn a_broker_that_is_not_the_coordinator_ends_no_process() {
    let mock = MockCluster::new(1).unwrap();
    // Without a group of its own librdkafka would read from a null pointer here.
    mock.request_errors(
        RDKafkaApiKey::OffsetFetch,
        &[RDKafkaRespErr::RD_KAFKA_RESP_ERR_NOT_COORDINATOR],
    );
    let coordinators = Client::new(&mock.bootstrap_servers(), &BTreeMap::new())
        .unwrap()
        .committed;
    let mut answers = (0..2).map(|_| coordinators.ask_offsets(c"g").unwrap().answer(LONG).unwrap());
    assert!(matches!(answers.next(), Some(Err(Error::Refused { .. }))));
    assert_eq!(answers.next(), Some(Ok(Vec::new())));
}

#[tokio::test]
async fn a_topic_that_we_may_not_describe_is_named_and_spoils_no_other() {
    let mock = MockCluster::new(1).unwrap();
    let cluster = Cluster::connect("mock", &mock.bootstrap_servers(), &BTreeMap::new()).unwrap();
    for topic in ["open", "secret"] {
        mock.create_topic(topic, 1, 1).unwrap();
    }
    mock.topic_error("secret", RDKafkaRespErr::RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED)
        .unwrap();
    let of = |topic: &str| Partition {
        topic: topic.into(),
        partition: 0,
    };
    let offsets = cluster.offsets().unwrap();
    let found = offsets
        .list(
            vec![of("secret"), of("open")],
            Point::Latest,
            Isolation::ReadUncommitted,
            LONG,
        )
        .await
        .unwrap();
    assert_eq!(found[0].at.as_ref().unwrap().unwrap().offset, 0);
    let describe = denied("DESCRIBE on topic `secret`");
    assert_eq!(found[1].at, Err(describe));
    let sampler = cluster.sampler(Isolation::ReadUncommitted).unwrap();
    let samples = sampler
        .next_unread(vec![(of("secret"), 0), (of("open"), 0)], LONG)
        .await
        .unwrap();
    let unread: Vec<&Unread> = samples.iter().map(|sample| &sample.unread).collect();
    assert_eq!(
        unread,
        [&Unread::Nothing, &Unread::Failed(denied("READ on topic `secret`"))]
    );
}
