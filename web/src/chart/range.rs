//! How far back a chart goes: the same choice wherever there is one.

use chrono::TimeDelta;

/// How far back a chart goes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Range {
    /// Two hours.
    #[default]
    Hours,
    /// Two days.
    Days,
    /// Ninety days.
    Months,
}

impl Range {
    /// The shortest first.
    pub const ALL: [Self; 3] = [Self::Hours, Self::Days, Self::Months];

    /// The word for it in addresses.
    pub fn word(self) -> &'static str {
        match self {
            Self::Hours => "2h",
            Self::Days => "2d",
            Self::Months => "90d",
        }
    }

    /// The range of a word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|range| range.word() == word)
    }

    /// As people read it.
    pub(crate) fn words(self) -> &'static str {
        match self {
            Self::Hours => "2 hours",
            Self::Days => "2 days",
            Self::Months => "90 days",
        }
    }

    /// How long it is.
    pub fn long(self) -> TimeDelta {
        match self {
            Self::Hours => TimeDelta::hours(2),
            Self::Days => TimeDelta::days(2),
            Self::Months => TimeDelta::days(90),
        }
    }
}
