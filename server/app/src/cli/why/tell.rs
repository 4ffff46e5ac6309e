//! The answer in sentences, at most 80 columns wide where its words allow.

use std::fmt::Write as _;

use chrono::{DateTime, SecondsFormat, Utc};
use model::Timestamp;
use model::names::ConnectorId;
use serde_json::Value;

use super::parts::{self, Part};
use super::wrap::wrap;

/// A connector of the API, told to a person: what it is, why, what to do, whose fault it is, part by part.
pub fn tell(connector: &Value, now: Timestamp) -> String {
    let mut out = String::new();
    // Writing to a String cannot fail.
    let _infallible = write(&mut out, connector, now);
    out
}

fn write(out: &mut String, connector: &Value, now: Timestamp) -> std::fmt::Result {
    let text = |pointer: &str| connector.pointer(pointer).and_then(Value::as_str).unwrap_or("unknown");
    let time = |text: &str| time(text, now);
    let words = |pointer: &str| text(pointer).replace('_', " ");
    let name = ConnectorId {
        cluster: text("/cluster").into(),
        name: text("/name").into(),
    };
    let title = match connector.get("deleted_at").and_then(Value::as_str) {
        Some(at) => format!(
            "{name} was {} when it was deleted {}",
            words("/health/last_verdict"),
            time(at)
        ),
        None => {
            let verdict = match words("/health/verdict").as_str() {
                "no tasks" => "has no tasks".to_owned(),
                verdict => format!("is {verdict}"),
            };
            format!("{name} {verdict} since {}", time(text("/health/since")))
        }
    };
    wrap(out, "", "  ", &title);
    let parts = parts::parts(connector);
    if let Some(differs) = parts::differs(connector, &parts) {
        wrap(out, "  ", "  ", &differs);
    }
    let unlisted = connector.get("unlisted_fault").filter(|fault| fault.is_object());
    if connector.pointer("/health/stale") == Some(&Value::Bool(true)) {
        let seen = time(text("/health/as_of"));
        let old = match unlisted.is_some() {
            true => format!("The verdict stands, last listed {seen}: whether it still holds nobody can be asked"),
            false => format!("This is old: its state was last seen {seen}"),
        };
        wrap(out, "  ", "  ", &old);
    }
    writeln!(out, "\nWhy")?;
    for reason in items(connector, "/health/reasons") {
        let text = |key: &str| reason.get(key).and_then(Value::as_str).unwrap_or_default();
        wrap(out, "  ", "  ", text("text"));
        let from = format!("{} [{}, {}]", text("evidence"), text("source"), time(text("as_of")));
        wrap(out, "      ", "      ", &from);
    }
    let own = connector.get("fault").filter(|fault| fault.is_object());
    for fault in own.into_iter().chain(unlisted) {
        write_fault(out, fault, now)?;
    }
    if let Some(fault) = connector.get("unheard_fault").filter(|fault| fault.is_object()) {
        write_unheard(out, fault, now)?;
    }
    let deleted = connector.get("deleted_at").is_some_and(Value::is_string);
    write_parts(out, &parts, deleted)?;
    match connector.get("owner").filter(|owner| owner.is_object()) {
        Some(_) => writeln!(out, "\nOwner {} ({})", text("/owner/team"), text("/owner/source")),
        None => writeln!(out, "\nOwner nobody: no rule of [[teams]] matches"),
    }
}

fn write_fault(out: &mut String, fault: &Value, now: Timestamp) -> std::fmt::Result {
    let text = |pointer: &str| fault.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
    let steps: Vec<&str> = items(fault, "/steps").filter_map(Value::as_str).collect();
    if !steps.is_empty() {
        writeln!(out, "\nWhat to do")?;
    }
    for (index, step) in steps.iter().enumerate() {
        wrap(out, &format!("  {}. ", index + 1), "     ", step);
    }
    let opened = time(text("/opened_at"), now);
    writeln!(out, "\nFault {}, open since {opened}", text("/id"))?;
    write_cause(out, fault);
    Ok(())
}

/// The connector's own fault that was open when its cluster fell silent: it stands behind `unknown`.
fn write_unheard(out: &mut String, fault: &Value, now: Timestamp) -> std::fmt::Result {
    let text = |pointer: &str| fault.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
    let (opened, unheard) = (time(text("/opened_at"), now), time(text("/unheard_since"), now));
    writeln!(out, "\nIts own fault before that, {}", text("/id"))?;
    let since = format!("open since {opened}, unheard since {unheard}: nobody knows whether it goes on");
    wrap(out, "  ", "  ", &since);
    write_cause(out, fault);
    let steps = items(fault, "/steps").filter_map(Value::as_str);
    for (index, step) in steps.enumerate() {
        let first = if index == 0 { "  then do     " } else { "              " };
        wrap(out, first, "              ", step);
    }
    Ok(())
}

/// Whose fault it is and why, line by line.
fn write_cause(out: &mut String, fault: &Value) {
    let text = |pointer: &str| fault.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
    let confidence = fault.get("confidence").and_then(Value::as_f64).unwrap_or(0.0);
    let (domain, class) = (text("/domain"), text("/class"));
    let whose = format!("{domain} ({class}, confidence {:.0} %)", confidence * 100.0);
    let concerns = format!("{} {}", text("/scope/kind"), text("/scope/name"));
    let mut line = |name: &str, text: &str| wrap(out, &format!("  {name:<12}"), "              ", text);
    line("root cause", text("/root_cause"));
    line("whose", &whose);
    line("concerns", &concerns);
    for reason in items(fault, "/reasons").filter_map(Value::as_str) {
        line("because", reason);
    }
}

/// A table: our verdict beside what REST says, and below it why a part FAILED, where the part before did not say it.
fn write_parts(out: &mut String, parts: &[Part<'_>], deleted: bool) -> std::fmt::Result {
    writeln!(
        out,
        "\n{}",
        if deleted { "State, as it was last seen" } else { "State" }
    )?;
    let none = if deleted { "deleted" } else { "unknown" };
    if parts.is_empty() {
        return writeln!(out, "  No status of it exists yet");
    }
    writeln!(out, "  {:<11}{:<15}{:<12}worker", "part", "verdict", "REST says")?;
    for (index, part) in parts.iter().enumerate() {
        let health = part.health.map_or(none, |health| health.words());
        let worker = format!("{}{}", part.worker, part.whereabouts());
        writeln!(
            out,
            "  {:<11}{health:<15}{:<12}{worker}",
            part.name,
            part.state.as_str()
        )?;
        let said = |next: &Part<'_>| next.root_cause == part.root_cause;
        if let Some(cause) = part.root_cause.filter(|_| !parts.get(index + 1).is_some_and(said)) {
            wrap(out, "             ", "             ", cause);
        }
    }
    Ok(())
}

fn items<'a>(value: &'a Value, pointer: &str) -> impl Iterator<Item = &'a Value> {
    value.pointer(pointer).and_then(Value::as_array).into_iter().flatten()
}

/// The exact time with its age.
fn time(text: &str, now: Timestamp) -> String {
    let Ok(at) = DateTime::parse_from_rfc3339(text) else {
        return text.to_owned();
    };
    let age = (now - at.to_utc()).num_seconds().max(0);
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

#[cfg(test)]
mod tests;
