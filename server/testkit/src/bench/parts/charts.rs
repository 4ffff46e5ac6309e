//! What measures over time cost, and how soon a chart of them is there. The simulated fleet has no Kafka: what a server would
//! have measured is made up here, half of the connectors moving at random, and written as rows like those that a server
//! writes, without its look at the lease.

use std::fmt::Write as _;
use std::io::Write as _;
use std::process::{Command, Stdio};
use std::time::Instant;

use chrono::{DateTime, TimeDelta};
use model::Timestamp;
use model::blocks::{Block, Columns, Part, Series, Tier, gather};
use model::names::ConnectorName;

use crate::Result;
use crate::latency::Latencies;
use crate::rig::Rig;
use crate::table::Table;

/// The statements, each below its name.
const STATEMENTS: &str = include_str!("../charts.sql");

/// Moments that are written one after the other, as many as ten minutes have.
const MOMENTS: i64 = 60;
/// Questions for each chart.
const ASKED: usize = 50;

/// Connectors of a cluster with what they were measured at last.
struct Walk {
    name: ConnectorName,
    moves: bool,
    lag: u64,
}

/// Numbers that look like chance and are the same at each run.
struct Chance(u64);

impl Chance {
    fn below(&mut self, most: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % most
    }
}

/// A block of so many points, through which each connector walks on.
fn walked(walks: &mut [Walk], tier: Tier, chance: &mut Chance) -> Option<Block> {
    let points = tier.points();
    let mut all: Vec<(ConnectorName, Columns)> = Vec::with_capacity(walks.len());
    for walk in walks {
        let mut columns = [const { Vec::new() }; 3];
        for _ in 0..points {
            if walk.moves {
                walk.lag = (walk.lag + chance.below(2_001)).saturating_sub(1_000);
            }
            let [lag, age, rate] = &mut columns;
            lag.push(Some(walk.lag));
            age.push(Some(walk.lag / 100));
            rate.push(Some(if walk.moves { 90_000 + chance.below(20_000) } else { 0 }));
        }
        let series = [Series::LAG_RECORDS, Series::LAG_SECONDS, Series::RATE];
        all.push((walk.name.clone(), series.into_iter().zip(columns).collect()));
    }
    Block::of(points, all.iter().map(|(name, columns)| (name, columns.clone())))
}

pub(crate) async fn measure(rig: &Rig<'_>, table: &mut Table) -> Result<()> {
    let mut chance = Chance(0x9e37_79b9_7f4a_7c15);
    let mut clusters = clusters(rig, &mut chance)?;
    let total: usize = clusters.iter().map(|(_, walks)| walks.len()).sum();
    // The newest moments are those of now, so that charts show them.
    let now = now(rig)?;
    let end = Tier::Minutes.start(now);
    let begin = end - TimeDelta::seconds(MOMENTS * 10);
    let mut parts: Vec<Vec<Part>> = clusters.iter().map(|_| Vec::new()).collect();

    let (wal, size) = written(rig)?;
    for number in 0..MOMENTS {
        let start = begin + TimeDelta::seconds(number * 10);
        let mut rows = Vec::new();
        for ((cluster, walks), parts) in clusters.iter_mut().zip(&mut parts) {
            let tier = Tier::Moment;
            let Some(block) = walked(walks, tier, &mut chance) else {
                continue;
            };
            rows.push((cluster.as_str(), tier, start, block.clone()));
            parts.push(Part { tier, start, block });
        }
        put(rig, &rows)?;
    }
    let (wal_after, size_after) = written(rig)?;
    let (moment_wal, moment_size) = ((wal_after - wal) / MOMENTS as f64, (size_after - size) / MOMENTS as f64);

    let mut kinds = vec![(Tier::Moment, moment_wal, moment_size)];
    let gathering = Instant::now();
    let mut minutes = Vec::new();
    for ((cluster, _), parts) in clusters.iter().zip(&parts) {
        if let Some(block) = gather(Tier::Minutes, begin, parts)? {
            minutes.push((cluster.as_str(), Tier::Minutes, begin, block));
        }
    }
    let gathering = gathering.elapsed();
    kinds.push(kind(rig, Tier::Minutes, &minutes)?);
    for tier in [Tier::Hour, Tier::Day] {
        let start = tier.start(end) - TimeDelta::seconds(i64::from(tier.span()));
        let mut rows = Vec::new();
        for (cluster, walks) in &mut clusters {
            rows.extend(walked(walks, tier, &mut chance).map(|block| (cluster.as_str(), tier, start, block)));
        }
        kinds.push(kind(rig, tier, &rows)?);
    }
    let rate: f64 = kinds.iter().map(|(tier, wal, _)| wal / f64::from(tier.span())).sum();
    let kept = |tier: Tier| tier.kept().num_seconds() as f64 / f64::from(tier.span());
    let all: f64 = kinds.iter().map(|(tier, _, size)| size * kept(*tier)).sum();
    table.row(
        format!("measures of {total} connectors, half of them moving"),
        format!("{:.0} kB/s into the WAL, without what deleting takes", rate / 1e3),
        "≤ 100 kB/s",
    );
    let each = kinds.iter().map(|(tier, _, size)| {
        let (one, all) = (size / 1e6, size * kept(*tier) / 1e6);
        format!("{} s: {one:.2} MB × {:.0} = {all:.0} MB", tier.span(), kept(*tier))
    });
    let each: Vec<String> = each.collect();
    table.row(
        "measures as long as they are kept, extrapolated",
        format!("{:.2} GB ({})", all / 1e9, each.join("; ")),
        "≤ 3 GB",
    );
    table.row(
        "gathering ten minutes of all clusters",
        format!("{:.0} ms of one processor", gathering.as_secs_f64() * 1e3),
        "",
    );
    charts(rig, &mut clusters, end, &mut chance, table).await
}

/// Fills one cluster with all that is kept, and asks for charts of one of its connectors.
async fn charts(
    rig: &Rig<'_>,
    clusters: &mut [(String, Vec<Walk>)],
    end: Timestamp,
    chance: &mut Chance,
    table: &mut Table,
) -> Result<()> {
    let (cluster, walks) = clusters.first_mut().ok_or("there is no cluster")?;
    for tier in [Tier::Minutes, Tier::Hour, Tier::Day] {
        let span = TimeDelta::seconds(i64::from(tier.span()));
        // The newest of each kind is there already.
        let mut start = tier.start(end) - span * 2;
        while end - start < tier.kept() {
            if let Some(block) = walked(walks, tier, chance) {
                put(rig, &[(cluster.as_str(), tier, start, block)])?;
            }
            start -= span;
        }
    }
    let name = walks.get(walks.len() / 2).ok_or("there is no connector")?.name.clone();
    for (words, long) in [
        ("2 hours", TimeDelta::hours(2)),
        ("2 days", TimeDelta::days(2)),
        ("90 days", TimeDelta::days(90)),
    ] {
        let mut latencies = Latencies::default();
        let mut points = 0;
        for _ in 0..ASKED {
            let from = (now(rig)? - long).format("%Y-%m-%dT%H:%M:%SZ");
            let target = format!(
                "/api/v1/clusters/{cluster}/connectors/{}/measures?from={from}",
                name.as_str()
            );
            let began = Instant::now();
            let answer = rig.json(&target).await?;
            latencies.push(began.elapsed());
            let line = answer["items"][0]["points"].as_array();
            points = line.map_or(0, |line| line.iter().filter(|point| !point.is_null()).count());
        }
        table.row(
            format!("API, measures of a connector over {words} ({points} points)"),
            latencies.text(),
            "≤ 50 ms",
        );
    }
    Ok(())
}

type Row<'a> = (&'a str, Tier, Timestamp, Block);

/// What one block of each cluster takes: of the WAL, and in the table.
fn kind(rig: &Rig<'_>, tier: Tier, rows: &[Row<'_>]) -> Result<(Tier, f64, f64)> {
    let (wal, size) = written(rig)?;
    put(rig, rows)?;
    let (wal_after, size_after) = written(rig)?;
    Ok((tier, wal_after - wal, size_after - size))
}

/// The present moment by the database's clock.
fn now(rig: &Rig<'_>) -> Result<Timestamp> {
    let seconds = psql(rig, statement("now"))?.trim().parse()?;
    DateTime::from_timestamp(seconds, 0).ok_or_else(|| "the database has no clock".into())
}

/// Bytes of the WAL so far, and of the table with its index.
fn written(rig: &Rig<'_>) -> Result<(f64, f64)> {
    let told = psql(rig, statement("written"))?;
    let mut numbers = told.trim().split('|').map(|number| number.parse::<f64>());
    match (numbers.next(), numbers.next()) {
        (Some(Ok(wal)), Some(Ok(size))) => Ok((wal, size)),
        _ => Err(format!("psql answered {told:?}").into()),
    }
}

/// The connectors that the server knows, by cluster; every other one moves.
fn clusters(rig: &Rig<'_>, chance: &mut Chance) -> Result<Vec<(String, Vec<Walk>)>> {
    let told = psql(rig, statement("names"))?;
    let mut clusters: Vec<(String, Vec<Walk>)> = Vec::new();
    for line in told.lines() {
        let Some((cluster, name)) = line.split_once('|') else {
            continue;
        };
        if clusters.last().is_none_or(|(last, _)| last != cluster) {
            clusters.push((cluster.to_owned(), Vec::new()));
        }
        if let Some((_, walks)) = clusters.last_mut() {
            let moves = walks.len() % 2 == 0;
            let lag = if moves { chance.below(100_000) } else { 0 };
            let name = name.into();
            walks.push(Walk { name, moves, lag });
        }
    }
    Ok(clusters)
}

/// Adds rows in one statement, as the server does.
fn put(rig: &Rig<'_>, rows: &[Row<'_>]) -> Result<()> {
    let hex = |bytes: &[u8]| {
        bytes
            .iter()
            .fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
                // Writing to a String cannot fail.
                let _ = write!(text, "{byte:02x}");
                text
            })
    };
    let values = rows.iter().map(|(cluster, tier, start, block)| {
        let (directory, data) = (hex(&block.directory), hex(&block.data));
        format!(
            "('{cluster}', {}, '{}', '\\x{directory}', '\\x{data}')",
            tier.span(),
            start.to_rfc3339()
        )
    });
    let values: Vec<String> = values.collect();
    let values = values.join(",\n");
    psql(rig, &format!("{}\n{values}", statement("put"))).map(drop)
}

/// A statement by its name.
fn statement(name: &str) -> &'static str {
    let named = STATEMENTS.split("-- ").filter_map(|part| part.split_once('\n'));
    let mut found = named.filter(|(of, _)| *of == name);
    found.next().map(|(_, text)| text.trim()).unwrap_or_default()
}

fn psql(rig: &Rig<'_>, sql: &str) -> Result<String> {
    let mut command = Command::new("psql");
    command.args([
        "-X",
        "-q",
        "-At",
        "-v",
        "ON_ERROR_STOP=1",
        "-d",
        &rig.arguments.database,
    ]);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
    if let Some(mut input) = child.stdin.take() {
        input.write_all(sql.as_bytes())?;
    }
    let output = child.wait_with_output()?;
    match output.status.success() {
        true => Ok(String::from_utf8_lossy(&output.stdout).into_owned()),
        false => Err("psql could not do what it was asked for".into()),
    }
}
