//! A cluster's page, part by part.

use console::{Assignment, ClusterDetail};
use web::Section;

use crate::pages::check;
use crate::samples;

fn drawn(detail: &ClusterDetail, assignment: &Assignment) -> String {
    let html = web::cluster(
        &samples::frame(Section::Clusters),
        detail,
        &samples::page(vec![]),
        assignment,
        Ok(&samples::rebalances()),
    );
    let html = html.unwrap();
    check("", Ok(html.clone()));
    html
}

#[test]
fn of_many_causes_the_worst_are_shown_and_the_others_counted() {
    let mut detail = samples::cluster_detail(samples::clusters()[1].clone());
    let one = detail.faults[0].clone();
    detail.faults = vec![one; 11];
    let html = drawn(&detail, &samples::assignment());
    assert_eq!(html.matches("class=\"cause\"").count(), 8);
    assert!(
        html.contains("and three more causes.") && html.contains("/connectors?cluster=orders&"),
        "{html}"
    );
    detail.faults.truncate(8);
    assert!(!drawn(&detail, &samples::assignment()).contains("more cause"));
}

#[test]
fn lost_work_is_counted_down() {
    let detail = samples::cluster_detail(samples::clusters()[1].clone());
    let html = drawn(&detail, &samples::assignment());
    assert!(html.contains("data-age=\"left\">29 s</time> more, until"), "{html}");
    assert!(html.contains("10.0.3.13"), "{html}");
    let mut calm = detail;
    calm.group = None;
    assert!(!drawn(&calm, &samples::assignment()).contains("data-age=\"left\""));
}

#[test]
fn what_differs_stands_first_and_who_tells_the_same_shares_a_column() {
    let (detail, assignment) = samples::great_cluster(15, 20);
    let html = drawn(&detail, &assignment);
    let matrix = html
        .split("class=\"rows matrix\"")
        .nth(1)
        .unwrap()
        .split("</table>")
        .next()
        .unwrap();
    assert!(
        matrix.contains("connect-2, connect-3, connect-4 and 10 more"),
        "{matrix}"
    );
    assert!(matrix.contains("3.3.0") && matrix.contains("3.4.1") && matrix.contains("missing"));
    assert!(
        !matrix.contains("FileStreamSinkConnector"),
        "what is the same everywhere is folded"
    );
    assert!(html.contains("One plugin is the same on every worker"));
}

#[test]
fn what_is_not_seen_says_what_would_be_gained() {
    let detail = samples::cluster_detail(samples::clusters()[1].clone());
    let text = check("", Ok(drawn(&detail, &samples::assignment()))).text;
    for said in [
        "GROUP_AUTHORIZATION_FAILED",
        "Grant DESCRIBE on the group",
        "not read",
        "6 min 40 s ago",
    ] {
        assert!(text.contains(said), "{said:?} is missing in {text}");
    }
}

#[test]
fn more_than_four_hundred_connectors_come_in_parts() {
    let (detail, assignment) = samples::great_cluster(3, 900);
    let html = drawn(&detail, &assignment);
    assert!(
        html.contains("/clusters/orders?part=2#assignment") && html.contains("801 to 900"),
        "{html}"
    );
}

#[test]
fn hours_that_nobody_watched_are_not_zero() {
    let detail = samples::cluster_detail(samples::clusters()[1].clone());
    let html = drawn(&detail, &samples::assignment());
    assert_eq!(html.matches("class=\"blank\"").count(), 5);
    assert_eq!(html.matches("not watched").count(), 5);
    assert!(html.contains("in the 19 hours that were watched"));
}
