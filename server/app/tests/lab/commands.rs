//! The commands beside `serve`.

use crate::plant;
use crate::stage::{LEGACY, MODERN, Stage};

#[tokio::test(flavor = "multi_thread")]
async fn why_says_what_the_api_says_and_ends_with_a_code_for_scripts() {
    let stage = Stage::visit().await;
    let server = &stage.server;
    let (sink, poisoned) = ("why-sink", "why-poisoned");
    plant::sink(stage.lab, &stage.legacy, sink, &[]).await;
    plant::poisoned_sink(stage.lab, &stage.legacy, poisoned, "no JSON").await;
    server.verdict(LEGACY, sink, "healthy").await;
    server.verdict(LEGACY, poisoned, "failed").await;

    let healthy = server.run(&["why", &format!("{LEGACY}/{}", sink)]);
    assert_eq!(healthy.code, 0, "{}{}", healthy.out, healthy.err);
    assert!(
        healthy.out.starts_with(&format!("{LEGACY}/{} is healthy since ", sink)),
        "{}",
        healthy.out
    );
    let failed = server.run(&["why", &format!("{LEGACY}/{poisoned}")]);
    assert_eq!(failed.code, 1, "{}{}", failed.out, failed.err);
    for said in ["is failed since", "root cause", "connector (data", "task 0"] {
        assert!(failed.out.contains(said), "{said}: {}", failed.out);
    }
    let json = server.run(&["why", "--json", &format!("{LEGACY}/{poisoned}")]);
    assert_eq!(json.code, 1, "{}", json.err);
    let told: serde_json::Value = serde_json::from_str(&json.out).unwrap();
    let api = server.connector(LEGACY, poisoned).await;
    for pointer in [
        "/health/verdict",
        "/health/since",
        "/fault/id",
        "/fault/root_cause",
        "/tasks/0/trace",
    ] {
        assert_eq!(told.pointer(pointer), api.pointer(pointer), "{pointer}");
    }
    let unknown = server.run(&["why", &format!("{LEGACY}/nobody")]);
    assert_eq!(unknown.code, 2, "{}", unknown.err);
    let nobody = server.run(&["why", "--url", "http://127.0.0.1:9", &format!("{LEGACY}/{}", sink)]);
    assert_eq!(nobody.code, 3, "{}", nobody.err);
    plant::clear(&stage.legacy, &[sink, poisoned]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_doctor_finds_a_well_fleet_well_and_names_what_is_not() {
    let stage = Stage::visit().await;
    let server = &stage.server;
    let well = server.run(&["doctor", "--config", "signalbox.toml"]);
    assert_eq!(well.code, 0, "{}{}", well.out, well.err);
    for said in [
        "cluster modern",
        "cluster legacy",
        "kafka main",
        "database",
        "4.3.1",
        "3.9.1",
        "problems: 0",
    ] {
        assert!(well.out.contains(said), "{said}: {}", well.out);
    }
    // One address is none, one is Kafka's: both are named with what to do, and the rest is still examined.
    let good = std::fs::read_to_string(server.config()).unwrap();
    let bootstrap = stage.lab.broker().bootstrap();
    let bad = format!(
        "{good}\n[[clusters]]\nname = \"nobody\"\nurls = [\"http://127.0.0.1:9\"]\n\
         [[clusters]]\nname = \"no-connect\"\nurls = [\"http://{bootstrap}\"]\n"
    );
    std::fs::write(server.path("bad.toml"), bad).unwrap();
    let ill = server.run(&["doctor", "--config", "bad.toml"]);
    assert_eq!(ill.code, 1, "{}{}", ill.out, ill.err);
    for said in [
        "cluster nobody",
        "cluster no-connect",
        "PROBLEM",
        "->",
        "cluster modern",
    ] {
        assert!(ill.out.contains(said), "{said}: {}", ill.out);
    }
    // Without a configuration: what to put into one.
    let worker = stage.modern.urls().remove(0);
    let without = server.run(&["doctor", "--url", &worker, "--bootstrap", &bootstrap]);
    assert_eq!(without.code, 0, "{}{}", without.out, without.err);
    for said in ["[[clusters]]", "[[kafka]]", worker.as_str(), bootstrap.as_str(), MODERN] {
        assert!(without.out.contains(said), "{said}: {}", without.out);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bad_configuration_is_refused_with_its_line_and_the_nearest_key() {
    let stage = Stage::visit().await;
    let server = &stage.server;
    let good = server.run(&["config", "check", "--config", "signalbox.toml"]);
    assert_eq!(good.code, 0, "{}", good.err);
    assert!(
        good.out.contains(MODERN) && !good.out.contains(server.token()),
        "{}",
        good.out
    );
    std::fs::write(server.path("typo.toml"), "[server]\n\n[observe]\nintervall = \"2s\"\n").unwrap();
    for command in [&["config", "check"][..], &["doctor"], &["serve"]] {
        let bad = server.run(&[command, &["--config", "typo.toml"]].concat());
        assert_eq!(bad.code, 2, "{}{}", bad.out, bad.err);
        assert!(
            bad.err.contains("typo.toml:4:1") && bad.err.contains("did you mean `interval`?"),
            "{}",
            bad.err
        );
    }
}
