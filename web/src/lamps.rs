//! The fleet as a panel of lamps: one lamp a connector, worst first.

use console::ClusterItem;
use model::verdict::Health;

use crate::links::Links;
use crate::words;

/// Most lamps drawn for one cluster, and about so many on one page; what is beyond is told as a number.
const CLUSTER: u32 = 400;
const PAGE: u32 = 6_000;

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
    /// `few`, `some` or `many`: a small fleet has great lamps.
    pub(crate) size: &'static str,
    /// How many connectors have no lamp of their own.
    pub(crate) beyond: u32,
}

impl Lamps {
    /// The lamps of one of `panels` clusters on the same page.
    pub(crate) fn of(cluster: &ClusterItem, panels: usize, links: Links<'_>) -> Self {
        let share = PAGE / u32::try_from(panels.max(1)).unwrap_or(PAGE);
        let (mut left, mut beyond) = (share.min(CLUSTER), 0);
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
        Self {
            runs,
            beyond,
            size: size(cluster.totals.all()),
        }
    }

    /// As great as the greatest of several panels allows.
    pub(crate) fn sized_for(mut self, greatest: u32) -> Self {
        self.size = size(greatest);
        self
    }

    /// The number beyond, in digits.
    pub(crate) fn beyond_words(&self) -> String {
        words::thousands(u64::from(self.beyond))
    }
}

fn size(connectors: u32) -> &'static str {
    match connectors {
        0..=48 => "few",
        49..=160 => "some",
        _ => "many",
    }
}
