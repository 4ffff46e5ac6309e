//! `lag:>1000`, `lag:>5m`, `lag:unknown`: how far behind a connector may be.

use std::cmp::Ordering;

use crate::progress::KnownLag;

/// What is asked of a lag.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LagAsk {
    /// It is not known.
    Unknown,
    /// More, less or as much as this.
    Than {
        than: Ordering,
        /// Whether as much will do too.
        or_equal: bool,
        much: Much,
    },
}

/// How much.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Much {
    Records(u64),
    Seconds(u64),
}

impl LagAsk {
    /// Reads `>1000`, `<=30s`, `5m`, `unknown`. A bare amount asks for as much or more.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        if text.eq_ignore_ascii_case("unknown") {
            return Some(Self::Unknown);
        }
        let signs = [
            (">=", Ordering::Greater, true),
            ("<=", Ordering::Less, true),
            (">", Ordering::Greater, false),
            ("<", Ordering::Less, false),
            ("=", Ordering::Equal, true),
        ];
        let sign = signs.into_iter().find(|(sign, ..)| text.starts_with(sign));
        let (sign, than, or_equal) = sign.unwrap_or(("", Ordering::Greater, true));
        let much = Much::parse(text.strip_prefix(sign)?)?;
        Some(Self::Than { than, or_equal, much })
    }

    /// Whether a lag of so many records and seconds is meant. What is not known is neither more nor less than anything.
    pub(crate) fn holds(self, lag: KnownLag) -> bool {
        let (than, or_equal, known, more) = match self {
            Self::Unknown => return lag.records.is_none(),
            Self::Than { than, or_equal, much } => {
                let (known, more) = match much {
                    Much::Records(most) => (lag.records.map(|records| records.cmp(&most)), lag.more),
                    Much::Seconds(most) => (lag.seconds.map(|seconds| seconds.cmp(&most)), lag.older),
                };
                (than, or_equal, known, more)
            }
        };
        // What may be more than is known is no less than anything, and equal to nothing.
        (than == Ordering::Greater || !more)
            && known.is_some_and(|known| known == than || or_equal && known == Ordering::Equal)
    }
}

impl Much {
    fn parse(text: &str) -> Option<Self> {
        let digits = text.trim_end_matches(char::is_alphabetic);
        let number: u64 = digits.trim().replace([',', '_'], "").parse().ok()?;
        let seconds = |unit: u64| number.checked_mul(unit).map(Self::Seconds);
        match text.get(digits.len()..)?.to_ascii_lowercase().as_str() {
            "" => Some(Self::Records(number)),
            "k" => number.checked_mul(1_000).map(Self::Records),
            "s" => seconds(1),
            "m" | "min" => seconds(60),
            "h" => seconds(3_600),
            "d" => seconds(86_400),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holds(ask: &str, records: Option<u64>, seconds: Option<u64>) -> bool {
        let lag = KnownLag {
            records,
            seconds,
            ..KnownLag::default()
        };
        LagAsk::parse(ask).unwrap().holds(lag)
    }

    #[test]
    fn what_may_be_more_than_is_known_is_neither_less_nor_equal() {
        let lag = KnownLag {
            records: Some(9),
            more: true,
            seconds: Some(60),
            older: true,
        };
        for (ask, expected) in [
            (">8", true),
            (">=9", true),
            (">9", false),
            ("<10", false),
            ("=9", false),
        ] {
            assert_eq!(LagAsk::parse(ask).unwrap().holds(lag), expected, "{ask}");
        }
        assert!(LagAsk::parse(">30s").unwrap().holds(lag) && !LagAsk::parse("<5m").unwrap().holds(lag));
    }

    #[test]
    fn amounts_are_compared_in_their_unit() {
        assert!(holds(">1000", Some(1_001), None) && !holds(">1000", Some(1_000), None));
        assert!(holds(">=1,000", Some(1_000), None) && holds("1k", Some(1_000), None));
        assert!(holds(">5m", Some(1), Some(301)) && !holds(">5m", Some(900_000), Some(300)));
        assert!(holds("<2h", Some(1), Some(7_199)) && holds("=0", Some(0), Some(0)) && !holds("=0", Some(1), None));
    }

    #[test]
    fn what_is_not_known_is_neither_more_nor_less() {
        for ask in [">0", "<5m", "<=1000", "=0", "0"] {
            assert!(!holds(ask, None, None), "{ask}");
        }
        assert!(holds("unknown", None, None) && !holds("unknown", Some(0), None));
        assert!(!holds("<5m", Some(9), None), "its age is not known");
    }

    #[test]
    fn what_is_no_amount_is_refused() {
        for text in [
            "",
            ">",
            "much",
            ">5x",
            "5 m m",
            ">-1",
            "99999999999999999999",
            "9999999999999999999h",
        ] {
            assert_eq!(LagAsk::parse(text), None, "{text}");
        }
    }
}
