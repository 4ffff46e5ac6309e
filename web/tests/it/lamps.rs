//! The panel of lamps and the trend, on the markup.

use console::{Overview, Trend};
use model::verdict::Health;
use web::Section;

use crate::html;
use crate::samples;

fn drawn(overview: &Overview, trend: Result<&Trend, &str>) -> String {
    let frame = samples::frame(Section::Overview);
    web::overview(&frame, overview, Err("away"), trend).unwrap()
}

/// What stands between two marks, each time.
fn between<'a>(text: &'a str, from: &str, to: &str) -> Vec<&'a str> {
    let parts = text.split(from).skip(1);
    parts.map(|part| part.split(to).next().unwrap()).collect()
}

#[test]
fn a_cluster_is_one_string_for_the_script_and_counts_with_links_for_everybody() {
    let html = drawn(&samples::great_fleet(), Err("away"));
    assert_eq!(
        between(&html, "data-lamps=\"", "\""),
        ["f2d1p4h310", "u14l1p5h180", "f4s1l2h291", "d1r2h997"]
    );
    assert_eq!(
        between(&html, "data-names=\"", "\"")[0],
        "/api/v1/clusters/billing/lamps"
    );
    // Rows of 30, so that the room is known before anything is drawn.
    assert_eq!(
        between(&html, "class=\"room\" viewBox=\"", "\""),
        ["0 0 30 11", "0 0 30 7", "0 0 30 10", "0 0 30 34"]
    );
    let tallies = between(&html, "<ul class=\"tallies", "</ul>");
    assert!(tallies[0].contains("#s-failed") && tallies[0].contains("<b>2</b> <span>failed</span>"));
    assert!(
        tallies[0].contains("/connectors?cluster=billing&amp;health=failed")
            || tallies[0].contains("/connectors?cluster=billing&#38;health=failed"),
        "{}",
        tallies[0]
    );
    assert!(
        !html.contains("<use href=\"#s-healthy\"></use></svg><svg"),
        "no lamp is an element"
    );
}

#[test]
fn lamps_shrink_as_the_fleet_grows_and_a_great_cluster_takes_the_whole_width() {
    let fleet = |clusters: usize, count: u32| {
        let one = |number| samples::cluster(&format!("c{number}"), vec![], &[(Health::Healthy, count)]);
        let clusters: Vec<_> = (0..clusters).map(one).collect();
        let totals = samples::totals(&[(Health::Healthy, count)]);
        drawn(
            &Overview {
                clusters,
                totals,
                ..samples::overview()
            },
            Err("away"),
        )
    };
    for (clusters, count, word) in [
        (2, 48, "few"),
        (2, 160, "some"),
        (2, 1_500, "many"),
        (2, 1_501, "small"),
        (13, 10, "dense"),
    ] {
        let html = fleet(clusters, count);
        assert!(
            html.contains(&format!("class=\"lamps {word}\"")),
            "{clusters} of {count}"
        );
        assert!(html.contains(&format!("fleet-{word}")));
    }
    let html = fleet(1, 20_000);
    assert!(html.contains("panel broad") && html.contains("viewBox=\"0 0 128 157\""));
    // A phone has half as many in a row.
    assert!(html.contains("viewBox=\"0 0 64 313\""));
    assert!(html.len() < 40_000, "{} bytes", html.len());
}

#[test]
fn the_script_knows_every_letter() {
    let script = web::asset("js/lamp-drawing.js").unwrap();
    let script = String::from_utf8(script.bytes.to_vec()).unwrap();
    for health in Health::ALL {
        let pair = format!("{}: \"{}\"", health.letter(), health.as_str());
        assert!(script.contains(&pair), "{pair}");
        assert_eq!(Health::of_letter(health.letter()), Some(health));
    }
}

#[test]
fn each_verdict_tells_its_day_in_words_and_in_a_table() {
    let overview = samples::overview();
    let html = drawn(&overview, Ok(&samples::trend()));
    let text = html::read(&html).text;
    for said in [
        "2 now, at most 3 at 22:10 in the last day, not counted for 30 min",
        "none now, at most 4 at 01:00 in the last day",
        "none now, none in the last day",
        "9 now, at least 5 at",
    ] {
        assert!(text.contains(said), "{said:?} is missing in {text}");
    }
    assert_eq!(
        between(&html, "class=\"spark", "</svg>").len(),
        between(&html, "<ul class=\"counts", "</ul>")[0].matches("<li").count()
    );
    let table = between(&html, "<table>", "</table>")[0];
    assert!(
        (24..=26).contains(&between(table, "<th scope=\"row\">", "</th>").len()),
        "an hour a row"
    );
    assert_eq!(
        between(table, "<th scope=\"row\">", "</th>")[0],
        "14:00",
        "the newest first"
    );
    // Nine were healthy most of that hour, and five for half of it.
    let hour = between(table, "<th scope=\"row\">00:00</th>", "</tr>")[0];
    assert!(hour.trim_end().ends_with("<td>5</td>"), "{hour}");

    // Without it the counts of now stand alone, and it is said why.
    let html = drawn(&overview, Err("The database does not answer."));
    let text = html::read(&html).text;
    assert!(
        !html.contains("class=\"spark")
            && text.contains("The last day cannot be read right now. The database does not answer.")
    );
}

#[test]
fn an_hour_that_nobody_counted_is_told_as_such() {
    let mut trend = samples::trend();
    trend.points.iter_mut().take(100).for_each(|point| point.totals = None);
    let html = drawn(&samples::overview(), Ok(&trend));
    let table = between(&html, "<table>", "</table>")[0];
    // One row says it of all those hours.
    assert_eq!(table.matches("not counted").count(), 1, "{table}");
    assert_eq!(table.matches(":00 to ").count(), 1, "{table}");
    assert!(html.contains("spark-gap"));
}

#[test]
fn of_many_causes_the_worst_are_seen_and_the_others_folded() {
    let mut overview = samples::overview();
    let one = overview.faults[0].clone();
    let nth = |number: usize| {
        let mut item = one.clone();
        let mut fault = (*item.fault).clone();
        fault.id = format!("f{number}").into();
        item.fault = fault.into();
        item
    };
    overview.faults = (0..9).map(nth).collect();
    let html = drawn(&overview, Err("away"));
    let (seen, folded) = html.split_once("<details class=\"card others\"").unwrap();
    assert_eq!(seen.matches("<li class=\"cause\"").count(), 6);
    assert_eq!(folded.matches("<li class=\"cause\"").count(), 3);
    assert!(folded.contains("Three more causes"));
}
