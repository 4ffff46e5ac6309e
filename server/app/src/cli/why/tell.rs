//! The answer in sentences.

use std::fmt::Write as _;

use chrono::{DateTime, SecondsFormat, Utc};
use model::Clock as _;
use serde_json::Value;

use crate::clock::SystemClock;

/// A connector of the API, told to a person: what it is, why, whose fault, task by task.
pub fn tell(connector: &Value) -> String {
    let mut out = String::new();
    // Writing to a String cannot fail.
    let _infallible = write(&mut out, connector);
    out
}

fn write(out: &mut String, connector: &Value) -> std::fmt::Result {
    let text = |pointer: &str| connector.pointer(pointer).and_then(Value::as_str).unwrap_or("unknown");
    let verdict = text("/health/verdict").replace('_', " ");
    writeln!(
        out,
        "{}/{} is {verdict} since {}",
        text("/cluster"),
        text("/name"),
        time(text("/health/since"))
    )?;
    if connector.pointer("/health/stale") == Some(&Value::Bool(true)) {
        writeln!(
            out,
            "  This is old: its state was last seen {}",
            time(text("/health/as_of"))
        )?;
    }
    if let Some(at) = connector.get("deleted_at").and_then(Value::as_str) {
        writeln!(out, "  It was deleted {}", time(at))?;
    }
    writeln!(out, "\nWhy")?;
    for reason in items(connector, "/health/reasons") {
        let text = |key: &str| reason.get(key).and_then(Value::as_str).unwrap_or_default();
        writeln!(out, "  {}", text("text"))?;
        writeln!(
            out,
            "      {} [{}, {}]",
            text("evidence"),
            text("source"),
            time(text("as_of"))
        )?;
    }
    if let Some(fault) = connector.get("fault").filter(|fault| fault.is_object()) {
        let text = |pointer: &str| fault.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
        let confidence = fault.get("confidence").and_then(Value::as_f64).unwrap_or(0.0);
        writeln!(out, "\nFault {}, open since {}", text("/id"), time(text("/opened_at")))?;
        writeln!(out, "  root cause  {}", text("/root_cause"))?;
        let (domain, class) = (text("/domain"), text("/class"));
        writeln!(
            out,
            "  whose       {domain} ({class}, confidence {:.0} %)",
            confidence * 100.0
        )?;
        writeln!(out, "  concerns    {} {}", text("/scope/kind"), text("/scope/name"))?;
        for reason in items(fault, "/reasons").filter_map(Value::as_str) {
            writeln!(out, "  because     {reason}")?;
        }
    }
    writeln!(out, "\nState as the workers report it")?;
    writeln!(out, "  connector  {}", text("/state"))?;
    for task in items(connector, "/tasks") {
        let text = |key: &str| task.get(key).and_then(Value::as_str).unwrap_or_default();
        let alive = match task.get("worker_alive") {
            Some(Value::Bool(true)) => "",
            Some(Value::Bool(false)) => ", which is gone",
            _ => ", of which nothing is known",
        };
        let id = task.get("id").and_then(Value::as_u64).unwrap_or_default();
        let verdict = text("verdict").replace('_', " ");
        writeln!(
            out,
            "  task {id:<5} {} on {}{alive}: {verdict}",
            text("state"),
            text("worker_id")
        )?;
        if let Some(cause) = task.get("root_cause").and_then(Value::as_str) {
            writeln!(out, "             {cause}")?;
        }
    }
    match connector.get("owner").filter(|owner| owner.is_object()) {
        Some(_) => writeln!(out, "\nOwner {} ({})", text("/owner/team"), text("/owner/source")),
        None => writeln!(out, "\nOwner nobody: no rule of [[teams]] matches"),
    }
}

fn items<'a>(value: &'a Value, pointer: &str) -> impl Iterator<Item = &'a Value> {
    value.pointer(pointer).and_then(Value::as_array).into_iter().flatten()
}

/// The exact time with its age.
fn time(text: &str) -> String {
    let Ok(at) = DateTime::parse_from_rfc3339(text) else {
        return text.to_owned();
    };
    let age = (SystemClock.now() - at.to_utc()).num_seconds().max(0);
    let ago = match age {
        0..60 => format!("{age} s ago"),
        60..7200 => format!("{} min ago", age / 60),
        7200..172_800 => format!("{} h ago", age / 3600),
        _ => format!("{} d ago", age / 86_400),
    };
    format!(
        "{} ({ago})",
        at.with_timezone(&Utc).to_rfc3339_opts(SecondsFormat::Secs, true)
    )
}
