//! What was understood of a configuration, without its secrets.

use std::fmt::Write as _;

use engine::Auth;

use super::Config;
use super::value::Span;

/// A text for `config check`: every table in the words of the file.
pub fn summary(config: &Config) -> String {
    let mut out = String::new();
    // Writing to a String cannot fail.
    let _infallible = write_summary(&mut out, config);
    out
}

fn write_summary(out: &mut String, config: &Config) -> std::fmt::Result {
    let fleet = &config.fleet;
    match &config.path {
        Some(path) => writeln!(out, "file      {}", path.display())?,
        None => writeln!(out, "file      none; these are the defaults")?,
    }
    let public = config
        .server
        .public_url
        .as_ref()
        .map(|url| format!(", known as {url}"))
        .unwrap_or_default();
    writeln!(out, "server    listens on {}{public}", config.server.listen)?;
    writeln!(out, "          keeps its files in {}", config.server.data_dir.display())?;
    match &config.database.url {
        Some(url) => writeln!(out, "database  {}", without_credentials(url))?,
        None => writeln!(
            out,
            "database  a Postgres of its own under {}",
            config.server.data_dir.display()
        )?,
    }
    writeln!(
        out,
        "          keeps history for {}, and up to a month longer",
        Span(config.database.history)
    )?;
    let span = |delta: chrono::TimeDelta| delta.to_std().map(|time| Span(time).to_string()).unwrap_or_default();
    let settings = &fleet.settings;
    writeln!(
        out,
        "observe   every {}, stale after {}, stall window {}, grace {}",
        span(settings.interval),
        span(settings.stale_after),
        span(settings.stall_window),
        span(settings.grace)
    )?;
    writeln!(
        out,
        "          forgets workers that are gone after {}, deleted connectors after {}",
        span(settings.worker_retention),
        span(settings.deleted_retention)
    )?;
    match fleet.allow.as_slice() {
        [] => writeln!(out, "egress    the networks around the configured addresses")?,
        allow => writeln!(out, "egress    {}", allow.join(", "))?,
    }
    let telemetry = &config.telemetry;
    match &telemetry.otlp {
        Some(otlp) => writeln!(
            out,
            "telemetry logs {}; a share of {} of the traces goes to {} as {}",
            telemetry.log, telemetry.sample_ratio, otlp.url, telemetry.service_name
        )?,
        None => writeln!(out, "telemetry logs {}; traces stay here", telemetry.log)?,
    }
    for (name, kafka) in &fleet.kafka {
        let keys: Vec<&str> = kafka.properties.keys().map(String::as_str).collect();
        let with = if keys.is_empty() {
            String::new()
        } else {
            format!("; sets {}", keys.join(", "))
        };
        writeln!(out, "kafka     {name}: {}{with}", kafka.bootstrap)?;
    }
    for cluster in &fleet.clusters {
        let urls: Vec<&str> = cluster.urls.iter().map(url::Url::as_str).collect();
        let auth = match &cluster.auth {
            Some(Auth::Basic { user, .. }) => format!("; signs in as {user}"),
            Some(Auth::Bearer(_)) => "; signs in with a bearer token".to_owned(),
            None => String::new(),
        };
        let kafka = cluster
            .kafka
            .as_ref()
            .map(|name| format!("; on kafka {name}"))
            .unwrap_or_default();
        writeln!(out, "cluster   {}: {}{auth}{kafka}", cluster.name, urls.join(", "))?;
    }
    for team in &fleet.teams {
        let platform = if team.platform { ", the platform team" } else { "" };
        let rules = match team.owns.len() {
            1 => "1 rule".to_owned(),
            count => format!("{count} rules"),
        };
        writeln!(out, "team      {}: {rules}{platform}", team.name)?;
    }
    match fleet.objectives.len() {
        0 => {}
        1 => writeln!(out, "objective 1 rule")?,
        count => writeln!(out, "objective {count} rules")?,
    }
    for token in &config.tokens {
        let rights: Vec<&str> = token.rights.iter().map(|right| right.as_str()).collect();
        writeln!(out, "token     {}: {}", token.name, rights.join(", "))?;
    }
    if fleet.clusters.is_empty() {
        writeln!(
            out,
            "No cluster is configured; `signalbox doctor --url ADDRESS` prints the lines for the first one."
        )?;
    }
    Ok(())
}

/// Scheme, host, port and path of a database's address.
fn without_credentials(address: &str) -> String {
    match url::Url::parse(address) {
        Ok(url) => {
            let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
            format!(
                "{}://{}{port}{}",
                url.scheme(),
                url.host_str().unwrap_or_default(),
                url.path()
            )
        }
        Err(_) => "an address that is not shown because it cannot be read".to_owned(),
    }
}
