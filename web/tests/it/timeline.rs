//! The page of all history, and storms of it on every page.

use console::{EntryKind, TimelinePage, TimelineQuery};
use model::verdict::Health;
use web::Section;

use crate::html;
use crate::pages::check;
use crate::samples;

#[test]
fn history_whole_narrowed_and_empty() {
    let frame = samples::frame(Section::Timeline);
    let text = check(
        "",
        web::timeline(
            &frame,
            &TimelineQuery::default(),
            &samples::history(),
            &samples::clusters(),
        ),
    )
    .text;
    for said in [
        "Today, Saturday 21 November 2026",
        "Yesterday, Friday 20 November 2026",
        "Thursday 19 November 2026",
        "Further back",
    ] {
        assert!(text.contains(said), "{said:?} is missing in {text}");
    }
    let query = TimelineQuery {
        cluster: Some("orders".into()),
        connector: Some("s3-archive".into()),
        kinds: [EntryKind::Verdict, EntryKind::Config].into(),
        text: "disk full".into(),
        until: Some(samples::ago(60)),
        before: Some(7),
        limit: 10,
    };
    check(
        "",
        web::timeline(&frame, &query, &samples::history(), &samples::clusters()),
    );
    let nothing = TimelinePage {
        items: vec![],
        next: None,
        searched_to: None,
    };
    let text = check("", web::timeline(&frame, &query, &nothing, &samples::clusters())).text;
    assert!(text.contains("Nothing on record is like that."), "{text}");
    let plain = TimelineQuery {
        before: Some(7),
        ..TimelineQuery::default()
    };
    let text = check("", web::timeline(&frame, &plain, &nothing, &samples::clusters())).text;
    assert!(text.contains("Nothing is on record before that."));
    // A search that looked through much tells how far it came.
    let searched = TimelinePage {
        next: Some(9),
        searched_to: Some(samples::ago(7_200)),
        ..TimelinePage::default()
    };
    let text = check("", web::timeline(&frame, &query, &searched, &samples::clusters())).text;
    assert!(
        text.contains("Searched back to") && text.contains("Search further back"),
        "{text}"
    );
}

#[test]
fn a_time_of_the_history_leads_to_its_moment() {
    let frame = samples::frame(Section::Timeline);
    let query = TimelineQuery {
        kinds: [EntryKind::Verdict].into(),
        before: Some(7),
        ..TimelineQuery::default()
    };
    let mut history = samples::history();
    // Postgres keeps moments finer than people read them.
    let micros = chrono::TimeDelta::microseconds(123);
    history.items.iter_mut().for_each(|item| item.at += micros);
    let html = web::timeline(&frame, &query, &history, &samples::clusters()).unwrap();
    let moments: Vec<&str> = html.split("href=\"/timeline?kind=verdict&#38;until=").skip(1).collect();
    assert!(!moments.is_empty(), "{html}");
    for moment in moments {
        let (until, id) = moment.split('"').next().unwrap().split_once('#').unwrap();
        assert!(until.ends_with("Z") && !until.contains("before"), "{until}");
        assert!(html.contains(&format!("<li id=\"{id}\"")), "{id}");
        let until: model::Timestamp = until.replace("%3A", ":").parse().unwrap();
        let told = |item: &console::TimelineItem| format!("entry-{}", item.id) == id && item.at <= until;
        assert!(history.items.iter().any(told), "{id} is later than {until}");
    }
}

#[test]
fn a_crash_loop_is_one_line_that_opens_to_its_entries() {
    let frame = samples::frame(Section::Overview);
    let history = samples::history();
    let told = "webhook-out task 0: RUNNING and FAILED in turn, 12 times from";
    // The first screen tells it in one line that leads to them.
    let first = web::overview(&frame, &samples::overview(), Ok(&history), Ok(&samples::trend()));
    let first = first.unwrap();
    let text = html::read(&first).text;
    assert_eq!(text.matches(told).count(), 1, "{text}");
    assert!(!text.contains("webhook-out task 0 is FAILED on") && text.contains("s3-archive got config version"));
    assert!(first.contains("/clusters/orders/connectors/webhook-out"));
    let pages = [
        web::timeline(&frame, &TimelineQuery::default(), &history, &samples::clusters()),
        web::connector(
            &frame,
            &samples::detail(samples::item("orders", "webhook-out", Health::CrashLooping)),
            Ok(&[]),
            Ok(&history),
            &web::ConnectorBeside::default(),
        ),
    ];
    for page in pages {
        let html = page.unwrap();
        let text = html::read(&html).text;
        assert_eq!(text.matches(told).count(), 1, "{text}");
        assert_eq!(text.matches("webhook-out task 0 is FAILED on").count(), 12, "{text}");
        // What else happened is not driven off the page.
        assert!(text.contains("s3-archive got config version"), "{text}");
        let (before, after) = html.split_once("<details class=\"storm\"").unwrap();
        assert!(!before.contains("webhook-out task 0 is FAILED on"));
        assert!(
            !after
                .split_once("</details>")
                .unwrap()
                .1
                .contains("webhook-out task 0 is FAILED on")
        );
    }
}

#[test]
fn a_kind_is_chosen_beside_others_taken_back_and_kept_on_the_next_page() {
    let frame = samples::frame(Section::Timeline);
    let query = TimelineQuery {
        kinds: [EntryKind::Verdict].into(),
        text: "disk".to_owned(),
        ..TimelineQuery::default()
    };
    let mut history = samples::history();
    history.next = Some(5);
    let html = web::timeline(&frame, &query, &history, &samples::clusters()).unwrap();
    for link in [
        "<a href=\"/timeline?q=disk\" aria-current=\"true\">verdict</a>",
        "<a href=\"/timeline?kind=state&#38;kind=verdict&#38;q=disk\">state</a>",
        "href=\"/timeline?kind=verdict&#38;q=disk&#38;before=5\" rel=\"next\"",
    ] {
        assert!(html.contains(link), "{link}: {html}");
    }
}
