//! Blocks of measures: what is put in comes out, also coarser, and damaged ones hurt nobody.

use std::collections::BTreeMap;

use chrono::DateTime;
use model::Timestamp;
use model::blocks::{Block, Columns, Part, Series, Tier, find, gather};
use model::names::ConnectorName;
use proptest::prelude::*;

fn at(second: i64) -> Timestamp {
    DateTime::from_timestamp(86_400 * 20_000 + second, 0).unwrap()
}

fn block(points: usize, connectors: &BTreeMap<ConnectorName, Columns>) -> Option<Block> {
    Block::of(points, connectors.iter().map(|(name, columns)| (name, columns.clone())))
}

/// The columns of one connector, of its slice alone.
fn read(block: &Block, name: &str) -> Columns {
    let Some(slice) = find(&block.directory, &name.into()).unwrap() else {
        return Vec::new();
    };
    let own = &block.data[slice.offset..slice.offset + slice.length];
    slice.read(own).unwrap()
}

fn moment(second: i64, told: &[(&str, Series, u64)]) -> Part {
    let mut connectors: BTreeMap<ConnectorName, Columns> = BTreeMap::new();
    for (name, series, value) in told {
        let columns = connectors.entry((*name).into()).or_default();
        columns.push((*series, vec![Some(*value)]));
    }
    Part {
        tier: Tier::Moment,
        start: at(second),
        block: block(1, &connectors).unwrap(),
    }
}

#[test]
fn a_coarse_point_is_the_highest_lag_and_the_mean_rate_and_a_gap_stays_one() {
    let (lag, rate) = (Series::LAG_RECORDS, Series::RATE);
    let parts = [
        moment(0, &[("a", lag, 5), ("a", rate, 100), ("b", lag, 0)]),
        moment(10, &[("a", lag, 9), ("a", rate, 300)]),
        moment(590, &[("a", lag, 2), ("c", lag, 1)]),
    ];
    let minutes = gather(Tier::Minutes, at(0), &parts).unwrap().unwrap();
    let columns = read(&minutes, "a");
    assert_eq!(columns[0].0, lag);
    assert_eq!(
        (columns[0].1[0], columns[0].1[1], columns[0].1[2], columns[0].1[59]),
        (Some(5), Some(9), None, Some(2))
    );
    let part = Part {
        tier: Tier::Minutes,
        start: at(0),
        block: minutes,
    };
    let hour = gather(Tier::Hour, at(0), &[part]).unwrap().unwrap();
    let columns = read(&hour, "a");
    let of = |series| &columns.iter().find(|(of, _)| *of == series).unwrap().1;
    assert_eq!((of(lag)[0], of(lag)[1], of(lag)[9]), (Some(9), None, Some(2)));
    assert_eq!((of(rate)[0], of(rate)[9]), (Some(200), None));
    assert_eq!(read(&hour, "b")[0].1[0], Some(0), "nothing waits, which is known");
    assert_eq!(read(&hour, "d"), []);
}

#[test]
fn what_nobody_measured_makes_no_block() {
    assert_eq!(gather(Tier::Minutes, at(0), &[]).unwrap(), None);
    let absent: BTreeMap<ConnectorName, Columns> = [("a".into(), vec![(Series::RATE, vec![None; 60])])].into();
    assert_eq!(block(60, &absent), None);
}

#[test]
fn thousands_that_are_idle_and_named_alike_are_small() {
    let columns = || {
        vec![
            (Series::LAG_RECORDS, vec![Some(0); 60]),
            (Series::LAG_SECONDS, vec![Some(0); 60]),
        ]
    };
    let idle: BTreeMap<ConnectorName, Columns> = (0..1_000)
        .map(|number| (format!("orders-sink-{number:05}").into(), columns()))
        .collect();
    let block = block(60, &idle).unwrap();
    assert!(
        block.directory.len() + block.data.len() < 14_000,
        "{}",
        block.directory.len()
    );
}

fn columns() -> impl Strategy<Value = Columns> {
    let column = prop::collection::vec(prop::option::of(0..1_000_u64), 10);
    prop::collection::btree_map(1..6_u8, column, 0..4).prop_map(|columns| {
        columns
            .into_iter()
            .map(|(series, points)| (Series(series), points))
            .collect()
    })
}

proptest! {
    #[test]
    fn each_connector_comes_back_from_its_own_slice(
        connectors in prop::collection::btree_map("[a-c\u{e4}\u{0}]{0,5}", columns(), 0..12)
    ) {
        let connectors: BTreeMap<ConnectorName, Columns> =
            connectors.into_iter().map(|(name, columns)| (name.as_str().into(), columns)).collect();
        match block(10, &connectors) {
            None => prop_assert!(connectors.values().flatten().all(|(_, points)| points.iter().all(Option::is_none))),
            Some(block) => for (name, columns) in &connectors {
                let mut known = columns.clone();
                known.retain(|(_, points)| points.iter().any(Option::is_some));
                prop_assert_eq!(read(&block, name.as_str()), known);
            }
        }
    }

    #[test]
    fn damaged_blocks_are_refused_or_read_and_never_panic(
        mut directory in prop::collection::vec(any::<u8>(), 0..80),
        data in prop::collection::vec(any::<u8>(), 0..80),
        begins in any::<bool>(),
    ) {
        if begins {
            directory.splice(0..0, [1, 10]);
        }
        if let Ok(Some(slice)) = find(&directory, &"a".into()) {
            let _ = slice.read(&data);
        }
        let part = Part { tier: Tier::Minutes, start: at(0), block: Block { directory, data } };
        let _ = gather(Tier::Hour, at(0), &[part]);
    }
}
