//! Lists and pages at a steady rate.

use serde_json::Value;

use crate::machine::processor_seconds;
use crate::rig::Rig;
use crate::table::Table;
use crate::{Result, load};

pub(crate) async fn measure(rig: &Rig<'_>, table: &mut Table) -> Result<()> {
    let api = "/api/v1/connectors?limit=100";
    let pages = pages(rig, api).await?;
    let last = pages.last().cloned().unwrap_or_default();
    let name = rig.json("/api/v1/connectors?cluster=fake-1&limit=1&sort=name").await?;
    let name = name["items"][0]["name"].as_str().unwrap_or_default().to_owned();
    let one = format!("/clusters/fake-1/connectors/{name}");
    let browser = format!("{}accept: text/html\r\naccept-encoding: gzip\r\n", rig.bearer);
    let asked = [
        ("API list, 100 rows, worst first", api.to_owned(), &rig.bearer),
        (
            "API list, 100 rows, of one team, unhealthy",
            format!("{api}&team=&q=payments&health=unhealthy"),
            &rig.bearer,
        ),
        (
            "API list, 100 rows, sorted by name",
            format!("{api}&sort=name"),
            &rig.bearer,
        ),
        ("API list, last page of 100", last, &rig.bearer),
        ("page of connectors", "/connectors".to_owned(), &browser),
        (
            "page of connectors, searched by keys",
            "/connectors?q=health:unhealthy+kind:sink+topic:pay*".to_owned(),
            &browser,
        ),
        (
            "page of connectors, a mistyped word",
            "/connectors?q=paymants".to_owned(),
            &browser,
        ),
        (
            "page of connectors, in groups",
            "/connectors?group=class".to_owned(),
            &browser,
        ),
        (
            "API completions",
            "/api/v1/completions?q=health:failed+pay".to_owned(),
            &rig.bearer,
        ),
        ("page, overview", "/".to_owned(), &browser),
        ("page of one connector", one, &browser),
        ("page of clusters", "/clusters".to_owned(), &browser),
        ("page of one cluster", "/clusters/fake-1".to_owned(), &browser),
        ("page, topology", "/topology".to_owned(), &browser),
        (
            "page, topology of one cluster",
            "/topology?cluster=fake-1".to_owned(),
            &browser,
        ),
        ("page, timeline", "/timeline".to_owned(), &browser),
        ("page about Signalbox", "/system".to_owned(), &browser),
    ];
    // What many ask alike may be kept; of all pages in turn next to nothing is.
    let each = [("API list, every page of 100 in turn", pages, &rig.bearer)];
    let asked = asked.map(|(what, target, headers)| (what, vec![target], headers));
    for (what, targets, headers) in asked.into_iter().chain(each) {
        // What is wrong with an address is seen before twenty seconds of refusals.
        let first = targets.first().map_or("/", String::as_str);
        let bytes = rig.get(first).await?.len();
        let before = processor_seconds(rig.pid());
        let (rate, seconds) = (rig.arguments.rate, rig.arguments.seconds);
        let outcome = load::run(rig.address, &targets, headers, rate, seconds).await;
        let spent = processor_seconds(rig.pid()) - before;
        let asked = outcome.latencies.len() + outcome.failed;
        table.row(
            format!("{what}, {rate} requests/s for {seconds} s"),
            format!(
                "{}; {} of {asked} failed; {:.1} ms CPU each, polling included; {} KB, {} KB sent",
                outcome.latencies.text(),
                outcome.failed,
                spent * 1000.0 / asked.max(1) as f64,
                bytes / 1000,
                outcome.bytes / 1000,
            ),
            "p99 50 ms",
        );
    }
    Ok(())
}

/// Follows the cursors to the end and returns the address of every page.
async fn pages(rig: &Rig<'_>, first: &str) -> Result<Vec<String>> {
    let mut targets = vec![first.to_owned()];
    loop {
        let target = targets.last().map_or(first, String::as_str);
        let page: Value = rig.json(target).await?;
        match page["next_cursor"].as_str() {
            Some(cursor) => targets.push(format!("{first}&cursor={cursor}")),
            None => return Ok(targets),
        }
    }
}
