//! The systems at a connector's other end, read from its raw config with credentials stripped.

mod address;
mod jdbc;
mod table;
mod unresolved;

use std::collections::BTreeSet;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::secrets::{RawConfig, carries_secret};
use address::Found;
use table::{PLACES, Place, Shape};
use unresolved::Unresolved;

/// A system that a connector reads or writes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct TargetSystem {
    /// `postgresql`, `mysql`, `s3`, `elasticsearch`, `kafka`, `mongodb`, `http`, `file` and so on.
    pub kind: Arc<str>,
    /// Where: `db1.prod:5432/shop`, `s3://lake-raw`, `search:9200`, `/var/log/app.log`; never credentials.
    pub address: Arc<str>,
}

/// The target systems of a config: JDBC URLs, host lists, buckets, brokers, files. Sorted, each once; references that
/// only a worker can resolve stand in the address as they are. What cannot be told apart from credentials is left out.
pub fn targets(raw: &RawConfig) -> Vec<TargetSystem> {
    let class = raw.get("connector.class").unwrap_or_default().to_ascii_lowercase();
    let mut unresolved = Unresolved::default();
    let mut found = BTreeSet::new();
    for (key, value) in raw.pairs() {
        let Some(value) = value.map(str::trim) else { continue };
        if value.get(..5).is_some_and(|start| start.eq_ignore_ascii_case("jdbc:")) {
            let protected = unresolved.protect(value);
            found.extend(jdbc::target(&protected));
            continue;
        }
        let place = PLACES
            .iter()
            .find(|place| place.key == key && place.class.iter().any(|part| class.contains(part)));
        if let Some(place) = place {
            found.extend(read(place, raw, value, &mut unresolved));
        }
    }
    found
        .into_iter()
        .filter(|(_, address)| !address.is_empty() && !carries_secret(address))
        .map(|(kind, address)| TargetSystem {
            kind: kind.into(),
            address: unresolved.restore(&address).into(),
        })
        .collect::<BTreeSet<_>>()
        .into_iter()
        .collect()
}

fn read(place: &Place, raw: &RawConfig, value: &str, unresolved: &mut Unresolved) -> Vec<Found> {
    let value = unresolved.protect(value);
    let mut other = |key: &str| raw.get(key).map(|text| unresolved.protect(text.trim()));
    let port = place
        .port_key
        .and_then(&mut other)
        .or_else(|| place.port.map(str::to_owned));
    let inside = place
        .inside_key
        .and_then(&mut other)
        .filter(|name| address::is_name(name));
    let within = |host: String| match &inside {
        Some(name) => format!("{host}/{name}"),
        None => host,
    };
    let addresses: Vec<String> = match place.shape {
        Shape::Hosts => address::hosts(&value, port.as_deref())
            .into_iter()
            .map(within)
            .collect(),
        Shape::Urls => address::urls(&value, port.as_deref())
            .into_iter()
            .map(|url| within(url.host))
            .collect(),
        Shape::UrlWithPath => address::cluster(&value, port.as_deref())
            .map(|url| match (&inside, url.path) {
                (Some(name), _) => format!("{}/{name}", url.host),
                (None, Some(name)) => format!("{}/{name}", url.host),
                (None, None) => url.host,
            })
            .into_iter()
            .collect(),
        Shape::Bucket(scheme) => Some(value)
            .filter(|name| address::is_name(name))
            .map(|name| format!("{scheme}{name}"))
            .into_iter()
            .collect(),
        Shape::Dotted => Some(value)
            .filter(|name| address::is_name(name))
            .map(|name| inside.as_ref().map_or(name.clone(), |inner| format!("{name}.{inner}")))
            .into_iter()
            .collect(),
        Shape::Path => Some(value).filter(|path| address::is_path(path)).into_iter().collect(),
    };
    addresses.into_iter().map(|address| (place.kind, address)).collect()
}
