//! What pages say of progress.

use console::ConnectorDetail;
use model::Timestamp;
use model::progress::Reading;
use model::verdict::{Activity, Health};
use web::{Column, ConnectorBeside, Section};

use crate::pages::check;
use crate::samples;

fn text(detail: &ConnectorDetail, beside: &ConnectorBeside<'_>) -> String {
    let frame = samples::frame(Section::Connectors);
    let html = web::connector(&frame, detail, Ok(&[]), Ok(&samples::history()), beside);
    let text = check("", html).text;
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A sink of whose lag nothing is known.
fn unknown() -> Option<(Reading, Timestamp)> {
    let reading = Reading {
        why_unknown: Some("its group has committed nothing yet".into()),
        ..Reading::default()
    };
    Some((reading, samples::ago(2)))
}

/// A sink of which it is known of some partitions only.
fn partly(name: &str, records: u64) -> console::ConnectorItem {
    let mut item = samples::item("orders", name, Health::Stalled);
    let (reading, _) = item.progress.as_mut().unwrap();
    let lag = reading.lag.as_mut().unwrap();
    (lag.records, lag.unknown_partitions, lag.oldest) = (records, 2, None);
    item
}

#[test]
fn a_sink_shows_how_far_it_is_behind_with_how_that_is_known() {
    let detail = samples::detail(samples::item("orders", "s3-archive", Health::Lagging));
    let partitions = samples::partitions();
    let beside = ConnectorBeside {
        partitions: Some(&partitions),
        ..ConnectorBeside::default()
    };
    let text = text(&detail, &beside);
    for words in [
        "1,204,990 records",
        "and one partition of which it is not known",
        "at least 3 h 10 min",
        "by the timestamp of the next record, 95 % sure",
        "falling behind",
        "records of orders.events partition 2 will be deleted unread in 3 h 10 min",
        "connect-s3-archive",
        "Three partitions",
        "orders.events / 1 1,000 21,311 20,311 4 min",
        "its group has committed nothing for it",
    ] {
        assert!(text.contains(words), "{words:?} is missing in {text}");
    }
    // Those that are furthest behind, or of which nothing is known, come first.
    let place = |words: &str| text.find(words).unwrap();
    assert!(
        place("orders.events / 2") < place("orders.events / 1")
            && place("orders.events / 1") < place("orders.events / 0")
    );
}

#[test]
fn what_is_not_known_is_said_with_why_and_is_never_0() {
    let mut item = samples::item("orders", "s3-archive", Health::Healthy);
    item.progress = unknown();
    let detail = samples::detail(item);
    let text = text(&detail, &ConnectorBeside::default());
    for words in [
        "unknown its group has committed nothing yet",
        "Each partition is shown by the server that watches this cluster",
    ] {
        assert!(text.contains(words), "{words:?} is missing in {text}");
    }
    assert!(!text.contains("no record waits"), "{text}");
    let mut item = samples::item("orders", "s3-archive", Health::Healthy);
    item.progress = None;
    let text = self::text(&samples::detail(item), &ConnectorBeside::default());
    assert!(!text.contains("Progress"), "{text}");
}

#[test]
fn an_idle_sink_says_that_nothing_waits() {
    let mut item = samples::item("orders", "s3-archive", Health::Healthy);
    item.activity = Activity::Idle;
    let text = text(&samples::detail(item), &ConnectorBeside::default());
    assert!(text.contains("idle nothing waits and nothing moves"), "{text}");
    assert!(text.contains("no record waits") && text.contains("caught up"), "{text}");
}

#[test]
fn the_usual_list_has_the_lag() {
    assert!(
        web::Columns::ALL
            .iter()
            .any(|(column, word)| *column == Column::Lag && *word == "lag")
    );
    let page = samples::page(vec![
        samples::item("orders", "behind", Health::Stalled),
        samples::item("orders", "well", Health::Healthy),
        {
            let mut item = samples::item("orders", "mute", Health::Healthy);
            item.progress = unknown();
            item
        },
        partly("at-least", 20_311),
        partly("maybe", 0),
        {
            let mut item = samples::item("orders", "old", Health::Stalled);
            let (reading, _) = item.progress.as_mut().unwrap();
            *reading = reading.aged();
            item
        },
    ]);
    let frame = samples::frame(Section::Connectors);
    let html = web::connectors(&frame, &samples::asked(""), &web::Columns::default(), &page).unwrap();
    let cells: Vec<String> = html
        .split("data-label=\"lag\">")
        .skip(1)
        .map(|cell| cell.split('<').next().unwrap().replace('\u{a0}', " "))
        .collect();
    assert_eq!(
        cells,
        [
            "20,311 records, 4 min 10 s",
            "0 records",
            "unknown",
            "≥ 20,311 records",
            "unknown",
            "unknown"
        ]
    );
}
