//! A Connect group of which Kafka never told anything, as where `group_id` is mistyped: every question says so.

use console::ClusterItem;
use model::actor::Right;
use model::observe::{Gap, GapKind};

use crate::stage::{Stage, actor};

#[test]
fn a_group_that_kafka_never_told_of_is_unheard_at_once() {
    let stage = Stage::new(&[("orders", vec![])]);
    let reader = actor([Right::See]);
    let unheard = || {
        let overview = stage.console.overview(&reader).unwrap();
        let [ClusterItem { group_unheard, .. }] = overview.clusters[..] else {
            panic!()
        };
        group_unheard
    };
    assert!(!unheard());
    let gap = Gap {
        kind: GapKind::Other,
        text: "the Connect group connect-odrers has no member, though workers answer: check `group_id`".into(),
    };
    stage.turn("orders", |cluster| {
        std::sync::Arc::make_mut(&mut cluster.about).group_gap = Some(gap);
    });
    assert!(!unheard(), "it told just now");
    stage.turn("orders", |cluster| cluster.fresh.group = None);
    assert!(unheard());
    stage.turn("orders", |cluster| {
        std::sync::Arc::make_mut(&mut cluster.about).group_gap = None;
    });
    assert!(!unheard(), "nobody asks it, or it was not asked yet");
}
