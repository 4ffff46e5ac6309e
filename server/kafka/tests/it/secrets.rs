//! Property values stay out of logs, errors and Debug.

use std::collections::BTreeMap;
use std::io::Write;
use std::sync::{Arc, Mutex};

use kafka::{Cluster, Error};

const SECRET: &str = "correct-horse-battery";

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Everything that one attempt says.
async fn said(properties: &[(&str, &str)]) -> String {
    let properties: BTreeMap<String, String> = properties
        .iter()
        .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()))
        .collect();
    // Nobody listens on port 1.
    match Cluster::connect("secretive", "127.0.0.1:1", &properties) {
        Err(error) => format!("{error} {error:?}"),
        Ok(cluster) => {
            let seen = cluster.group("any").await;
            assert!(matches!(seen, Err(Error::Unreachable { .. })), "{seen:?}");
            format!("{cluster:?} {seen:?}")
        }
    }
}

#[tokio::test]
async fn values_are_never_said() {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt().with_max_level(tracing_subscriber::filter::LevelFilter::TRACE);
    subscriber.with_writer(move || writer.clone()).try_init().unwrap();
    let sasl = [
        ("security.protocol", "sasl_ssl"),
        ("sasl.mechanism", "PLAIN"),
        ("sasl.username", "me"),
    ];
    let mut all = said(&[&sasl[..], &[("sasl.password", SECRET)]].concat()).await;
    for key in [
        "ssl.key.pem",
        "ssl.keystore.password",
        "ssl.key.password",
        "security.protocol",
        "no.such.key",
        "debug",
    ] {
        all += &said(&[("security.protocol", "ssl"), (key, SECRET)]).await;
    }
    // What a broker's address repeats of a secret is struck out too.
    let unlucky: BTreeMap<_, _> = [("sasl.password".to_owned(), "no.such.host.invalid".to_owned())].into();
    let cluster = Cluster::connect("unlucky", "no.such.host.invalid:9092", &unlucky).unwrap();
    let seen = cluster.group("any").await;
    assert!(
        matches!(&seen, Err(Error::Unreachable { reason }) if reason.contains("***:9092")),
        "{seen:?}"
    );

    all += &String::from_utf8_lossy(&log.0.lock().unwrap());
    assert!(all.contains("refused"), "librdkafka's words arrive");
    assert!(!all.contains(SECRET), "{all}");
}

#[test]
fn properties_of_ours_are_refused_by_name() {
    for key in ["group.id", "bootstrap.servers", "debug", "plugin.library.paths"] {
        let properties: BTreeMap<_, _> = [(key.to_owned(), "x".to_owned())].into();
        let refused = Cluster::connect("x", "127.0.0.1:1", &properties).map(drop);
        assert!(
            matches!(&refused, Err(Error::Property { key: named, .. }) if named == key),
            "{refused:?}"
        );
    }
}
