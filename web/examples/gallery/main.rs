//! Writes every page with sample data, and the assets, to the directory named on the command line, to be looked at in
//! a browser: `cargo run -p web --example gallery -- /tmp/gallery`, then serve that directory.

#![expect(
    clippy::unwrap_used,
    reason = "a tool for the eye that fails by panicking; the samples are the tests' own"
)]

use std::fs;
use std::path::{Path, PathBuf};

use console::{ConnectorQuery, TimelinePage, TimelineQuery, TopologyQuery};
use model::verdict::Health;
use web::{Columns, Frame, Section};

mod book;
#[path = "../../tests/it/samples/mod.rs"]
mod samples;

use book::Book;

fn main() {
    let root = PathBuf::from(std::env::args().nth(1).unwrap_or_else(|| "/tmp/gallery".to_owned()));
    copy(
        &Path::new(env!("CARGO_MANIFEST_DIR")).join("assets"),
        &root.join("assets"),
    );
    fs::write(root.join("assets/style.css"), web::asset("style.css").unwrap().bytes).unwrap();
    fs::create_dir_all(root.join("assets/favicon")).unwrap();
    for word in Health::ALL.map(Health::as_str).into_iter().chain(["signalbox"]) {
        let icon = web::asset(&format!("favicon/{word}.svg")).unwrap();
        fs::write(root.join(format!("assets/favicon/{word}.svg")), icon.bytes).unwrap();
    }
    let book = Book::in_folder(&root);
    let write = |name: &str, page: Result<String, web::Error>| book.write(name, &page.unwrap());
    let (top, list, many, past) = (
        samples::frame(Section::Overview),
        samples::frame(Section::Connectors),
        samples::frame(Section::Clusters),
        samples::frame(Section::Timeline),
    );
    let history = samples::history();
    write(
        "overview",
        web::overview(&top, &samples::overview(), Ok(&history), Ok(&samples::trend())),
    );
    write(
        "great",
        web::overview(
            &top,
            &samples::great_fleet(),
            Ok(&history),
            Ok(&samples::trend_to(&samples::great_fleet().totals)),
        ),
    );
    write(
        "well",
        web::overview(
            &top,
            &well(),
            Ok(&TimelinePage {
                items: vec![],
                next: None,
                searched_to: None,
            }),
            Ok(&samples::trend()),
        ),
    );
    let quiet = web::overview(&top, &samples::overview(), Ok(&history), Ok(&samples::trend())).unwrap();
    let silent = "<p class=\"toast\" id=\"toast\" role=\"status\"></p>";
    let said = "<p class=\"toast\" id=\"toast\" role=\"status\" data-said>Copied 3 names</p>";
    assert!(quiet.contains(silent), "a toast has its place");
    book.write("overview-toast", &quiet.replace(silent, said));
    let away = Frame {
        banner: Some("The database is away since 14:02:11: what you see ages, and nothing new is recorded.".into()),
        as_of: Some(samples::ago(400)),
        ..top.clone()
    };
    write(
        "away",
        web::overview(
            &away,
            &out_of_sight(),
            Err("The database does not answer."),
            Err("away"),
        ),
    );
    write(
        "empty",
        web::overview(&top, &nothing(), Ok(&history), Ok(&samples::trend())),
    );
    let page = samples::page(samples::every_health());
    let query = ConnectorQuery::default();
    write("connectors", web::connectors(&list, &query, &Columns::default(), &page));
    let grouped = ConnectorQuery {
        group: Some(view::GroupBy::Cluster),
        ..ConnectorQuery::default()
    };
    let in_groups = samples::grouped(&page.items);
    write(
        "connectors-grouped",
        web::connectors(&list, &grouped, &Columns::default(), &in_groups),
    );
    let asked = samples::asked("health:failed team:paymants sink");
    let every = Columns::parse(Columns::ALL.map(|(_, word)| word)).unwrap();
    write(
        "connectors-asked",
        web::connectors(&list, &asked, &every, &samples::misread(&page)),
    );
    let definitions = samples::definitions();
    let (partitions, chart) = (samples::partitions(), samples::chart());
    let known = web::ConnectorBeside {
        partitions: Some(&partitions),
        chart: Ok(Some(&chart)),
        definitions: Ok(Some(&definitions)),
        ..web::ConnectorBeside::default()
    };
    for health in Health::ALL {
        let detail = samples::detail(samples::item("orders", "s3-archive", health));
        let name = format!("connector-{}", health.as_str());
        write(
            &name,
            web::connector(&list, &detail, Ok(&samples::versions()), Ok(&history), &known),
        );
    }
    let mut gone = samples::detail(samples::item("orders", "s3-archive", Health::Failed));
    gone.item.deleted_at = Some(samples::ago(900));
    gone.item.since = samples::ago(900);
    let deleted = web::connector(&list, &gone, Ok(&samples::versions()), Ok(&history), &known);
    write("connector-deleted", deleted);
    for health in [Health::Failed, Health::Healthy] {
        let chained = samples::transforming(health);
        let name = format!("connector-chain-{}", health.as_str());
        write(
            &name,
            web::connector(&list, &chained, Ok(&samples::versions()), Ok(&history), &known),
        );
    }
    let mut withheld = samples::detail(samples::item("orders", "s3-archive", Health::Degraded));
    (withheld.config, withheld.withheld) = (None, true);
    withheld.item.tasks.iter_mut().for_each(|task| task.trace = None);
    let none = web::ConnectorBeside::default();
    write(
        "connector-withheld",
        web::connector(&list, &withheld, Err("no right"), Ok(&history), &none),
    );
    write("plugin", web::plugin(&many, &samples::documentation()));
    let clusters = samples::clusters();
    write("clusters", web::clusters(&many, &samples::great_fleet().clusters));
    write(
        "cluster",
        web::cluster(
            &many,
            &samples::cluster_detail(clusters[1].clone()),
            &page,
            &samples::assignment(),
            Ok(&samples::rebalances()),
        ),
    );
    let silent = samples::cluster_detail(samples::silent(clusters[0].clone()));
    write(
        "cluster-silent",
        web::cluster(
            &many,
            &silent,
            &page,
            &samples::assignment(),
            Ok(&samples::rebalances()),
        ),
    );
    let mut long = samples::like(clusters[0].clone(), "orders");
    long.workers[0].id = "connect-0.connect-headless.payments.svc.cluster.local:8083".into();
    write(
        "clusters-alike",
        web::clusters(&many, &[long.clone(), clusters[1].clone()]),
    );
    write(
        "cluster-alike",
        web::cluster(
            &many,
            &samples::cluster_detail(long),
            &page,
            &samples::assignment(),
            Ok(&samples::rebalances()),
        ),
    );
    write(
        "connector-unheard",
        web::connector(&list, &unheard(), Ok(&samples::versions()), Ok(&history), &known),
    );
    let moved = TimelinePage {
        items: samples::rebalance(12)
            .into_iter()
            .chain(history.items.clone())
            .collect(),
        next: None,
        searched_to: None,
    };
    write(
        "overview-rebalance",
        web::overview(&top, &samples::overview(), Ok(&moved), Ok(&samples::trend())),
    );
    let silence = TimelinePage {
        items: samples::silence(12).into_iter().chain(history.items.clone()).collect(),
        next: None,
        searched_to: None,
    };
    write(
        "overview-silence",
        web::overview(&top, &samples::overview(), Ok(&silence), Ok(&samples::trend())),
    );
    write("cluster-great", {
        let (detail, assignment) = samples::great_cluster(15, 400);
        web::cluster(&many, &detail, &page, &assignment, Ok(&samples::rebalances()))
    });
    let ways = samples::frame(Section::Topology);
    let asked = TopologyQuery::default();
    for (name, topology) in [
        ("topology", samples::topology(6)),
        ("topology-great", samples::topology(120)),
        ("topology-groups", samples::groups()),
    ] {
        write(
            name,
            web::topology(&ways, &asked, &topology, &clusters, &samples::teams()),
        );
    }
    write(
        "timeline",
        web::timeline(&past, &TimelineQuery::default(), &history, &samples::clusters()),
    );
    let itself = samples::frame(Section::System);
    write("system", web::system(&itself, &samples::system(), true));
    let broken = samples::system_without_database();
    write("system-away", web::system(&itself, &broken, true));
    let stranger = Frame {
        signed_in: false,
        csrf: String::new(),
        ..samples::frame(Section::Elsewhere)
    };
    write("signin", web::sign_in(&stranger, "t0ken"));
    write("how", web::how_to_sign_in(&stranger));
    let outside = samples::frame(Section::Elsewhere);
    write("runbooks", web::runbooks(&outside));
    let runbook = web::runbook(&outside, "ConnectorStalled");
    write("runbook", runbook.map(Option::unwrap_or_default));
    write(
        "problem",
        web::problem(
            &samples::frame(Section::Elsewhere),
            404,
            "There is no such connector",
            "It may have been deleted longer ago than history is kept, or the address has a typing error.",
        ),
    );
    book.close();
}

fn well() -> console::Overview {
    let cluster = samples::cluster(
        "orders",
        vec![samples::worker("orders", "w1:8083", model::facts::Alive::Yes, true)],
        &[(Health::Healthy, 14)],
    );
    console::Overview {
        faults: vec![],
        totals: cluster.totals,
        clusters: vec![cluster],
        standing: 0,
        unowned: 0,
        ..samples::overview()
    }
}

fn out_of_sight() -> console::Overview {
    let clusters: Vec<_> = samples::clusters().into_iter().map(samples::silent).collect();
    let mut totals = view::Totals::default();
    clusters.iter().for_each(|cluster| totals.merge(&cluster.totals));
    console::Overview {
        faults: vec![],
        totals,
        clusters,
        as_of: Some(samples::ago(400)),
        ..samples::overview()
    }
}

/// It had failed when its cluster fell silent.
fn unheard() -> console::ConnectorDetail {
    let mut detail = samples::detail(samples::item("orders", "s3-archive", Health::Unknown));
    let own = samples::item("orders", "s3-archive", Health::Failed).fault.unwrap();
    let mut own = (*own).clone();
    own.unheard_since = Some(samples::ago(220));
    detail.unheard = Some(own.into());
    detail
}

fn nothing() -> console::Overview {
    console::Overview {
        faults: vec![],
        totals: view::Totals::default(),
        clusters: vec![],
        more_faults: 0,
        standing: 0,
        unowned: 0,
        as_of: None,
        revision: 0,
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}
