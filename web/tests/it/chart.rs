//! The chart on a connector's page.

use console::Chart;
use model::blocks::Series;
use model::verdict::Health;
use web::{ConnectorBeside, Range, Section};

use crate::pages::check;
use crate::samples;

fn drawn(chart: Result<Option<&Chart>, &str>, range: Range, measure: Option<Series>) -> String {
    let detail = samples::detail(samples::item("orders", "s3-archive", Health::Lagging));
    let frame = samples::frame(Section::Connectors);
    let beside = ConnectorBeside {
        chart,
        range,
        measure,
        ..ConnectorBeside::default()
    };
    let html = web::connector(&frame, &detail, Ok(&[]), Ok(&samples::history()), &beside).unwrap();
    check("", Ok(html.clone()));
    html
}

#[test]
fn it_shows_the_line_its_unit_what_happened_and_the_same_as_a_table() {
    let html = drawn(Ok(Some(&samples::chart())), Range::Hours, None);
    for part in [
        "Records that wait",
        "records</span>",
        "<span>2,000</span><span>1,000</span><span>0</span>",
        "class=\"chart-line\" d=\"M0 100.0",
        ">config</text>",
        ">restart</text>",
        "The same as a table",
        "not measured",
        "More happened before that.",
        "&#60;tasks.max&#62;",
    ] {
        assert!(html.contains(part), "{part:?} is missing in {html}");
    }
    // The script finds the same numbers, and what draws them.
    assert!(
        html.contains("data-points=\"0,2,4,") && html.contains(",398,,,"),
        "{html}"
    );
    assert!(html.contains("data-uplot=\"/assets/vendor/uPlot.iife.min.js?v="));
    // The gap parts the line in two, and is no zero.
    let path = html.split("class=\"chart-line\" d=\"").nth(1).unwrap();
    assert_eq!(path.split('"').next().unwrap().matches('M').count(), 2);
    assert!(!html.contains("style="));
}

#[test]
fn range_and_measure_are_chosen_by_address_and_stay_chosen() {
    let html = drawn(Ok(Some(&samples::chart())), Range::Days, Some(Series::RATE));
    assert!(html.contains("Records that went through") && html.contains("records per second"));
    let page = "/clusters/orders/connectors/s3-archive";
    for link in [
        format!("{page}?measure=rate#chart"),
        format!("{page}?range=2d&amp;measure=rate#chart"),
        format!("{page}?range=90d&amp;measure=rate#chart"),
        format!("{page}?range=2d#chart"),
        format!("{page}?range=2d&amp;measure=lag_seconds#chart"),
    ] {
        let link = link.replace("&amp;", "&#38;");
        assert!(
            html.contains(&format!("href=\"{link}\"")),
            "{link} is missing in {html}"
        );
    }
    assert_eq!(html.matches("#chart\" aria-current=\"true\"").count(), 2);
}

#[test]
fn nothing_measured_says_why_and_what_cannot_be_read_says_so() {
    let mut empty = samples::chart();
    empty.lines.clear();
    let html = drawn(Ok(Some(&empty)), Range::Hours, None);
    assert!(html.contains("Nothing was measured in this time."), "{html}");
    assert!(!html.contains("chart-line") && !html.contains("The same as a table"));
    let html = drawn(Ok(Some(&samples::chart())), Range::Hours, Some(Series::LAG_SECONDS));
    assert!(html.contains("something else of it was"), "{html}");
    let html = drawn(Err("the database is away"), Range::Hours, None);
    assert!(
        html.contains("How it went cannot be shown: the database is away."),
        "{html}"
    );
    assert!(!drawn(Ok(None), Range::Hours, None).contains("id=\"chart\""));
}
