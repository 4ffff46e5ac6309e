//! What a person reads first.

use console::Overview;
use model::verdict::Health;
use web::Section;

use crate::{html, samples};

fn headline(counts: &[(Health, u32)], faults: usize) -> String {
    let cluster = samples::cluster("orders", vec![], counts);
    let overview = Overview {
        faults: samples::faults().into_iter().cycle().take(faults).collect(),
        totals: cluster.totals,
        clusters: vec![cluster],
        ..samples::overview()
    };
    let html = web::overview(&samples::frame(Section::Overview), &overview, Err("away"), Err("away")).unwrap();
    let text = html::read(&html).text;
    text.split(" · Signalbox").next().unwrap().trim().to_owned()
}

#[test]
fn the_first_sentence() {
    type Case = (&'static [(Health, u32)], usize, &'static str);
    let cases: [Case; 7] = [
        (&[], 0, "Nothing needs a person. No connector is known."),
        (
            &[(Health::Healthy, 1)],
            0,
            "Nothing needs a person. The only connector is healthy.",
        ),
        (
            &[(Health::Healthy, 11), (Health::Paused, 3)],
            0,
            "Nothing needs a person. 11 of 14 connectors are healthy.",
        ),
        (
            &[(Health::Healthy, 1), (Health::Failed, 1)],
            1,
            "One cause, one connector needs a person. 1 of 2 connectors is healthy.",
        ),
        (
            &[(Health::Healthy, 11), (Health::Failed, 3)],
            3,
            "Three causes, three connectors need a person. 11 of 14 connectors are healthy.",
        ),
        (
            &[(Health::Healthy, 1_169), (Health::Failed, 35)],
            13,
            "13 causes, 35 connectors need a person. 1,169 of 1,204 connectors are healthy.",
        ),
        (
            &[(Health::Unknown, 2)],
            0,
            "Two connectors need a person. None of 2 connectors is known to be healthy.",
        ),
    ];
    for (counts, faults, sentence) in cases {
        assert_eq!(headline(counts, faults), sentence);
    }
}
