//! Clusters in every condition.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use model::facts::{ClusterAbout, Freshness, GroupFacts};
use model::fault::Fault;
use model::grouping::group;
use model::names::{ClusterName, WorkerId};
use model::observe::{Gap, GapKind};
use model::record::{ClusterRecord, ConnectorRecord};
use model::verdict::Health;

use super::{ago, connector, connectors, now, workers};

/// A cluster that answers, one that does not, one that never did, one without Kafka access or connectors, one that is
/// refused because it is another one's group.
pub fn fleet() -> Vec<ClusterRecord> {
    vec![cluster(), unreachable(), unseen(), empty(), refused()]
}

/// `orders`: reachable, with every sample of a worker and a connector.
pub fn cluster() -> ClusterRecord {
    let name = ClusterName::from("orders");
    let connectors = connectors();
    ClusterRecord {
        faults: faults(&name, &connectors),
        name,
        about: ClusterAbout {
            group_gap: None,
            workers_gap: None,
            reachable: true,
            reachable_since: Some(ago(86_400)),
            gap: None,
            version: Some("4.3.1".into()),
            kafka_cluster_id: Some("4L6g3nShT-eMCtK--X86sw".into()),
            group: Some(GroupFacts {
                group_id: "connect-orders".into(),
                state: "Stable".into(),
                leader: Some(WorkerId::from(workers::LIVE)),
                members: BTreeSet::from(["connect-10.0.0.7:8083-3f0c".into()]),
                empty_since: None,
                inhabited: true,
                members_since: None,
                delay_until: Some(now() + chrono::TimeDelta::seconds(180)),
                rebalances: 17,
            }),
            topics: BTreeMap::new(),
            addresses: BTreeMap::from([(WorkerId::from(workers::LIVE), "answers as 4.3.1".into())]),
            same_as: None,
            admitted: false,
        },
        workers: super::workers(),
        connectors,
        fresh: Freshness {
            rest: Some(ago(2)),
            answered: Some(ago(2)),
            group: Some(ago(3)),
            tried: Some(ago(2)),
            ..Freshness::default()
        },
    }
}

fn unreachable() -> ClusterRecord {
    let name = ClusterName::from("payments eu/west");
    let connectors: Vec<ConnectorRecord> = ["card-events", "ledger", "fraud-scores"]
        .map(|name| connector(name, Health::Unknown))
        .into();
    ClusterRecord {
        faults: faults(&name, &connectors),
        name,
        about: ClusterAbout {
            group_gap: None,
            workers_gap: None,
            reachable: false,
            reachable_since: Some(ago(240)),
            gap: Some(gap()),
            version: Some("3.9.1".into()),
            kafka_cluster_id: Some("c2lnbmFsYm94LWxhYi0wMQ".into()),
            group: None,
            topics: BTreeMap::new(),
            addresses: BTreeMap::from([(WorkerId::from(workers::LIVE), "refused the connection".into())]),
            same_as: None,
            admitted: false,
        },
        workers: super::workers().into_iter().skip(1).collect(),
        connectors,
        fresh: Freshness {
            rest: Some(ago(240)),
            answered: Some(ago(240)),
            group: None,
            tried: Some(ago(1)),
            ..Freshness::default()
        },
    }
}

/// Configured and never heard of.
fn unseen() -> ClusterRecord {
    ClusterRecord {
        name: ClusterName::from("<new>"),
        about: ClusterAbout {
            gap: Some(gap()),
            ..ClusterAbout::default()
        },
        workers: Vec::new(),
        connectors: Vec::new(),
        faults: Vec::new(),
        fresh: Freshness {
            tried: Some(ago(5)),
            ..Freshness::default()
        },
    }
}

fn empty() -> ClusterRecord {
    ClusterRecord {
        name: ClusterName::from("empty"),
        about: ClusterAbout {
            reachable: true,
            reachable_since: Some(ago(60)),
            version: Some("3.9.1".into()),
            kafka_cluster_id: Some("c2lnbmFsYm94LWxhYi0wMQ".into()),
            ..ClusterAbout::default()
        },
        workers: super::workers().into_iter().take(1).collect(),
        connectors: Vec::new(),
        faults: Vec::new(),
        fresh: Freshness {
            rest: Some(ago(1)),
            answered: Some(ago(1)),
            group: None,
            tried: Some(ago(1)),
            ..Freshness::default()
        },
    }
}

fn refused() -> ClusterRecord {
    ClusterRecord {
        name: ClusterName::from("orders-again"),
        about: ClusterAbout {
            same_as: Some(ClusterName::from("orders")),
            ..ClusterAbout::default()
        },
        ..empty()
    }
}

fn gap() -> Gap {
    Gap {
        kind: GapKind::Refused,
        text: "10.0.0.7:8083: the connection was refused".into(),
    }
}

/// The faults that the verdicts of these connectors make.
fn faults(cluster: &ClusterName, connectors: &[ConnectorRecord]) -> Vec<Arc<Fault>> {
    let living = connectors.iter().filter(|record| record.facts.deleted_at.is_none());
    group(
        cluster,
        living.map(|record| (&record.facts.name, &*record.verdict)),
        &Default::default(),
        &[],
        now(),
    )
    .open
}
