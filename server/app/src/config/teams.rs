//! `[[teams]]`: who owns what.

use std::sync::Arc;

use model::names::TeamName;
use model::owner::{Owners, Owns, Team};

use super::error::{ConfigError, Origin};
use super::file;

pub(super) fn teams(tables: Vec<file::Team>, origin: &Origin<'_>) -> Result<(Vec<Team>, Owners), ConfigError> {
    let mut teams: Vec<Team> = Vec::new();
    for table in tables {
        let span = table.name.span();
        let name = TeamName::from(table.name.into_inner().0);
        if teams.iter().any(|other| other.name == name) {
            return Err(origin.error(Some(span), format!("there are two teams named `{name}`")));
        }
        if let Some(other) = teams.iter().find(|other| other.platform && table.platform) {
            let message = format!("`{name}` and `{}` cannot both be the platform team", other.name);
            return Err(origin.error(Some(span), message));
        }
        let mut team = Team {
            name,
            platform: table.platform,
            owns: Vec::new(),
        };
        for rule in table.owns {
            let at = rule.span();
            let owns = owns(rule.into_inner()).map_err(|why| origin.error(Some(at.clone()), why))?;
            team.owns.push(owns);
            // One rule at a time, so that a bad glob is told with its place.
            let alone = Team {
                owns: team.owns.last().cloned().into_iter().collect(),
                ..team.clone()
            };
            Owners::new(&[alone]).map_err(|bad| origin.error(Some(at), bad.to_string()))?;
        }
        teams.push(team);
    }
    let owners = Owners::new(&teams).map_err(|bad| origin.error(None, bad.to_string()))?;
    Ok((teams, owners))
}

fn owns(rule: file::Owns) -> Result<Owns, String> {
    let mut labels = rule.label.unwrap_or_default().into_iter();
    let label = labels.next().map(|(key, value)| (Arc::from(key), Arc::from(value)));
    if labels.next().is_some() {
        return Err("one rule takes one label".to_owned());
    }
    let owns = Owns {
        cluster: rule.cluster.map(Arc::from),
        connector: rule.connector.map(Arc::from),
        topic: rule.topic.map(Arc::from),
        label,
    };
    if owns == Owns::default() {
        return Err("this rule names nothing: give it a cluster, connector, topic or label".to_owned());
    }
    Ok(owns)
}
