//! Who may not read, and who may later.

use std::collections::BTreeMap;

use kafka::Error;
use kafka::admin::Permission;
use kafka::tail::{Denied, Incomplete, Restart};
use lab::Lab;

use super::heard::{Listener, with};
use super::writer::{Writer, cut, make_to_cut};
use super::{PASSWORD, USER};

fn signed_in(lab: &Lab, password: &str, topics: &[&str]) -> Listener {
    let properties = [
        ("security.protocol", "sasl_plaintext"),
        ("sasl.mechanism", "PLAIN"),
        ("sasl.username", USER),
        ("sasl.password", password),
    ];
    let properties: BTreeMap<String, String> = properties.map(|(k, v)| (k.to_owned(), v.to_owned())).into();
    with(&lab.broker().sasl_bootstrap().unwrap(), &properties, topics, 16)
}

pub async fn what_is_missing_is_named(lab: &Lab) {
    let admin = lab.broker().admin();
    let user = format!("User:{USER}");
    for topic in ["tail-may", "tail-sees", "tail-blind"] {
        make_to_cut(lab, topic, 1).await;
        Writer::new(lab).write(topic, 0, &["a", "b"]);
    }
    admin
        .allow(&user, Permission::ReadTopic("tail-may"), true)
        .await
        .unwrap();
    admin
        .allow(&user, Permission::DescribeTopic("tail-sees"), true)
        .await
        .unwrap();
    let mut listener = signed_in(lab, PASSWORD, &["tail-may", "tail-sees", "tail-blind"]);
    // No right to any group is needed, and one topic's fate is not another's.
    listener.complete("tail-may").await;
    let read = Incomplete::Denied(Denied::Read);
    let describe = Incomplete::Denied(Denied::Describe);
    listener
        .until("tail-sees", "READ is missing", |heard| heard.is(&read))
        .await;
    listener
        .until("tail-blind", "DESCRIBE is missing", |heard| heard.is(&describe))
        .await;
    assert_eq!(
        read.of("tail-sees"),
        "topic `tail-sees` may not be read: READ is missing"
    );

    // Granted later.
    admin
        .allow(&user, Permission::ReadTopic("tail-sees"), true)
        .await
        .unwrap();
    let took = listener.complete("tail-sees").await;
    println!("complete {took:?} after READ was granted");
    assert_eq!(listener.of("tail-sees").names(), ["a", "b"]);

    // Taken back while it is read; what was read is not told again when it is given back.
    admin
        .allow(&user, Permission::ReadTopic("tail-may"), false)
        .await
        .unwrap();
    admin
        .allow(&user, Permission::DescribeTopic("tail-may"), true)
        .await
        .unwrap();
    let took = listener
        .until("tail-may", "READ is missing", |heard| heard.is(&read))
        .await;
    println!("said {took:?} after READ was taken back");
    Writer::new(lab).write("tail-may", 0, &["c"]);
    admin
        .allow(&user, Permission::ReadTopic("tail-may"), true)
        .await
        .unwrap();
    listener.complete("tail-may").await;
    listener
        .until("tail-may", "what came meanwhile", |heard| heard.records.len() == 3)
        .await;
    let heard = listener.of("tail-may");
    assert_eq!((heard.names(), heard.restarts.len()), (vec!["a", "b", "c"], 0));

    // The place up to which it was read is gone when it may be read again.
    admin
        .allow(&user, Permission::ReadTopic("tail-may"), false)
        .await
        .unwrap();
    listener
        .until("tail-may", "READ is missing again", |heard| heard.is(&read))
        .await;
    Writer::new(lab).write("tail-may", 0, &["d", "e", "f"]);
    cut(lab, "tail-may", 0, 5).await;
    admin
        .allow(&user, Permission::ReadTopic("tail-may"), true)
        .await
        .unwrap();
    let told = |heard: &super::heard::Heard| !heard.restarts.is_empty() && heard.complete;
    listener.until("tail-may", "it is told anew", told).await;
    let heard = listener.of("tail-may");
    assert_eq!(heard.names(), ["f"]);
    assert_eq!(heard.restarts, [Restart::OutOfRange { partition: 0 }]);
}

pub async fn a_wrong_password_is_told_without_it(lab: &Lab) {
    let mut listener = signed_in(lab, "wrongbattery", &["tail-may"]);
    let refused = |heard: &super::heard::Heard| {
        matches!(
            &heard.incomplete,
            Some(Incomplete::Silent(Error::Authentication { .. }))
        )
    };
    listener.until("tail-may", "the credentials are refused", refused).await;
    assert!(!format!("{:?}", listener.heard).contains("wrongbattery"));
}
