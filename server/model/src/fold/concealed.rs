//! What was recorded as clear and is called a password by now. It is no look at the cluster, and no change of a config:
//! the same version is shown with less of it, and no trace quotes what it showed. Connectors that are listed are masked
//! anew with their next list; those that were deleted are shown for a while, and no list comes.

use super::folding::Folding;
use crate::facts::ConnectorFacts;
use crate::observe::Concealed;
use crate::secrets::Redactor;

pub(super) fn concealed(folding: &mut Folding<'_>, all: &[Concealed]) {
    for Concealed {
        connector,
        config,
        struck,
    } in all
    {
        let Some(known) = folding.facts.connectors.get(connector).cloned() else {
            continue;
        };
        let mut next = (*known).clone();
        if next
            .config
            .as_ref()
            .is_some_and(|shown| shown.version == config.version)
        {
            next.config = Some(config.clone());
        }
        strike(folding, &mut next, &struck.0);
        if next != *known {
            folding.put_connector(next);
        }
    }
}

/// Strikes what was no secret when it was quoted out of all traces of a connector, and of those that its topic told.
pub(super) fn strike(folding: &mut Folding<'_>, connector: &mut ConnectorFacts, redactor: &Redactor) {
    folding.facts.told.strike(&connector.name, redactor);
    let tasks = connector.tasks.iter_mut().map(|(_, task)| task);
    let instances = connector.instance.iter_mut().chain(tasks);
    for trace in instances.filter_map(|instance| instance.trace.as_mut()) {
        redactor.strike_out(trace);
    }
}
