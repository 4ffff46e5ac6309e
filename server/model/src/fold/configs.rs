//! What the config topic tells: which connectors there are, how they are configured and what they shall do. All of it is
//! somebody's doing, and what Signalbox did not do itself was done past it.

use super::folding::Folding;
use super::listed::{appeared_at, idle_since, reconfigured};
use crate::Timestamp;
use crate::facts::ConnectorFacts;
use crate::internal::{ConfigSaid, ConfigSeen, ConfigsSeen};
use crate::kept;
use crate::names::ConnectorName;
use crate::observe::Source;
use crate::state::{TargetSource, TargetState};
use crate::transition::{Change, Subject};

/// Folds records that came in this order.
pub(super) fn configs(folding: &mut Folding<'_>, seen: &ConfigsSeen) {
    if seen.whole {
        folding.facts.told.configs.clear();
    }
    folding.facts.told.configs_whole = true;
    if seen.whole {
        // Last words say one thing together: a config without its target state would be taken for a request to run.
        for record in &seen.configs {
            folding.facts.told.config(record);
        }
    }
    for record in &seen.configs {
        if !seen.whole {
            folding.facts.told.config(record);
        }
        one(folding, record);
    }
}

fn existing(folding: &Folding<'_>, name: &ConnectorName) -> Option<ConnectorFacts> {
    let known = folding.facts.connectors.get(name)?;
    known.deleted_at.is_none().then(|| (**known).clone())
}

fn one(folding: &mut Folding<'_>, record: &ConfigSeen) {
    let at = record.at.min(folding.at);
    let name = &record.connector;
    match (&record.said, existing(folding, name)) {
        (ConfigSaid::Config(None), Some(known)) => {
            folding.outside_at(
                (Source::ConfigTopic, at),
                Subject::Connector(name.clone()),
                Change::ConnectorDeleted,
            );
            folding.put_connector(ConnectorFacts {
                missing: None,
                deleted_at: Some(at),
                ..known
            });
        }
        (ConfigSaid::Config(Some(config)), known) => {
            let new = known.is_none();
            let mut next = match known {
                Some(known) => known,
                None => {
                    let again = folding.facts.connectors.contains_key(name);
                    appeared_at(folding, (Source::ConfigTopic, at), name, again)
                }
            };
            // What is in force already is shown as the lists mask it: they tell by which version of the plugin.
            let in_force = next.config.as_ref().map(|known| &known.version);
            if new || in_force != Some(&config.version) {
                reconfigured(folding, (Source::ConfigTopic, at), &mut next, config, new);
            }
            next.missing = None;
            wish(folding, next, at);
        }
        (ConfigSaid::Target(_), Some(known)) => wish(folding, known, at),
        (ConfigSaid::Tasks(count), Some(known)) => tasks(folding, known, *count, at),
        // What is written before a connector's config counts once that comes.
        (_, None) => {}
    }
}

/// Puts a connector in place with what the topic says that it shall do.
fn wish(folding: &mut Folding<'_>, mut next: ConnectorFacts, at: Timestamp) {
    let told = folding.facts.told.configs.get(&next.name);
    let before = next.target.map(|(target, _)| target);
    next.target = told
        .and_then(|told| told.target())
        .map(|target| (target, TargetSource::ConfigTopic));
    if let (Some(to), Some(from)) = (next.target.map(|(target, _): (TargetState, _)| target), before)
        && to != from
    {
        let (subject, change) = (
            Subject::Connector(next.name.clone()),
            Change::Target { from: before, to },
        );
        folding.outside_at((Source::ConfigTopic, at), subject, change);
    }
    folding.put_connector(next);
}

/// Of so many tasks that are configured, those without a status are not started yet.
fn tasks(folding: &mut Folding<'_>, mut next: ConnectorFacts, count: u32, at: Timestamp) {
    /// More tasks than any connector has: a number in a record costs nothing to write.
    const MOST: u32 = 10_000;
    let since = |number: &u32| next.unstarted.get(number).copied().unwrap_or(at);
    let without = (0..count.min(MOST)).filter(|number| !next.tasks.contains_key(number));
    next.unstarted = kept::tight(without.map(|number| (number, since(&number))).collect());
    next.no_tasks_since = idle_since(&next, at);
    folding.put_connector(next);
}
