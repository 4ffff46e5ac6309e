//! Pages of clusters that do not answer, or that may be one, and what they say of the age of what they show.

use std::sync::Arc;

use console::{FaultItem, Overview, TimelinePage};
use model::cause::Cause;
use model::facts::Alive;
use model::fault::Scope;
use model::verdict::{Class, Domain, Health};
use web::Section;

use crate::pages::check;
use crate::samples;

#[test]
fn what_may_be_one_cluster_is_told_on_its_page_and_in_the_list() {
    let frame = samples::frame(Section::Clusters);
    let all = samples::clusters();
    let twin = samples::like(all[0].clone(), "orders");
    let page = samples::page(vec![]);
    let drawn = check(
        "",
        web::cluster(
            &frame,
            &samples::cluster_detail(twin.clone()),
            &page,
            &samples::assignment(),
            Ok(&samples::rebalances()),
        ),
    );
    for said in [
        "Perhaps the same Connect cluster as orders",
        ": they run on the same Kafka cluster, both name the worker connect:8083 and both list the same four connectors",
        "remove one of the two from the configuration",
    ] {
        assert!(drawn.text.contains(said), "{said}: {}", drawn.text);
    }
    assert!(drawn.addresses.contains(&"/clusters/orders".to_owned()));
    let list = check("", web::clusters(&frame, &[twin, all[1].clone()]));
    assert_eq!(
        list.text.matches("Perhaps the same Connect cluster as").count(),
        1,
        "{}",
        list.text
    );
    let alone = check(
        "",
        web::cluster(
            &frame,
            &samples::cluster_detail(all[1].clone()),
            &page,
            &samples::assignment(),
            Ok(&samples::rebalances()),
        ),
    );
    assert!(!alone.text.contains("Perhaps the same"));
}

#[test]
fn the_overview_names_those_that_may_be_one_each_two_once() {
    let frame = samples::frame(Section::Overview);
    let text = |alike: &[(&str, &str)]| {
        let mut overview = samples::great_fleet();
        for cluster in &mut overview.clusters {
            let others = alike.iter().filter(|(name, _)| cluster.name.as_str() == *name);
            cluster.alike = others
                .map(|(_, other)| samples::like(cluster.clone(), other).alike.remove(0))
                .collect();
        }
        let drawn = web::overview(&frame, &overview, Ok(&samples::history()), Ok(&samples::trend()));
        check("", drawn).text
    };
    let said = "Four clusters, all answering. billing and orders may be the same Connect cluster: both are watched and counted.";
    let two = text(&[("billing", "orders"), ("orders", "billing")]);
    assert!(two.contains(said), "{two}");
    let all = [
        ("billing", "orders"),
        ("billing", "search"),
        ("orders", "billing"),
        ("search", "billing"),
    ];
    let three = text(&all);
    let said =
        "Perhaps one Connect cluster each: billing with orders and billing with search; all are watched and counted.";
    assert!(three.contains(said), "{three}");
    let none = text(&[]);
    assert!(!none.contains("Connect cluster"), "{none}");
}

#[test]
fn what_an_address_said_has_its_age_and_is_past_once_the_cluster_is_silent() {
    let frame = samples::frame(Section::Clusters);
    let page = samples::page(vec![]);
    let text = |detail| {
        check(
            "",
            web::cluster(
                &frame,
                &detail,
                &page,
                &samples::assignment(),
                Ok(&samples::rebalances()),
            ),
        )
        .text
    };
    let mut detail = samples::cluster_detail(samples::clusters()[0].clone());
    let said = text(detail.clone());
    assert!(said.contains("answers as Kafka Connect 4.3.1, 4 s ago"), "{said}");
    for asked in detail.fresh.asked.values_mut() {
        *asked = samples::ago(48);
    }
    let said = text(detail.clone());
    assert!(
        said.contains("answered as Kafka Connect 4.3.1 when it was last asked, 48 s ago"),
        "{said}"
    );
    let silent = samples::cluster_detail(samples::silent(samples::clusters()[0].clone()));
    assert!(text(silent).contains("answered as Kafka Connect 4.3.1 when it was last asked, 4 s ago"));
    // Recorded before the moment of asking was.
    detail.fresh.asked.clear();
    let said = text(detail);
    assert!(
        said.contains("answered as Kafka Connect 4.3.1 when it was last asked\n"),
        "{said}"
    );
}

#[test]
fn a_connector_that_had_failed_shows_its_own_fault_beside_that_of_its_silent_cluster() {
    let frame = samples::frame(Section::Connectors);
    let mut detail = samples::detail(samples::item("orders", "s3-archive", Health::Unknown));
    let scope = Scope::Connector("s3-archive".into());
    let cause = "DataException: no such field";
    let mut own = samples::fault(
        "orders",
        scope,
        Domain::Connector,
        Class::Data,
        cause,
        &["s3-archive"],
        4_000,
    );
    own.unheard_since = Some(samples::ago(250));
    let steps = model::advice::of_fault(&own);
    detail.unheard = Some(Arc::new(own));
    let text = check(
        "",
        web::connector(&frame, &detail, Ok(&[]), Err("away"), &web::ConnectorBeside::default()),
    )
    .text;
    for said in [
        "What to do",
        samples::CAUSE,
        "Its own fault before that",
        cause,
        &steps[0],
    ] {
        assert!(text.contains(said), "{said}: {text}");
    }
    assert!(text.contains("Open since 13:03:32, unheard since 14:06:02"), "{text}");
    detail.unheard = None;
    let text = check(
        "",
        web::connector(&frame, &detail, Ok(&[]), Err("away"), &web::ConnectorBeside::default()),
    )
    .text;
    assert!(!text.contains("Its own fault"));
}

#[test]
fn what_stands_as_last_listed_is_told_so_and_nothing_is_green() {
    let mut cluster = samples::cluster(
        "orders",
        vec![samples::worker("orders", "w1:8083", Alive::Yes, true)],
        &[(Health::Healthy, 14)],
    );
    (cluster.reachable, cluster.stale, cluster.as_of) = (false, true, Some(samples::ago(200)));
    let said = "No worker of orders answers at its REST address since 14:06:52 UTC (w1:8083: connection refused), though \
                its Connect group has a member: the verdicts shown rest on what was last listed then";
    let (domain, class) = (Domain::Infrastructure, Class::Network);
    let mut fault = samples::fault("orders", Scope::Cluster, domain, class, said, &[], 200);
    fault.unlisted_since = Some(samples::ago(200));
    fault.cause = Some(Cause::Unlisted {
        lives: true,
        listed: true,
    });
    let fault = Arc::new(fault);
    let overview = Overview {
        faults: vec![FaultItem {
            fault: fault.clone(),
            worst: Health::Unknown,
            teams: vec![],
            title: "Cluster orders lives and cannot be asked".to_owned(),
        }],
        totals: cluster.totals,
        clusters: vec![cluster],
        standing: 14,
        unowned: 0,
        ..samples::overview()
    };
    let frame = samples::frame(Section::Overview);
    let page = check("", web::overview(&frame, &overview, Err("away"), Err("away")));
    for part in [
        "One cause needs a person. All 14 connectors are healthy. 14 verdicts stand as last listed.",
        said,
        "14 verdicts stand",
        "the workers themselves live",
    ] {
        assert!(page.text.contains(part), "{part}: {}", page.text);
    }
    let html = web::overview(&frame, &overview, Err("away"), Err("away")).unwrap();
    assert!(html.contains("/favicon/unknown.svg"), "the tab is not green");

    let mut detail = samples::detail(samples::item("orders", "invoices", Health::Healthy));
    (detail.item.stale, detail.item.as_of) = (true, Some(samples::ago(200)));
    detail.unlisted = Some(fault);
    let text = check(
        "",
        web::connector(&frame, &detail, Ok(&[]), Err("away"), &web::ConnectorBeside::default()),
    )
    .text;
    for part in ["ago: what follows was true then.", said] {
        assert!(text.contains(part), "{part}: {text}");
    }
}

#[test]
fn what_a_rebalance_moves_does_not_drive_the_rest_off_the_page() {
    let frame = samples::frame(Section::Overview);
    let items = samples::rebalance(12).into_iter().chain(samples::history().items);
    let past = TimelinePage {
        items: items.collect(),
        next: None,
        searched_to: None,
    };
    let text = check(
        "",
        web::overview(&frame, &samples::overview(), Ok(&past), Ok(&samples::trend())),
    )
    .text;
    let told = "12 tasks and 1 connector moved to other workers";
    assert_eq!(text.matches(told).count(), 1, "{text}");
    assert!(text.contains("s3-archive has failed, was healthy"), "{text}");
    let timeline = web::timeline(
        &samples::frame(Section::Timeline),
        &Default::default(),
        &past,
        &samples::clusters(),
    );
    assert_eq!(check("", timeline).text.matches(told).count(), 1);
}

#[test]
fn one_silence_is_one_line_that_leads_to_all_of_it() {
    let frame = samples::frame(Section::Overview);
    let items: Vec<_> = samples::silence(12)
        .into_iter()
        .chain(samples::history().items)
        .collect();
    let past = |items: &[console::TimelineItem]| TimelinePage {
        items: items.to_vec(),
        next: None,
        searched_to: None,
    };
    let page = check(
        "",
        web::overview(&frame, &samples::overview(), Ok(&past(&items)), Ok(&samples::trend())),
    );
    let told = "12 connectors of orders became unknown: No worker of orders answers: 10.0.3.11:8083: the connection was refused";
    assert_eq!(page.text.matches(told).count(), 1, "{}", page.text);
    assert!(!page.text.contains("sink-3 is unknown"), "{}", page.text);
    let html = web::overview(&frame, &samples::overview(), Ok(&past(&items)), Ok(&samples::trend())).unwrap();
    assert!(
        html.contains("<a href=\"/timeline?cluster=orders\">12 connectors"),
        "{html}"
    );
    let timeline = web::timeline(
        &samples::frame(Section::Timeline),
        &Default::default(),
        &past(&items),
        &samples::clusters(),
    );
    let text = check("", timeline).text;
    assert!(text.contains(told) && text.contains("sink-3 is unknown"), "{text}");
    // What lies beyond the page is not counted, and that is said.
    let cut = check(
        "",
        web::overview(
            &frame,
            &samples::overview(),
            Ok(&past(&items[..12])),
            Ok(&samples::trend()),
        ),
    )
    .text;
    assert!(cut.contains("12 or more connectors of orders became unknown"), "{cut}");
}

#[test]
fn every_page_says_when_it_was_drawn_where_the_script_finds_it() {
    let frame = samples::frame(Section::Overview);
    let html = web::overview(&frame, &samples::overview(), Err("away"), Err("away")).unwrap();
    let (_, drawn) = html.split_once("<span id=\"drawn\">").unwrap();
    assert!(
        drawn.starts_with("<time datetime=\"2026-11-21T14:10:12.000Z\""),
        "{drawn}"
    );
    let script = String::from_utf8(web::asset("js/ages.js").unwrap().bytes.into_owned()).unwrap();
    assert!(script.contains("getElementById(\"drawn\")"));
}

#[test]
fn a_cluster_that_nobody_looks_at_is_not_said_to_be_silent() {
    let mut clusters = samples::clusters();
    for cluster in &mut clusters {
        (cluster.looked, cluster.reachable, cluster.stale) = (false, false, true);
        cluster.reachable_since = Some(samples::ago(95));
    }
    let list = check("", web::clusters(&samples::frame(Section::Clusters), &clusters)).text;
    let one = samples::cluster_detail(clusters[0].clone());
    let page = samples::page(vec![]);
    let one = check(
        "",
        web::cluster(
            &samples::frame(Section::Clusters),
            &one,
            &page,
            &samples::assignment(),
            Ok(&samples::rebalances()),
        ),
    )
    .text;
    let overview = Overview {
        clusters: clusters.clone(),
        ..samples::overview()
    };
    let past = TimelinePage {
        items: vec![],
        next: None,
        searched_to: None,
    };
    let frame = samples::frame(Section::Overview);
    let overview = check("", web::overview(&frame, &overview, Ok(&past), Ok(&samples::trend()))).text;
    assert!(list.contains("not looked at for 1 min 35 s"), "{list}");
    assert!(list.contains("none looked at now."), "{list}");
    assert!(
        one.contains("is not looked at now") && one.contains("how it is now is not known"),
        "{one}"
    );
    assert!(overview.contains("none looked at now."), "{overview}");
    // One thing is to be done, and what was wrong before is folded below it.
    assert!(overview.contains("One cause"), "{overview}");
    let first = overview.find("Signalbox looks at no cluster").unwrap();
    assert!(first < overview.find("causes from before").unwrap(), "{overview}");
    for text in [list, one, overview] {
        assert!(
            !text.contains("does not answer") && !text.contains("answering"),
            "{text}"
        );
    }
}

#[test]
fn one_reason_for_which_nothing_is_recorded_is_told_once_for_all_clusters() {
    let mut system = samples::system();
    system.unrecorded = (1..=37)
        .map(|number| (format!("fake-{number:02}"), "Postgres takes nothing".to_owned()))
        .chain([("legacy".to_owned(), "its lease is gone".to_owned())])
        .collect();
    let page = check("", web::system(&samples::frame(Section::System), &system, true));
    assert_eq!(page.text.matches("cannot be recorded").count(), 2, "{}", page.text);
    assert!(
        page.text
            .contains("What was seen of fake-01, fake-02, fake-03 and 34 more cannot"),
        "{}",
        page.text
    );
}

#[test]
fn before_any_cluster_was_seen_nothing_is_green_and_nothing_is_zero() {
    let unseen = |gap: bool| {
        let clusters = samples::clusters().into_iter().map(|cluster| {
            let mut cluster = samples::silent(cluster);
            (cluster.totals, cluster.lamps, cluster.as_of) = (samples::totals(&[]), Vec::new(), None);
            (cluster.stale, cluster.out_of_sight) = (false, false);
            cluster.gap = cluster.gap.filter(|_| gap);
            cluster
        });
        Overview {
            faults: Vec::new(),
            totals: samples::totals(&[]),
            clusters: clusters.collect(),
            standing: 0,
            unowned: 0,
            as_of: None,
            ..samples::overview()
        }
    };
    let draw = |overview: &Overview| {
        let frame = samples::frame(Section::Overview);
        let trend = samples::trend_to(&overview.totals);
        let html = web::overview(&frame, overview, Ok(&TimelinePage::default()), Ok(&trend)).unwrap();
        let empty = html
            .split("<h2 id=\"needs\">")
            .nth(1)
            .unwrap()
            .split("</section>")
            .next();
        assert!(!empty.unwrap().contains("#s-healthy"), "{html}");
        let unknown = html.matches(">?</b>").count();
        assert_eq!(
            unknown >= 5,
            overview.as_of.is_none(),
            "{unknown} counts are unknown: {html}"
        );
        check("", Ok(html)).text
    };
    for gap in [true, false] {
        let text = draw(&unseen(gap));
        for untrue in ["Nothing needs a person", "Nothing is wrong", "No connector is known"] {
            assert!(!text.contains(untrue), "{untrue}: {text}");
        }
        let told = match gap {
            true => "orders has not shown its connectors yet",
            false => "What needs a person is not known before a cluster has shown its connectors.",
        };
        assert!(text.contains(told), "{told}: {text}");
    }
    // One was seen, another was not: what is known of the one says nothing of the other.
    let mut half = unseen(false);
    half.clusters[0] = samples::clusters().remove(0);
    half.as_of = half.clusters[0].as_of;
    half.totals = samples::totals(&[(Health::Healthy, 4)]);
    let text = draw(&half);
    assert!(text.contains("Nothing was seen yet of "), "{text}");
}
