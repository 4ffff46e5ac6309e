//! Signalbox itself.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use askama::Template;
use chrono::TimeDelta;
use console::{FreshItem, Source, System};
use model::Timestamp;
use model::names::ClusterName;
use model::verdict::Health;

use crate::shape::Shape;
use crate::{Error, Frame, Links, moment, words};

/// Rows of a table; what is beyond stands in the API.
const ROWS: usize = 60;

#[derive(Template)]
#[template(path = "system.html")]
struct Page<'a> {
    frame: &'a Frame,
    links: Links<'a>,
    favicon: &'static str,
    headline: String,
    health: Health,
    system: &'a System,
    /// Why what was seen cannot be recorded, or the server's other trouble.
    troubles: Vec<String>,
    fresh: Vec<Fresh>,
    fresh_beyond: Option<String>,
    calls: Vec<Call>,
    calls_beyond: Option<String>,
    window: &'static str,
    servers: Vec<Server>,
    leases: Vec<Lease>,
    leases_beyond: Option<String>,
    database: Option<Database>,
    may_administer: bool,
}

/// One cluster with its sources.
struct Fresh {
    shape: Shape,
    mark: &'static str,
    cluster: String,
    href: String,
    rest: Option<Timestamp>,
    group: Option<Option<Timestamp>>,
    gap: Option<String>,
    /// Observations that waited, and entries that do.
    waited: String,
    pending: String,
}

struct Call {
    cluster: String,
    question: &'static str,
    count: String,
    failed: String,
    ill: bool,
    p50: String,
    p95: String,
    max: String,
}

struct Server {
    name: String,
    this: bool,
    live: bool,
    version: String,
    address: Option<String>,
    since: Timestamp,
    units: String,
}

struct Lease {
    unit: String,
    /// `None`: nobody holds it now.
    holder: Option<String>,
    since: Timestamp,
    epoch: i64,
}

struct Database {
    version: String,
    latency: String,
    clock: String,
    size: String,
}

/// How Signalbox itself is, with the form that changes what is logged for whom may do that.
///
/// # Errors
/// When the template fails.
pub fn system(frame: &Frame, system: &System, may_administer: bool) -> Result<String, Error> {
    let links = frame.links();
    let mut fresh = fresh(system, links);
    let mut calls = calls(system);
    let mut leases = leases(system);
    let beyond = |length: usize| (length > ROWS).then(|| words::thousands((length - ROWS) as u64));
    let (fresh_beyond, calls_beyond, leases_beyond) = (beyond(fresh.len()), beyond(calls.len()), beyond(leases.len()));
    fresh.truncate(ROWS);
    calls.truncate(ROWS);
    leases.truncate(ROWS);
    let (health, headline) = headline(system);
    let database = system.database.as_ref().ok().map(|database| Database {
        version: database.version.clone(),
        latency: span(database.latency),
        clock: clock(database.ahead),
        size: bytes(database.bytes),
    });
    Ok(Page {
        favicon: if health == Health::Healthy {
            "signalbox"
        } else {
            health.as_str()
        },
        troubles: troubles(system),
        servers: servers(system),
        window: "the last 5 min",
        frame,
        links,
        headline,
        health,
        system,
        fresh,
        fresh_beyond,
        calls,
        calls_beyond,
        leases,
        leases_beyond,
        database,
        may_administer,
    }
    .render()?)
}

fn headline(system: &System) -> (Health, String) {
    if system.trouble.is_some() {
        return (Health::Failed, "Signalbox cannot do its work right now.".to_owned());
    }
    if system.database.is_err() {
        return (
            Health::Failed,
            "Signalbox goes on with what it knows; its database does not answer.".to_owned(),
        );
    }
    let of = |odd: fn(&FreshItem) -> bool| -> BTreeSet<&ClusterName> {
        let items = system.freshness.iter().filter(|item| odd(item));
        items.map(|item| &item.cluster).collect()
    };
    let stale = of(|item| item.stale);
    let silent = of(|item| !item.fresh()).difference(&stale).count();
    let seen = (!stale.is_empty()).then(|| {
        let one = words::form(stale.len(), "is not seen as it is now", "are not seen as they are now");
        format!("{} {one}", words::counted(stale.len(), "cluster", "clusters"))
    });
    let told = (silent > 0).then(|| {
        let count = words::counted(silent, "cluster", "clusters");
        format!("a source of {count} tells nothing now")
    });
    let odd: Vec<String> = seen.into_iter().chain(told).collect();
    if !odd.is_empty() {
        return (Health::Unknown, format!("Signalbox works; {}.", odd.join(", and ")));
    }
    (
        Health::Healthy,
        "Signalbox works, and all it shows is fresh.".to_owned(),
    )
}

fn troubles(system: &System) -> Vec<String> {
    // One reason is told once, however many clusters it concerns.
    let mut reasons: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (cluster, why) in &system.unrecorded {
        reasons.entry(why).or_default().push(cluster);
    }
    let told = reasons.iter().map(|(why, clusters)| {
        let of = words::list(clusters, 3);
        format!("What was seen of {of} cannot be recorded: {why}")
    });
    let mut all: Vec<String> = told.collect();
    if let Err(why) = &system.database {
        all.push(format!("The database tells nothing of itself: {why}"));
    }
    if let Some(why) = &system.process.config_refused {
        all.push(format!(
            "The changed configuration was refused, and the one before is in force: {why}"
        ));
    }
    let waiting = &system.process.config_at_next_start;
    if !waiting.is_empty() {
        let waiting = words::list(waiting, waiting.len());
        all.push(format!(
            "The configuration changed where it is read at the start only: {waiting}. That takes effect at the next start."
        ));
    }
    all
}

fn fresh(system: &System, links: Links<'_>) -> Vec<Fresh> {
    let mut clusters: BTreeMap<&str, Vec<&FreshItem>> = BTreeMap::new();
    for item in &system.freshness {
        clusters.entry(item.cluster.as_str()).or_default().push(item);
    }
    let mut rows: Vec<(bool, Fresh)> = clusters
        .into_iter()
        .map(|(cluster, items)| {
            let of = |source| items.iter().find(|item| item.source == source);
            let (rest, group) = (of(Source::Rest), of(Source::Group));
            let well = items.iter().all(|item| item.fresh());
            let health = if well { Health::Healthy } else { Health::Unknown };
            let count = |counts: &BTreeMap<String, usize>| counts.get(cluster).copied().unwrap_or(0);
            let gaps = items.iter().filter_map(|item| item.gap.as_deref());
            let row = Fresh {
                shape: Shape::of(health),
                mark: health.as_str(),
                href: links.cluster(&cluster.into()),
                rest: rest.and_then(|item| item.as_of),
                group: group.map(|item| item.as_of),
                gap: gaps.map(words::sentence).reduce(|one, other| format!("{one}. {other}")),
                waited: words::thousands(count(&system.queues.observations) as u64),
                pending: words::thousands(count(&system.queues.entries) as u64),
                cluster: cluster.to_owned(),
            };
            (well, row)
        })
        .collect();
    // What is not fresh first, else by name.
    rows.sort_by_key(|(well, _)| *well);
    rows.into_iter().map(|(_, row)| row).collect()
}

fn calls(system: &System) -> Vec<Call> {
    let mut all: Vec<_> = system.calls.iter().collect();
    all.sort_by_key(|calls| (std::cmp::Reverse(calls.failed), std::cmp::Reverse(calls.p95)));
    let call = all.into_iter().map(|calls| Call {
        cluster: calls.cluster.clone(),
        question: calls.path,
        count: words::thousands(calls.count as u64),
        failed: words::thousands(calls.failed as u64),
        ill: calls.failed > 0,
        p50: span(calls.p50),
        p95: span(calls.p95),
        max: span(calls.max),
    });
    call.collect()
}

fn servers(system: &System) -> Vec<Server> {
    let Ok(shared) = &system.shared else { return Vec::new() };
    let server = shared.servers.iter().map(|server| Server {
        this: server.this,
        live: server.live,
        units: words::counted(server.units, "unit", "units"),
        name: short(&server.holder),
        version: server.version.clone(),
        address: server.address.clone(),
        since: server.since,
    });
    let mut servers: Vec<Server> = server.collect();
    servers.sort_by_key(|server| (!server.live, !server.this));
    servers
}

fn leases(system: &System) -> Vec<Lease> {
    let Ok(shared) = &system.shared else { return Vec::new() };
    let lease = shared.leases.iter().map(|lease| Lease {
        unit: lease.unit.as_str().to_owned(),
        holder: lease.held.then(|| short(&lease.holder)),
        since: lease.since,
        epoch: lease.epoch,
    });
    let mut leases: Vec<Lease> = lease.collect();
    leases.sort_by_key(|lease| lease.holder.is_some());
    leases
}

/// `machine/4711` of `machine/4711/` and what makes it unique for ever.
fn short(holder: &str) -> String {
    let parts: Vec<&str> = holder.splitn(3, '/').collect();
    match parts.as_slice() {
        [host, pid, _] => format!("{host}/{pid}"),
        _ => holder.to_owned(),
    }
}

/// `340 µs`, `12 ms`, `1.4 s`.
fn span(time: Duration) -> String {
    match time.as_micros() {
        0..1_000 => format!("{} µs", time.as_micros()),
        1_000..1_000_000 => format!("{} ms", time.as_millis()),
        _ => format!("{:.1} s", time.as_secs_f64()),
    }
}

fn clock(ahead: TimeDelta) -> String {
    let (way, amount) = match ahead < TimeDelta::zero() {
        true => ("behind", -ahead),
        false => ("ahead", ahead),
    };
    match amount.num_milliseconds() {
        ..100 => "as ours".to_owned(),
        100..1_000 => format!("{} ms {way}", amount.num_milliseconds()),
        _ => format!("{} {way}", moment::fine(amount)),
    }
}

/// `12.4 MB`; decimal, as disks are sold and Prometheus counts.
fn bytes(count: u64) -> String {
    #[expect(clippy::cast_precision_loss, reason = "one decimal place of megabytes")]
    let megabytes = count as f64 / 1e6;
    match megabytes {
        small if small < 1000.0 => format!("{small:.1} MB"),
        large => format!("{:.1} GB", large / 1000.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_have_units() {
        assert_eq!(span(Duration::from_micros(340)), "340 µs");
        assert_eq!(span(Duration::from_micros(12_700)), "12 ms");
        assert_eq!(span(Duration::from_millis(1_440)), "1.4 s");
        assert_eq!(clock(TimeDelta::milliseconds(-40)), "as ours");
        assert_eq!(clock(TimeDelta::milliseconds(-400)), "400 ms behind");
        assert_eq!(clock(TimeDelta::seconds(3601)), "1 h ahead");
        assert_eq!(bytes(12_400_000), "12.4 MB");
        assert_eq!(bytes(2_340_000_000), "2.3 GB");
        assert_eq!(short("host/12/abc"), "host/12");
        assert_eq!(short("odd"), "odd");
    }
}
