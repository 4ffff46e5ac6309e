//! What was recorded as clear and is called a password by now. It is no look at the cluster, and no change of a config:
//! the same version is shown with less of it. Connectors that are listed are masked anew with their next list; those
//! that were deleted are shown for a while, and no list comes.

use std::sync::Arc;

use super::folding::Folding;
use crate::facts::ConnectorFacts;
use crate::names::ConnectorName;
use crate::observe::ListedConfig;

pub(super) fn concealed(folding: &mut Folding<'_>, configs: &[(ConnectorName, Arc<ListedConfig>)]) {
    for (name, config) in configs {
        let Some(known) = folding.facts.connectors.get(name).cloned() else {
            continue;
        };
        if known
            .config
            .as_ref()
            .is_some_and(|shown| shown.version == config.version)
        {
            folding.put_connector(ConnectorFacts {
                config: Some(config.clone()),
                ..(*known).clone()
            });
        }
    }
}
