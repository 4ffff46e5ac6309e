//! Lists of the view, compared with what looking at every connector would give.

use std::cmp::Reverse;
use std::sync::Arc;

use chrono::TimeDelta;
use model::facts::ConnectorFacts;
use model::names::TeamName;
use model::owner::Owner;
use model::record::ConnectorRecord;
use model::state::ConnectorKind;
use model::verdict::{Health, Verdict};
use testkit::samples;
use view::{Cluster, Connector, Fleet, Query, Sort, Staleness, Totals};

type Found = (Arc<Cluster>, Arc<Connector>, Health);

fn staleness() -> Staleness {
    Staleness {
        now: samples::now(),
        limit: TimeDelta::seconds(30),
    }
}

/// The samples with owners, kinds and ages that differ, in three clusters: one of them silent; and one that is refused.
fn fleet() -> Fleet {
    let mut fleet = Fleet::default();
    for (number, name) in ["alpha", "beta", "gamma", "refused"].into_iter().enumerate() {
        let mut record = samples::cluster();
        record.name = name.into();
        record.about.same_as = (name == "refused").then(|| "alpha".into());
        if name == "beta" {
            record.fresh.rest = Some(samples::ago(900));
            record.fresh.answered = record.fresh.rest;
            record.fresh.group = None;
        }
        for (place, connector) in record.connectors.iter_mut().enumerate() {
            vary(connector, number * 5 + place);
        }
        fleet.clusters.insert(name.into(), Arc::new(Cluster::new(record, 1)));
    }
    fleet
}

fn vary(connector: &mut ConnectorRecord, number: usize) {
    let teams = ["zebra", "ant", "mole"];
    connector.owner = teams.get(number % 4).map(|team| Owner {
        team: TeamName::from(*team),
        source: "a rule".into(),
    });
    connector.verdict = Arc::new(Verdict {
        since: samples::ago(i64::try_from(number * 7 % 5).unwrap()),
        ..(*connector.verdict).clone()
    });
    connector.facts = Arc::new(ConnectorFacts {
        kind: [None, Some(ConnectorKind::Sink), Some(ConnectorKind::Source)][number % 3],
        ..(*connector.facts).clone()
    });
}

/// Everything that matches in its order, with totals, by looking at every connector.
fn reference(fleet: &Fleet, query: &Query) -> (Vec<Found>, Totals) {
    let (staleness, mut totals, mut found) = (staleness(), Totals::default(), Vec::new());
    for cluster in fleet
        .clusters
        .values()
        .filter(|cluster| cluster.about.same_as.is_none())
    {
        for connector in cluster.connectors.values() {
            let (facts, team) = (connector.facts(), connector.owner().map(|owner| &owner.team));
            let text = format!(
                "{}/{} {}",
                cluster.name,
                facts.name,
                facts.class.as_deref().unwrap_or_default()
            );
            let text = text.to_lowercase();
            let matches = connector.live() != query.deleted
                && (query.clusters.is_empty() || query.clusters.contains(&cluster.name))
                && (query.teams.is_empty() || team.is_some_and(|team| query.teams.contains(team)))
                && (!query.unowned || team.is_none())
                && (query.kind.is_none() || facts.kind == query.kind)
                && query
                    .text
                    .split_whitespace()
                    .all(|word| text.contains(&word.to_lowercase()));
            if matches {
                let health = staleness.health(&cluster.fresh, connector);
                totals.add(health);
                if query.health.is_empty() || query.health.contains(&health) {
                    found.push((cluster.clone(), connector.clone(), health));
                }
            }
        }
    }
    // Clusters and names are in order already, and sorting is stable.
    let since = |found: &Found| found.1.verdict().since;
    let team = |found: &Found| found.1.owner().map(|owner| owner.team.clone());
    match query.sort {
        Sort::Worst => found.sort_by_key(|found| (found.2, since(found))),
        Sort::Name => found.sort_by_key(|found| found.1.facts().name.clone()),
        // Nothing is measured here.
        Sort::Cluster | Sort::Lag => {}
        Sort::Team => found.sort_by_key(|found| (team(found).is_none(), team(found))),
        Sort::Since => found.sort_by_key(|found| Reverse(since(found))),
        Sort::Tasks => found.sort_by_key(|found| Reverse(found.1.facts().tasks.len())),
        // The last in their order are those that have none.
        Sort::Class => found.sort_by_key(|found| {
            let class = found
                .1
                .verdict()
                .diagnosis
                .as_ref()
                .map(|diagnosis| diagnosis.class.as_str());
            (class.is_none(), class)
        }),
        Sort::Plugin => found.sort_by_key(|found| {
            let class = found
                .1
                .facts()
                .class
                .as_deref()
                .and_then(|class| class.rsplit('.').next());
            (class.is_none(), class.map(str::to_owned))
        }),
    }
    (found, totals)
}

fn queries() -> Vec<Query> {
    let base = Query::default();
    vec![
        base.clone(),
        Query {
            health: [Health::Failed, Health::Unknown].into(),
            ..base.clone()
        },
        Query {
            clusters: ["beta".into(), "gamma".into(), "nowhere".into()].into(),
            ..base.clone()
        },
        Query {
            teams: ["ant".into(), "zebra".into()].into(),
            ..base.clone()
        },
        Query {
            teams: ["nobody".into()].into(),
            ..base.clone()
        },
        Query {
            unowned: true,
            health: [Health::Healthy].into(),
            ..base.clone()
        },
        Query {
            kind: Some(ConnectorKind::Sink),
            ..base.clone()
        },
        Query {
            text: "SAMPLE- jdbcSINK".to_owned(),
            ..base.clone()
        },
        Query {
            text: "alpha/sample-failed".to_owned(),
            ..base.clone()
        },
        Query {
            text: "sample-failed sample-healthy".to_owned(),
            ..base.clone()
        },
        Query {
            deleted: true,
            ..base.clone()
        },
        Query {
            deleted: true,
            text: "e".to_owned(),
            kind: Some(ConnectorKind::Source),
            ..base
        },
    ]
}

#[test]
fn pages_put_together_are_the_whole_list_in_its_order() {
    let fleet = fleet();
    for query in queries() {
        for (sort, word) in Sort::ALL {
            let query = Query { sort, ..query.clone() };
            let (expected, totals) = reference(&fleet, &query);
            for limit in [1, 3, 1000] {
                let (mut all, mut after) = (Vec::new(), None);
                loop {
                    let page = fleet.page(&query, after.as_ref(), limit, &staleness());
                    assert_eq!(
                        (page.totals, page.matching),
                        (totals, expected.len()),
                        "{word} {query:?}"
                    );
                    assert!(page.items.len() == limit || page.next.is_none());
                    all.extend(page.items);
                    after = page.next;
                    if after.is_none() {
                        break;
                    }
                }
                let same = all.len() == expected.len()
                    && all.iter().zip(&expected).all(|(left, right)| {
                        Arc::ptr_eq(&left.0, &right.0) && Arc::ptr_eq(&left.1, &right.1) && left.2 == right.2
                    });
                assert!(same, "{word}, {limit} a page, {query:?}");
            }
        }
    }
}

#[test]
fn what_was_worked_out_is_forgotten_with_every_change() {
    let mut cluster = Cluster::new(samples::cluster(), 1);
    let matching = |cluster: &Cluster| {
        let mut fleet = Fleet::default();
        fleet.clusters.insert(cluster.name.clone(), Arc::new(cluster.clone()));
        let query = Query {
            text: "newcomer".to_owned(),
            ..Query::default()
        };
        fleet.page(&query, None, 10, &staleness()).matching
    };
    let totals = cluster.totals(&staleness());
    assert_eq!(matching(&cluster), 0);
    cluster.put_connectors(vec![samples::connector("newcomer", Health::Failed)], 2);
    assert_eq!(matching(&cluster), 1);
    let carried = |cluster: &Cluster| {
        cluster
            .carried()
            .unwrap()
            .values()
            .map(|worker| worker.connectors)
            .sum::<u32>()
    };
    let (before, all) = (carried(&cluster), cluster.totals(&staleness()));
    assert_eq!(all.of(Health::Failed), totals.of(Health::Failed) + 1);
    cluster.forget_connectors([&"newcomer".into()]);
    assert_eq!((cluster.totals(&staleness()), matching(&cluster)), (totals, 0));
    assert_eq!(carried(&cluster) + 1, before);
}

#[test]
fn teams_are_counted_as_their_connectors_are() {
    let fleet = fleet();
    for cluster in fleet.clusters.values() {
        for (owner, totals) in cluster.team_totals(&staleness()) {
            let own = cluster
                .live()
                .filter(|connector| connector.owner().map(|owner| &owner.team) == owner);
            let mut expected = Totals::default();
            own.for_each(|connector| expected.add(staleness().health(&cluster.fresh, connector)));
            assert_eq!(totals, expected, "{owner:?} of {}", cluster.name);
        }
        let mut all = Totals::default();
        cluster
            .team_totals(&staleness())
            .for_each(|(_, totals)| all.merge(&totals));
        assert_eq!(all, cluster.totals(&staleness()));
    }
}
