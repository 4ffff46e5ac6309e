//! What lists need of all connectors of a cluster, in a form that is quick to read.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use model::Timestamp;
use model::names::{ConnectorName, TeamName};
use model::state::ConnectorKind;
use model::verdict::{Class, Health};

use crate::columns::short_class;
use crate::{Connector, Sort, Totals};

/// One connector in short.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    pub(crate) connector: Arc<Connector>,
    /// As recorded.
    pub(crate) health: Health,
    pub(crate) since: Timestamp,
    pub(crate) kind: Option<ConnectorKind>,
    pub(crate) live: bool,
    /// Its place among [`Index::teams`]; without an owner the place behind the last.
    pub(crate) team: usize,
    pub(crate) tasks: u32,
    /// What kind of thing is wrong with it.
    pub(crate) class: Option<Class>,
}

impl Row {
    /// The connector's Java class without its package.
    pub(crate) fn plugin(&self) -> Option<&str> {
        self.connector.facts().class.as_deref().map(short_class)
    }
}

/// The orders that lists are read in. Clusters that nobody hears have one of their own: all of them are unknown.
const ORDERS: usize = 8;

/// All rows with their orders.
#[derive(Debug)]
pub(crate) struct Index {
    /// By name.
    pub(crate) rows: Box<[Row]>,
    /// Owners, by name.
    pub(crate) teams: Box<[TeamName]>,
    /// By health as recorded: those that exist, and the deleted ones.
    live: Totals,
    deleted: Totals,
    /// Those that exist, by the place of their team.
    of_teams: Box<[Totals]>,
    orders: [OnceLock<Box<[u32]>>; ORDERS],
}

impl Index {
    pub(crate) fn of(connectors: &BTreeMap<ConnectorName, Arc<Connector>>) -> Self {
        let mut teams: Vec<TeamName> = Vec::new();
        for owner in connectors.values().filter_map(|connector| connector.owner()) {
            if let Err(place) = teams.binary_search(&owner.team) {
                teams.insert(place, owner.team.clone());
            }
        }
        let (mut live, mut deleted) = (Totals::default(), Totals::default());
        let mut of_teams = vec![Totals::default(); teams.len() + 1];
        let rows = connectors.values().map(|connector| {
            let owner = connector.owner();
            let team = owner.and_then(|owner| teams.binary_search(&owner.team).ok());
            let row = Row {
                connector: connector.clone(),
                health: connector.verdict().health,
                since: connector.verdict().since,
                kind: connector.facts().kind,
                live: connector.live(),
                team: team.unwrap_or(teams.len()),
                tasks: u32::try_from(connector.facts().task_count()).unwrap_or(u32::MAX),
                class: class(connector),
            };
            if row.live {
                live.add(row.health);
                if let Some(totals) = of_teams.get_mut(row.team) {
                    totals.add(row.health);
                }
            } else {
                deleted.add(row.health);
            }
            row
        });
        let rows = rows.collect();
        Self {
            rows,
            teams: teams.into(),
            live,
            deleted,
            of_teams: of_teams.into(),
            orders: Default::default(),
        }
    }

    /// Counts of those that exist, or of the deleted ones, by the health to show.
    pub(crate) fn totals(&self, deleted: bool, silent: bool) -> Totals {
        let totals = if deleted { self.deleted } else { self.live };
        if silent { totals.unknown() } else { totals }
    }

    /// Counts by owner of those that exist, `None` being nobody.
    pub(crate) fn team_totals(&self, silent: bool) -> impl Iterator<Item = (Option<&TeamName>, Totals)> {
        let owners = self.teams.iter().map(Some).chain([None]);
        let shown = move |totals: &Totals| if silent { totals.unknown() } else { *totals };
        owners.zip(self.of_teams.iter().map(shown))
    }

    /// Places of all rows in an order.
    pub(crate) fn order(&self, sort: Sort, silent: bool) -> &[u32] {
        let number = match (sort, silent) {
            // That by lag changes without the connectors: see `Progress`.
            (Sort::Name | Sort::Cluster | Sort::Lag, _) => 0,
            (Sort::Worst, false) => 1,
            (Sort::Worst, true) => 2,
            (Sort::Team, _) => 3,
            (Sort::Since, _) => 4,
            (Sort::Tasks, _) => 5,
            (Sort::Class, _) => 6,
            (Sort::Plugin, _) => 7,
        };
        let Some(order) = self.orders.get(number) else {
            return &[];
        };
        order.get_or_init(|| {
            let mut places: Vec<u32> = (0_u32..).zip(&*self.rows).map(|(place, _)| place).collect();
            let row = |place: &u32| self.rows.get(*place as usize);
            // The rows are by name already, and a stable sort leaves ties so.
            match number {
                0 => {}
                1 => places.sort_by_key(|place| row(place).map(|row| (row.health, row.since))),
                2 => places.sort_by_key(|place| row(place).map(|row| row.since)),
                3 => places.sort_by_key(|place| row(place).map(|row| row.team)),
                4 => places.sort_by_key(|place| Reverse(row(place).map(|row| row.since))),
                5 => places.sort_by_key(|place| Reverse(row(place).map(|row| row.tasks))),
                6 => places.sort_by_key(|place| row(place).map(|row| last(row.class.map(Class::as_str)))),
                _ => places.sort_by_key(|place| row(place).map(|row| last(row.plugin()))),
            }
            places.into()
        })
    }
}

/// A key by which what has none comes last.
pub(crate) fn last(key: Option<&str>) -> (bool, Option<&str>) {
    (key.is_none(), key)
}

/// The class of its fault; of what belongs to none the class of its own diagnosis.
fn class(connector: &Connector) -> Option<Class> {
    let fault = connector.fault.as_ref().map(|fault| fault.class);
    let own = connector.verdict().diagnosis.as_ref().map(|diagnosis| diagnosis.class);
    fault.or(own).filter(|_| connector.live())
}
