//! The names behind a cluster's lamps stand in the order of the lamps.

use chrono::TimeDelta;
use model::actor::Right;
use model::verdict::Health::{self, Failed, Healthy, Unknown};

use crate::stage::{Made, Stage, actor};

fn made(name: &str, health: &'static str, day: u32) -> Made {
    Made {
        name: name.into(),
        team: None,
        health,
        since: format!("2026-01-{day:02}T00:00:00Z"),
    }
}

#[test]
fn names_are_in_the_order_of_the_lamps_and_unknown_ones_say_since_when() {
    let fleet = [
        made("b", "healthy", 1),
        made("a", "healthy", 1),
        made("young", "failed", 3),
        made("old", "failed", 2),
    ];
    let stage = Stage::new(&[("orders", fleet.into())]);
    let actor = actor([Right::See]);
    let told = || {
        let lamps = stage.console.lamps(&actor, &"orders".into()).unwrap();
        let clusters = stage.console.clusters(&actor).unwrap();
        // Runs of lamps and names say the same.
        let mut runs: Vec<(Health, u32)> = Vec::new();
        for lamp in &lamps.items {
            match runs.last_mut().filter(|(health, _)| *health == lamp.health) {
                Some((_, count)) => *count += 1,
                None => runs.push((lamp.health, 1)),
            }
        }
        assert_eq!(runs, clusters[0].lamps);
        assert_eq!(lamps.revision, clusters[0].revision);
        lamps.items
    };
    let names = |items: &[console::Lamp]| -> Vec<(String, Health)> {
        items.iter().map(|lamp| (lamp.name.to_string(), lamp.health)).collect()
    };
    let expected = [("old", Failed), ("young", Failed), ("a", Healthy), ("b", Healthy)];
    assert_eq!(names(&told()), expected.map(|(name, health)| (name.to_owned(), health)));

    let heard = stage.console.now();
    stage.clock.advance(TimeDelta::minutes(10));
    let items = told();
    let expected = ["a", "b", "old", "young"].map(|name| (name.to_owned(), Unknown));
    assert_eq!(names(&items), expected);
    assert!(items.iter().all(|lamp| lamp.since >= heard), "{items:?}");
    assert!(stage.console.lamps(&actor, &"none".into()).is_err());
}
