//! `/metrics` as Prometheus reads it.

use std::io::Write;
use std::process::{Command, Stdio};

use crate::plant;
use crate::stage::{MODERN, Stage};

#[tokio::test(flavor = "multi_thread")]
async fn prometheus_finds_nothing_wrong_with_the_metrics() {
    let stage = Stage::visit().await;
    let names = ["metrics \"quoted\" é", "metrics-payments"];
    for name in names {
        plant::mirror(stage.lab, &stage.modern, name, &[("topics", "no-such-topic")]).await;
        stage.server.verdict(MODERN, name, "no_tasks").await;
    }
    let answer = stage.server.get("/metrics").await;
    assert_eq!(answer.status, 200);
    let text = answer.body;
    for series in [
        r#"signalbox_connector_healthy{cluster="modern",connector="metrics \"quoted\" é"} 0"#,
        r#"signalbox_connector_health{cluster="modern",connector="metrics-payments",health="no_tasks"} 1"#,
        r#"signalbox_connector_owner{cluster="modern",connector="metrics-payments",team="payments"} 1"#,
        r#"signalbox_cluster_reachable{cluster="legacy"} 1"#,
        r#"signalbox_connector_observation_age_seconds{cluster="modern",connector="metrics-payments"} "#,
    ] {
        assert!(text.contains(series), "{series} in {text}");
    }
    let check = Command::new("promtool")
        .args(["check", "metrics"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let mut check = check.expect("promtool is needed (Debian: prometheus); `make test` installs it");
    check.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    let output = check.wait_with_output().unwrap();
    let said = [output.stdout, output.stderr].concat();
    let said = String::from_utf8_lossy(&said);
    assert!(output.status.success() && said.trim().is_empty(), "{said}");
    plant::clear(&stage.modern, &names).await;
}
