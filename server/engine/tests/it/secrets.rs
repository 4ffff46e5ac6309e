//! Secrets planted in configs and traces, and searched for everywhere.

use model::verdict::Health;
use testkit::fake::{FakeCluster, FakeConnector, Version};

use crate::database::Database;
use crate::harness::Rig;

/// Each is planted once; none may be found anywhere.
const PLANTED: [(&str, &str); 5] = [
    ("connection.password", "Hunter2-Correct-Horse"),
    (
        "connection.url",
        "jdbc:postgresql://loader:Sesame-Open-77@dwh.example:5432/reports?password=Sesame-Param-78",
    ),
    (
        "consumer.override.sasl.jaas.config",
        "org.apache.kafka.common.security.plain.PlainLoginModule required username=\"u\" password=\"Jaas-Word-4711\";",
    ),
    ("some.api.token", "tok_9f8e7d6c5b4a39281706"),
    ("header.authorization", "Bearer Abcdef-Bearer-123456"),
];
const WORDS: [&str; 6] = [
    "Hunter2-Correct-Horse",
    "Sesame-Open-77",
    "Sesame-Param-78",
    "Jaas-Word-4711",
    "tok_9f8e7d6c5b4a39281706",
    "Abcdef-Bearer-123456",
];

fn planted(name: &str) -> FakeConnector {
    PLANTED
        .into_iter()
        .fold(FakeConnector::source(name, 1), |connector, (key, value)| {
            connector.with(key, value)
        })
}

fn trace() -> String {
    let words = WORDS.join(" and ");
    format!(
        "org.apache.kafka.connect.errors.ConnectException: cannot sign in with {words}\n\
         \tat org.example.Task.start(Task.java:1)\n\
         Caused by: java.lang.IllegalStateException: refused {words}\n"
    )
}

async fn never_found(version: Version, class: Option<&str>) {
    let database = Database::new().await;
    let fake = FakeCluster::start(version, 1).unwrap();
    let put = |name: &str| {
        let connector = planted(name);
        match class {
            Some(class) => fake.put(connector.with("connector.class", class)),
            None => fake.put(connector),
        }
    };
    put("plain");
    put("failing");
    fake.set_state("failing", Some(0), "FAILED", Some(&trace()));
    let mut rig = Rig::watching(&database, &fake).await;
    rig.until_health("failing", Health::Failed).await;
    rig.looks(3).await;
    // A failure after definitions are known, and a changed secret.
    fake.set_state("plain", Some(0), "FAILED", Some(&trace()));
    rig.until_health("plain", Health::Failed).await;
    fake.edit("plain", |connector| {
        connector
            .config
            .insert("connection.password".into(), format!("{}-2", WORDS[0]));
    });
    let versions = async || {
        rig.store
            .config_versions(&"orders".into(), &"plain".into())
            .await
            .unwrap()
            .len()
    };
    crate::harness::until("a changed secret is a version", async || {
        (versions().await == 2).then_some(())
    })
    .await;
    rig.looks(2).await;

    let mut events = String::new();
    while let Ok(event) = rig.events.try_recv() {
        events.push_str(&format!("{event:?}\n"));
    }
    let mut view = format!("{:?}", rig.fleet());
    rig.stop().await;
    // Who comes after knows no more which secret the trace quotes.
    let rig = Rig::watching(&database, &fake).await;
    rig.looks(3).await;
    view.push_str(&format!("{:?}", rig.fleet()));
    let dump = database.dump().await;
    assert!(dump.contains("ConnectException") && view.contains("failing") && !events.is_empty());
    for word in WORDS {
        for (place, text) in [("database", &dump), ("view", &view), ("events", &events)] {
            if let Some(at) = text.find(word) {
                let from = text.floor_char_boundary(at.saturating_sub(200));
                panic!("{word} is in the {place}: …{}", &text[from..at + word.len()]);
            }
        }
    }
    rig.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn with_definitions_without_them_and_of_an_unknown_plugin_no_secret_is_kept() {
    tokio::join!(
        never_found(Version::V4_3_1, None),
        never_found(Version::V2_8_2, None),
        never_found(Version::V3_9_1, Some("com.example.NobodyKnowsConnector")),
    );
}
