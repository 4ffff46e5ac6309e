//! The address of every page. The table of routes serves exactly these.

use std::fmt::Write;

use chrono::SecondsFormat;
use console::{ConnectorQuery, TimelineQuery, TopologyQuery};
use model::blocks::Series;
use model::names::{ClusterName, ConnectorId};
use model::verdict::Health;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use view::Query;

use crate::{Columns, Range};

/// Everything but the characters that RFC 3986 calls unreserved.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Builds addresses below the path at which the server is reached.
#[derive(Clone, Copy, Debug)]
pub struct Links<'a> {
    base: &'a str,
}

impl<'a> Links<'a> {
    /// Below `base`: empty, or a path with a slash at its start and none at its end.
    pub fn new(base: &'a str) -> Self {
        Self { base }
    }

    /// The first screen.
    pub fn overview(&self) -> String {
        format!("{}/", self.base)
    }

    /// The list of connectors without any filter; also where its form goes.
    pub fn all_connectors(&self) -> String {
        format!("{}/connectors", self.base)
    }

    /// The list of connectors that match. Sets repeat their key: `health=failed&health=degraded`.
    pub fn connectors(&self, query: &ConnectorQuery) -> String {
        self.list(query, &Columns::default())
    }

    /// The same with these columns.
    pub fn list(&self, query: &ConnectorQuery, columns: &Columns) -> String {
        let mut address = Address::new(self.all_connectors());
        address.narrow(&query.filter);
        if let Some(by) = query.group {
            address.add("group", by.as_str());
        }
        if let Some(words) = columns.words() {
            address.add("columns", &words);
        }
        if query.limit != 0 {
            address.add("limit", &query.limit.to_string());
        }
        if let Some(cursor) = &query.cursor {
            address.add("cursor", cursor);
        }
        address.done()
    }

    /// Everything that matches, as CSV.
    pub fn csv(&self, query: &ConnectorQuery) -> String {
        let mut address = Address::new(format!("{}/connectors.csv", self.base));
        address.narrow(&query.filter);
        address.done()
    }

    /// The connectors of one health, of one cluster or of all.
    pub fn connectors_of(&self, cluster: Option<&ClusterName>, health: Option<Health>) -> String {
        self.connectors(&ConnectorQuery::of(Query {
            clusters: cluster.cloned().into_iter().collect(),
            health: health.into_iter().collect(),
            ..Query::default()
        }))
    }

    /// What to do when an alert fires.
    pub fn runbooks(&self) -> String {
        format!("{}/runbooks", self.base)
    }

    /// What to do when this alert fires.
    pub fn runbook(&self, alert: &str) -> String {
        format!("{}/runbooks/{}", self.base, escaped(alert))
    }

    /// The list of clusters.
    pub fn clusters(&self) -> String {
        format!("{}/clusters", self.base)
    }

    /// One cluster.
    pub fn cluster(&self, name: &ClusterName) -> String {
        format!("{}/clusters/{}", self.base, escaped(name.as_str()))
    }

    /// One cluster, with this part of its assignment.
    pub fn cluster_part(&self, name: &ClusterName, part: usize) -> String {
        format!("{}?part={part}#assignment", self.cluster(name))
    }

    /// The connectors of a cluster in short: an answer of the API, which the script reads.
    pub(crate) fn lamps(&self, name: &ClusterName) -> String {
        format!("{}/api/v1/clusters/{}/lamps", self.base, escaped(name.as_str()))
    }

    /// One connector. Names that a path does not carry through every proxy, because they hold a slash or are made of
    /// dots, are reached by a question instead.
    pub fn connector(&self, id: &ConnectorId) -> String {
        let name = id.name.as_str();
        if name.is_empty() || name.contains(['/', '\\']) || name.chars().all(|c| c == '.') {
            let mut address = Address::new(format!("{}/connectors/by-name", self.base));
            address.add("cluster", id.cluster.as_str());
            address.add("name", name);
            return address.done();
        }
        format!("{}/connectors/{}", self.cluster(&id.cluster), escaped(name))
    }

    /// The whole topology; also where its form goes.
    pub fn whole_topology(&self) -> String {
        format!("{}/topology", self.base)
    }

    /// The topology of the connectors that match; `open` repeats its key as sets do.
    pub fn topology(&self, query: &TopologyQuery) -> String {
        let mut address = Address::new(self.whole_topology());
        address.narrow(&query.filter);
        query.open.iter().for_each(|group| address.add("open", group));
        address.done()
    }

    /// One connector, with two versions of its config beside each other.
    pub fn compared(&self, id: &ConnectorId, from: &str, to: &str) -> String {
        let page = self.connector(id);
        let asked = page.contains('?');
        let mut address = Address { text: page, asked };
        address.add("from", from);
        address.add("to", to);
        format!("{}#versions", address.done())
    }

    /// Where the form that compares two versions goes by GET, with the fields that name the connector.
    pub fn comparing(&self, id: &ConnectorId) -> (String, Vec<(&'static str, String)>) {
        let page = self.connector(id);
        match page.split_once('?') {
            None => (format!("{page}#versions"), Vec::new()),
            Some((path, _)) => {
                let named = vec![
                    ("cluster", id.cluster.as_str().to_owned()),
                    ("name", id.name.as_str().to_owned()),
                ];
                (format!("{path}#versions"), named)
            }
        }
    }

    /// One connector with a chart of this range and measure; without the measure that of the usual one.
    pub fn chart(&self, id: &ConnectorId, range: Range, measure: Option<Series>) -> String {
        let page = self.connector(id);
        let asked = page.contains('?');
        let mut address = Address { text: page, asked };
        if range != Range::default() {
            address.add("range", range.word());
        }
        if let Some(word) = measure.and_then(Series::word) {
            address.add("measure", word);
        }
        format!("{}#chart", address.done())
    }

    /// What a plugin of a cluster says about its keys.
    pub fn plugin(&self, cluster: &ClusterName, class: &str, version: Option<&str>) -> String {
        let mut address = Address::new(format!("{}/plugins/{}", self.cluster(cluster), escaped(class)));
        if let Some(version) = version {
            address.add("version", version);
        }
        address.done()
    }

    /// The same by the API.
    pub fn plugin_json(&self, cluster: &ClusterName, class: &str, version: Option<&str>) -> String {
        format!(
            "{}/api/v1{}",
            self.base,
            self.below_base(&self.plugin(cluster, class, version))
        )
    }

    /// A connector by the API.
    pub fn connector_json(&self, id: &ConnectorId) -> String {
        let page = self.connector(id);
        let below = self.below_base(&page);
        // A name that no path carries is asked for among all of them.
        format!(
            "{}/api/v1{}",
            self.base,
            below.replacen("/connectors/by-name?", "/connectors?", 1)
        )
    }

    /// Its config by the API; `None` when no path carries its name.
    pub fn config_json(&self, id: &ConnectorId) -> Option<String> {
        let page = self.connector(id);
        let below = self.below_base(&page);
        (!below.contains('?')).then(|| format!("{}/api/v1{below}/config", self.base))
    }

    fn below_base<'p>(&self, address: &'p str) -> &'p str {
        address.strip_prefix(self.base).unwrap_or(address)
    }

    /// History of the whole fleet.
    pub fn whole_timeline(&self) -> String {
        format!("{}/timeline", self.base)
    }

    /// History of what is asked for: `cluster`, `connector`, `kind` (which repeats), `q`, `until`, `before`, `limit`.
    pub fn timeline(&self, query: &TimelineQuery) -> String {
        let mut address = Address::new(self.whole_timeline());
        if let Some(cluster) = &query.cluster {
            address.add("cluster", cluster.as_str());
        }
        if let Some(connector) = &query.connector {
            address.add("connector", connector.as_str());
        }
        query.kinds.iter().for_each(|kind| address.add("kind", kind.as_str()));
        if !query.text.is_empty() {
            address.add("q", &query.text);
        }
        if let Some(until) = query.until {
            // As finely as history is recorded: what happened at that very moment is to be there.
            let fine = match until.timestamp_subsec_nanos() % 1_000_000 {
                0 => SecondsFormat::Millis,
                _ => SecondsFormat::Micros,
            };
            address.add("until", &until.to_rfc3339_opts(fine, true));
        }
        if let Some(before) = query.before {
            address.add("before", &before.to_string());
        }
        if query.limit != 0 {
            address.add("limit", &query.limit.to_string());
        }
        address.done()
    }

    /// Where a one-time link leads, and where its button sends the field `token` by POST.
    pub fn sign_in(&self) -> String {
        format!("{}/signin", self.base)
    }

    /// Where the button to sign out sends the field `csrf` by POST.
    pub fn sign_out(&self) -> String {
        format!("{}/signout", self.base)
    }

    /// Where the buttons that choose a theme or a zone send it by POST.
    pub fn preferences(&self) -> String {
        format!("{}/preferences", self.base)
    }

    /// A file of [`crate::asset`], with a mark that changes with its content.
    pub fn asset(&self, path: &str) -> String {
        let mark = crate::asset(path).map(|asset| asset.mark()).unwrap_or_default();
        format!("{}/assets/{path}?v={mark}", self.base)
    }

    /// The icon of a browser's tab: `failed`, `healthy` and so on, or `signalbox`.
    pub(crate) fn favicon(&self, word: &str) -> String {
        self.asset(&format!("favicon/{word}.svg"))
    }

    /// Signalbox itself.
    pub fn system(&self) -> String {
        format!("{}/system", self.base)
    }

    /// Where the form that changes what is logged goes by POST.
    pub fn system_log(&self) -> String {
        format!("{}/system/log", self.base)
    }

    /// The stream of live events.
    pub fn events(&self) -> String {
        format!("{}/api/v1/events", self.base)
    }
}

/// An address that gains questions.
struct Address {
    text: String,
    asked: bool,
}

impl Address {
    fn new(text: String) -> Self {
        Self { text, asked: false }
    }

    fn add(&mut self, key: &str, value: &str) {
        self.text.push(if self.asked { '&' } else { '?' });
        self.asked = true;
        // Writing to a String cannot fail.
        let _ = write!(self.text, "{key}={}", escaped(value));
    }

    /// Which connectors, in which order.
    fn narrow(&mut self, filter: &Query) {
        filter
            .clusters
            .iter()
            .for_each(|name| self.add("cluster", name.as_str()));
        filter.teams.iter().for_each(|name| self.add("team", name.as_str()));
        if filter.unowned {
            self.add("unowned", "true");
        }
        filter
            .health
            .iter()
            .for_each(|health| self.add("health", health.as_str()));
        if let Some(kind) = filter.kind {
            self.add("kind", kind.as_str());
        }
        if !filter.text.is_empty() {
            self.add("q", &filter.text);
        }
        if filter.deleted {
            self.add("deleted", "true");
        }
        if filter.sort != view::Sort::default() {
            self.add("sort", filter.sort.as_str());
        }
        if filter.reversed {
            self.add("reverse", "true");
        }
    }

    fn done(self) -> String {
        self.text
    }
}

fn escaped(text: &str) -> impl std::fmt::Display + '_ {
    utf8_percent_encode(text, ESCAPED)
}
