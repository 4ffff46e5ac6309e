//! Values with a form of their own: each says in its error what it should look like.

use std::fmt;
use std::net::SocketAddr;
use std::str::FromStr;
use std::time::Duration;

use serde::de::{self, Deserialize, Deserializer};
use telemetry::LogFormat;

/// Milliseconds.
const DAY: u64 = 86_400_000;

/// A length of time above zero: `500ms`, `5s`, `2m`, `1h`, `7d`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span(pub Duration);

impl FromStr for Span {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        // A year is more than any of these may mean, and keeps all arithmetic with times far from its limits.
        duration(text, 366).map(Self)
    }
}

/// A length of time above zero and up to `days`.
fn duration(text: &str, days: u64) -> Result<Duration, String> {
    let refused = || format!("`{text}` is no duration: write \"500ms\", \"5s\", \"2m\", \"1h\" or \"7d\"");
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.split_at(digits);
    let number: u64 = number.parse().map_err(|_| refused())?;
    let millis = match unit {
        "ms" => 1,
        "s" => 1_000,
        "m" => 60_000,
        "h" => 3_600_000,
        "d" => DAY,
        _ => return Err(refused()),
    };
    match number.checked_mul(millis) {
        Some(0) => Err(format!("`{text}` must be more than nothing")),
        Some(total) if total <= days * DAY => Ok(Duration::from_millis(total)),
        _ => Err(format!("`{text}` is longer than {days} days")),
    }
}

/// How long something is kept: from a day to ten years.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Keep(pub Duration);

impl FromStr for Keep {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match duration(text, 3660)? {
            time if time < Duration::from_millis(DAY) => Err(format!("`{text}` must be \"1d\" or more")),
            time => Ok(Self(time)),
        }
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let millis = self.0.as_millis();
        let units = [("d", u128::from(DAY)), ("h", 3_600_000), ("m", 60_000), ("s", 1_000)];
        match units.into_iter().find(|(_, size)| millis.is_multiple_of(*size)) {
            Some((unit, size)) => write!(f, "{}{unit}", millis / size),
            None => write!(f, "{millis}ms"),
        }
    }
}

/// Where to listen. Only loopback is taken: whoever reaches the address could otherwise do what its owner may.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Listen(pub SocketAddr);

impl FromStr for Listen {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let text = text.replace("localhost:", "127.0.0.1:");
        let address: SocketAddr = text
            .parse()
            .map_err(|_| format!("`{text}` is no address to listen on: write it like \"127.0.0.1:8480\""))?;
        if address.ip().is_loopback() {
            Ok(Self(address))
        } else {
            Err(format!(
                "`{address}` is no loopback address. This version knows only the local operator, so it listens on \
                 127.0.0.1 or [::1]; put a reverse proxy or a tunnel that signs people in before it, and name its \
                 address as public_url"
            ))
        }
    }
}

/// An `http` or `https` address without credentials, query and fragment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address(pub url::Url);

impl FromStr for Address {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        // The text is not repeated before it is known to hold no credentials.
        let url = url::Url::parse(text)
            .map_err(|error| format!("not an address ({error}): write it like \"http://host:8083\""))?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err("an address must not hold credentials: use auth with a *_file or *_env key".to_owned());
        }
        if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none_or(str::is_empty) {
            return Err(format!("`{text}` is no http or https address"));
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err(format!("`{text}` must end before its `?` or `#`"));
        }
        Ok(Self(url))
    }
}

/// A network: `10.2.0.0/16`, or a single address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Network(pub String);

impl FromStr for Network {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let known = text.parse::<ipnet::IpNet>().map(|network| network.trunc());
        let known = known.or_else(|_| text.parse::<std::net::IpAddr>().map(ipnet::IpNet::from));
        known
            .map(|network| Self(network.to_string()))
            .map_err(|_| format!("`{text}` is no network: write it like \"10.2.0.0/16\" or \"fd00::/64\""))
    }
}

/// A name that addresses can carry: 1 to 100 letters, digits, dots, dashes and underscores.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name(pub String);

impl FromStr for Name {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
        if text.is_empty() || text.len() > 100 || !text.chars().all(plain) || matches!(text, "." | "..") {
            Err(format!(
                "`{text}` is no name: use 1 to 100 letters, digits, dots, dashes and underscores"
            ))
        } else {
            Ok(Self(text.to_owned()))
        }
    }
}

/// What is logged: a level, or levels by part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filter(pub String);

impl FromStr for Filter {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        telemetry::check_filter(text).map_err(|error| error.to_string())?;
        Ok(Self(text.to_owned()))
    }
}

/// How log lines look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LogLook(pub LogFormat);

impl FromStr for LogLook {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "text" => Ok(Self(LogFormat::Text)),
            "json" => Ok(Self(LogFormat::Json)),
            _ => Err(format!("`{text}` is no look of log lines: write \"text\" or \"json\"")),
        }
    }
}

/// A share from 0, none, to 1, all.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Share(pub f64);

impl<'de> Deserialize<'de> for Share {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let share = f64::deserialize(deserializer)?;
        if (0.0..=1.0).contains(&share) {
            Ok(Self(share))
        } else {
            Err(de::Error::custom(format!(
                "`{share}` is no share: write a number from 0.0 to 1.0"
            )))
        }
    }
}

macro_rules! from_text {
    ($($name:ident),*) => {$(
        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
            }
        }
    )*};
}

from_text!(Span, Keep, Listen, Address, Network, Name, Filter, LogLook);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_read_and_written() {
        for text in ["500ms", "5s", "2m", "36h", "7d"] {
            assert_eq!(text.parse::<Span>().unwrap().to_string(), text);
        }
        for text in [
            "",
            "5",
            "s",
            "-5s",
            "5 s",
            "1.5s",
            "0s",
            "999999999999999999999s",
            "400d",
            "5µs",
        ] {
            assert!(text.parse::<Span>().is_err(), "{text}");
        }
    }

    #[test]
    fn history_is_kept_for_a_day_or_more() {
        for (text, days) in [("1d", 1), ("24h", 1), ("90d", 90), ("3660d", 3660)] {
            assert_eq!(text.parse::<Keep>().unwrap().0.as_secs(), days * 86_400, "{text}");
        }
        for text in ["23h", "86399999ms", "0d", "", "3661d", "90"] {
            assert!(text.parse::<Keep>().is_err(), "{text}");
        }
    }

    #[test]
    fn only_loopback_is_listened_on() {
        for text in ["127.0.0.1:8480", "[::1]:0", "localhost:80", "127.8.9.1:1"] {
            assert!(text.parse::<Listen>().is_ok(), "{text}");
        }
        for text in ["0.0.0.0:8480", "[::]:80", "10.0.0.1:80", "127.0.0.1", "example.com:80"] {
            assert!(text.parse::<Listen>().is_err(), "{text}");
        }
    }

    #[test]
    fn an_address_with_credentials_is_refused_without_repeating_them() {
        let error = "http://me:hunter2@host:8083".parse::<Address>().unwrap_err();
        assert!(!error.contains("hunter2"), "{error}");
    }
}
