//! Log lines: which trace they belong to, and which are written.

use serde_json::Value;
use telemetry::LogFormat;
use telemetry::span::{self, Cause, Look};

use crate::stage::{Log, stage};

fn objects(log: &Log) -> Vec<Value> {
    log.lines()
        .iter()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

#[test]
fn json_lines_name_their_trace_though_nothing_is_exported() {
    let stage = stage(LogFormat::Json, "warn", None);
    assert!(stage.exporter.is_none());
    tracing::warn!("before");
    let trace = span::look(Look::List, "orders").in_scope(|| {
        tracing::warn!(answer = 42, "within");
        tracing::info!("not logged");
        // Spans of others are not ours, but lie within one.
        tracing::error_span!("library").in_scope(|| tracing::warn!("deeper"));
        span::judge(&Cause::here(), "orders").in_scope(|| tracing::warn!("below"));
        span::trace_id().unwrap()
    });
    span::look(Look::List, "orders").in_scope(|| assert_ne!(span::trace_id().unwrap(), trace));
    let [before, within, deeper, below] = &objects(&stage.log)[..] else {
        panic!("{}", stage.log.text());
    };
    assert!(before.get("trace_id").is_none() && before["message"] == "before");
    assert_eq!((&within["message"], &within["answer"]), (&"within".into(), &42.into()));
    // The levels leave out no span: what happened says of which cluster.
    assert_eq!(within["span"]["signalbox.cluster"], "orders");
    assert_eq!(trace.len(), 32);
    for line in [within, deeper, below] {
        assert_eq!(line["trace_id"], trace.as_str());
        assert_eq!(line["span_id"].as_str().unwrap().len(), 16);
    }
    assert_eq!(within["span_id"], deeper["span_id"]);
    assert_ne!(within["span_id"], below["span_id"]);
}

#[test]
fn what_is_logged_changes_while_the_process_runs() {
    let stage = stage(LogFormat::Text, "info", None);
    let say = || {
        tracing::info!(target: "engine", "engine info");
        tracing::debug!(target: "engine", "engine debug");
        tracing::debug!(target: "store", "store debug");
    };
    say();
    stage.logs.set("warn,engine=debug").unwrap();
    say();
    let why = stage.logs.set("info,engine=loud").unwrap_err().to_string();
    assert!(why.contains("engine=loud"), "{why}");
    stage.logs.set("verbose").unwrap_err();
    say();
    stage.logs.set("error").unwrap();
    say();
    let said: Vec<String> = stage
        .log
        .lines()
        .iter()
        .map(|line| line.rsplit(": ").next().unwrap().to_owned())
        .collect();
    assert_eq!(
        said,
        [
            "engine info",
            "engine info",
            "engine debug",
            "engine info",
            "engine debug"
        ]
    );
    assert_eq!(stage.logs.filter(), "error");
}
