//! Names, traces and configs that try to be markup, or to break addresses.

use console::ConnectorQuery;
use model::verdict::Health;
use web::{Columns, Frame, Links, Section};

use crate::pages::check;
use crate::samples;

const EVIL: &str = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>&amp;{{7*7}}";

fn nasty() -> Vec<String> {
    let mut names: Vec<String> = [
        EVIL,
        "a/b",
        "../../etc/passwd",
        ".",
        "..",
        "...",
        "a b+c%2Fd?e#f",
        "名前 коннектор 🚂",
        "\u{202e}evil",
        "\\back",
        "",
        "'quoted'",
        "&amp;",
    ]
    .map(str::to_owned)
    .into();
    names.push("x".repeat(200));
    names.push("ä/".repeat(100));
    names
}

#[test]
fn no_name_becomes_markup_or_a_wrong_address() {
    let history = samples::history();
    for name in nasty() {
        let frame = Frame {
            actor_name: name.clone(),
            csrf: name.clone(),
            banner: Some(name.clone()),
            ..samples::frame(Section::Connectors)
        };
        for health in [Health::Failed, Health::Unassigned, Health::Healthy] {
            let mut item = samples::item(&name, &name, health);
            item.class = Some(name.as_str().into());
            item.systems[0].address = name.as_str().into();
            item.reasons[0].text = name.as_str().into();
            item.reasons[0].evidence = name.as_str().into();
            item.state = Some(model::state::State::Other(name.as_str().into()));
            let mut detail = samples::detail(item.clone());
            detail.config = Some(samples::config(serde_json::json!({
                name.clone(): {"clear": name}, "r": {"reference": name}, "n": "null"
            })));
            let versions = [console::ConfigChange {
                changed_keys: Some(vec![name.clone()]),
                ..samples::versions()[0].clone()
            }];
            let mut past = history.clone();
            past.items[0].text = name.clone();
            past.items[0].cluster = name.as_str().into();
            past.items[0].connector = Some(name.as_str().into());
            past.items[0].actor = Some(name.as_str().into());
            if name.is_empty() {
                continue; // A cluster is never called nothing: the configuration refuses it.
            }
            let page = check(
                "",
                web::connector(
                    &frame,
                    &detail,
                    Ok(&versions),
                    Ok(&past),
                    &web::ConnectorBeside::default(),
                ),
            );
            assert!(page.text.contains(&name), "{name:?} is not shown");
            check(
                "",
                web::timeline(&frame, &console::TimelineQuery::default(), &past, &samples::clusters()),
            );
            let query = ConnectorQuery {
                cursor: Some(name.clone()),
                ..ConnectorQuery::of(view::Query {
                    text: name.clone(),
                    ..view::Query::default()
                })
            };
            let mut list = samples::page(vec![item]);
            list.next_cursor = Some(name.clone());
            let mut cluster = samples::cluster(
                &name,
                vec![samples::worker(&name, &name, model::facts::Alive::Dead, true)],
                &[(health, 2)],
            );
            cluster.labels.insert(name.as_str().into(), name.as_str().into());
            check("", web::connectors(&frame, &query, &Columns::default(), &list));
            check("", web::clusters(&frame, &[samples::silent(cluster.clone())]));
            check(
                "",
                web::cluster(
                    &frame,
                    &samples::cluster_detail(cluster),
                    &list,
                    &samples::assignment(),
                    Ok(&samples::rebalances()),
                ),
            );
            check("", web::problem(&frame, 404, &name, &name));
        }
    }
}

#[test]
fn a_planted_script_is_text() {
    let frame = samples::frame(Section::Connectors);
    let mut detail = samples::detail(samples::item("orders", EVIL, Health::Failed));
    detail.item.tasks[0].trace = Some(format!("{EVIL}\n\tat {EVIL}").into());
    detail.item.tasks[0].root_cause = Some(EVIL.into());
    let html = web::connector(
        &frame,
        &detail,
        Ok(&[]),
        Ok(&samples::history()),
        &web::ConnectorBeside::default(),
    )
    .unwrap();
    assert!(!html.contains("<script>") && !html.contains("<img") && html.contains("&#60;script&#62;alert(1)"));
}

#[test]
fn links_lead_back_to_the_name() {
    let links = Links::new("");
    for name in nasty() {
        let address = links.connector(&samples::id("orders", &name));
        let decoded = |text: &str| percent_decode(text);
        match address.split_once("/connectors/by-name?cluster=orders&name=") {
            Some((_, asked)) => assert_eq!(decoded(asked), name),
            None => {
                let last = address.strip_prefix("/clusters/orders/connectors/").unwrap();
                assert!(!last.contains('/') && !last.is_empty());
                assert_eq!(decoded(last), name);
                // Browsers take it for a slash, whole or escaped on some proxies.
                assert!(!name.contains('\\'), "{address}");
            }
        }
    }
}

#[test]
fn a_trace_of_ten_thousand_lines() {
    let frame = samples::frame(Section::Connectors);
    let mut detail = samples::detail(samples::item("orders", "deep", Health::Failed));
    let lines: String = (0..10_000)
        .map(|line| format!("\tat org.example.Class{line}.method(Class.java:{line})\r\n\u{7}\u{0}"))
        .collect();
    for task in &mut detail.item.tasks {
        task.trace = Some(lines.as_str().into());
    }
    let html = web::connector(
        &frame,
        &detail,
        Ok(&[]),
        Ok(&samples::history()),
        &web::ConnectorBeside::default(),
    )
    .unwrap();
    assert_eq!(
        html.matches("Class9999.method").count(),
        1,
        "tasks that failed alike share one trace"
    );
    assert!(!html.contains(|c: char| c.is_control() && c != '\n' && c != '\t'));
    assert!(check("", Ok(html)).text.contains("task 0, task 1"));
}

fn percent_decode(text: &str) -> String {
    let (mut bytes, mut out) = (text.bytes(), Vec::new());
    while let Some(byte) = bytes.next() {
        if byte == b'%' {
            let pair = [bytes.next().unwrap(), bytes.next().unwrap()];
            out.push(u8::from_str_radix(std::str::from_utf8(&pair).unwrap(), 16).unwrap());
        } else {
            out.push(byte);
        }
    }
    String::from_utf8(out).unwrap()
}
