//! The page of one connector: what a record passes, where values come from, what differs, what a trace says.

use console::{ConfigChange, ConnectorDetail};
use model::names::ConnectorId;
use model::verdict::Health;
use web::{ConnectorBeside, Section};

use crate::pages::check;
use crate::samples;

fn draw(detail: &ConnectorDetail, versions: Result<&[ConfigChange], &str>, beside: &ConnectorBeside<'_>) -> String {
    let frame = samples::frame(Section::Connectors);
    let html = web::connector(&frame, detail, versions, Ok(&samples::history()), beside).unwrap();
    check("", Ok(html.clone()));
    html
}

fn text(html: &str) -> String {
    let text = check("", Ok(html.to_owned())).text;
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Whether all stand in the text, one after the other.
fn in_order(text: &str, parts: &[&str]) {
    let mut rest = text;
    for part in parts {
        let at = rest
            .find(part)
            .unwrap_or_else(|| panic!("{part:?} is missing, or stands before, in {text}"));
        rest = &rest[at + part.len()..];
    }
}

fn section<'h>(html: &'h str, id: &str) -> &'h str {
    let start = html.find(&format!("aria-labelledby=\"{id}\"")).unwrap();
    let end = html[start..].find("</section>").unwrap();
    &html[start..start + end]
}

#[test]
fn the_chain_stands_in_the_order_in_which_a_record_passes_it() {
    let mut detail = samples::transforming(Health::Healthy);
    let html = draw(&detail, Ok(&[]), &ConnectorBeside::default());
    let chain = section(&html, "chain");
    let sink = [
        "orders.events",
        "Converters",
        "StringConverter",
        "JsonConverter",
        "schemas.enable",
        "the worker’s default",
        ">drop<",
        "only when",
        "RecordIsTombstone",
        ">mask<",
        "except when",
        "TopicNameMatches",
        "card_number,cvc",
        ">route<",
        "RegexRouter",
        "FileStreamSinkConnector",
        "s3://lake-raw",
    ];
    in_order(&chain.replace("<wbr>", ""), &sink);
    assert!(chain.contains("three transformations, two by a predicate"), "{chain}");
    assert!(chain.contains("/clusters/orders/plugins/org.apache.kafka.connect.transforms.MaskField%24Value"));
    detail.item.kind = Some(model::state::ConnectorKind::Source);
    let html = draw(&detail, Ok(&[]), &ConnectorBeside::default());
    in_order(
        section(&html, "chain"),
        &[
            "s3://lake-raw",
            "FileStreamSinkConnector",
            ">drop<",
            ">mask<",
            ">route<",
            "Converters",
        ],
    );
}

#[test]
fn every_value_says_where_it_comes_from_and_what_its_key_means() {
    let definitions = samples::definitions();
    let known = ConnectorBeside {
        definitions: Ok(Some(&definitions)),
        ..ConnectorBeside::default()
    };
    let detail = samples::transforming(Health::Healthy);
    let html = draw(&detail, Ok(&[]), &known);
    let config = section(&html, "config");
    let said = text(&html);
    for part in [
        "from vault",
        "as by default",
        "Destination filename.",
        "string · required · high importance",
    ] {
        assert!(config.contains(part), "{part:?} is missing in {config}");
    }
    in_order(
        config,
        &[
            ">Connector<",
            ">Connection<",
            ">FileStreamSinkConnector<",
            ">Converters<",
            ">Transformations<",
        ],
    );
    assert!(said.contains("Two keys are left at their defaults"), "{said}");
    assert!(
        said.contains("connection.attempts3") || said.contains("connection.attempts 3"),
        "{said}"
    );
    assert!(!config.contains("Ask a worker"));
    let html = draw(&detail, Ok(&[]), &ConnectorBeside::default());
    assert!(
        section(&html, "config")
            .contains("/clusters/orders/plugins/org.apache.kafka.connect.file.FileStreamSinkConnector?version=4.3.1")
    );
    let away = ConnectorBeside {
        definitions: Err("The database is away."),
        ..ConnectorBeside::default()
    };
    assert!(text(&draw(&detail, Ok(&[]), &away)).contains("The database is away."));
}

#[test]
fn any_two_versions_are_compared_and_no_secret_is_shown() {
    let detail = samples::detail(samples::item("orders", "s3-archive", Health::Healthy));
    let versions = samples::versions();
    let html = draw(&detail, Ok(&versions), &ConnectorBeside::default());
    let said = text(
        section(&html, "versions")
            .split_once('>')
            .map(|_| html.as_str())
            .unwrap(),
    );
    for part in [
        "changed, not shown",
        "before · a1b2c3d4",
        "after · 77aa01ff",
        "shown above",
    ] {
        assert!(said.contains(part), "{part:?} is missing in {said}");
    }
    let diff = section(&html, "versions");
    assert!(diff.contains("orders.events,orders.returns.<b>50000</b>"), "{diff}");
    assert!(
        diff.contains("/clusters/orders/connectors/s3-archive?from=77aa01ff&#38;to=a1b2c3d4#versions"),
        "{diff}"
    );
    let named = |from, to| ConnectorBeside {
        compared: (from, to),
        ..ConnectorBeside::default()
    };
    let html = draw(&detail, Ok(&versions), &named(Some("77aa01ff"), Some("a1b2c3d4")));
    assert!(text(&html).contains("after · a1b2c3d4"));
    let html = draw(&detail, Ok(&versions), &named(Some("ffffffff"), None));
    assert!(text(&html).contains("no config version \"ffffffff\" of this connector is on record"));
    let html = draw(&detail, Ok(&versions[..1]), &ConnectorBeside::default());
    assert!(!html.contains("class=\"compare\""));
}

#[test]
fn what_a_path_does_not_carry_is_compared_by_its_fields() {
    let mut detail = samples::detail(samples::item("orders", "a/b", Health::Healthy));
    detail.item.id = ConnectorId {
        cluster: "orders".into(),
        name: "a/b".into(),
    };
    let html = draw(&detail, Ok(&samples::versions()), &ConnectorBeside::default());
    assert!(html.contains("action=\"/connectors/by-name#versions\""));
    assert!(html.contains("name=\"name\" value=\"a/b\""));
    assert!(html.contains("/connectors/by-name?cluster=orders&#38;name=a%2Fb&#38;from=77aa01ff"));
    assert!(html.contains("data-fetches=\"/api/v1/connectors?cluster=orders&#38;name=a%2Fb\""));
}

#[test]
fn a_trace_has_its_cause_on_top_and_its_whole_text_behind() {
    let detail = samples::detail(samples::item("orders", "s3-archive", Health::Failed));
    let html = draw(&detail, Ok(&[]), &ConnectorBeside::default());
    let traces = section(&html, "traces");
    in_order(
        traces,
        &[
            "JsonParseException",
            "which led to",
            "ConnectException",
            "The whole trace",
            "<pre",
            "Caused by: com.fasterxml",
        ],
    );
    assert!(
        traces.contains("trace-tools\" hidden data-scripted"),
        "without the script nothing is dead"
    );
    assert_eq!(
        traces.matches("<pre").count(),
        1,
        "tasks that failed alike share a trace"
    );
}

#[test]
fn the_contents_lead_to_what_is_there() {
    for detail in [
        samples::transforming(Health::Failed),
        samples::detail(samples::item("orders", "s3-archive", Health::Healthy)),
        {
            let mut withheld = samples::detail(samples::item("orders", "s3-archive", Health::Unassigned));
            (withheld.config, withheld.withheld) = (None, true);
            withheld
        },
    ] {
        let html = draw(&detail, Ok(&samples::versions()), &ConnectorBeside::default());
        let nav = html.split_once("class=\"contents\"").unwrap().1;
        let nav = nav.split_once("</nav>").unwrap().0;
        let ids: Vec<&str> = nav
            .split("href=\"#")
            .skip(1)
            .map(|rest| rest.split('"').next().unwrap())
            .collect();
        assert!(ids.len() >= 5, "{ids:?}");
        for id in ids {
            assert!(html.contains(&format!("<h2 id=\"{id}\"")), "{id} leads nowhere");
        }
    }
}

#[test]
fn a_plugin_is_described_key_by_key() {
    let frame = samples::frame(Section::Clusters);
    let mut documentation = samples::documentation();
    let page = check("", web::plugin(&frame, &documentation));
    for part in [
        "FileStreamSinkConnector understands seven keys",
        "asked of",
        "int · high importance · default 3",
    ] {
        assert!(page.text.contains(part), "{part:?} is missing in {}", page.text);
    }
    documentation.live = None;
    documentation.definitions = std::sync::Arc::default();
    let page = check("", web::plugin(&frame, &documentation));
    assert!(page.text.contains("It has no keys of its own.") && page.text.contains("when it was first seen"));
}

#[test]
fn a_config_that_was_returned_to_is_told_twice() {
    let frame = samples::frame(Section::Connectors);
    let detail = samples::detail(samples::item("orders", "s3-archive", Health::Healthy));
    let beside = ConnectorBeside::default();
    let html = web::connector(&frame, &detail, Ok(&samples::versions()), Err("away"), &beside).unwrap();
    assert_eq!(html.matches("<code>77aa01ff</code>").count(), 2, "{html}");
    let text = check("", Ok(html)).text;
    assert!(text.contains("same as at 20 Nov"), "{text}");
    assert!(
        text.contains(", in force") && !text.contains("before the deletion"),
        "{text}"
    );
}
