//! Distinct random secrets in configs, URLs, JAAS strings and traces, searched for in everything that Signalbox shows,
//! says, logs and keeps: with the definitions of the plugins, and on a cluster that has none to give.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use lab::rest::segment;
use serde_json::{Value, json};
use testkit::fake::{FakeCluster, FakeConnector, FakeInstance, Version};

use crate::plant;
use crate::probe;
use crate::server::{Server, Watched, random};
use crate::stage::{LEGACY, MODERN, Stage};
use crate::until::until;

const BLIND: &str = "blind";
const SHOWN: &str = "shown-as-it-is";

/// Secrets by where they were planted.
#[derive(Default)]
struct Secrets(BTreeMap<String, String>);

impl Secrets {
    /// A new secret, remembered under a name for the failure.
    fn plant(&mut self, place: &str) -> String {
        // A letter first, so that it is a token for whoever parses it.
        let secret = format!("s{}", &random()[..23]);
        self.0.insert(place.to_owned(), secret.clone());
        secret
    }

    /// Fails when one of them, or a half of it, is in `text`, plain, percent-encoded (which letters and digits are
    /// already), in base64 at any offset, or in hexadecimal.
    fn absent_from(&self, what: &str, text: &str) {
        for (place, secret) in &self.0 {
            for half in [&secret[..12], &secret[12..]] {
                for form in forms(half) {
                    let Some(at) = text.find(&form) else { continue };
                    let from = text.floor_char_boundary(at.saturating_sub(300));
                    let to = text.ceil_char_boundary((at + 200).min(text.len()));
                    panic!(
                        "the secret planted in {place} is in {what} as {form}: ...{}...",
                        &text[from..to]
                    );
                }
            }
        }
    }
}

/// What `text` looks like inside a longer one, whatever stands before and after it.
fn forms(text: &str) -> Vec<String> {
    let mut forms = vec![
        text.to_owned(),
        text.to_uppercase(),
        text.bytes().map(|byte| format!("{byte:02x}")).collect(),
        text.bytes().map(|byte| format!("%{byte:02X}")).collect(),
    ];
    for engine in [STANDARD_NO_PAD, URL_SAFE_NO_PAD] {
        for before in 0..3 {
            let encoded = engine.encode([vec![0; before], text.as_bytes().to_vec()].concat());
            // The letters at both ends hold bits of the neighbours.
            forms.push(encoded[before + 1..encoded.len() - 2].to_owned());
        }
    }
    forms
}

/// Config values with secrets in them, of keys that no plugin knows or that Connect's clients know.
fn planted(secrets: &mut Secrets, on: &str) -> Vec<(String, String)> {
    let mut s = |place: &str| secrets.plant(&format!("{on} {place}"));
    let jaas = |secret: String| {
        format!(
            "org.apache.kafka.common.security.plain.PlainLoginModule required username=\"u\" password=\"{secret}\";"
        )
    };
    let values = [
        ("database.password", s("database.password")),
        ("x.api.token", s("x.api.token")),
        ("consumer.override.sasl.jaas.config", jaas(s("consumer.override JAAS"))),
        (
            "producer.override.ssl.keystore.password",
            s("producer.override keystore"),
        ),
        (
            "connection.url",
            format!(
                "jdbc:postgresql://app:{}@db.internal:5432/x?user=u&password={}",
                s("userinfo"),
                s("query")
            ),
        ),
        (
            "sqlserver.url",
            format!("jdbc:sqlserver://db.internal:1433;user=u;password={};", s("semicolons")),
        ),
        (
            "mongo.uri",
            format!("mongodb+srv://u:{}@cluster0.example.net/?w=majority", s("mongo")),
        ),
        ("http.headers", format!("Authorization: Bearer {}", s("header"))),
        (
            "hook",
            format!("https://hooks.example.com/services/T0/{}", s("path of a hook")),
        ),
        ("whatever", s("a key that says nothing")),
        ("errors.deadletterqueue.topic.name", String::new()),
        ("odd.password", format!("{}/+ =&\"'<>%ä\\", s("odd letters"))),
        ("secret.reference", "${vault:kv/data/app:password}".to_owned()),
    ];
    let values = values.map(|(key, value)| (key.to_owned(), value));
    values.into_iter().filter(|(_, value)| !value.is_empty()).collect()
}

fn pairs(values: &[(String, String)]) -> Vec<(&str, &str)> {
    values
        .iter()
        .map(|(key, value)| (key.as_str(), value.as_str()))
        .collect()
}

/// The connectors of the real clusters.
async fn plant_all(stage: &Stage, secrets: &mut Secrets) -> Vec<(&'static str, String, &'static str)> {
    let mut known = Vec::new();
    for cluster in stage.clusters() {
        let on = if cluster.name() == MODERN { MODERN } else { LEGACY };
        let name = |rest: &str| format!("secrets-{on}-{rest}");
        let values = planted(secrets, &name("sink"));
        let more = [pairs(&values), vec![("file.of.nobody", SHOWN)]].concat();
        plant::sink(stage.lab, cluster, &name("sink"), &more).await;
        known.push((on, name("sink"), "healthy"));

        // The record's text is in the trace.
        let record = format!(
            "password={} token: {} {}",
            secrets.plant("record, password="),
            secrets.plant("record, token:"),
            "this is no JSON"
        );
        plant::poisoned_sink(stage.lab, cluster, &name("poisoned"), &record).await;
        known.push((on, name("poisoned"), "failed"));

        // Kafka's own complaint repeats values: "No LoginModule found for ...", "Invalid url in bootstrap.servers: ...".
        let jaas = format!(
            "com.example.Login required username=\"u\" password=\"{}\";",
            secrets.plant("source JAAS")
        );
        let key_password = secrets.plant("source key password");
        let values = [
            ("topics", "secrets-none"),
            ("source.cluster.security.protocol", "SASL_PLAINTEXT"),
            ("source.cluster.sasl.mechanism", "PLAIN"),
            ("source.cluster.sasl.jaas.config", &jaas),
            ("source.cluster.ssl.key.password", &key_password),
        ];
        plant::mirror(stage.lab, cluster, &name("mirror"), &values).await;
        known.push((on, name("mirror"), "failed"));
        let servers = format!(
            "app:{}@kafka.internal:port",
            secrets.plant("userinfo of bootstrap.servers")
        );
        plant::sink(
            stage.lab,
            cluster,
            &name("override"),
            &[("consumer.override.bootstrap.servers", &servers)],
        )
        .await;
        known.push((on, name("override"), "failed"));

        // A plugin that tells all it knows.
        let values = [
            ("passphrase".to_owned(), secrets.plant("a key of type PASSWORD")),
            (
                "endpoint".to_owned(),
                format!(
                    "https://app:{}@api.example.com/",
                    secrets.plant("userinfo of a known key")
                ),
            ),
            ("account".to_owned(), "somebody".to_owned()),
        ];
        let values = [&values[..], &planted(secrets, &name("telling"))].concat();
        let config = [vec![probe::TELLING], pairs(&values)].concat();
        cluster.create_connector(&name("telling"), &config).await.unwrap();
        known.push((on, name("telling"), "failed"));
    }
    known
}

/// A cluster too old to tell its plugins' definitions, whose connector fails with its own secrets in the trace.
fn blind_cluster(secrets: &mut Secrets) -> FakeCluster {
    let cluster = FakeCluster::start(Version::V2_8_2, 1).unwrap();
    let mut connector = FakeConnector::sink("secrets-blind", 1);
    for (key, value) in planted(secrets, BLIND) {
        connector = connector.with(&key, &value);
    }
    let value = |key: &str| connector.config.get(key).cloned().unwrap_or_default();
    let trace = format!(
        "org.apache.kafka.connect.errors.ConnectException: cannot open {}\n\tat com.example.Sink.start(Sink.java:7)\n\
         Caused by: java.sql.SQLException: login with {} and {} failed for {}; header {}\n\tat com.example.Db.open(Db.java:1)\n\
         Caused by: java.io.IOException: {} said {{\"password\":\"{}\"}}\n\tat com.example.Db.read(Db.java:2)\n",
        value("connection.url"),
        value("database.password"),
        value("odd.password"),
        value("mongo.uri"),
        value("http.headers"),
        value("hook"),
        secrets.plant("JSON in a trace"),
    );
    connector.tasks.insert(
        0,
        FakeInstance {
            trace: Some(trace),
            ..FakeInstance::new("FAILED", 0)
        },
    );
    cluster.put(connector);
    cluster
}

#[tokio::test(flavor = "multi_thread")]
async fn planted_secrets_are_nowhere() {
    let stage = Stage::visit().await;
    let mut secrets = Secrets::default();
    let blind = blind_cluster(&mut secrets);
    let watched = [
        Watched::of(&stage.modern),
        Watched::of(&stage.legacy),
        Watched {
            name: BLIND.to_owned(),
            urls: blind.urls(),
            kafka: false,
            group_id: None,
        },
    ];
    let server = Server::start(&stage.lab.broker().bootstrap(), &watched).await;
    let stream = server.stream().await;
    let mut known = plant_all(&stage, &mut secrets).await;
    known.push((BLIND, "secrets-blind".to_owned(), "failed"));
    for (cluster, name, wanted) in &known {
        server.verdict(cluster, name, wanted).await;
    }
    // What is searched is worth searching: traces are there, and what may be shown is shown.
    for (cluster, name, _) in known.iter().filter(|(_, _, wanted)| *wanted == "failed") {
        let connector = server.connector(cluster, name).await;
        assert!(!traces(&connector).is_empty(), "no trace: {connector}");
    }
    definitions_are_used(&server).await;
    // An edit, a deletion: config versions and history speak of the secrets too.
    let changed = secrets.plant("database.password, changed");
    let edited = format!("secrets-{MODERN}-sink");
    stage
        .modern
        .edit_connector(&edited, &[("database.password", &changed)])
        .await
        .unwrap();
    until("the edit is seen", 30, async || {
        let versions = server
            .api(&format!("/clusters/{MODERN}/connectors/{edited}/config/versions"))
            .await;
        let count = versions["items"].as_array().unwrap().len();
        if count > 1 { Ok(()) } else { Err(versions.to_string()) }
    })
    .await;
    secrets
        .0
        .insert("the bearer token".to_owned(), server.token().to_owned());

    everything_said(&server, &known, &secrets).await;
    secrets.absent_from("the stream of events", &stream.text());
    let changes = stream.changes();
    assert!(
        changes.iter().any(|change| change["connector"] == edited.as_str()),
        "{changes:?}"
    );
    let agreed = ["id", "at", "cluster", "connector", "changed", "verdict"];
    for change in changes {
        assert!(
            change
                .as_object()
                .unwrap()
                .keys()
                .all(|key| agreed.contains(&key.as_str())),
            "{change}"
        );
    }
    secrets.absent_from("the database", &server.database().dump().await);
    for cluster in stage.clusters() {
        for (on, name, _) in &known {
            if on == &cluster.name() {
                plant::clear(cluster, &[name]).await;
            }
        }
    }
    let path = format!("/clusters/{MODERN}/connectors/{edited}");
    until("the deletion is seen", 30, async || {
        let connector = server.api(&path).await;
        if connector["deleted_at"].is_string() {
            Ok(())
        } else {
            Err(connector.to_string())
        }
    })
    .await;
    secrets.absent_from(
        "the deleted connector",
        &server.get(&format!("/api/v1{path}/timeline")).await.all(),
    );
    secrets.absent_from("the database after the deletion", &server.database().dump().await);
    secrets.absent_from("the log", &server.log());
}

fn traces(connector: &Value) -> Vec<String> {
    let tasks = connector["tasks"].as_array().into_iter().flatten();
    let parts = tasks.chain([&connector["instance"]]);
    parts
        .filter_map(|part| part["trace"].as_str().map(str::to_owned))
        .collect()
}

/// A key of the plugin is clear where its definitions were read, and only there; references stay readable.
async fn definitions_are_used(server: &Server) {
    let config = async |cluster: &str, name: &str| {
        let config = server
            .api(&format!("/clusters/{cluster}/connectors/{}/config", segment(name)))
            .await;
        config["config"].clone()
    };
    for cluster in [MODERN, LEGACY] {
        let name = format!("secrets-{cluster}-sink");
        let clear = async |name: &str, key: &str| {
            until(&format!("the definitions behind {name} were read"), 60, async || {
                let shown = config(cluster, name).await;
                if shown[key]["kind"] == "clear" {
                    Ok(shown)
                } else {
                    Err(shown.to_string())
                }
            })
            .await
        };
        let shown = clear(&name, "file").await;
        assert_eq!(shown["topics"]["value"], format!("{name}-topic"));
        assert_eq!(
            shown["secret.reference"],
            json!({
                "kind": "reference", "value": "${vault:kv/data/app:password}", "fingerprint": null,
                "source": "config_provider",
            })
        );
        for key in [
            "database.password",
            "connection.url",
            "x.api.token",
            "whatever",
            "odd.password",
        ] {
            assert_eq!(shown[key]["kind"], "masked", "{key}: {shown}");
            assert!(
                shown[key]["value"].is_null() && shown[key]["fingerprint"].is_string(),
                "{key}: {shown}"
            );
        }
        let telling = clear(&format!("secrets-{cluster}-telling"), "account").await;
        assert_eq!(telling["account"]["value"], "somebody", "{telling}");
        assert_eq!(telling["passphrase"]["kind"], "masked", "{telling}");
        assert_eq!(telling["endpoint"]["kind"], "masked", "{telling}");
        let mirror = config(cluster, &format!("secrets-{cluster}-mirror")).await;
        assert_eq!(mirror["source.cluster.sasl.jaas.config"]["kind"], "masked");
        assert_eq!(mirror["source.cluster.ssl.key.password"]["kind"], "masked");
    }
    let blind = config(BLIND, "secrets-blind").await;
    assert_eq!(
        blind["file"]["kind"], "masked",
        "no definitions, so nothing of the plugin is clear: {blind}"
    );
    assert_eq!(blind["connector.class"]["kind"], "clear", "{blind}");
    assert_eq!(blind["secret.reference"]["kind"], "reference", "{blind}");
}

/// Pages, API, metrics, commands and logs.
async fn everything_said(server: &Server, known: &[(&'static str, String, &'static str)], secrets: &Secrets) {
    let cookie = server.sign_in().await;
    let mut pages: Vec<String> = [
        "/",
        "/connectors",
        "/connectors?q=secrets",
        "/clusters",
        "/timeline",
        "/signin",
    ]
    .map(str::to_owned)
    .to_vec();
    let mut api: Vec<String> = [
        "/clusters",
        "/connectors?limit=1000",
        "/workers",
        "/plugins",
        "/teams",
        "/faults",
        "/events?after=0",
        "/openapi.json",
    ]
    .map(str::to_owned)
    .to_vec();
    for cluster in [MODERN, LEGACY, BLIND] {
        pages.push(format!("/clusters/{cluster}"));
        pages.push(format!("/timeline?cluster={cluster}"));
        api.push(format!("/clusters/{cluster}"));
    }
    for (cluster, name, _) in known {
        let name = segment(name);
        pages.push(format!("/clusters/{cluster}/connectors/{name}"));
        api.push(format!("/connectors?cluster={cluster}&name={name}"));
        for below in ["", "/config", "/config/versions", "/timeline"] {
            api.push(format!("/clusters/{cluster}/connectors/{name}{below}"));
        }
    }
    for page in &pages {
        let answer = server.page(&cookie, page).await;
        assert_eq!(answer.status, 200, "{page}: {}", answer.all());
        secrets.absent_from(&format!("the page {page}"), &answer.all());
    }
    for path in &api {
        let answer = server.get(&format!("/api/v1{path}")).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.all());
        secrets.absent_from(&format!("the API's {path}"), &answer.all());
        // Who may only see gets neither configs nor traces, and secrets least of all.
        let lesser = server.get_as(&server.lesser_token(), &format!("/api/v1{path}")).await;
        assert_eq!(
            lesser.status == 403,
            path.contains("/config"),
            "{path}: {}",
            lesser.all()
        );
        secrets.absent_from(&format!("the API's {path} with less right"), &lesser.all());
        if lesser.status == 200 && path.contains("/connectors/") && !path.ends_with("/timeline") {
            assert_eq!(traces(&lesser.json()), Vec::<String>::new(), "{path}");
        }
    }
    secrets.absent_from("the metrics", &server.get("/metrics").await.all());
    secrets.absent_from("the readiness", &server.get("/readyz").await.all());
    for arguments in [
        &["doctor", "--config", "signalbox.toml"][..],
        &["config", "check", "--config", "signalbox.toml"],
    ] {
        let said = server.run(arguments);
        secrets.absent_from(&arguments.join(" "), &(said.out + &said.err));
    }
    for (cluster, name, _) in known {
        for flag in [&["--json"][..], &[]] {
            let one = format!("{cluster}/{name}");
            let said = server.run(&[&["why", &one], flag].concat());
            assert!(said.out.contains(name.as_str()), "{}{}", said.out, said.err);
            secrets.absent_from(&format!("why {one}"), &(said.out + &said.err));
        }
    }
    secrets.absent_from("the log", &server.log());
}
