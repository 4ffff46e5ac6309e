//! `[[objectives]]`: what is asked of which connectors.

use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use model::names::TeamName;
use model::objective::{Objective, ObjectiveRule, Objectives};
use model::owner::Team;
use sha2::{Digest, Sha256};

use super::error::{ConfigError, Origin, nearest};
use super::file;
use super::value::Span;

/// The largest number of a lag that is taken: what a TOML file can hold.
const MOST: u64 = i64::MAX as u64;

pub(super) fn objectives(
    tables: Vec<file::Objective>,
    teams: &[Team],
    origin: &Origin<'_>,
) -> Result<(Vec<ObjectiveRule>, Objectives), ConfigError> {
    let mut rules = Vec::new();
    for table in tables {
        let at = table.whom.as_ref().map(|whom| whom.span());
        let refused = |why: String| origin.error(at.clone(), why);
        let asks = Objective {
            stall_window: table.stall_window.map(delta),
            lag_records: table.lag_records.map(toml::Spanned::into_inner),
            lag_seconds: table.lag_seconds.map(toml::Spanned::into_inner),
        };
        if asks == Objective::default() {
            let why = "this objective asks nothing: give it stall_window, lag_records or lag_seconds";
            return Err(refused(why.to_owned()));
        }
        let whom = table.whom.map(toml::Spanned::into_inner).unwrap_or_default();
        if let Some(team) = &whom.team
            && teams.iter().all(|known| known.name.as_str() != team)
        {
            let known = nearest(team, teams.iter().map(|known| known.name.as_str()));
            let meant = known
                .map(|name| format!("; did you mean `{name}`?"))
                .unwrap_or_default();
            return Err(refused(format!("there is no team named `{team}`{meant}")));
        }
        let rule = ObjectiveRule {
            cluster: whom.cluster.map(Arc::from),
            connector: whom.connector.map(Arc::from),
            team: whom.team.map(TeamName::from),
            asks,
        };
        // One rule at a time, so that a bad glob is told with its place.
        Objectives::new(std::slice::from_ref(&rule)).map_err(|bad| refused(bad.to_string()))?;
        rules.push(rule);
    }
    let compiled = Objectives::new(&rules).map_err(|bad| origin.error(None, bad.to_string()))?;
    Ok((rules, compiled))
}

fn delta(Span(time): Span) -> TimeDelta {
    TimeDelta::from_std(time.min(Duration::from_millis(MOST / 2))).unwrap_or(TimeDelta::MAX)
}

/// Adds a rule to a hash, each of its parts with its length.
pub(super) fn hash(rule: &ObjectiveRule, hash: &mut Sha256) {
    let texts = [
        rule.cluster.as_deref(),
        rule.connector.as_deref(),
        rule.team.as_ref().map(TeamName::as_str),
    ];
    for text in texts {
        hash.update(text.map_or(u64::MAX, |text| text.len() as u64).to_be_bytes());
        hash.update(text.unwrap_or_default());
    }
    let Objective {
        stall_window,
        lag_records,
        lag_seconds,
    } = rule.asks;
    hash.update(stall_window.map_or(-1, |time| time.num_milliseconds()).to_be_bytes());
    for number in [lag_records, lag_seconds] {
        hash.update(number.unwrap_or(u64::MAX).to_be_bytes());
    }
}
