//! What a connector's history says.

use serde_json::Value;

use crate::server::Server;

/// The verdicts that a connector has had, oldest first.
pub async fn verdicts(server: &Server, cluster: &str, name: &str) -> Vec<String> {
    let entries = server.timeline(cluster, name).await;
    let verdicts = entries.iter().filter(|entry| entry["kind"] == "verdict");
    verdicts
        .map(|entry| entry["verdict"].as_str().unwrap().to_owned())
        .collect()
}

/// Fails when a connector has had another verdict than these.
pub async fn only(server: &Server, cluster: &str, name: &str, allowed: &[&str]) {
    let seen = verdicts(server, cluster, name).await;
    let entries = server.timeline(cluster, name).await;
    assert!(
        seen.iter().all(|verdict| allowed.contains(&verdict.as_str())),
        "{cluster}/{name} was {seen:?}: {entries:#?}"
    );
}

/// A connector's verdict.
pub fn verdict(connector: &Value) -> &str {
    connector["health"]["verdict"].as_str().unwrap_or("none")
}

/// The members of a fault, sorted.
pub fn members(fault: &Value) -> Vec<String> {
    let names = fault["connectors"].as_array().unwrap().iter();
    let mut names: Vec<String> = names.map(|name| name.as_str().unwrap().to_owned()).collect();
    names.sort_unstable();
    names
}
