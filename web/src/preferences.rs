//! How a reader wants pages: light or dark, and in which time zone.

use std::fmt;

use chrono::{Offset, TimeZone};
use chrono_tz::Tz;
use model::Timestamp;

/// What a browser remembers for its reader, in a cookie of our own.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Preferences {
    /// Light or dark.
    pub theme: Theme,
    /// The zone that the browser is in; UTC until its script told.
    pub own: Zone,
    /// Whether times are in UTC all the same.
    pub utc: bool,
}

/// Light or dark.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Theme {
    /// As the reader's system has it.
    #[default]
    System,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

impl Theme {
    /// All of them with their words, in the order in which they are offered.
    pub const ALL: [(Self, &'static str); 3] = [(Self::System, "system"), (Self::Light, "light"), (Self::Dark, "dark")];

    /// Its word.
    pub fn as_str(self) -> &'static str {
        let found = Self::ALL.into_iter().find(|(theme, _)| *theme == self);
        found.map_or("system", |(_, word)| word)
    }

    /// Reads [`Theme::as_str`].
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|(_, known)| *known == word)
            .map(|(theme, _)| theme)
    }
}

/// A zone of the tz database, by its name there: `Europe/Berlin`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Zone(Tz);

impl Default for Zone {
    fn default() -> Self {
        Self(Tz::UTC)
    }
}

impl Zone {
    /// Reads a name of the tz database.
    pub fn parse(name: &str) -> Option<Self> {
        name.parse().ok().map(Self)
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        self.0.name()
    }

    /// Whether its clocks show UTC, by whichever of the names that the database has for it.
    pub fn is_utc(self) -> bool {
        matches!(
            self.name(),
            "UTC" | "Etc/UTC" | "Etc/UCT" | "UCT" | "Zulu" | "Etc/Zulu" | "Universal" | "Etc/Universal"
        )
    }

    /// A moment by its clocks.
    pub(crate) fn local(self, at: Timestamp) -> chrono::DateTime<Tz> {
        at.with_timezone(&self.0)
    }

    /// How far its clocks are from UTC at a moment: `UTC`, `UTC+2`, `UTC-3:30`.
    pub(crate) fn offset(self, at: Timestamp) -> String {
        let seconds = self.0.offset_from_utc_datetime(&at.naive_utc()).fix().local_minus_utc();
        let (sign, minutes) = (if seconds < 0 { '-' } else { '+' }, seconds.unsigned_abs() / 60);
        match (minutes / 60, minutes % 60) {
            (0, 0) => "UTC".to_owned(),
            (hours, 0) => format!("UTC{sign}{hours}"),
            (hours, minutes) => format!("UTC{sign}{hours}:{minutes:02}"),
        }
    }
}

impl Preferences {
    /// The name of the cookie. It holds no secret, and the script writes it too.
    pub const COOKIE: &'static str = "signalbox_view";

    /// Reads [`Preferences`]'s text; what cannot be read is as it is without a cookie.
    pub fn parse(text: &str) -> Self {
        let mut parts = text.split(':');
        let mut next = || parts.next().unwrap_or_default();
        Self {
            theme: Theme::parse(next()).unwrap_or_default(),
            utc: next() == "utc",
            own: Zone::parse(next()).unwrap_or_default(),
        }
    }

    /// The zone in which times are shown.
    pub fn zone(self) -> Zone {
        if self.utc { Zone::default() } else { self.own }
    }
}

/// The cookie's value: `dark:own:Europe/Berlin`.
impl fmt::Display for Preferences {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = if self.utc { "utc" } else { "own" };
        write!(f, "{}:{shown}:{}", self.theme.as_str(), self.own.name())
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;

    #[test]
    fn what_a_browser_remembers_is_read_as_it_was_written() {
        for text in ["system:own:UTC", "dark:own:Europe/Berlin", "light:utc:Asia/Kolkata"] {
            assert_eq!(Preferences::parse(text).to_string(), text);
        }
        for text in ["", "pink", "pink:mine:Europe/Atlantis", "::"] {
            assert_eq!(Preferences::parse(text), Preferences::default(), "{text}");
        }
        assert_eq!(Preferences::parse("dark:utc:Asia/Kolkata").zone(), Zone::default());
    }

    #[test]
    fn an_offset_is_told_as_it_is_at_the_moment() {
        let (winter, summer) = (1_795_270_212, 1_783_000_000);
        for (zone, at, told) in [
            ("UTC", winter, "UTC"),
            ("Europe/London", winter, "UTC"),
            ("Europe/London", summer, "UTC+1"),
            ("Europe/Berlin", winter, "UTC+1"),
            ("Asia/Kolkata", winter, "UTC+5:30"),
            ("America/St_Johns", winter, "UTC-3:30"),
        ] {
            let at = DateTime::from_timestamp(at, 0).unwrap();
            assert_eq!(Zone::parse(zone).unwrap().offset(at), told, "{zone}");
        }
    }
}
