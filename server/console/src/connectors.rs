//! The list of connectors.

use std::sync::Arc;

use chrono::DateTime;
use model::Timestamp;
use model::actor::{Actor, Right};
use model::names::ClusterName;
use model::verdict::Health;
use view::{Position, Query, Sort, Totals};

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
    /// Where the page begins: `next_cursor` of the page before.
    pub cursor: Option<String>,
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
    /// Where the next page begins; `None` at the end.
    pub next_cursor: Option<String>,
    /// How many match in all.
    pub matching: usize,
    /// Counts by health of all that match, the asked health set aside; of deleted ones, by their last health.
    pub totals: Totals,
    /// Causes in the whole fleet for which a person is needed, whatever was asked.
    pub causes: usize,
    /// The oldest moment at which a cluster's states were last seen.
    pub as_of: Option<Timestamp>,
    /// The feed's number of the snapshot.
    pub revision: i64,
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
        let sort = asked.filter.sort;
        let after = asked
            .cursor
            .as_deref()
            .map(|text| read_cursor(text, sort))
            .transpose()?;
        let (fleet, staleness) = (self.fleet(), self.staleness());
        let page = fleet.page(&asked.filter, after.as_ref(), limit, &staleness);
        let items = page
            .items
            .iter()
            .map(|(cluster, connector, _)| item(cluster, connector, &staleness))
            .collect();
        Ok(ConnectorPage {
            items,
            next_cursor: page.next.map(|position| write_cursor(&position, sort)),
            matching: page.matching,
            totals: page.totals,
            causes: causes(&fleet, &staleness),
            as_of: fleet.as_of(),
            revision: fleet.feed,
        })
    }
}

/// Between the parts of a cursor; no name can contain it, since names hold no control characters.
const SEPARATOR: char = '\u{1f}';

fn write_cursor(position: &Position, sort: Sort) -> String {
    [
        sort.as_str(),
        position.health.as_str(),
        // With every digit that it has: one that was rounded would lie before its own connector, for ever.
        &position.since.to_rfc3339(),
        if position.team.is_some() { "t" } else { "" },
        position.team.as_deref().unwrap_or_default(),
        position.cluster.as_str(),
        position.name.as_str(),
    ]
    .join(&SEPARATOR.to_string())
}

fn read_cursor(text: &str, sort: Sort) -> Result<Position, Error> {
    let parts: Vec<&str> = text.split(SEPARATOR).collect();
    let read = || {
        let [word, health, since, has_team, team, cluster, name] = parts.as_slice() else {
            return None;
        };
        (*word == sort.as_str()).then_some(())?;
        Some(Position {
            health: Health::parse(health)?,
            since: DateTime::parse_from_rfc3339(since).ok()?.to_utc(),
            team: (*has_team == "t").then(|| Arc::from(*team)),
            cluster: ClusterName::from(*cluster),
            name: (*name).into(),
        })
    };
    read().ok_or_else(|| {
        Error::BadQuestion("`cursor` is not one that this list gave out for this order; begin without it".into())
    })
}
