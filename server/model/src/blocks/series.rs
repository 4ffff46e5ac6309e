//! What is kept of a connector over time: an open list of numbers, each with its name and unit.

/// A series, by its number. A newer version may keep others, which are carried along and shown by nobody here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Series(pub u8);

/// What stands for several points of a series.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fold {
    /// The highest of them: a peak that a coarse line does not show was never seen by anybody.
    Highest,
    /// Their mean.
    Mean,
}

impl Series {
    /// Records that wait.
    pub const LAG_RECORDS: Self = Self(1);
    /// The age of the oldest record that waits, in seconds.
    pub const LAG_SECONDS: Self = Self(2);
    /// Records that went through, in thousandths of one a second.
    pub const RATE: Self = Self(3);
    /// The age of the newest change that a source has read, in seconds.
    pub const FRESHNESS: Self = Self(4);
    /// Records in its dead letter queue. Nobody counts them yet.
    pub const DLQ_DEPTH: Self = Self(5);

    /// Those that this version knows.
    pub const KNOWN: [Self; 5] = [
        Self::LAG_RECORDS,
        Self::LAG_SECONDS,
        Self::RATE,
        Self::FRESHNESS,
        Self::DLQ_DEPTH,
    ];

    /// The word for it in addresses and answers; `None` for what only a newer version knows.
    pub fn word(self) -> Option<&'static str> {
        Some(match self {
            Self::LAG_RECORDS => "lag_records",
            Self::LAG_SECONDS => "lag_seconds",
            Self::RATE => "rate",
            Self::FRESHNESS => "freshness",
            Self::DLQ_DEPTH => "dlq_depth",
            _ => return None,
        })
    }

    /// The series of a word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::KNOWN.into_iter().find(|series| series.word() == Some(word))
    }

    /// What its values count, in words.
    pub fn unit(self) -> &'static str {
        match self {
            Self::LAG_RECORDS | Self::DLQ_DEPTH => "records",
            Self::LAG_SECONDS | Self::FRESHNESS => "seconds",
            Self::RATE => "records per second",
            _ => "",
        }
    }

    /// By how much its stored values are larger than what they stand for.
    pub fn scale(self) -> f64 {
        if self == Self::RATE { 1000.0 } else { 1.0 }
    }

    /// What stands for several of its points.
    pub fn fold(self) -> Fold {
        if self == Self::RATE { Fold::Mean } else { Fold::Highest }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_series_has_a_word_of_its_own() {
        for series in Series::KNOWN {
            assert_eq!(Series::parse(series.word().unwrap()), Some(series));
            assert!(!series.unit().is_empty());
        }
        assert_eq!((Series(77).word(), Series::parse("mood")), (None, None));
    }
}
