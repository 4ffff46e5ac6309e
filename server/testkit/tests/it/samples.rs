//! The samples are complete, and say what the judge says wherever it can say it.

use std::collections::BTreeSet;

use model::judge::{judge, surroundings};
use model::record::Entry;
use model::settings::Settings;
use model::verdict::Health;
use testkit::samples;

#[test]
fn the_judge_agrees_with_every_health_that_rests_on_states() {
    let cluster = samples::cluster();
    let (facts, settings, now) = (cluster.facts(), Settings::default(), samples::now());
    let (around, _) = surroundings(&facts, &settings, now);
    for health in Health::ALL {
        // These need progress, or a silent cluster.
        if matches!(health, Health::Stalled | Health::Lagging | Health::Unknown) {
            continue;
        }
        let record = samples::connector("x", health);
        let judged = judge(&facts, &record.facts, &around, &settings, None, now).verdict;
        assert_eq!(judged.health, health, "{judged:?}");
        assert_eq!(judged.tasks.len(), record.verdict.tasks.len(), "{judged:?}");
    }
    let waiting = judge(&facts, &samples::waiting().facts, &around, &settings, None, now).verdict;
    assert_eq!(waiting.health, Health::Unknown);
}

#[test]
fn every_health_name_and_kind_of_entry_is_there() {
    let connectors = samples::connectors();
    let names: BTreeSet<&str> = connectors.iter().map(|record| record.facts.name.as_str()).collect();
    assert_eq!(names.len(), connectors.len());
    assert!(samples::names().iter().all(|name| names.contains(name.as_str())));
    for health in Health::ALL {
        assert!(connectors.iter().any(|record| record.verdict.health == health));
    }
    for record in &connectors {
        assert!(!record.verdict.reasons.is_empty());
        assert_eq!(record.verdict.diagnosis.is_some(), record.verdict.health.unhealthy());
    }
    let kinds: BTreeSet<String> = samples::history()
        .iter()
        .map(|item| match &item.entry {
            Entry::Transition(transition) => {
                let json = serde_json::to_value(&transition.change).unwrap();
                json["kind"].as_str().unwrap().to_owned()
            }
            Entry::Verdict(_) => "verdict".to_owned(),
            Entry::FaultOpened(_) => "fault opened".to_owned(),
            Entry::FaultEnded(_) => "fault ended".to_owned(),
        })
        .collect();
    assert_eq!(kinds.len(), 20, "{kinds:?}");
    let scopes: BTreeSet<&str> = samples::fleet()
        .iter()
        .flat_map(|cluster| &cluster.faults)
        .map(|fault| fault.scope.kind())
        .collect();
    assert_eq!(
        scopes.into_iter().collect::<Vec<_>>(),
        ["cluster", "connector", "worker"]
    );
}

#[test]
fn the_sample_password_is_nowhere() {
    let shown = format!("{:?}", samples::fleet());
    assert!(!shown.contains("a-password-of-nobody"));
    assert!(shown.contains("${vault:kv/dwh:user}"));
}
