//! Teams and what they own.

use model::actor::{Actor, Right};
use model::names::TeamName;
use view::Totals;

use crate::{Console, Error, require};

/// A team with its connectors by health.
#[derive(Clone, Debug)]
pub struct TeamItem {
    /// Its name; `None` gathers what nobody owns.
    pub name: Option<TeamName>,
    /// Whether it is the platform team.
    pub platform: bool,
    /// Its connectors by health.
    pub totals: Totals,
}

impl Console {
    /// Teams in the order of the configuration, then the unowned. Right: `see`.
    ///
    /// # Errors
    /// [`Error::Denied`].
    pub fn teams(&self, actor: &Actor) -> Result<Vec<TeamItem>, Error> {
        require(actor, Right::See)?;
        let (fleet, spec, staleness) = (self.fleet(), self.spec(), self.staleness());
        let mut teams: Vec<TeamItem> = spec
            .teams
            .iter()
            .map(|team| TeamItem {
                name: Some(team.name.clone()),
                platform: team.platform,
                totals: Totals::default(),
            })
            .collect();
        teams.push(TeamItem {
            name: None,
            platform: false,
            totals: Totals::default(),
        });
        for cluster in fleet.clusters.values() {
            for (owner, totals) in cluster.team_totals(&staleness) {
                if let Some(team) = teams.iter_mut().find(|team| team.name.as_ref() == owner) {
                    team.totals.merge(&totals);
                }
            }
        }
        Ok(teams)
    }
}
