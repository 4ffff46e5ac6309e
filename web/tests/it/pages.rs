//! Every page with every sample state: well formed, free of what the policy forbids, leading only to agreed addresses.

use console::{ConnectorPage, ConnectorQuery, Overview, TimelinePage, TimelineQuery};
use model::facts::Alive;
use model::verdict::Health;
use web::{Columns, Frame, Section};

use crate::html::{self, Page};
use crate::samples;

/// Reads a page and follows every address on it.
pub fn check(base: &str, html: Result<String, web::Error>) -> Page {
    let page = html::read(&html.unwrap());
    for address in &page.addresses {
        assert!(agreed(base, address), "{address} is no agreed address");
    }
    page
}

/// The addresses that the table of routes serves.
fn agreed(base: &str, address: &str) -> bool {
    if address.starts_with('#') {
        return true;
    }
    let Some(path) = address.strip_prefix(base).and_then(|rest| rest.strip_prefix('/')) else {
        return false;
    };
    let path = path.split('#').next().unwrap();
    let (path, question) = path.split_once('?').unwrap_or((path, ""));
    let safe = |part: &str| {
        let plain = |c: char| c.is_ascii_alphanumeric() || "-._~%".contains(c);
        !part.is_empty() && part.chars().all(plain)
    };
    let keys: Vec<&str> = question
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| pair.split('=').next().unwrap())
        .collect();
    let asks = |known: &[&str]| keys.iter().all(|key| known.contains(key));
    match path.split('/').collect::<Vec<_>>().as_slice() {
        ["assets", ..] => web::asset(path.strip_prefix("assets/").unwrap()).is_some() && asks(&["v"]),
        [""]
        | ["clusters"]
        | ["runbooks"]
        | ["signin"]
        | ["signout"]
        | ["preferences"]
        | ["system"]
        | ["system", "log"] => keys.is_empty(),
        ["runbooks", alert] => safe(alert) && keys.is_empty(),
        ["connectors"] => asks(&[
            "cluster", "team", "unowned", "health", "kind", "q", "deleted", "sort", "reverse", "group", "columns",
            "limit", "cursor",
        ]),
        ["connectors.csv"] => asks(&[
            "cluster", "team", "unowned", "health", "kind", "q", "deleted", "sort", "reverse",
        ]),
        ["connectors", "by-name"] => asks(&["cluster", "name", "from", "to", "range", "measure"]) && keys.len() != 1,
        ["topology"] => asks(&["cluster", "team", "unowned", "health", "kind", "q", "open"]),
        ["timeline"] => asks(&["cluster", "connector", "kind", "q", "until", "before", "limit"]),
        ["clusters", name] => safe(name) && asks(&["part"]),
        ["clusters", cluster, "connectors", name] => {
            safe(cluster) && safe(name) && asks(&["from", "to", "range", "measure"])
        }
        ["clusters", cluster, "plugins", class] => safe(cluster) && safe(class) && asks(&["version"]),
        ["api", "v1", "clusters", cluster, "plugins", class] => safe(cluster) && safe(class) && asks(&["version"]),
        ["api", "v1", "clusters", cluster, "connectors", name] => safe(cluster) && safe(name) && keys.is_empty(),
        ["api", "v1", "clusters", cluster, "connectors", name, "config"] => {
            safe(cluster) && safe(name) && keys.is_empty()
        }
        ["api", "v1", "connectors"] => asks(&["cluster", "name"]) && keys.len() == 2,
        ["api", "v1", "clusters", name, "lamps"] => safe(name) && keys.is_empty(),
        _ => false,
    }
}

#[test]
fn overview_in_every_weather() {
    let (frame, history) = (samples::frame(Section::Overview), samples::history());
    let page = check(
        "",
        web::overview(&frame, &samples::overview(), Ok(&history), Ok(&samples::trend())),
    );
    assert!(
        page.text
            .contains("Three causes, seven connectors need a person. 9 of 18 connectors are healthy.")
    );
    assert!(
        page.text
            .contains("Two clusters, all answering. Oldest fact 2 s. Three connectors have no owner.")
    );
    check(
        "",
        web::overview(&frame, &samples::great_fleet(), Ok(&history), Ok(&samples::trend())),
    );

    let one = samples::cluster("orders", vec![], &[(Health::Healthy, 14)]);
    let well = Overview {
        faults: vec![],
        totals: one.totals,
        clusters: vec![one],
        unowned: 0,
        ..samples::overview()
    };
    let page = check(
        "",
        web::overview(
            &frame,
            &well,
            Ok(&TimelinePage {
                items: vec![],
                next: None,
                searched_to: None,
            }),
            Ok(&samples::trend()),
        ),
    );
    assert!(
        page.text
            .contains("Nothing needs a person. All 14 connectors are healthy.")
    );
    assert!(page.text.contains("Nothing has happened"));

    let empty = Overview {
        faults: vec![],
        totals: view::Totals::default(),
        clusters: vec![],
        more_faults: 0,
        standing: 0,
        unowned: 0,
        as_of: None,
        revision: 0,
    };
    let page = check(
        "",
        web::overview(
            &Frame { as_of: None, ..frame },
            &empty,
            Ok(&history),
            Ok(&samples::trend()),
        ),
    );
    assert!(page.text.contains("No cluster is connected yet.") && page.text.contains("[[clusters]]"));
    let awaited = Frame {
        as_of: None,
        awaited: 2,
        ..samples::frame(Section::Overview)
    };
    let page = check("", web::overview(&awaited, &empty, Ok(&history), Ok(&samples::trend())));
    assert!(
        page.text
            .contains("Two clusters are configured; the first look at them is under way."),
        "{}",
        page.text
    );
    assert!(!page.text.contains("[[clusters]]"), "{}", page.text);
}

#[test]
fn causes_that_are_not_listed_are_counted_and_lead_to_their_connectors() {
    let overview = Overview {
        more_faults: 1234,
        ..samples::overview()
    };
    let html = web::overview(&samples::frame(Section::Overview), &overview, Err("away"), Err("away"));
    let html = html.unwrap();
    let text = crate::html::read(&html).text;
    assert!(text.contains("and 1,234 more causes"), "{text}");
    assert!(!html.contains("/favicon/signalbox.svg"), "the tab shows the worst");
    let all = overview.faults.len() + 1234;
    assert!(text.contains(&format!("1,{} causes", all - 1000)), "{text}");
    assert!(
        html.contains("/connectors?") && html.contains("health=failed"),
        "a link to all of them"
    );
    let none = web::overview(
        &samples::frame(Section::Overview),
        &samples::overview(),
        Err("away"),
        Err("away"),
    );
    assert!(!none.unwrap().contains("more causes"));
}

#[test]
fn stale_data_is_never_painted_healthy() {
    let clusters: Vec<_> = samples::clusters().into_iter().map(samples::silent).collect();
    let mut totals = view::Totals::default();
    clusters.iter().for_each(|cluster| totals.merge(&cluster.totals));
    let overview = Overview {
        faults: vec![],
        totals,
        clusters,
        as_of: Some(samples::ago(400)),
        ..samples::overview()
    };
    let frame = Frame {
        as_of: Some(samples::ago(400)),
        banner: Some("The database is away.".into()),
        ..samples::frame(Section::Overview)
    };
    let html = web::overview(&frame, &overview, Err("The database does not answer."), Err("away"));
    let text = check("", html).text;
    for said in [
        "Two causes, 18 connectors need a person. None of 18 connectors is known to be healthy.",
        "Two clusters, none answering.",
        "Nothing recent is known of legacy",
        "http://10.0.4.1:8083: connection refused",
        "History cannot be read right now. The database does not answer.",
        "The database is away.",
        "stale",
        "6 min 40 s",
    ] {
        assert!(text.contains(said), "{said:?} is missing in {text}");
    }
}

#[test]
fn a_connector_in_every_health() {
    let (frame, history) = (samples::frame(Section::Connectors), samples::history());
    for health in Health::ALL {
        let detail = samples::detail(samples::item("orders", "s3-archive", health));
        let html = web::connector(
            &frame,
            &detail,
            Ok(&samples::versions()),
            Ok(&history),
            &web::ConnectorBeside::default(),
        )
        .unwrap();
        assert!(html.contains(&format!("favicon/{}.svg", health.as_str())));
        let text = check("", Ok(html)).text;
        for reason in &detail.item.reasons {
            assert!(
                text.contains(&*reason.text) && text.contains(&*reason.evidence),
                "{health:?}"
            );
            assert!(text.contains(&format!(" · {}", reason.source.as_str())), "{health:?}");
        }
        assert!(text.contains("masked · 5f1d22aa") && text.contains("${vault:secret/lake:user}"));
        let fails = matches!(health, Health::Failed | Health::CrashLooping | Health::Degraded);
        assert_eq!(text.contains("Caused by: com.fasterxml"), fails, "{health:?}");
    }
}

#[test]
fn rest_stands_beside_the_verdict_where_they_differ() {
    let frame = samples::frame(Section::Connectors);
    let says = |health| {
        let detail = samples::detail(samples::item("orders", "s3-archive", health));
        check(
            "",
            web::connector(&frame, &detail, Ok(&[]), Err("away"), &web::ConnectorBeside::default()),
        )
        .text
    };
    assert!(says(Health::Unassigned).contains("REST says RUNNING"));
    assert!(says(Health::Failed).contains("REST says RUNNING, both tasks FAILED"));
    assert!(says(Health::Degraded).contains("REST says RUNNING, 1 of 2 tasks FAILED"));
    assert!(!says(Health::Healthy).contains("REST says RUNNING"));
    assert!(!says(Health::Paused).contains("REST says PAUSED"));
}

#[test]
fn a_connector_that_is_deleted_withheld_or_barely_known() {
    let (frame, history) = (samples::frame(Section::Connectors), samples::history());
    let mut detail = samples::detail(samples::item("orders", "s3-archive", Health::Failed));
    detail.item.deleted_at = Some(samples::ago(90));
    (detail.config, detail.withheld) = (None, true);
    let text = check(
        "",
        web::connector(
            &frame,
            &detail,
            Err("no right"),
            Ok(&history),
            &web::ConnectorBeside::default(),
        ),
    )
    .text;
    assert!(text.contains("s3-archive was deleted") && text.contains("see_config"));
    assert!(text.contains("was failed when it was deleted"), "{text}");
    // Its last verdict is told, and nothing looks as if it were still so.
    let page = web::connector(
        &frame,
        &detail,
        Err("no right"),
        Ok(&TimelinePage {
            items: vec![],
            next: None,
            searched_to: None,
        }),
        &web::ConnectorBeside::default(),
    );
    let (_, body) = page
        .unwrap()
        .split_once("<main")
        .map(|(head, body)| (head.to_owned(), body.to_owned()))
        .unwrap();
    assert!(!body.contains("#s-failed") && body.contains("#s-deleted"), "{body}");
    assert!(!body.contains("What to do"), "{body}");
    let list = web::connectors(
        &frame,
        &ConnectorQuery::of(view::Query {
            deleted: true,
            ..view::Query::default()
        }),
        &Columns::default(),
        &ConnectorPage {
            totals: view::Totals::default(),
            ..samples::page(vec![detail.item.clone()])
        },
    );
    let list = list.unwrap();
    let rows = list.split_once("<tbody>").unwrap().1;
    assert!(!rows.contains("#s-failed") && rows.contains("was failed"), "{rows}");

    let mut bare = samples::item("orders", "new", Health::Unknown);
    (bare.kind, bare.class, bare.owner, bare.target, bare.state, bare.as_of) = (None, None, None, None, None, None);
    (bare.tasks, bare.fault, bare.systems) = (vec![], None, vec![]);
    let mut detail = samples::detail(bare);
    detail.config = None;
    let text = check(
        "",
        web::connector(&frame, &detail, Ok(&[]), Ok(&history), &web::ConnectorBeside::default()),
    )
    .text;
    assert!(text.contains("No status of it exists yet.") && text.contains("nobody"));
}

#[test]
fn of_what_nothing_is_known_no_task_is_said_not_to_run() {
    let mut item = samples::item("orders", "s3-archive", Health::Unknown);
    let mut task = samples::item("orders", "s3-archive", Health::Failed).tasks.remove(0);
    task.health = Health::Unknown;
    item.tasks = vec![task];
    let (frame, page) = (samples::frame(Section::Connectors), samples::page(vec![item]));
    let list = web::connectors(&frame, &ConnectorQuery::default(), &Columns::default(), &page);
    let text = check("", list).text;
    assert!(text.contains("? of 1") && !text.contains("0 of 1"), "{text}");
    // Of those that run, and get nowhere, none is said not to run.
    for health in [Health::Stalled, Health::Lagging] {
        let page = samples::page(vec![samples::item("orders", "s3-archive", health)]);
        let list = web::connectors(&frame, &ConnectorQuery::default(), &Columns::default(), &page);
        let text = check("", list).text;
        assert!(!text.contains("0 of"), "{health:?}: {text}");
    }
}

#[test]
fn clusters_answering_silent_and_refused() {
    let frame = samples::frame(Section::Clusters);
    let page = samples::page(samples::every_health());
    let mut all = samples::clusters();
    all.push(samples::silent(all[0].clone()));
    let mut twin = all[0].clone();
    twin.same_as = Some("orders".into());
    twin.reachable = false;
    all.push(twin);
    let mut fresh = all[0].clone();
    (fresh.reachable, fresh.as_of, fresh.version, fresh.workers) = (false, None, None, vec![]);
    all.push(fresh);
    let text = check("", web::clusters(&frame, &all)).text;
    assert!(
        text.contains("Five clusters: one is configured twice and refused, two do not answer."),
        "{text}"
    );
    assert!(text.contains("refused: configured twice") && text.contains("its connectors are shown at orders"));
    for cluster in all {
        let drawn = check(
            "",
            web::cluster(
                &frame,
                &samples::cluster_detail(cluster.clone()),
                &page,
                &samples::assignment(),
                Ok(&samples::rebalances()),
            ),
        );
        let refused = cluster.same_as.is_some();
        assert_eq!(drawn.text.contains("is refused: it is configured twice"), refused);
        assert_eq!(drawn.text.contains("Neither watched nor counted"), refused);
        assert_eq!(drawn.text.contains("What to do"), refused);
        assert_eq!(drawn.text.contains("with what REST says they carry"), !refused);
        let mut bare = samples::cluster_detail(cluster);
        (bare.group, bare.faults, bare.plugins) = (None, vec![], vec![]);
        bare.addresses.clear();
        bare.fresh = model::facts::Freshness::default();
        for (worker, alive) in bare
            .item
            .workers
            .iter_mut()
            .zip([Alive::Unknown, Alive::GoneInOrder, Alive::Dead])
        {
            (worker.alive, worker.version) = (alive, None);
        }
        check(
            "",
            web::cluster(
                &frame,
                &bare,
                &samples::page(vec![]),
                &samples::assignment(),
                Ok(&samples::rebalances()),
            ),
        );
    }
    let detail = samples::cluster_detail(samples::clusters()[1].clone());
    let text = check(
        "",
        web::cluster(
            &frame,
            &detail,
            &page,
            &samples::assignment(),
            Ok(&samples::rebalances()),
        ),
    )
    .text;
    assert!(text.contains("orders has lost one of three workers"), "{text}");
    let text = check("", web::clusters(&frame, &[])).text;
    assert!(text.contains("No cluster is connected yet.") && text.contains("[[clusters]]"));
    // One that was only not looked at yet must not be taken for one that is missing.
    let text = check("", web::clusters(&Frame { awaited: 1, ..frame }, &[])).text;
    assert!(
        text.contains("One cluster is configured; the first look at it is under way."),
        "{text}"
    );
    assert!(!text.contains("[[clusters]]"), "{text}");
}

#[test]
fn the_door_and_problems() {
    let stranger = Frame {
        signed_in: false,
        csrf: String::new(),
        as_of: None,
        ..samples::frame(Section::Elsewhere)
    };
    let html = web::sign_in(&stranger, "t0\"ken").unwrap();
    assert!(html.contains("value=\"t0&#34;ken\"") && html.contains("method=\"post\""));
    let page = check("", Ok(html));
    assert!(!page.text.contains("Timeline") && !page.text.contains("Sign out"));
    let text = check("", web::how_to_sign_in(&stranger)).text;
    assert!(text.contains("one-time link"));
    for (status, title) in [
        (403, "You may not see this"),
        (404, "There is no such page"),
        (500, "This page could not be drawn"),
        (503, "Signalbox is starting"),
    ] {
        let text = check(
            "",
            web::problem(&samples::frame(Section::Elsewhere), status, title, "Do this."),
        )
        .text;
        assert!(text.contains(title) && text.contains("Do this.") && text.contains(&status.to_string()));
        check("", web::problem(&stranger, status, title, "Do this."));
    }
}

#[test]
fn a_runbook_for_each_alert_with_the_same_sections() {
    let frame = samples::frame(Section::Elsewhere);
    let all = check("", web::runbooks(&frame));
    let names = [
        "ConnectClusterUnreachable",
        "ConnectorCrashLooping",
        "ConnectorFailed",
        "ConnectorStalled",
        "ConnectorUnassigned",
        "SignalboxStale",
    ];
    for name in names {
        assert!(all.addresses.contains(&format!("/runbooks/{name}")), "{name}");
        let text = check("", web::runbook(&frame, name).map(Option::unwrap)).text;
        for section in [
            "What it means",
            "What to look at first",
            "What to do",
            "How to see that it is over",
        ] {
            assert!(text.contains(&format!("{section}\n")), "{name}: {section}");
        }
        assert!(
            !text.contains("```") && !text.contains("](") && !text.contains('`'),
            "{text}"
        );
    }
    let leading = all.addresses.iter().filter(|address| address.starts_with("/runbooks/"));
    assert_eq!(leading.count(), names.len());
    assert!(web::runbook(&frame, "Nothing").unwrap().is_none());
    assert!(web::runbook(&frame, "../README").unwrap().is_none());
}

#[test]
fn below_another_path() {
    let frame = Frame {
        base_path: "/ops/signalbox".into(),
        ..samples::frame(Section::Overview)
    };
    let (base, history) = ("/ops/signalbox", samples::history());
    let page = samples::page(samples::every_health());
    check(
        base,
        web::overview(&frame, &samples::overview(), Ok(&history), Ok(&samples::trend())),
    );
    check(
        base,
        web::connectors(&frame, &ConnectorQuery::default(), &Columns::default(), &page),
    );
    let detail = samples::detail(samples::item("orders", "s3-archive", Health::Unassigned));
    check(
        base,
        web::connector(
            &frame,
            &detail,
            Ok(&samples::versions()),
            Ok(&history),
            &web::ConnectorBeside::default(),
        ),
    );
    check(
        base,
        web::cluster(
            &frame,
            &samples::cluster_detail(samples::clusters()[1].clone()),
            &page,
            &samples::assignment(),
            Ok(&samples::rebalances()),
        ),
    );
    check(base, web::clusters(&frame, &samples::clusters()));
    check(
        base,
        web::timeline(&frame, &TimelineQuery::default(), &history, &samples::clusters()),
    );
    check(base, web::sign_in(&frame, "t"));
    check(base, web::problem(&frame, 404, "gone", "look elsewhere"));
}

#[test]
fn of_a_deleted_connector_the_config_in_force_was_the_last_one() {
    let frame = samples::frame(Section::Connectors);
    let mut item = samples::item("orders", "s3-archive", Health::Healthy);
    item.deleted_at = Some(samples::ago(60));
    let drawn = web::connector(
        &frame,
        &samples::detail(item),
        Ok(&samples::versions()),
        Err("away"),
        &web::ConnectorBeside::default(),
    );
    let text = check("", drawn).text;
    assert_eq!(text.matches("the last one before the deletion").count(), 1, "{text}");
    assert!(!text.contains("in force,") && !text.contains(", in force"), "{text}");
}

#[test]
fn a_fault_is_followed_by_what_to_do_from_the_one_source() {
    let frame = samples::frame(Section::Connectors);
    let item = samples::item("orders", "s3-archive", Health::Failed);
    let steps = model::advice::of_fault(item.fault.as_ref().unwrap());
    assert!(!steps.is_empty());
    let html = web::connector(
        &frame,
        &samples::detail(item),
        Ok(&[]),
        Err("away"),
        &web::ConnectorBeside::default(),
    );
    let text = check("", html).text;
    for words in steps.iter().map(String::as_str).chain(["What to do"]) {
        assert!(text.contains(words), "{words}: {text}");
    }
    assert!(!text.contains("the message names"), "{text}");
}
