//! While the moment stays the same, so does the list.

use std::sync::Arc;

use chrono::TimeDelta;
use console::ConnectorQuery;
use model::actor::Right;
use model::progress::{Reading, Readings};

use crate::stage::{Made, Stage, actor};

fn made(name: &str, health: &'static str) -> Made {
    Made {
        name: name.into(),
        team: None,
        health,
        since: "2026-01-01T00:00:00Z".into(),
    }
}

fn stage() -> Stage {
    Stage::new(&[
        ("orders", vec![made("a", "failed"), made("b", "healthy")]),
        ("other", vec![made("c", "paused")]),
    ])
}

/// All that the list says.
fn list(stage: &Stage) -> String {
    let page = stage
        .console
        .connectors(&actor([Right::See]), &ConnectorQuery::default())
        .unwrap();
    format!("{page:?}")
}

#[test]
fn every_change_makes_another_moment() {
    let (stage, reader) = (stage(), actor([Right::See]));
    let moment = || stage.console.moment(&reader).unwrap();
    let first = moment();
    assert_eq!(first, moment());
    stage.change("orders", &[made("a", "healthy")], &[]);
    let second = moment();
    assert_ne!(first, second, "a verdict");
    stage.turn("other", |cluster| cluster.fresh.rest = Some(stage.console.now()));
    let third = moment();
    assert_ne!(second, third, "a cluster was seen again");
    stage.stale_after(TimeDelta::seconds(31));
    assert_ne!(third, moment(), "another setting");
}

#[test]
fn the_list_changes_with_age_only_where_the_moment_does() {
    let (stage, reader) = (stage(), actor([Right::See]));
    stage.turn("orders", |cluster| {
        let reading = Reading {
            moved: Some(stage.console.now()),
            standing: Some(stage.console.now()),
            ..Reading::default()
        };
        cluster.put_progress(Readings {
            as_of: Some(stage.console.now()),
            of: Arc::new([("a".into(), reading)].into()),
        });
    });
    let measured = list(&stage);
    assert!(measured.contains("standing: Some("), "{measured}");
    let moment = || stage.console.moment(&reader).unwrap();
    let (mut lists, mut moments) = (0, 0);
    for second in 0..120 {
        if second == 50 {
            stage.turn("orders", |cluster| cluster.fresh.tried = Some(stage.console.now()));
        }
        let before = (list(&stage), moment());
        stage.clock.advance(TimeDelta::seconds(1));
        let after = (list(&stage), moment());
        lists += usize::from(before.0 != after.0);
        moments += usize::from(before.1 != after.1);
        assert!(
            before.0 == after.0 || before.1 != after.1,
            "{second} s: {} {}",
            before.0,
            after.0
        );
    }
    let old = list(&stage);
    assert!(
        !old.contains("standing: Some(") && old.contains("moved: Some("),
        "{old}"
    );
    assert!(lists > 1, "age does change the list");
    assert!(moments < 10, "it seldom does");
}
