//! Teams.

use std::collections::BTreeMap;

use console::TeamItem;
use serde::Serialize;
use utoipa::ToSchema;

use super::totals;

/// A team with its connectors.
#[derive(Serialize, ToSchema)]
pub struct Team {
    /// Its name; null gathers what nobody owns.
    pub name: Option<String>,
    /// Whether it is the platform team.
    pub platform: bool,
    /// Its connectors by verdict.
    pub totals: BTreeMap<&'static str, u32>,
}

/// Teams.
#[derive(Serialize, ToSchema)]
pub struct TeamList {
    /// In the order of the configuration, the unowned last.
    pub items: Vec<Team>,
    /// Always null: all are in `items`.
    pub next_cursor: Option<String>,
}

impl From<&[TeamItem]> for TeamList {
    fn from(items: &[TeamItem]) -> Self {
        let team = |item: &TeamItem| Team {
            name: item.name.as_ref().map(|name| name.as_str().into()),
            platform: item.platform,
            totals: totals(&item.totals),
        };
        Self {
            items: items.iter().map(team).collect(),
            next_cursor: None,
        }
    }
}
