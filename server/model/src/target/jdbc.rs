//! JDBC URLs, each driver with its own idea of one.

use super::address::{Found, host, is_name, url};

/// By what follows `jdbc:`; the kind, and the port that the driver assumes.
const DRIVERS: &[(&str, &str, Option<&str>)] = &[
    ("postgresql", "postgresql", Some("5432")),
    ("pgsql", "postgresql", Some("5432")),
    ("aws-wrapper:postgresql", "postgresql", Some("5432")),
    ("cockroachdb", "postgresql", Some("26257")),
    ("mysql", "mysql", Some("3306")),
    ("aws-wrapper:mysql", "mysql", Some("3306")),
    ("mariadb", "mariadb", Some("3306")),
    ("redshift", "redshift", Some("5439")),
    ("snowflake", "snowflake", Some("443")),
    ("sqlserver", "sqlserver", Some("1433")),
    ("jtds:sqlserver", "sqlserver", Some("1433")),
    ("jtds:sybase", "sybase", Some("5000")),
    ("db2", "db2", Some("50000")),
    ("oracle", "oracle", Some("1521")),
    ("clickhouse", "clickhouse", Some("8123")),
    ("ch", "clickhouse", Some("8123")),
    ("vertica", "vertica", Some("5433")),
    ("sap", "saphana", None),
    ("trino", "trino", Some("8080")),
    ("presto", "presto", Some("8080")),
    ("hive2", "hive", Some("10000")),
    ("impala", "impala", Some("21050")),
    ("databricks", "databricks", Some("443")),
    ("spark", "databricks", Some("443")),
    ("teradata", "teradata", Some("1025")),
    ("exa", "exasol", Some("8563")),
    ("as400", "db2", None),
    ("derby", "derby", Some("1527")),
    ("sqlite", "sqlite", None),
];

/// The database of a JDBC URL. An unknown driver's is read like a URL, under its own name only as `jdbc`.
pub(super) fn target(text: &str) -> Option<Found> {
    let rest = text.get("jdbc:".len()..)?;
    let lower = rest.to_ascii_lowercase();
    let known = DRIVERS
        .iter()
        .find(|(name, ..)| lower.strip_prefix(name).is_some_and(|after| after.starts_with(':')));
    let (name, kind, port) = known.copied().unwrap_or(("", "jdbc", None));
    let rest = rest.get(name.len()..)?;
    let address = match kind {
        "oracle" => oracle(rest, port),
        "sqlserver" | "sybase" => with_settings(rest, port),
        "sqlite" => rest
            .strip_prefix(':')
            .and_then(|path| path.split('?').next())
            .map(str::to_owned),
        _ => plain(rest, port),
    }?;
    Some((kind, address))
}

/// `//host:port/database?…`; DB2 has its settings behind a colon in the path.
fn plain(rest: &str, port: Option<&str>) -> Option<String> {
    let at = rest.find("//")?;
    let url = url(rest.get(at..)?, port)?;
    let path = url.path.or_else(|| {
        let place = rest.get(at + 2..)?.split(['?', ';']).next()?;
        let (name, _) = place.split_once('/')?.1.split_once(':')?;
        (!place.contains('@') && is_name(name)).then(|| name.to_owned())
    });
    Some(match path {
        Some(name) => format!("{}/{name}", url.host),
        None => url.host,
    })
}

/// `//host\instance:port;databaseName=shop;password={…}`.
fn with_settings(rest: &str, port: Option<&str>) -> Option<String> {
    let (place, settings) = rest
        .split_once("//")?
        .1
        .split_once(';')
        .unwrap_or((rest.split_once("//")?.1, ""));
    let (place, path) = place.split_once('/').unwrap_or((place, ""));
    let (name, after) = place
        .split_once('\\')
        .map_or((place, ""), |(name, after)| (name, after));
    let own_port = after.split_once(':').map(|(_, port)| format!("{name}:{port}"));
    let address = host(own_port.as_deref().unwrap_or(name), port)?;
    // A password in braces may hold semicolons, and thus anything: then no setting is trusted.
    let database = settings
        .split(';')
        .filter(|_| !settings.contains('{'))
        .filter_map(|setting| setting.split_once('='))
        .find(|(key, _)| ["databasename", "database"].contains(&key.trim().to_ascii_lowercase().as_str()))
        .map(|(_, name)| name.trim());
    Some(match database.or(Some(path)).filter(|name| is_name(name)) {
        Some(name) => format!("{address}/{name}"),
        None => address,
    })
}

/// `thin:user/password@//host:port/service`, `@host:port:sid`, `@(DESCRIPTION=…)`, `@alias`.
fn oracle(rest: &str, port: Option<&str>) -> Option<String> {
    let (_, place) = rest.rsplit_once('@')?;
    if place.starts_with('(') {
        let part = |name: &str| {
            let lower = place.to_ascii_lowercase();
            let at = lower.find(&format!("({name}="))? + name.len() + 2;
            place
                .get(at..)?
                .split(')')
                .next()
                .map(str::trim)
                .filter(|text| is_name(text))
        };
        let address = host(&format!("{}:{}", part("host")?, part("port").or(port)?), None)?;
        return Some(match part("service_name").or_else(|| part("sid")) {
            Some(name) => format!("{address}/{name}"),
            None => address,
        });
    }
    let place = place.split_once("//").map_or(place, |(_, place)| place);
    let place = place.split('?').next()?;
    let (address, name) = match place.split_once('/') {
        Some((address, name)) => (address, Some(name)),
        None => match place.match_indices(':').nth(1) {
            Some((at, _)) => (place.get(..at)?, place.get(at + 1..)),
            None => (place, None),
        },
    };
    // An alias of tnsnames.ora has neither port nor service.
    let alias = name.is_none() && !address.contains([':', '.']);
    let address = host(address, if alias { None } else { port })?;
    Some(match name.filter(|name| is_name(name)) {
        Some(name) => format!("{address}/{name}"),
        None => address,
    })
}
