//! The fleet as a panel of lamps: one lamp a connector, worst first. Pages tell how many of each there are, and the script
//! draws them; where there is none, the counts stand alone.

use std::fmt::Write as _;

use console::ClusterItem;
use model::verdict::Health;

use crate::links::Links;
use crate::words;

/// Beyond so many in all lamps are as small as they get.
const SMALL: u32 = 3_000;
/// Beyond so many clusters their panels stand closer.
const DENSE: usize = 12;
/// Beyond so many small lamps a cluster takes the whole width.
const WIDE: u32 = 2_000;

/// About how wide a shape with its margins and a letter are in a panel, and a panel, on a phone and elsewhere: in px.
const SHAPE: usize = 29;
const LETTER: usize = 7;
const PHONE: usize = 330;
const PANEL: usize = 395;

/// The connectors of one health within one cluster: one link.
#[derive(Clone, Debug)]
pub(crate) struct Run {
    pub(crate) health: Health,
    /// How many, in digits.
    pub(crate) count: String,
    pub(crate) href: String,
}

/// How the lamps of a page are laid out: all of them in one size.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Layout {
    /// A small fleet has great lamps.
    Few,
    Some,
    /// As many as a panel takes with lamps of 10 px.
    Many,
    /// Lamps of 5 px.
    Small,
    /// Lamps of 5 px in narrow panels.
    Dense,
}

impl Layout {
    /// For all these clusters on one page.
    pub(crate) fn of(clusters: &[ClusterItem]) -> Self {
        let all = clusters.iter().map(|cluster| cluster.totals.all()).sum::<u32>();
        let greatest = clusters.iter().map(|cluster| cluster.totals.all()).max().unwrap_or(0);
        match greatest {
            _ if clusters.len() > DENSE => Self::Dense,
            _ if all > SMALL => Self::Small,
            0..=48 => Self::Few,
            49..=160 => Self::Some,
            _ => Self::Many,
        }
    }

    /// The word by which the stylesheet knows how wide so many lamps are.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Few => "few",
            Self::Some => "some",
            Self::Many => "many",
            Self::Small => "small",
            Self::Dense => "dense",
        }
    }

    /// Lamps in a row.
    fn columns(self) -> u32 {
        match self {
            Self::Few => 16,
            Self::Some => 24,
            Self::Many | Self::Dense => 30,
            Self::Small => 60,
        }
    }
}

/// All lamps of one cluster.
#[derive(Clone, Debug)]
pub(crate) struct Lamps {
    pub(crate) runs: Vec<Run>,
    /// `f3h196`: the same for the script.
    pub(crate) code: String,
    /// How many there are.
    pub(crate) count: u32,
    pub(crate) layout: Layout,
    /// Whether they take the whole width.
    pub(crate) wide: bool,
    /// Where their names are.
    pub(crate) names: String,
    /// Where their cluster is; connectors lie below it.
    pub(crate) cluster: String,
    /// The number of the feed at which their names may have become others.
    pub(crate) revision: i64,
}

impl Lamps {
    /// The lamps of a cluster.
    pub(crate) fn of(cluster: &ClusterItem, layout: Layout, links: Links<'_>) -> Self {
        let runs = cluster.lamps.iter().filter(|(_, count)| *count > 0);
        let mut code = String::new();
        for (health, count) in runs.clone() {
            // Writing to a String cannot fail.
            let _ = write!(code, "{}{count}", health.letter());
        }
        let run = |(health, count): &(Health, u32)| Run {
            health: *health,
            count: words::thousands(u64::from(*count)),
            href: links.connectors_of(Some(&cluster.name), Some(*health)),
        };
        let count = runs.clone().map(|(_, count)| count).sum();
        Self {
            runs: runs.map(run).collect(),
            code,
            count,
            layout,
            wide: count > WIDE,
            names: links.lamps(&cluster.name),
            cluster: links.cluster(&cluster.name),
            revision: cluster.revision,
        }
    }

    /// Whether the counts with their words are wider than a panel, `terse`, or than one on a phone, `short`: there they
    /// stand without words, so that a verdict more never moves what is below.
    pub(crate) fn width(&self) -> Option<&'static str> {
        let wide = |run: &Run| SHAPE + LETTER * (run.count.len() + run.health.words().len() + 1);
        match self.runs.iter().map(wide).sum::<usize>() {
            wide if wide > PANEL => Some("terse"),
            wide if wide > PHONE => Some("short"),
            _ => None,
        }
    }

    /// Columns and rows of the room that they take, and of that on a phone where it is another one.
    pub(crate) fn rooms(&self) -> Vec<(u32, u32)> {
        let room = |columns| (columns, self.count.div_ceil(columns).max(1));
        match (self.wide, self.layout) {
            (false, layout) => vec![room(layout.columns())],
            (true, _) => vec![room(128), room(64)],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lamps(counts: &[(Health, u32)]) -> Lamps {
        let run = |(health, count): &(Health, u32)| Run {
            health: *health,
            count: count.to_string(),
            href: String::new(),
        };
        Lamps {
            runs: counts.iter().map(run).collect(),
            code: String::new(),
            count: counts.iter().map(|(_, count)| count).sum(),
            layout: Layout::Many,
            wide: false,
            names: String::new(),
            cluster: String::new(),
            revision: 0,
        }
    }

    #[test]
    fn words_are_left_out_where_they_would_not_fit() {
        let mut counts = vec![(Health::Failed, 2), (Health::Healthy, 196)];
        assert_eq!(lamps(&counts).width(), None);
        counts.extend([(Health::Unassigned, 4), (Health::Paused, 3)]);
        assert_eq!(lamps(&counts).width(), Some("short"));
        counts.push((Health::CrashLooping, 1));
        assert_eq!(lamps(&counts).width(), Some("terse"));
    }

    #[test]
    fn every_lamp_has_its_room() {
        for count in [1, 30, 31, 60, 2_001] {
            for wide in [false, true] {
                let lamps = Lamps {
                    wide,
                    ..lamps(&[(Health::Healthy, count)])
                };
                for (columns, rows) in lamps.rooms() {
                    assert!(columns * rows >= count && columns * (rows - 1) < count, "{count}");
                }
            }
        }
    }
}
