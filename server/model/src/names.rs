//! Names as types, so that a cluster's name cannot be passed where a connector's is meant. Those of clusters and workers,
//! which thousands of connectors name, are kept once.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::{kept, visible};

macro_rules! name {
    ($(#[$doc:meta])* $name:ident, $keep:path, $read:literal) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(#[serde(deserialize_with = $read)] Arc<str>);

        impl $name {
            /// The name as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self($keep(text))
            }
        }

        impl From<String> for $name {
            fn from(text: String) -> Self {
                Self::from(text.as_str())
            }
        }

        impl std::borrow::Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }

        /// As people read it; [`Self::as_str`] is the name itself.
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                visible::write(f, &self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Debug::fmt(&self.0, f)
            }
        }
    };
}

name! {
    /// A Connect cluster as the configuration names it.
    ClusterName, kept::word, "kept::read_word"
}
name! {
    /// A connector within its cluster: any characters but control ones, slashes and blanks included.
    ConnectorName, Arc::from, "Arc::deserialize"
}
name! {
    /// A worker as Connect names it: `host:port` of its advertised REST address, without scheme.
    WorkerId, kept::word, "kept::read_word"
}
name! {
    /// A team of `[[teams]]`.
    TeamName, kept::word, "kept::read_word"
}
name! {
    /// What one lease covers: a Kafka cluster with its Connect clusters (`kafka/NAME`), or a Connect cluster without
    /// Kafka access (`connect/NAME`).
    UnitName, Arc::from, "Arc::deserialize"
}

/// A connector of the fleet: cluster and name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ConnectorId {
    /// The cluster that runs it.
    pub cluster: ClusterName,
    /// Its name there.
    pub name: ConnectorName,
}

impl fmt::Display for ConnectorId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.cluster, self.name)
    }
}
