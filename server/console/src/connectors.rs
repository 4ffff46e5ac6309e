//! The list of connectors.

use std::sync::Arc;

use chrono::DateTime;
use model::Timestamp;
use model::actor::{Actor, Right};
use model::names::ClusterName;
use model::verdict::Health;
use view::search::{Near, Trouble};
use view::{Cluster, Completions, Connector, Facets, GroupBy, GroupKey, Position, Query, Staleness, Start, Totals};

use crate::connector::item;
use crate::fault::causes;
use crate::{ConnectorItem, Console, Error, require};

/// Most connectors on one page.
const MOST: usize = 1000;

/// What is asked of the list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ConnectorQuery {
    /// Which connectors, in which order.
    pub filter: Query,
    /// Connectors on the page, 1 to 1000; 0: 100.
    pub limit: usize,
    /// Where the page begins: a cursor of another page of this list.
    pub cursor: Option<String>,
    /// In groups instead of pages.
    pub group: Option<GroupBy>,
}

impl ConnectorQuery {
    /// The first page of what matches, of the usual size.
    pub fn of(filter: Query) -> Self {
        Self {
            filter,
            ..Self::default()
        }
    }
}

/// One page of the list.
#[derive(Clone, Debug)]
pub struct ConnectorPage {
    /// The connectors.
    pub items: Vec<ConnectorItem>,
    /// The groups, if they were asked for; then `items` is empty.
    pub groups: Vec<GroupItem>,
    /// Groups that are not among these.
    pub more_groups: usize,
    /// Where the next page begins; `None` at the end.
    pub next_cursor: Option<String>,
    /// The page before; `None` at the beginning.
    pub previous_cursor: Option<String>,
    /// How many that match lie before this page.
    pub before: usize,
    /// How many match in all.
    pub matching: usize,
    /// Counts by health of all that match, the asked health set aside; of deleted ones, by their last health.
    pub totals: Totals,
    /// Counts by facet, each with its own choice set aside.
    pub facets: Facets,
    /// What of the query's text means nothing; it was set aside.
    pub troubles: Vec<Trouble>,
    /// Words that occur nowhere, with those that were searched for instead.
    pub near: Vec<Near>,
    /// Causes in the whole fleet for which a person is needed, whatever was asked.
    pub causes: usize,
    /// The oldest moment at which a cluster's states were last seen.
    pub as_of: Option<Timestamp>,
    /// The feed's number of the snapshot.
    pub revision: i64,
}

/// Connectors that have something in common.
#[derive(Clone, Debug)]
pub struct GroupItem {
    /// What it is.
    pub key: GroupKey,
    /// How many there are, by health to show.
    pub totals: Totals,
    /// The first of them.
    pub items: Vec<ConnectorItem>,
}

impl ConnectorPage {
    /// The cursor of the last page.
    pub const END: &'static str = "end";
}

impl Console {
    /// Connectors that match. Right: `see`.
    ///
    /// # Errors
    /// [`Error::Denied`]; [`Error::BadQuestion`] for a limit beyond the largest, or a cursor that this list did not give
    /// out for this order.
    pub fn connectors(&self, actor: &Actor, asked: &ConnectorQuery) -> Result<ConnectorPage, Error> {
        require(actor, Right::See)?;
        let limit = match asked.limit {
            0 => 100,
            limit if limit <= MOST => limit,
            limit => {
                return Err(Error::BadQuestion(format!(
                    "`limit` is {limit}; it may be at most {MOST}"
                )));
            }
        };
        let filter = &asked.filter;
        let (fleet, staleness) = (self.fleet(), self.staleness());
        let (causes, as_of, revision) = (causes(&fleet, &staleness), fleet.as_of(), fleet.feed);
        if let Some(by) = asked.group {
            let found = fleet.groups(filter, by, limit, &staleness);
            let groups = found.groups.into_iter().map(|group| GroupItem {
                key: group.key,
                totals: group.totals,
                items: items(&group.items, &staleness),
            });
            return Ok(ConnectorPage {
                items: Vec::new(),
                groups: groups.collect(),
                more_groups: found.more,
                next_cursor: None,
                previous_cursor: None,
                before: 0,
                matching: found.matching,
                totals: found.facets.health,
                facets: found.facets,
                troubles: found.troubles,
                near: found.near,
                causes,
                as_of,
                revision,
            });
        }
        let start = asked.cursor.as_deref().map(|text| read_cursor(text, filter));
        let start = start.transpose()?.unwrap_or_default();
        let page = fleet.page_at(filter, &start, limit, &staleness);
        Ok(ConnectorPage {
            items: items(&page.items, &staleness),
            groups: Vec::new(),
            more_groups: 0,
            next_cursor: page.next.map(|position| write_cursor(&position, filter, false)),
            previous_cursor: page.previous.map(|position| write_cursor(&position, filter, true)),
            before: page.before,
            matching: page.matching,
            totals: page.totals,
            facets: page.facets,
            troubles: page.troubles,
            near: page.near,
            causes,
            as_of,
            revision,
        })
    }

    /// What may stand at the end of a query that is being typed. Right: `see`.
    ///
    /// # Errors
    /// [`Error::Denied`].
    pub fn completions(&self, actor: &Actor, text: &str) -> Result<Completions, Error> {
        require(actor, Right::See)?;
        Ok(self.fleet().complete(text, &self.staleness()))
    }
}

fn items(found: &[(Arc<Cluster>, Arc<Connector>, Health)], staleness: &Staleness) -> Vec<ConnectorItem> {
    let found = found.iter();
    found
        .map(|(cluster, connector, _)| item(cluster, connector, staleness))
        .collect()
}

/// Between the parts of a cursor; no name can contain it, since names hold no control characters.
const SEPARATOR: char = '\u{1f}';

/// The order that a cursor belongs to, and which way it leads.
fn order(query: &Query, back: bool) -> String {
    let turned = if query.reversed { "-" } else { "" };
    let way = if back { "<" } else { "" };
    format!("{way}{turned}{}", query.sort.as_str())
}

fn write_cursor(position: &Position, query: &Query, back: bool) -> String {
    let some = |text: &Option<Arc<str>>| text.as_ref().map_or(String::new(), |text| format!("={text}"));
    [
        order(query, back).as_str(),
        position.health.as_str(),
        // With every digit that it has: one that was rounded would lie before its own connector, for ever.
        &position.since.to_rfc3339(),
        &some(&position.team),
        &position.tasks.to_string(),
        &some(&position.class),
        &some(&position.plugin),
        &position.lag.map_or(String::new(), |lag| lag.to_string()),
        position.cluster.as_str(),
        position.name.as_str(),
    ]
    .join(&SEPARATOR.to_string())
}

fn read_cursor(text: &str, query: &Query) -> Result<Start, Error> {
    if text == ConnectorPage::END {
        return Ok(Start::Last);
    }
    let parts: Vec<&str> = text.split(SEPARATOR).collect();
    let some = |text: &str| text.strip_prefix('=').map(Arc::from);
    let read = || {
        let [word, health, since, team, tasks, class, plugin, lag, cluster, name] = parts.as_slice() else {
            return None;
        };
        let back = *word == order(query, true);
        (back || *word == order(query, false)).then_some(())?;
        let position = Position {
            health: Health::parse(health)?,
            since: DateTime::parse_from_rfc3339(since).ok()?.to_utc(),
            team: some(team),
            tasks: tasks.parse().ok()?,
            class: some(class),
            plugin: some(plugin),
            lag: match *lag {
                "" => None,
                lag => Some(lag.parse().ok()?),
            },
            cluster: ClusterName::from(*cluster),
            name: (*name).into(),
        };
        Some(if back {
            Start::Before(position)
        } else {
            Start::After(position)
        })
    };
    read().ok_or_else(|| {
        Error::BadQuestion("`cursor` is not one that this list gave out for this order; begin without it".into())
    })
}
