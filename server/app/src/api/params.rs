//! The query of an address: keys may repeat, and an unknown one is an error instead of a filter that filters nothing.

use std::str::FromStr;

use axum::extract::FromRequestParts;
use http::request::Parts;

use crate::http::Problem;

/// What a moment is read as.
pub const MOMENT: &str = "a moment as 2026-11-21T14:03:00Z";

/// Keys and values that were not taken yet.
pub struct Params(Vec<(String, String)>);

impl<S: Send + Sync> FromRequestParts<S> for Params {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        Ok(Self::of(parts.uri.query().unwrap_or_default()))
    }
}

impl Params {
    /// Reads a query. A key alone is one with an empty value, and that is none: `team=` of a form that was left blank. But
    /// a key that nobody knows is refused with it too, and nothing is no number.
    pub fn of(query: &str) -> Self {
        let pairs =
            url::form_urlencoded::parse(query.as_bytes()).filter(|(key, value)| !(key.is_empty() && value.is_empty()));
        Self(
            pairs
                .map(|(key, value)| (key.into_owned(), value.into_owned()))
                .collect(),
        )
    }

    /// Whether there is nothing left.
    pub fn is_empty(&self) -> bool {
        self.0.iter().all(|(_, value)| value.is_empty())
    }

    /// All values of a key, in order.
    pub fn all(&mut self, key: &str) -> Vec<String> {
        let mut all = self.taken(key);
        all.retain(|value| !value.is_empty());
        all
    }

    fn taken(&mut self, key: &str) -> Vec<String> {
        let taken = self.0.extract_if(.., |(known, _)| known == key);
        taken.map(|(_, value)| value).collect()
    }

    /// All values of a key whose values hold no comma, which separates them too.
    pub fn list(&mut self, key: &str) -> Vec<String> {
        let all = self.all(key);
        let parts = all.iter().flat_map(|value| value.split(',')).map(str::trim);
        parts.filter(|part| !part.is_empty()).map(str::to_owned).collect()
    }

    /// The value of a key that may stand once.
    ///
    /// # Errors
    /// When it stands there more often.
    pub fn one(&mut self, key: &str) -> Result<Option<String>, Problem> {
        once(key, self.all(key))
    }

    /// As [`Params::one`], read as something; `what` says in the error what it should be.
    ///
    /// # Errors
    /// When it stands there more often, or cannot be read.
    pub fn read<T: FromStr>(&mut self, key: &str, what: &str) -> Result<Option<T>, Problem> {
        let Some(value) = once(key, self.taken(key))? else {
            return Ok(None);
        };
        let refused = || Problem::bad_request(format!("`{key}` must be {what}, not {value:?}"));
        value.parse().map(Some).map_err(|_| refused())
    }

    /// `limit`: how many a page holds, from 1 to `most`.
    ///
    /// # Errors
    /// When it is no such number.
    pub fn limit(&mut self, most: usize) -> Result<Option<usize>, Problem> {
        let what = format!("a number from 1 to {most}");
        let limit: Option<usize> = self.read("limit", &what)?;
        match limit {
            Some(limit) if limit == 0 || limit > most => {
                Err(Problem::bad_request(format!("`limit` must be {what}, not \"{limit}\"")))
            }
            fine => Ok(fine),
        }
    }

    /// Ends the reading.
    ///
    /// # Errors
    /// When a key is left that nobody asked for; `known` are the keys of the route.
    pub fn finish(self, known: &[&str]) -> Result<(), Problem> {
        match self.0.first() {
            None => Ok(()),
            Some((key, _)) => Err(Problem::bad_request(match known {
                [] => format!("`{key}` is not known here: this address takes no parameters"),
                known => format!("`{key}` is not known here; known are {}", known.join(", ")),
            })),
        }
    }
}

fn once(key: &str, mut values: Vec<String>) -> Result<Option<String>, Problem> {
    match values.len() {
        0 | 1 => Ok(values.pop()),
        _ => Err(Problem::bad_request(format!("`{key}` may stand there once"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_repeat_split_and_decode() {
        let mut params = Params::of("health=failed,degraded&health=unknown&name=a%2Fb%2C+c&team=");
        assert_eq!(params.list("health"), ["failed", "degraded", "unknown"]);
        assert_eq!(params.one("name").unwrap().as_deref(), Some("a/b, c"));
        assert!(params.one("team").unwrap().is_none());
        assert!(params.finish(&[]).is_ok());
        assert!(Params::of("x=1&x=2").one("x").is_err());
        assert!(Params::of("limit=many").read::<usize>("limit", "a number").is_err());
        for bare in ["limit", "limit="] {
            let problem = Params::of(bare).limit(9).unwrap_err();
            assert_eq!(problem.detail(), "`limit` must be a number from 1 to 9, not \"\"");
        }
        for bare in ["helth", "helth=", "&helth&"] {
            assert!(Params::of(bare).finish(&["health"]).is_err(), "{bare}");
        }
        let mut blank = Params::of("team&name=&&");
        assert_eq!((blank.one("team").unwrap(), blank.list("name").len()), (None, 0));
        assert!(blank.finish(&[]).is_ok());
        let problem = Params::of("helth=failed").finish(&["health", "team"]).unwrap_err();
        assert_eq!(problem.detail(), "`helth` is not known here; known are health, team");
    }
}
