//! The fleet as a panel of lamps: one lamp a connector, worst first.

use console::ClusterItem;
use model::verdict::Health;

use crate::links::Links;
use crate::words;

/// Most lamps drawn for one cluster; what is beyond is told as a number.
const MOST: u32 = 400;

/// The lamps of one health within one cluster: one link.
#[derive(Clone, Debug)]
pub(crate) struct Run {
    pub(crate) health: Health,
    /// Lamps to draw.
    pub(crate) drawn: u32,
    /// `3 failed`, with what is not drawn.
    pub(crate) words: String,
    pub(crate) href: String,
}

/// All lamps of one cluster.
#[derive(Clone, Debug)]
pub(crate) struct Lamps {
    pub(crate) runs: Vec<Run>,
    /// How many connectors have no lamp of their own.
    pub(crate) beyond: u32,
}

impl Lamps {
    pub(crate) fn of(cluster: &ClusterItem, links: Links<'_>) -> Self {
        let (mut left, mut beyond) = (MOST, 0);
        let run = |(health, count): &(Health, u32)| {
            let drawn = (*count).min(left);
            left -= drawn;
            beyond += count - drawn;
            Run {
                health: *health,
                drawn,
                words: format!("{} {}", words::thousands(u64::from(*count)), health.words()),
                href: links.connectors_of(Some(&cluster.name), Some(*health)),
            }
        };
        let runs = cluster.lamps.iter().filter(|(_, count)| *count > 0).map(run).collect();
        Self { runs, beyond }
    }

    /// The number beyond, in digits.
    pub(crate) fn beyond_words(&self) -> String {
        words::thousands(u64::from(self.beyond))
    }
}
