//! What a connector is, and how old that is.

use model::topics::{Topic, Topics};
use model::verdict::Health;
use web::Section;

use crate::pages::check;
use crate::samples;

#[test]
fn the_topics_of_a_connector_are_facts() {
    let mut detail = samples::detail(samples::item("orders", "s3-archive", Health::Healthy));
    let shown = |detail: &console::ConnectorDetail| {
        let frame = samples::frame(Section::Connectors);
        let page = check(
            "",
            web::connector(
                &frame,
                detail,
                Ok(&samples::versions()),
                Ok(&samples::history()),
                &web::ConnectorBeside::default(),
            ),
        );
        page.text.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    let text = shown(&detail);
    for part in [
        "Readsorders.events",
        "Readsreturns\\..* every topic that this expression matches",
        "Dead letterss3-archive-dead",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    detail.topics = Topics {
        writes: (0..12).map(|n| Topic::Named(format!("t{n:02}").into())).collect(),
        rerouted: true,
        ..Topics::default()
    };
    let text = shown(&detail);
    assert!(
        text.contains("Writest00, t01, t02, t03, t04, t05, t06, t07 and 4 more, see its config"),
        "{text}"
    );
    assert!(
        text.contains("Writesafter its transformations, perhaps to topics of other names"),
        "{text}"
    );
    assert!(!text.contains("t08") && !text.contains("Reads"), "{text}");
}

#[test]
fn what_was_seen_too_long_ago_loses_its_colour_and_a_quiet_kafka_is_told() {
    let mut overview = samples::overview();
    let frame = samples::frame(Section::Overview);
    let before = web::overview(&frame, &overview, Ok(&samples::history()), Ok(&samples::trend())).unwrap();
    assert!(!before.contains("data-aged"));
    let first = &mut overview.clusters[0];
    (first.stale, first.group_unheard) = (true, true);
    let name = first.name.to_string();
    let html = web::overview(&frame, &overview, Ok(&samples::history()), Ok(&samples::trend())).unwrap();
    assert_eq!(html.matches("data-aged").count(), 1);
    let said = format!("Kafka does not tell which workers of {name} live.");
    assert!(check("", Ok(html)).text.contains(&said), "{said}");

    let mut detail = samples::detail(samples::item("orders", "s3-archive", Health::Healthy));
    let frame = samples::frame(Section::Connectors);
    let shown = |detail: &console::ConnectorDetail| {
        web::connector(
            &frame,
            detail,
            Ok(&samples::versions()),
            Ok(&samples::history()),
            &web::ConnectorBeside::default(),
        )
        .unwrap()
    };
    assert!(!shown(&detail).contains("data-aged"));
    detail.item.stale = true;
    let parts = 3 + detail.item.tasks.len();
    assert_eq!(
        shown(&detail).matches("data-aged").count(),
        parts,
        "title, reasons, instance and tasks"
    );
}
