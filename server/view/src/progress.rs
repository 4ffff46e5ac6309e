//! What is measured of the connectors of a cluster, beside them: it changes every second, and they do not.

use std::cmp::Reverse;
use std::ops::Deref;
use std::sync::OnceLock;

use model::progress::{Reading, Readings};

use crate::Staleness;
use crate::index::Index;

/// What is measured of the connectors of a cluster; reads like its readings. What lists ask of all of them is worked out
/// when it is first asked for.
#[derive(Debug, Default)]
pub struct Progress {
    readings: Readings,
    lags: OnceLock<Lags>,
    /// What is known once all of it is old.
    unknown: OnceLock<Lags>,
}

/// The lags of all rows of an index.
#[derive(Debug)]
pub(crate) struct Lags {
    /// Of each row what is known.
    pub(crate) of: Box<[KnownLag]>,
    /// Places of all rows, those that are furthest behind first, those of which nothing is known last.
    pub(crate) order: Box<[u32]>,
}

/// How far one is behind; `None` where that is not known.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct KnownLag {
    pub(crate) records: Option<u64>,
    /// Whether it may be more.
    pub(crate) more: bool,
    pub(crate) seconds: Option<u64>,
    /// Whether it may be more.
    pub(crate) older: bool,
}

impl Deref for Progress {
    type Target = Readings;

    fn deref(&self) -> &Readings {
        &self.readings
    }
}

impl From<Readings> for Progress {
    fn from(readings: Readings) -> Self {
        Self {
            readings,
            lags: OnceLock::new(),
            unknown: OnceLock::new(),
        }
    }
}

impl Progress {
    /// The same of other connectors.
    pub(crate) fn again(&self) -> Self {
        Self::from(self.readings.clone())
    }

    /// What is measured of one, if that is of now: somebody looked within the stale limit, and it was not left behind when
    /// the others of its cluster were looked at.
    pub fn current(&self, name: &str, staleness: &Staleness) -> Option<&Reading> {
        let reading = self.readings.get(name).filter(|_| staleness.measured(self))?;
        let apart = self.readings.as_of.zip(reading.as_of);
        let behind = apart.is_some_and(|(all, own)| all - own > staleness.limit);
        (!behind).then_some(reading)
    }

    pub(crate) fn lags(&self, index: &Index, staleness: &Staleness) -> &Lags {
        let lags = match staleness.measured(self) {
            true => &self.lags,
            false => &self.unknown,
        };
        lags.get_or_init(|| {
            let lag = |name: &str| {
                let lag = self.current(name, staleness)?.lag.as_ref()?;
                Some(KnownLag {
                    records: lag.waiting(),
                    more: lag.at_least(),
                    seconds: lag.seconds(),
                    older: lag.oldest.is_some_and(|oldest| oldest.at_least),
                })
            };
            let rows = index.rows.iter();
            let of: Box<[KnownLag]> = rows
                .map(|row| {
                    let known = row.live.then(|| lag(row.connector.facts().name.as_str()));
                    known.flatten().unwrap_or_default()
                })
                .collect();
            let mut order: Vec<u32> = (0_u32..).zip(&*of).map(|(place, _)| place).collect();
            // The rows are by name already, and a stable sort leaves ties so. What is not known is less than nothing.
            order.sort_by_key(|place| Reverse(of.get(*place as usize).and_then(|lag| lag.records)));
            Lags {
                of,
                order: order.into(),
            }
        })
    }
}
