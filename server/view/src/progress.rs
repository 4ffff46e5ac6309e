//! What is measured of the connectors of a cluster, beside them: it changes every second, and they do not.

use std::cmp::Reverse;
use std::ops::Deref;
use std::sync::OnceLock;

use model::progress::Readings;

use crate::index::Index;

/// What is measured of the connectors of a cluster; reads like its readings. What lists ask of all of them is worked out
/// when it is first asked for.
#[derive(Debug, Default)]
pub struct Progress {
    readings: Readings,
    lags: OnceLock<Lags>,
}

/// The lags of all rows of an index.
#[derive(Debug)]
pub(crate) struct Lags {
    /// Of each row the records that it is behind, and the seconds; `None` where that is not known.
    pub(crate) of: Box<[(Option<u64>, Option<u64>)]>,
    /// Places of all rows, those that are furthest behind first, those of which nothing is known last.
    pub(crate) order: Box<[u32]>,
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
        }
    }
}

impl Progress {
    /// The same of other connectors.
    pub(crate) fn again(&self) -> Self {
        Self::from(self.readings.clone())
    }

    pub(crate) fn lags(&self, index: &Index) -> &Lags {
        self.lags.get_or_init(|| {
            let lag = |name: &str| {
                let lag = self.readings.get(name)?.lag.as_ref()?;
                Some((Some(lag.records), lag.seconds()))
            };
            let rows = index.rows.iter();
            let of: Box<[(Option<u64>, Option<u64>)]> = rows
                .map(|row| {
                    let known = row.live.then(|| lag(row.connector.facts().name.as_str()));
                    known.flatten().unwrap_or_default()
                })
                .collect();
            let mut order: Vec<u32> = (0_u32..).zip(&*of).map(|(place, _)| place).collect();
            // The rows are by name already, and a stable sort leaves ties so. What is not known is less than nothing.
            order.sort_by_key(|place| Reverse(of.get(*place as usize).and_then(|(records, _)| *records)));
            Lags {
                of,
                order: order.into(),
            }
        })
    }
}
