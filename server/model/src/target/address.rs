//! Hosts, ports and names, read strictly: what does not look like one is not shown, since it may be a piece of a
//! password.

use super::unresolved::stands_for_reference;

/// A kind and an address whose references are still protected.
pub(super) type Found = (&'static str, String);

/// A URL without its credentials and query.
pub(super) struct Url {
    /// `host:port`, several joined by commas.
    pub(super) host: String,
    /// The first segment of the path, if it is a name.
    pub(super) path: Option<String>,
}

/// `a:1,b` → `a:1`, `b:<port>`; anything that is no host is left out. Schemes (`SASL_SSL://`) and paths are dropped.
pub(super) fn hosts(list: &str, port: Option<&str>) -> Vec<String> {
    if list.contains(['@', '=', '?']) {
        return Vec::new();
    }
    list.split([',', ' '])
        .filter_map(|item| {
            let item = item.trim();
            if item.contains("://") {
                url(item, port).map(|url| url.host)
            } else {
                host(item, port)
            }
        })
        .collect()
}

/// A list of URLs, each on its own; without a scheme they are hosts.
pub(super) fn urls(list: &str, port: Option<&str>) -> Vec<Url> {
    let with_scheme = list.split(',').filter(|item| item.contains("://")).count();
    if with_scheme > 0 && with_scheme < list.split(',').count() {
        // One list of hosts behind one scheme is fine; a comma within credentials or a query tears a password apart.
        return if list.contains(['@', '?', '=', '&']) {
            Vec::new()
        } else {
            url(list, port).into_iter().collect()
        };
    }
    list.split(',')
        .filter_map(|item| {
            let item = item.trim();
            if item.contains("://") {
                return url(item, port);
            }
            let (authority, _) = item.split_once('/').unwrap_or((item, ""));
            host(authority, port).map(|host| Url { host, path: None })
        })
        .collect()
}

/// One URL whose authority may list several hosts (`mongodb://a,b/shop`).
pub(super) fn cluster(text: &str, port: Option<&str>) -> Option<Url> {
    url(text, port)
}

/// Reads one URL. `None` when its host cannot be told apart from its credentials.
pub(super) fn url(text: &str, port: Option<&str>) -> Option<Url> {
    let (scheme, rest) = text.split_once("//")?;
    let port = scheme_port(scheme).or(port);
    let cut = rest.find(['?', '#', ';']).unwrap_or(rest.len());
    let (place, query) = rest.split_at_checked(cut)?;
    if query.contains('@') && (place.contains('@') || !starts_with_setting(query)) {
        // An unencoded `?` within a password: the host is somewhere behind it.
        return None;
    }
    if place
        .split('/')
        .next()
        .is_some_and(|start| !start.contains('@') && place.contains('@') && host(start, None).is_some())
    {
        // `host/path@x` or `user:12/34@host`: who knows.
        return None;
    }
    let place = place.rsplit_once('@').map_or(place, |(_, place)| place);
    let (authority, path) = place.split_once('/').unwrap_or((place, ""));
    let hosts: Option<Vec<String>> = authority.split(',').map(|item| host(item, port)).collect();
    let host = hosts?.join(",");
    let path = path
        .split('/')
        .next()
        .filter(|name| !name.is_empty() && is_name(name))
        .map(str::to_owned);
    Some(Url { host, path })
}

/// The port that a scheme implies; `https://x` and `https://x:443` are one place.
fn scheme_port(scheme: &str) -> Option<&'static str> {
    match scheme.trim_end_matches(':').to_ascii_lowercase().as_str() {
        "https" => Some("443"),
        "http" => Some("80"),
        "mongodb+srv" => Some(""),
        _ => None,
    }
}

fn starts_with_setting(query: &str) -> bool {
    query
        .get(1..)
        .and_then(|rest| rest.split_once('='))
        .is_some_and(|(key, _)| is_name(key))
}

/// `host` or `host:port`, the port added when it is missing.
pub(super) fn host(text: &str, port: Option<&str>) -> Option<String> {
    let text = text.trim();
    let (host, own_port) = match text.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((address, rest)) => {
            let valid = address.chars().all(|c| c.is_ascii_hexdigit() || c == ':' || c == '.');
            let inside = valid.then(|| format!("[{address}]"))?;
            (
                inside,
                if rest.is_empty() {
                    None
                } else {
                    Some(rest.strip_prefix(':')?)
                },
            )
        }
        None => {
            let (host, port) = text
                .split_once(':')
                .map_or((text, None), |(host, port)| (host, Some(port)));
            let valid = !host.is_empty()
                && host
                    .chars()
                    .all(|c| c.is_ascii_alphanumeric() || "._-".contains(c) || stands_for_reference(c));
            (valid.then(|| host.to_ascii_lowercase())?, port)
        }
    };
    match own_port.or(port.filter(|port| !port.is_empty())) {
        None => Some(host),
        Some(port) if is_port(port) => Some(format!("{host}:{port}")),
        Some(_) => None,
    }
}

fn is_port(text: &str) -> bool {
    text.parse::<u16>().is_ok() || (text.chars().count() == 1 && text.chars().all(stands_for_reference))
}

/// A database, bucket, project or queue.
pub(super) fn is_name(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= 255
        && text
            .chars()
            .all(|c| c.is_alphanumeric() || "._-$".contains(c) || stands_for_reference(c))
}

/// A file or directory.
pub(super) fn is_path(text: &str) -> bool {
    !text.is_empty() && text.len() <= 4096 && !text.chars().any(char::is_control)
}
