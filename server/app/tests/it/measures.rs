//! Measures over time, as programs ask for them.

use chrono::{DateTime, TimeDelta, Utc};
use model::blocks::{Block, Series, Tier};
use model::names::ConnectorName;

use crate::api::{Fleet, fleet};
use crate::client::until;

const OF: &str = "/api/v1/clusters/orders/connectors/payments-out/measures";

/// Ten minutes in which a connector's lag was this, as a server has recorded them.
fn recorded(fleet: &Fleet, start: DateTime<Utc>, lags: &[Option<u64>]) {
    let name = ConnectorName::from("payments-out");
    let mut points = lags.to_vec();
    points.resize(Tier::Minutes.points(), None);
    let columns = vec![(Series::LAG_RECORDS, points)];
    let block = Block::of(Tier::Minutes.points(), std::iter::once((&name, columns))).unwrap();
    let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    fleet.database().run(&format!(
        "INSERT INTO measures VALUES ('orders', 600, '{}', '\\x{}', '\\x{}')",
        start.to_rfc3339(),
        hex(&block.directory),
        hex(&block.data)
    ));
}

#[test]
fn what_was_measured_is_told_with_its_unit_its_gaps_and_what_happened() {
    let fleet = fleet();
    let empty = fleet.server.api(OF).json();
    assert_eq!(
        (empty["items"].as_array().unwrap().len(), &empty["step_seconds"]),
        (0, &10.into())
    );

    let start = Tier::Minutes.start(Utc::now() - TimeDelta::minutes(30));
    recorded(&fleet, start, &[Some(7), None, Some(0)]);
    let asked = (start - TimeDelta::seconds(10)).format("%Y-%m-%dT%H:%M:%SZ");
    let told = fleet
        .server
        .api(&format!("{OF}?series=lag_records&from={asked}"))
        .json();
    let line = &told["items"][0];
    assert_eq!(
        (&line["series"], &line["unit"]),
        (&"lag_records".into(), &"records".into())
    );
    let points: Vec<Option<f64>> = serde_json::from_value(line["points"].clone()).unwrap();
    assert_eq!(points[..5], [None, Some(7.0), None, Some(0.0), None]);
    assert!(points.len() > 180 && points.len() <= 800, "{}", points.len());
    fleet.cluster.set_state("payments-out", Some(0), "FAILED", None);
    until("it is marked when its other task fails", || {
        let told = fleet.server.api(OF).json();
        let marks = told["marks"].as_array().unwrap().iter();
        let mut words = marks.map(|mark| (mark["kind"].as_str().unwrap(), mark["word"].as_str().unwrap()));
        words.any(|word| word == ("transition", "FAILED")).then_some(())
    });
    assert_eq!(
        fleet.server.api(&format!("{OF}?series=rate")).json()["items"]
            .as_array()
            .unwrap()
            .len(),
        0
    );
}

#[test]
fn what_makes_no_sense_is_refused_with_a_reason() {
    let fleet = fleet();
    for (query, word) in [
        ("series=mood", "lag_seconds"),
        ("from=yesterday", "a moment"),
        ("from=2026-01-02T00:00:00Z&until=2026-01-01T00:00:00Z", "before"),
        ("from=2020-01-01T00:00:00Z", "days apart"),
        ("from=2199-01-01T00:00:00Z&until=2199-01-02T00:00:00Z", "future"),
        ("colour=red", "colour"),
    ] {
        let answer = fleet.server.api(&format!("{OF}?{query}"));
        assert_eq!(answer.status, 400, "{query}");
        assert!(answer.text().contains(word), "{query}: {}", answer.text());
    }
    assert_eq!(
        fleet
            .server
            .api("/api/v1/clusters/orders/connectors/none/measures")
            .status,
        404
    );
}
