//! Topics and records by hand.

use kafka::Error;
use lab::Lab;

pub async fn topics_and_records(lab: &Lab) {
    let admin = lab.broker().admin();
    admin
        .create_topic("by-hand", 3, &[("cleanup.policy", "compact")])
        .await
        .unwrap();
    assert_eq!(
        admin.create_topic("by-hand", 3, &[]).await,
        Err(Error::TopicExists("by-hand".to_owned()))
    );
    let refused = admin.create_topic("by-hand-2", 1, &[("no.such.config", "1")]).await;
    assert!(matches!(refused, Err(Error::Refused { .. })), "{refused:?}");

    admin
        .produce("by-hand", None, Some(b"key"), Some(b"value"))
        .await
        .unwrap();
    admin.produce("by-hand", Some(2), Some(b"key"), None).await.unwrap();
    let nowhere = admin.produce("by-hand", Some(7), None, Some(b"value")).await;
    assert!(matches!(nowhere, Err(Error::Refused { .. })), "{nowhere:?}");

    let topics = admin.topics().await.unwrap();
    assert_eq!(
        topics.iter().find(|t| t.name == "by-hand").map(|t| t.partitions),
        Some(3)
    );
    admin.delete_topic("by-hand").await.unwrap();
    assert_eq!(
        admin.delete_topic("by-hand").await,
        Err(Error::NoTopic("by-hand".to_owned()))
    );
}
